/** Reads a request's body: JSON, or a form with `payload_json` and files. */
import type { IncomingMessage } from 'node:http'
import { DiscordError } from '../errors.ts'
import type { UploadedFile } from './bodies.ts'

export interface RequestBody {
  readonly json: unknown
  readonly files: readonly UploadedFile[]
}

/** What Discord's front lets through at most, in bytes. */
const most = 500 * 1024 * 1024

/** @throws DiscordError 40005, 50035, 50109 */
export async function readBody(request: IncomingMessage): Promise<RequestBody> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += (chunk as Buffer).length
    if (length > most) throw new DiscordError(40005)
    chunks.push(chunk as Buffer)
  }
  const bytes = Buffer.concat(chunks)
  if (!bytes.length) return { json: undefined, files: [] }
  const type = request.headers['content-type'] ?? ''
  if (type.startsWith('application/json')) return { json: parse(bytes.toString()), files: [] }
  if (!type.startsWith('multipart/form-data'))
    throw new DiscordError(50035, {
      errors: {
        _errors: [
          {
            code: 'CONTENT_TYPE_INVALID',
            message: `Expected "Content-Type" header to be one of {'application/json', 'multipart/form-data'}.`,
          },
        ],
      },
    })
  const form = await new Response(bytes, { headers: { 'Content-Type': type } }).formData()
  const json = form.get('payload_json')
  const files: UploadedFile[] = []
  for (const [field, value] of form) {
    const index = field.match(/^files\[(\d+)\]$/)?.[1]
    if (typeof value !== 'string' && index !== undefined)
      files.push({ index, name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) })
  }
  return { json: typeof json === 'string' ? parse(json) : {}, files }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new DiscordError(50109)
  }
}
