/**
 * Records of one kind under one namespace: Keyv, with what it leaves open closed. An error is thrown and never reads as
 * "nothing there", reading and writing back is atomic within this process, and a namespace's entries are all of them.
 * Values are JSON. It knows nothing of what is stored.
 */
import { Mutex } from 'async-mutex'
import { Keyv, type KeyvStoreAdapter } from 'keyv'
import { FamiliarError } from '../../engine/errors.ts'
import { cannotWrite } from './files.ts'

/** Where records lie. */
export interface Backend {
  /** An adapter of its own for a namespace: Keyv writes the namespace into it. */
  scope(namespace: string): Scope
  close(): Promise<void>
}

export interface Scope {
  readonly adapter: KeyvStoreAdapter
  readonly namespace: string
  /** What is to stand in front of every key, where the adapter puts nothing there. */
  readonly prefix: string
}

/** PostgreSQL's column takes 255 characters with the prefix, LMDB 1978 bytes. */
const longestKey = 200

export class Store<Value> {
  readonly #keyv: Keyv<Value>
  readonly #scope: Scope
  readonly #isOpen: () => boolean
  readonly #locks = new Map<string, { readonly mutex: Mutex; users: number }>()

  /** @param isOpen false once the backend was closed: Redis' client would connect again by itself */
  constructor(scope: Scope, isOpen: () => boolean) {
    this.#scope = scope
    this.#isOpen = isOpen
    this.#keyv = new Keyv<Value>({
      store: scope.adapter,
      namespace: scope.namespace,
      // Keyv's own prefix is left out when a key happens to begin with it, so that two keys become one.
      useKeyPrefix: false,
      throwOnErrors: true,
      serialize: JSON.stringify,
      deserialize: text => JSON.parse(text as string),
    })
  }

  /** @throws FamiliarError `STORE_FAILED` */
  async get(key: string): Promise<Value | undefined> {
    const full = this.#full(key)
    return this.#reading(() => this.#keyv.get<Value>(full))
  }

  /**
   * Puts a value in a key's place. To change what is there, use `update`.
   *
   * @param milliseconds after which it is gone
   * @throws FamiliarError `CANNOT_WRITE`; the earlier value is then still there
   */
  async set(key: string, value: Value, milliseconds?: number): Promise<void> {
    const full = this.#full(key)
    await this.#writing(() => this.#keyv.set(full, value, milliseconds))
  }

  /** Resolves to whether it was there. @throws FamiliarError `CANNOT_WRITE` */
  async delete(key: string): Promise<boolean> {
    const full = this.#full(key)
    return this.#writing(() => this.#keyv.delete(full))
  }

  /**
   * Reads a value and writes what `change` makes of it, with no other update of that key in between. Nothing as the new
   * value deletes it. Resolves to the new value.
   *
   * @throws FamiliarError `STORE_FAILED`, `CANNOT_WRITE`, or whatever `change` throws; the value is then as it was
   */
  update(
    key: string,
    change: (value: Value | undefined) => Value | undefined | Promise<Value | undefined>,
  ): Promise<Value | undefined> {
    return this.exclusive(key, async () => {
      const value = await change(await this.get(key))
      if (value === undefined) await this.delete(key)
      else await this.set(key, value)
      return value
    })
  }

  /** Runs work with no other `update` or `exclusive` of that key at the same time. Not to be nested for one key. */
  async exclusive<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const lock = this.#locks.get(key) ?? { mutex: new Mutex(), users: 0 }
    this.#locks.set(key, lock)
    lock.users++
    try {
      return await lock.mutex.runExclusive(work)
    } finally {
      if (--lock.users === 0) this.#locks.delete(key)
    }
  }

  /** All entries, in no order. @throws FamiliarError `STORE_FAILED` rather than leaving some out */
  async entries(): Promise<[key: string, value: Value][]> {
    const { adapter, namespace, prefix } = this.#scope
    return this.#reading(() =>
      this.#strictly(async () => {
        // Redis may list a key more than once.
        const entries = new Map<string, Value>()
        for await (const [key, text] of adapter.iterator!<string>(namespace)) {
          // Gone since its key was listed.
          if (key === undefined || text === undefined || text === null) continue
          const { value, expires } = JSON.parse(text) as { value: Value; expires?: number }
          if (expires === undefined || expires > Date.now()) entries.set(key.slice(prefix.length), value)
          else await this.#keyv.delete(key)
        }
        return [...entries]
      }),
    )
  }

  /** Deletes every entry of this namespace. @throws FamiliarError `CANNOT_WRITE` */
  async clear(): Promise<void> {
    await this.#writing(() => this.#strictly(() => this.#keyv.clear()))
  }

  /** Adapters tell some errors to their listeners only, and go on as if there were no more entries. */
  async #strictly<Result>(work: () => Promise<Result>): Promise<Result> {
    const { adapter } = this.#scope
    const errors: unknown[] = []
    const listen = (error: unknown) => errors.push(error)
    adapter.on('error', listen)
    try {
      const result = await work()
      if (errors.length > 0) throw errors[0]
      return result
    } finally {
      // Keyv's type leaves it out, but its adapters are event emitters.
      const emitter = adapter as unknown as { off(event: 'error', listener: typeof listen): void }
      emitter.off('error', listen)
    }
  }

  #full(key: string): string {
    if (key.length > 0 && Buffer.byteLength(key) <= longestKey && !key.includes('\0')) return this.#scope.prefix + key
    throw new TypeError(`Expected a key of 1 to ${longestKey} bytes but received ${JSON.stringify(key)}`)
  }

  #checkOpen(): void {
    if (!this.#isOpen()) throw new Error('it is closed')
  }

  async #reading<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      this.#checkOpen()
      return await work()
    } catch (cause) {
      const message = `Expected the store to answer but received: ${cause instanceof Error ? cause.message : cause}`
      throw new FamiliarError('STORE_FAILED', message, { cause })
    }
  }

  async #writing<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      this.#checkOpen()
      return await work()
    } catch (cause) {
      throw cannotWrite('a record', cause)
    }
  }
}
