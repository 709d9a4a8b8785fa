/**
 * Keyv's adapter for LMDB, a database in a folder: every namespace is a database of its own in one environment, so that
 * clearing one never touches another whose name begins alike. A write is on the disk when its promise resolves.
 */
import { EventEmitter } from 'node:events'
import { statfsSync } from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KeyvStoreAdapter, StoredData } from 'keyv'
import { type Database, open, type RootDatabase } from 'lmdb'

/** More than there are kinds of records. */
const maxDbs = 32
/** Bytes that a write may take beside its value: pages of the trees, new ones for all that changes, and the list of free ones. */
const roomBeside = 2 ** 20

/** Opens the environment in a folder. @throws Error when the folder holds something else */
export async function openLmdb(path: string): Promise<LmdbEnvironment> {
  await checkHeader(join(path, 'data.mdb'))
  // By default a write resolves before it is flushed, and a commit that fails (a full disk) also rejects a promise that
  // nobody can catch, which ends the process: both come with batching by event turn.
  return new LmdbEnvironment(open({ path, maxDbs, overlappingSync: false, eventTurnBatching: false }), path)
}

/** The library itself ends the process over a file that is no database. */
async function checkHeader(path: string): Promise<void> {
  const handle = await openFile(path, 'r').catch(error => {
    if (error.code !== 'ENOENT') throw error
  })
  if (!handle) return
  try {
    // A page's header is 24 bytes long; then, in the first page, comes LMDB's magic number.
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(28), 0, 28, 0)
    if (bytesRead !== 0 && buffer.readUInt32LE(24) !== 0xbeefc0de) throw new Error('a damaged or different file')
  } finally {
    await handle.close()
  }
}

export class LmdbEnvironment {
  readonly #root: RootDatabase
  readonly #path: string
  #closed = false

  constructor(root: RootDatabase, path: string) {
    this.#root = root
    this.#path = path
  }

  adapter(namespace: string): LmdbAdapter {
    const database = this.#root.openDB<string, string>({ name: namespace, encoding: 'string' })
    return new LmdbAdapter(database, this.#path, () => this.#closed)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#root.close()
  }
}

/** Values are Keyv's own JSON, with the time at which they expire. */
class LmdbAdapter extends EventEmitter implements KeyvStoreAdapter {
  readonly opts = { dialect: 'lmdb', url: 'lmdb:' }
  namespace?: string
  readonly #database: Database<string, string>
  readonly #path: string
  readonly #closed: () => boolean

  constructor(database: Database<string, string>, path: string, closed: () => boolean) {
    super()
    this.#database = database
    this.#path = path
    this.#closed = closed
  }

  async get<Value>(key: string): Promise<StoredData<Value> | undefined> {
    return this.#open().get(key) as StoredData<Value>
  }

  async set(key: string, value: string): Promise<void> {
    requireRoom(this.#path, Buffer.byteLength(value) + roomBeside)
    await written(this.#open().put(key, value))
  }

  async delete(key: string): Promise<boolean> {
    const database = this.#open()
    if (!database.doesExist(key)) return false
    await written(database.remove(key))
    return true
  }

  async clear(): Promise<void> {
    await written(this.#open().clearAsync())
  }

  async has(key: string): Promise<boolean> {
    const value = this.#open().get(key)
    return value !== undefined && !((JSON.parse(value).expires ?? Number.POSITIVE_INFINITY) <= Date.now())
  }

  /** The entries that are there when it begins. */
  async *iterator<Value>(): AsyncGenerator<Array<string | Awaited<Value> | undefined>, void> {
    for (const { key, value } of [...this.#open().getRange()]) yield [key, value]
  }

  /** A write to a closed environment would end the process from a callback. */
  #open(): Database<string, string> {
    if (this.#closed()) throw new Error('the database is closed')
    return this.#database
  }
}

/**
 * The library has been seen to end the process, its memory damaged, over a commit for which the disk had no room: so that
 * such a commit is not tried. @throws Error `ENOSPC`
 */
function requireRoom(path: string, bytes: number): void {
  // Not awaited, so that writes keep their order.
  const { blocks, bavail, bsize } = statfsSync(path)
  // Where a file system does not say how large it is, it cannot say how full it is.
  if (blocks > 0 && bavail * bsize < bytes) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
}

/** Waits for a commit, and throws why it failed rather than that it did. */
async function written(commit: Promise<unknown>): Promise<void> {
  try {
    await commit
  } catch (error) {
    const reason = (error as { commitError?: Promise<never> }).commitError
    if (reason) await reason
    throw error
  }
}
