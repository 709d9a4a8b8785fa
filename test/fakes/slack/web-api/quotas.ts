/** Slack's rate limits: so many calls a minute per method and team, and about one message a second in a channel. */
import type { Json } from '../world/state.ts'
import type { Method } from './method.ts'

const minute = 60_000
/** Short bursts of messages are borne. */
const burst = 5

export class Quotas {
  readonly #calls = new Map<string, number[]>()

  /** Seconds to wait before this call; 0 when it may be made, and then it counts. */
  wait(name: string, method: Method | undefined, team: string | undefined, args: Json): number {
    if (name === 'chat.postMessage') return this.#take(`${name} ${team} ${args.channel}`, burst, burst * 1000)
    return method?.perMinute === undefined ? 0 : this.#take(`${name} ${team}`, method.perMinute, minute)
  }

  #take(key: string, count: number, period: number): number {
    const now = Date.now()
    const recent = (this.#calls.get(key) ?? []).filter(at => at > now - period)
    this.#calls.set(key, recent)
    if (recent.length >= count) return Math.max(1, Math.ceil((recent[0]! + period - now) / 1000))
    recent.push(now)
    return 0
  }
}
