/** Rate limits, per route and channel, and for all calls together. */
import { createHash } from 'node:crypto'
import type { Channel } from '../state/model.ts'
import type { World } from '../state/world.ts'

/** Calls in so many milliseconds; as observed, for Discord does not document them. */
const routes: Readonly<Record<string, readonly [limit: number, window: number]>> = {
  'POST /channels/{channel_id}/messages': [5, 5000],
  'PATCH /channels/{channel_id}/messages/{message_id}': [5, 5000],
  'DELETE /channels/{channel_id}/messages/{message_id}': [5, 1000],
  'POST /channels/{channel_id}/typing': [5, 5000],
  'POST /webhooks/{webhook_id}/{webhook_token}': [5, 2000],
  'PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original': [5, 2000],
  'PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}': [5, 2000],
}
const others = [50, 1000] as const
const global = [50, 1000] as const
/** Edits of messages that are older than an hour, in one channel. */
const hourOld = [3, 6000] as const

/** 429. */
export class RateLimited extends Error {
  /** Seconds. */
  readonly retryAfter: number
  readonly global: boolean
  readonly code: number

  constructor(retryAfter: number, { global = false, code = 0, message = 'You are being rate limited.' } = {}) {
    super(message)
    this.retryAfter = retryAfter
    this.global = global
    this.code = code
  }
}

interface Window {
  used: number
  resets: number
}

export class RateLimits {
  readonly #world: World
  readonly #windows = new Map<string, Window>()

  constructor(world: World) {
    this.#world = world
  }

  /**
   * Counts a call and gives the headers that tell how many are left.
   * @throws RateLimited
   */
  count(method: string, route: string, params: Readonly<Record<string, string>>): Record<string, string> {
    // Answers to interactions know no limit.
    if (route.startsWith('/interactions/')) return {}
    const { rateLimits } = this.#world.options
    const [limit, period] = routes[`${method} ${route}`] ?? others
    const major = params.channel_id ?? params.guild_id ?? `${params.webhook_id ?? ''}${params.webhook_token ?? ''}`
    if (rateLimits && !route.startsWith('/webhooks/')) this.#take('', global, { global: true })
    const window = rateLimits
      ? this.#take(`${method} ${route} ${major}`, [limit, period], {})
      : { used: 0, resets: Date.now() + period }
    return {
      'X-RateLimit-Limit': String(limit),
      'X-RateLimit-Remaining': String(limit - window.used),
      'X-RateLimit-Reset': String(window.resets / 1000),
      'X-RateLimit-Reset-After': String((window.resets - Date.now()) / 1000),
      'X-RateLimit-Bucket': createHash('md5').update(`${method} ${route}`).digest('hex'),
    }
  }

  /** @throws RateLimited 30046 */
  countHourOldEdit({ id }: Channel): void {
    if (this.#world.options.rateLimits)
      this.#take(`hour-old ${id}`, hourOld, {
        code: 30046,
        message: 'Maximum number of edits to messages older than 1 hour reached. Try again later.',
      })
  }

  #take(
    key: string,
    [limit, period]: readonly [number, number],
    error: { global?: boolean; code?: number; message?: string },
  ): Window {
    const now = Date.now()
    let window = this.#windows.get(key)
    if (!window || window.resets <= now) {
      window = { used: 0, resets: now + period }
      this.#windows.set(key, window)
    }
    if (window.used >= limit) throw new RateLimited((window.resets - now) / 1000, error)
    window.used++
    return window
  }
}
