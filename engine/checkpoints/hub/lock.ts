/**
 * One process at a time, with a socket that listens: the system closes it with its process, however that ends, so that
 * nothing has to be guessed from an old process number. Who comes second waits.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, rename, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** The longest path of a socket, with room to spare: 104 bytes on macOS, 108 on Linux. */
const longestPath = 95
/** Milliseconds between two looks at whether the other is done. */
const interval = 300

export interface LockOptions {
  readonly signal?: AbortSignal
  /** Called once, when another process has it. Throws to give up. */
  readonly waiting?: () => void
}

/** Does the work while no other process that asks for the same path does its own. */
export async function withLock<T>(path: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  await mkdir(dirname(path), { recursive: true })
  const release = await (process.platform === 'win32' ? takePipe(path, options) : takeSocket(path, options))
  try {
    return await work()
  } finally {
    await release()
  }
}

type Release = () => Promise<void>

async function takeSocket(file: string, options: LockOptions): Promise<Release> {
  const path = socketPath(file)
  const wait = waiter(options)
  for (;;) {
    if ((await owner(path)) !== undefined) {
      await wait()
      continue
    }
    // Nobody is there, or a socket whose process was killed: ours takes its place in one step.
    const id = randomUUID()
    const own = `${path}.${id.slice(0, 4)}`
    const server = await listen(own, id)
    // Some file systems have no sockets. What is downloaded there is still compared with its checksum.
    if (typeof server === 'string') return async () => {}
    if ((await owner(path)) === undefined) {
      await rename(own, path)
      // Of several that come at the same moment, the last one's socket is the one that is found.
      await sleep(50)
      if ((await owner(path)) === id)
        return async () => {
          if ((await owner(path)) === id) await rm(path, { force: true })
          await close(server)
        }
    }
    await close(server)
  }
}

/** A pipe of Windows is gone with its process. */
async function takePipe(file: string, options: LockOptions): Promise<Release> {
  const wait = waiter(options)
  for (;;) {
    const server = await listen(`\\\\.\\pipe\\${nameOf(file)}`, '')
    if (server === 'impossible') return async () => {}
    if (server !== 'taken') return () => close(server)
    await wait()
  }
}

function waiter({ signal, waiting }: LockOptions): () => Promise<void> {
  let said = false
  return async () => {
    if (!said) waiting?.()
    said = true
    await sleep(interval, undefined, { signal })
  }
}

function socketPath(path: string): string {
  return Buffer.byteLength(path) <= longestPath ? path : join(tmpdir(), `${nameOf(path)}.lock`)
}

const nameOf = (path: string) => `familiar-${createHash('sha256').update(path).digest('hex').slice(0, 16)}`

/** A server that tells its id to whoever asks. */
function listen(path: string, id: string): Promise<Server | 'taken' | 'impossible'> {
  return new Promise(resolve => {
    const server = createServer(socket => socket.on('error', () => {}).end(id))
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EADDRINUSE' ? 'taken' : 'impossible'),
    )
    // A cache may be shared by several accounts.
    server.listen({ path, readableAll: true, writableAll: true }, () => {
      server.unref()
      resolve(server)
    })
  })
}

const close = (server: Server): Promise<void> => new Promise(resolve => server.close(() => resolve()))

/** The id of whoever listens there; nothing when nobody does. */
function owner(path: string): Promise<string | undefined> {
  return new Promise(resolve => {
    let id = ''
    const socket = connect(path)
    socket.setEncoding('utf8')
    socket.on('data', text => {
      id += text
    })
    socket.once('end', () => resolve(id))
    // It is there but says nothing: a process that was stopped.
    socket.setTimeout(1000, () => {
      socket.destroy()
      resolve(id)
    })
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENOENT' || error.code === 'ECONNREFUSED' ? undefined : id),
    )
  })
}
