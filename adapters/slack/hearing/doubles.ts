/**
 * A message that mentions the bot comes as two events, in any order: one of them may lack its pictures, and one of them may
 * not come at all, by the app's scopes. It is told once, with its pictures.
 */

/** Milliseconds for which the poorer event waits for the other one. */
const waitFor = 400
const mostRemembered = 2000

export class Doubles {
  readonly #told = new Set<string>()
  readonly #waiting = new Map<string, NodeJS.Timeout>()

  /** @param whole the event is known to have all of the message */
  arrived(id: string, whole: boolean, tell: () => void): void {
    if (this.#told.has(id)) return
    if (whole) this.#tell(id, tell)
    else if (!this.#waiting.has(id))
      this.#waiting.set(
        id,
        setTimeout(() => this.#tell(id, tell), waitFor),
      )
  }

  close(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer)
    this.#waiting.clear()
  }

  #tell(id: string, tell: () => void): void {
    clearTimeout(this.#waiting.get(id))
    this.#waiting.delete(id)
    this.#told.add(id)
    for (const oldest of this.#told) {
      if (this.#told.size <= mostRemembered) break
      this.#told.delete(oldest)
    }
    tell()
  }
}
