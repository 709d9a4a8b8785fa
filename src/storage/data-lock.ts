/**
 * One bot for a data folder. Two of them would sweep away each other's unfinished files and teach every job twice. The
 * lock is a socket that listens: the system closes it with its process, however that ends, so that nothing has to be
 * guessed from an old process number.
 */
import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FamiliarError } from '../../engine/errors.ts'

/** The longest path of a socket, with room to spare: 104 bytes on macOS, 108 on Linux. */
const longestPath = 100

/**
 * Takes the folder for this process.
 *
 * @returns what lets go of it
 * @throws FamiliarError `DATA_IN_USE` when another process has it
 */
export async function lockData(folder: string): Promise<() => Promise<void>> {
  const path = socketPath(folder)
  let server = await listen(path)
  if (server === 'taken') {
    if (await answers(path))
      throw new FamiliarError(
        'DATA_IN_USE',
        `Expected the data folder ${folder} for itself but another bot is using it`,
      )
    // Its process was killed.
    await rm(path, { force: true })
    server = await listen(path)
  }
  // Some file systems have no sockets; the bot works there, without this protection.
  if (typeof server === 'string') return async () => {}
  const held = server
  held.unref()
  return () => new Promise(resolve => held.close(() => resolve()))
}

function socketPath(folder: string): string {
  const name = `familiar-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`
  const inside = join(folder, 'bot.lock')
  return Buffer.byteLength(inside) <= longestPath ? inside : join(tmpdir(), `${name}.lock`)
}

function listen(path: string): Promise<Server | 'taken' | 'impossible'> {
  return new Promise(resolve => {
    const server = createServer(socket => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EADDRINUSE' ? 'taken' : 'impossible'),
    )
    server.listen(path, () => resolve(server))
  })
}

function answers(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
