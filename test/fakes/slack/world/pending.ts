/** What is under way: so that a test can wait for quiet, and a closed server leaves nothing behind. */

export class Pending {
  readonly #work = new Set<Promise<unknown>>()
  readonly #timers = new Set<NodeJS.Timeout>()
  #closed = false

  track<T>(work: Promise<T>): Promise<T> {
    const quiet: Promise<unknown> = work.then(
      () => this.#work.delete(quiet),
      () => this.#work.delete(quiet),
    )
    this.#work.add(quiet)
    return work
  }

  /** Runs `act` later. `settled` waits for it when it is `awaited`. */
  later(milliseconds: number, act: () => void, awaited = true): () => void {
    if (this.#closed) return () => undefined
    let done: () => void = () => undefined
    if (awaited) this.track(new Promise<void>(resolve => (done = resolve)))
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      act()
      done()
    }, milliseconds)
    this.#timers.add(timer)
    return () => {
      clearTimeout(timer)
      this.#timers.delete(timer)
      done()
    }
  }

  async settled(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work)
  }

  close(): void {
    this.#closed = true
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    this.#work.clear()
  }
}
