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

  /**
   * Does work, unless that was done before or is being done. It is noted when it has ended: what a process was killed over
   * may be told again by its platform, and is then done. A store that fails costs a repeated answer, not an answer.
   */
  async run(id: readonly string[], work: () => Promise<void>): Promise<void> {
    const key = createHash('sha256').update(JSON.stringify(id)).digest('hex').slice(0, 40)
    if (this.#seen.has(key)) return
    this.#see(key)
    if (await this.#records.get(key).catch(() => false)) return
    try {
      await work()
    } finally {
      await this.#records
        .set(key, true, kept)
        .catch(error => this.#log.warn({ error: (error as Error).name }, 'what was handled cannot be noted'))
    }
  }

  #see(key: string): void {
    this.#seen.add(key)
    for (const oldest of this.#seen) {
      if (this.#seen.size <= remembered) break
      this.#seen.delete(oldest)
    }
  }

  /** Lets the store drop what is too old. */
  async sweep(): Promise<void> {
    await this.#records.entries()
  }
}
