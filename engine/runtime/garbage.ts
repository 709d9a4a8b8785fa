/**
 * Arrays that runs returned, or that caches gave up, and nobody holds any more. V8's collector looks at its own heap, which is
 * small, and not at these: what a model of real size has read of a few pictures, 0.25 GB each, would wait for it beside what is
 * in use.
 */

/** Bytes that may wait: a collection takes 20 ms. */
const most = 2 ** 27

export class Garbage {
  readonly #collect: (() => void) | undefined
  #bytes = 0

  /** @param collect as a process has it that was started for it (`memoryArguments`) */
  constructor(collect: (() => void) | undefined = globalThis.gc) {
    this.#collect = collect
  }

  /** So much was returned by a run, which will not be held for long, or given up. */
  left(bytes: number): void {
    this.#bytes += bytes
  }

  /** Collects when much has been left since the last time: before the next run, when what came before has been used. */
  beforeRun(): void {
    if (this.#bytes < most) return
    this.#bytes = 0
    this.#collect?.()
  }
}

/** Of this process. */
export const garbage = new Garbage()
