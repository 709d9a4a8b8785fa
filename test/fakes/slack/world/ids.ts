/** Ids, tokens and timestamps as Slack makes them. */
import { randomBytes } from 'node:crypto'

export class Ids {
  #count = 0
  #micros = 0

  /** Such as `U00000003`: Slack's letter and at least eight of A–Z and 0–9. */
  next(letter: string): string {
    this.#count++
    return `${letter}${this.#count.toString(36).toUpperCase().padStart(8, '0')}`
  }

  token(prefix: string): string {
    return `${prefix}-${randomBytes(12).toString('hex')}`
  }

  /** `seconds.micros`, never the same twice, never smaller than the one before. */
  ts(): string {
    this.#micros = Math.max(this.#micros + 1, Date.now() * 1000)
    return `${Math.floor(this.#micros / 1e6)}.${String(this.#micros % 1e6).padStart(6, '0')}`
  }
}
