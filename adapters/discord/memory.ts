/** What the adapter must still know after a restart: a store, in which everything has a key of its own. */
import { createHash } from 'node:crypto'
import { Mutex } from 'async-mutex'
import type { Tenant } from '../../src/conversation/chat.ts'

/** What is used of a store (`src/storage/store.ts`). Values are JSON. */
export interface Memory {
  get(key: string): Promise<unknown>
  set(key: string, value: unknown, milliseconds?: number): Promise<unknown>
  delete(key: string): Promise<unknown>
}

const day = 24 * 3600 * 1000
/** Longer than any button of the bot is of use. */
const messagesKept = 90 * day

export class Recall {
  readonly #memory: Memory
  readonly #lists = new Mutex()

  constructor(memory: Memory) {
    this.#memory = memory
  }

  /** The tenant on whose behalf a direct message was written, where that is not its reader's own. */
  async tenantOfMessage(message: string): Promise<Tenant | undefined> {
    return (await this.#memory.get(`message:${message}`)) as Tenant | undefined
  }

  async keepTenantOfMessage(message: string, tenant: Tenant): Promise<void> {
    await this.#memory.set(`message:${message}`, tenant, messagesKept)
  }

  /** Whether this differs from what was noted last. */
  async isNew(what: string, value: unknown): Promise<boolean> {
    return (await this.#memory.get(what)) !== fingerprint(value)
  }

  async note(what: string, value: unknown): Promise<void> {
    await this.#memory.set(what, fingerprint(value))
  }

  /** A list of ids; nothing when none was ever kept. */
  async list(name: string): Promise<readonly string[] | undefined> {
    return (await this.#memory.get(name)) as string[] | undefined
  }

  /** Changes a list. It is not to be nested. Resolves to the new one. */
  changeList(
    name: string,
    change: (ids: readonly string[] | undefined) => readonly string[] | Promise<readonly string[]>,
  ): Promise<readonly string[]> {
    return this.#lists.runExclusive(async () => {
      const before = await this.list(name)
      const after = await change(before)
      if (JSON.stringify(before) !== JSON.stringify(after)) await this.#memory.set(name, after)
      return after
    })
  }
}

const fingerprint = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex')
