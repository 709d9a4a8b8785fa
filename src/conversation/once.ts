/** What happened is handled once, also when its platform tells it again, before or after a restart. */
import { createHash } from 'node:crypto'
import type { Log, Records } from './needs.ts'

/** Ids that are known without asking the store. */
const remembered = 5_000
/** Platforms that repeat an event do it within hours. */
const kept = 48 * 3600 * 1000

export class Once {
  readonly #seen = new Set<string>()
  readonly #records: Records<true>
  readonly #log: Log

  constructor(records: Records<true>, log: Log) {
    this.#records = records
    this.#log = log
  }

  /** Whether this is the first time; from then on it is not. A store that fails costs a repeated answer, not an answer. */
  async first(...id: readonly string[]): Promise<boolean> {
    const key = createHash('sha256').update(JSON.stringify(id)).digest('hex').slice(0, 40)
    if (this.#seen.has(key)) return false
    this.#seen.add(key)
    for (const oldest of this.#seen) {
      if (this.#seen.size <= remembered) break
      this.#seen.delete(oldest)
    }
    try {
      if (await this.#records.get(key)) return false
      await this.#records.set(key, true, kept)
    } catch (error) {
      this.#log.warn({ error: (error as Error).name }, 'what was handled cannot be noted')
    }
    return true
  }

  /** Lets the store drop what is too old. */
  async sweep(): Promise<void> {
    await this.#records.entries()
  }
}
