/** The file host: signed URLs that expire, and the bytes behind them. */
import { createHmac } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import sharp from 'sharp'
import type { StoredFile } from './state/model.ts'
import type { World } from './state/world.ts'

const sign = (path: string, expires: string, { secret }: World) =>
  createHmac('sha256', secret).update(`${path}?${expires}`).digest('hex')

export function fileUrl(file: StoredFile, world: World): string {
  const path = `/${file.ephemeral ? 'ephemeral-attachments' : 'attachments'}/${file.folder}/${file.id}/${file.filename}`
  const seconds = (ms: number) => Math.floor(ms / 1000).toString(16)
  const expires = seconds(world.now() + world.options.urlLife)
  return `${world.origin}${path}?ex=${expires}&is=${seconds(world.now())}&hm=${sign(path, expires, world)}&`
}

/** The file that a URL of this host means, whether it has expired or not. */
export function fileAt(url: string, world: World): StoredFile | undefined {
  const id = url.startsWith(`${world.origin}/`) ? url.match(/attachments\/\d+\/(\d+)\//)?.[1] : undefined
  return id === undefined ? undefined : world.files.get(id)
}

export function serveFile(request: IncomingMessage, response: ServerResponse, world: World): void {
  const { pathname, searchParams } = new URL(request.url!, world.origin)
  const file = world.files.get(pathname.split('/')[3] ?? '')
  const expires = searchParams.get('ex') ?? ''
  const good = searchParams.get('hm') === sign(pathname, expires, world) && parseInt(expires, 16) * 1000 > world.now()
  if (!file || !good) {
    response.writeHead(404, { 'Content-Type': 'text/html' })
    response.end('<!doctype html><title>404</title><p>This content is no longer available.</p>')
    return
  }
  response.writeHead(200, { 'Content-Type': file.contentType, 'Content-Length': file.bytes.length })
  response.end(file.bytes)
}

const types: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  heic: 'image/heic',
  txt: 'text/plain; charset=utf-8',
  html: 'text/html; charset=utf-8',
  pdf: 'application/pdf',
  json: 'application/json; charset=utf-8',
}

/** Discord keeps of a file's name what is plain ASCII. */
function rewritten(name: string): string {
  const plain = (text: string) => text.replace(/\s/g, '_').replace(/[^\w.-]/g, '')
  const dot = name.lastIndexOf('.')
  const [stem, ending] = dot < 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot)]
  return (plain(stem).replace(/^\.+/, '') || 'unknown') + plain(ending)
}

/** Keeps a file. What it is goes by its ending. */
export async function storeFile(
  world: World,
  { name, bytes, description }: { name: string; bytes: Uint8Array; description?: string | null },
  { folder, ephemeral = false }: { folder: string; ephemeral?: boolean },
): Promise<StoredFile> {
  const id = world.nextId()
  const filename = rewritten(name)
  const contentType = types[filename.split('.').at(-1)!.toLowerCase()] ?? 'application/octet-stream'
  const size = contentType.startsWith('image/')
    ? await sharp(bytes)
        .metadata()
        .catch(() => undefined)
    : undefined
  const file: StoredFile = {
    id,
    filename,
    ...(filename !== name && { title: name.replace(/\.[^.]*$/, '') }),
    bytes,
    description: description ?? undefined,
    contentType,
    width: size?.width,
    height: size?.height,
    folder,
    ephemeral,
    spoiler: filename.startsWith('SPOILER_'),
  }
  world.files.set(file.id, file)
  return file
}
