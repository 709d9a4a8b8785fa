/** Faults of the REST API that tests bring about. */
import { setTimeout as sleep } from 'node:timers/promises'
import { DiscordError } from './errors.ts'
import { RateLimited } from './rest/rate-limits.ts'
import type { Route } from './types.ts'

/** How the socket is to be torn down. */
export interface Drop {
  readonly after: boolean
  readonly reset: boolean
}

interface Fault {
  readonly route?: Route
  times: number
  /** Milliseconds. */
  readonly delay?: number
  /** In place of an answer. */
  readonly error?: () => Error
  readonly drop?: Drop
}

export class Faults {
  #faults: Fault[] = []

  /** 429 with Retry-After, in seconds (default 0.2), to the next `times` (default 1) calls. */
  rateLimit(options: { route?: Route; times?: number; retryAfter?: number; global?: boolean } = {}): void {
    const { route, times = 1, retryAfter = 0.2, global } = options
    this.#faults.push({ route, times, error: () => new RateLimited(retryAfter, { global }) })
  }

  /** An error (default 500) in place of an answer; `code` is the API's, such as 50013. */
  fail(options: { route?: Route; times?: number; status?: number; code?: number } = {}): void {
    const { route, times = 1, status, code } = options
    const error = () =>
      code === undefined
        ? new DiscordError(0, { status: status ?? 500, message: `${status ?? 500}: Failure` })
        : new DiscordError(code, { status, breach: false })
    this.#faults.push({ route, times, error })
  }

  /**
   * The socket is torn down, before the call is carried out or, with `after`, when it has been. It is closed, which discord.js
   * passes on as an error (`UND_ERR_SOCKET`), or reset (`ECONNRESET`), after which discord.js tries again by itself.
   */
  drop(options: { route?: Route; times?: number; after?: boolean; reset?: boolean } = {}): void {
    const { route, times = 1, after = false, reset = false } = options
    this.#faults.push({ route, times, drop: { after, reset } })
  }

  /** The calls take that much longer; default all. */
  slow(options: { route?: Route; times?: number; ms: number }): void {
    const { route, times = Number.POSITIVE_INFINITY, ms } = options
    this.#faults.push({ route, times, delay: ms })
  }

  /** No faults from here on. */
  clear(): void {
    this.#faults = []
  }

  /** What goes wrong with a call: it waits, throws the error, or the socket is to be dropped. */
  async next(method: string, route: string, path: string): Promise<Drop | undefined> {
    const hits = ({ route: wanted }: Fault) =>
      wanted === undefined ||
      (typeof wanted === 'string' ? wanted === `${method} ${route}` : wanted.test(`${method} ${path}`))
    const slow = this.#faults.filter(fault => fault.delay !== undefined && hits(fault))
    const other = this.#faults.find(fault => fault.delay === undefined && hits(fault))
    for (const fault of [...slow, ...(other ? [other] : [])]) fault.times--
    this.#faults = this.#faults.filter(({ times }) => times > 0)
    for (const { delay } of slow) await sleep(delay)
    if (other?.error) throw other.error()
    return other?.drop
  }
}
