/**
 * All that the bot keeps: records in stores by namespace, and files in the data folder. Records lie in that folder, too
 * (LMDB), or on a Redis or PostgreSQL server; files never leave this machine. It knows nothing of what is kept.
 */
import { join, resolve } from 'node:path'
import { FamiliarError } from '../../engine/errors.ts'
import { lockData } from './data-lock.ts'
import { cannotWrite, Files, makeFolder } from './files.ts'
import { openLmdb } from './lmdb-adapter.ts'
import { type Backend, Store } from './store.ts'

export interface StorageOptions {
  /** Folder for files, and for records when there is no URL; made when it is not there. */
  readonly dataDir: string
  /** `redis://…`, `rediss://…`, `postgres://…` or `postgresql://…`; records lie on the disk without one. */
  readonly url?: string
}

export interface Storage {
  readonly kind: 'disk' | 'redis' | 'postgres'
  readonly files: Files
  /** The store of a namespace (lower-case letters), the same object every time: its locks hold for everybody. */
  store<Value>(namespace: string): Store<Value>
  /** Waits for writes that are under way. */
  close(): Promise<void>
}

/**
 * Opens the storage and takes the data folder for this process.
 *
 * @throws FamiliarError `BAD_CONFIG` (another kind of URL), `CANNOT_WRITE` (the folder), `DATA_IN_USE` (another bot has
 *   it), `STORE_UNREACHABLE`, `STORE_FAILED` (a damaged database)
 */
export async function openStorage({ dataDir, url }: StorageOptions): Promise<Storage> {
  const folder = resolve(dataDir)
  const kind = kindOf(url)
  await makeFolder(folder).catch(cause => {
    throw cannotWrite(`to the data folder ${folder}`, cause)
  })
  const unlock = await lockData(folder)
  try {
    return new OpenStorage(kind, new Files(folder), await openBackend(kind, folder, url), unlock)
  } catch (error) {
    await unlock()
    throw error
  }
}

function kindOf(url: string | undefined): Storage['kind'] {
  if (!url) return 'disk'
  const protocol = URL.canParse(url) ? new URL(url).protocol : ''
  if (protocol === 'redis:' || protocol === 'rediss:') return 'redis'
  if (protocol === 'postgres:' || protocol === 'postgresql:') return 'postgres'
  // The rest of it may hold a password.
  const received = protocol ? `one that begins with ${protocol}` : 'something else'
  throw new FamiliarError(
    'BAD_CONFIG',
    `Expected STORE_URL to be a URL that begins with redis: or postgres: but received ${received}`,
  )
}

async function openBackend(kind: Storage['kind'], folder: string, url = ''): Promise<Backend> {
  if (kind !== 'disk') {
    // Their clients are loaded by those who use them.
    const { openPostgres, openRedis } = await import('./servers.ts')
    return kind === 'redis' ? openRedis(url) : openPostgres(url)
  }
  try {
    const environment = await openLmdb(join(folder, 'store'))
    return {
      scope: namespace => ({ adapter: environment.adapter(namespace), namespace, prefix: '' }),
      close: () => environment.close(),
    }
  } catch (cause) {
    const message = `Expected a whole database in ${join(folder, 'store')} but received: ${(cause as Error).message}`
    throw new FamiliarError('STORE_FAILED', message, { cause })
  }
}

class OpenStorage implements Storage {
  readonly kind: Storage['kind']
  readonly files: Files
  readonly #backend: Backend
  readonly #unlock: () => Promise<void>
  readonly #stores = new Map<string, Store<never>>()
  #closing: Promise<void> | undefined

  constructor(kind: Storage['kind'], files: Files, backend: Backend, unlock: () => Promise<void>) {
    this.kind = kind
    this.files = files
    this.#backend = backend
    this.#unlock = unlock
  }

  store<Value>(namespace: string): Store<Value> {
    // The adapters look for a namespace by pattern; letters stand for themselves in each of them.
    if (!/^[a-z]{1,40}$/.test(namespace))
      throw new TypeError(`Expected a namespace of lower-case letters but received ${JSON.stringify(namespace)}`)
    let store = this.#stores.get(namespace) as Store<Value> | undefined
    if (!store) {
      store = new Store<Value>(this.#backend.scope(namespace), () => !this.#closing)
      this.#stores.set(namespace, store as Store<never>)
    }
    return store
  }

  close(): Promise<void> {
    this.#closing ??= this.#backend.close().finally(this.#unlock)
    return this.#closing
  }
}
