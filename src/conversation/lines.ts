/**
 * Lines of people's questions: what one person asks is prepared and answered one after another, so that a flood of
 * questions is no flood of downloads and requests that everybody else would wait behind.
 */
import { Mutex } from 'async-mutex'

export class Lines {
  readonly #lines = new Map<string, Mutex>()

  /** Runs work when everything that this person asked before is done. */
  async run<Result>(person: string, work: () => Promise<Result>): Promise<Result> {
    const line = this.#lines.get(person) ?? new Mutex()
    this.#lines.set(person, line)
    const release = await line.acquire()
    try {
      return await work()
    } finally {
      release()
      if (!line.isLocked()) this.#lines.delete(person)
    }
  }
}
