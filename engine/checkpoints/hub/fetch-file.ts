/**
 * One file of the hub, to its place among the blobs: goes on where an earlier try broke off, and is there only when its
 * checksum is right.
 */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { FamiliarError } from '../../errors.ts'
import { asTransient, type HubClient, TransientError } from './client.ts'
import { sizeOf } from './files.ts'
import { ask, type HubFile, type HubRevision } from './listing.ts'

/**
 * Ends the name of a file on its way. Not `.incomplete` alone, where programs of other makers write, who know nothing of
 * our lock; still so that those clear it away that clear away what is unfinished.
 */
export const unfinished = '.familiar.incomplete'

/** Times that a whole file may come with a wrong checksum. */
const wrongFiles = 2

export interface FetchFileOptions {
  readonly client: HubClient
  /** The revision is the commit. */
  readonly hub: HubRevision
  readonly file: HubFile
  /** Where the whole file is to lie. */
  readonly blob: string
  /** Called with bytes that have come, and with negative numbers when some have to come again. */
  readonly received?: (bytes: number) => void
  readonly signal?: AbortSignal
}

/** Bytes of a file that an earlier try has left. */
export async function bytesLeftBehind(blob: string, { size }: Pick<HubFile, 'size'>): Promise<number> {
  const bytes = (await sizeOf(blob + unfinished)) ?? 0
  return bytes <= size ? bytes : 0
}

/** @throws FamiliarError `BAD_DOWNLOAD` when the hub's bytes are not what its checksum says, or what the client throws */
export async function fetchFile(options: FetchFileOptions): Promise<void> {
  const { client, file, hub, blob, signal, received = () => {} } = options
  await mkdir(dirname(blob), { recursive: true })
  const path = blob + unfinished
  const whole = `the whole of ${file.path} of ${hub.repository}`
  for (let wrong = 1; ; wrong++) {
    const reached = { farthest: (await sizeOf(path)) ?? 0 }
    await ask(client, hub, () => client.retrying(whole, () => receive(options, path, reached), signal))
    const found = await digest(path, file, signal)
    if (found === checksum(file)) break
    await rm(path, { force: true })
    received(-file.size)
    if (wrong === wrongFiles) {
      const algorithm = file.sha256 ? 'SHA-256' : 'Git id'
      throw new FamiliarError(
        'BAD_DOWNLOAD',
        `Expected ${whole} with ${algorithm} ${checksum(file)} but received ${found}, ${wrong} times`,
      )
    }
  }
  await rename(path, blob)
}

/**
 * Adds to the unfinished file what it lacks.
 * @param reached how far earlier tries came: only one that comes farther has brought something
 */
async function receive(options: FetchFileOptions, path: string, reached: { farthest: number }): Promise<void> {
  const { client, hub, file, signal, received = () => {} } = options
  const handle = await open(path, 'a')
  const silence = client.silence()
  let offset = (await handle.stat()).size
  const startAgain = async () => {
    // More than the whole was never counted.
    if (offset <= file.size) received(-offset)
    await handle.truncate(0)
    offset = 0
  }
  try {
    if (offset > file.size) await startAgain()
    if (offset === file.size) return
    const address = `/${hub.repository}/resolve/${hub.revision}/${encodeURIComponent(file.path)}`
    const headers: Record<string, string> = { 'accept-encoding': 'identity' }
    if (offset > 0) headers.range = `bytes=${offset}-`
    const response = await client.request(address, { headers, signal, silence })
    if (offset > 0 && !continues(response, offset, file.size)) {
      await startAgain()
      if (response.status !== 200) {
        await response.body?.cancel()
        throw new TransientError(`it could not be continued (${response.status})`)
      }
    }
    for await (const chunk of response.body ?? []) {
      silence.heard()
      if (offset + chunk.byteLength > file.size) {
        await startAgain()
        throw new TransientError(`more than its ${file.size} bytes came`)
      }
      await write(handle, chunk)
      offset += chunk.byteLength
      received(chunk.byteLength)
    }
    if (offset < file.size) throw new TransientError(`only ${offset} of its ${file.size} bytes came`)
    await handle.sync()
  } catch (error) {
    if (error instanceof FamiliarError) throw error
    const progressed = offset > reached.farthest
    reached.farthest = Math.max(reached.farthest, offset)
    throw asTransient(error, signal, progressed)
  } finally {
    silence.end()
    await handle.close()
  }
}

/** Whether a response is the rest of a file from `offset` on. */
function continues(response: Response, offset: number, size: number): boolean {
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '') ?? []
  return response.status === 206 && Number(start) === offset && (total === '*' || Number(total) === size)
}

async function write(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  try {
    await handle.writeFile(chunk)
  } catch (cause) {
    const full = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes((cause as NodeJS.ErrnoException).code ?? '')
    const reason = full ? 'the disk is full' : (cause as Error).message
    throw new FamiliarError('CANNOT_WRITE', `Expected to write the download but ${reason}`, { cause })
  }
}

/** Whether a file's bytes are those that the hub has. */
export async function hasChecksum(path: string, file: HubFile, signal?: AbortSignal): Promise<boolean> {
  return (await digest(path, file, signal)) === checksum(file)
}

const checksum = ({ sha256, gitId }: HubFile) => sha256 ?? gitId

/** In hexadecimal digits: SHA-256, or Git's SHA-1 of the bytes behind a header with their number. */
async function digest(path: string, { sha256, size }: HubFile, signal?: AbortSignal): Promise<string> {
  const hash: Hash = sha256 ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`)
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 1 << 20 })) hash.update(chunk)
  return hash.digest('hex')
}
