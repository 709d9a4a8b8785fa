/**
 * A fair queue for questions: persons take turns, so that one who asks twenty things delays everybody else by one of
 * them. Nothing outlives the process: a question whose process ended was not answered, and is asked again by whoever
 * cares. It knows nothing of what a question is.
 */
import { FamiliarError } from '../../engine/errors.ts'

export interface Asks {
  /**
   * Runs work when it is the person's turn.
   *
   * @param person an id that is unique among all who ask, such as tenant and member
   * @param work is given a signal that fires with `signal`; it need not look at it
   * @param waiting is told the position whenever it changes; 1 is next
   * @throws FamiliarError `CANCELLED` when the signal fires before its turn, or the queue is closed; or what `work` throws
   */
  run<Result>(
    person: string,
    work: (signal: AbortSignal) => Promise<Result>,
    signal?: AbortSignal,
    waiting?: (position: number) => void,
  ): Promise<Result>
  /** How many wait. */
  readonly waiting: number
  /** Cancels what waits, and resolves when what runs has ended. */
  close(): Promise<void>
}

/** @param concurrency how many run at the same time; default 1 */
export function createAsks({ concurrency = 1 }: { readonly concurrency?: number } = {}): Asks {
  return new FairQueue(concurrency)
}

interface Ask {
  readonly person: string
  /** Every person's first work is in the round that is running, their next one in the round after it. */
  readonly round: number
  readonly begin: () => Promise<void>
  readonly cancel: () => void
  readonly waiting?: (position: number) => void
  told?: number
}

class FairQueue implements Asks {
  readonly #concurrency: number
  /** In the order in which they will run. */
  readonly #asks: Ask[] = []
  readonly #running = new Set<Ask>()
  #round = 0
  #closed = false
  #idle = () => {}

  constructor(concurrency: number) {
    this.#concurrency = concurrency
  }

  get waiting(): number {
    return this.#asks.length
  }

  run<Result>(
    person: string,
    work: (signal: AbortSignal) => Promise<Result>,
    signal: AbortSignal = new AbortController().signal,
    waiting?: (position: number) => void,
  ): Promise<Result> {
    if (this.#closed || signal.aborted) return Promise.reject(cancelled())
    return new Promise((resolve, reject) => {
      const cancel = () => {
        const index = this.#asks.indexOf(ask)
        if (index < 0) return
        signal.removeEventListener('abort', cancel)
        this.#asks.splice(index, 1)
        reject(cancelled())
        this.#tellPositions()
      }
      const begin = async () => {
        signal.removeEventListener('abort', cancel)
        try {
          resolve(await work(signal))
        } catch (error) {
          reject(error)
        }
      }
      const ask: Ask = { person, round: this.#nextRound(person), begin, cancel, waiting }
      signal.addEventListener('abort', cancel, { once: true })
      const later = this.#asks.findIndex(other => other.round > ask.round)
      this.#asks.splice(later < 0 ? this.#asks.length : later, 0, ask)
      this.#begin()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const { cancel } of [...this.#asks]) cancel()
    if (this.#running.size > 0) await new Promise<void>(resolve => (this.#idle = resolve))
  }

  #nextRound(person: string): number {
    const rounds = [...this.#running, ...this.#asks].filter(ask => ask.person === person).map(({ round }) => round + 1)
    return Math.max(this.#round, ...rounds)
  }

  #begin(): void {
    while (this.#running.size < this.#concurrency) {
      const ask = this.#asks.shift()
      if (!ask) break
      this.#round = ask.round
      this.#running.add(ask)
      void ask.begin().then(() => {
        this.#running.delete(ask)
        this.#begin()
        if (this.#running.size === 0) this.#idle()
      })
    }
    this.#tellPositions()
  }

  #tellPositions(): void {
    for (const [index, ask] of [...this.#asks].entries()) {
      if (ask.told === index + 1) continue
      ask.told = index + 1
      try {
        ask.waiting?.(index + 1)
      } catch {
        // What a listener does wrong is no reason to answer nobody any more.
      }
    }
  }
}

const cancelled = () => new FamiliarError('CANCELLED', 'The question was cancelled before its turn')
