/** Quotas as people meet them: what is asked for is counted, or they are told when there is more. */
import type { QuotaKind } from '../quotas.ts'
import { duration, speaker } from '../texts/texts.ts'
import type { Exchange, Person, Place } from './chat.ts'
import { isExempt } from './permissions.ts'
import type { Services } from './services.ts'

/** Milliseconds after which somebody who goes on asking is told again that there is no more. */
const silence = 10 * 60_000
const mostRemembered = 10_000

/** Who was told lately that a quota is used up: a flood of messages is answered once, not as often as it asks. */
export class Notices {
  readonly #until = new Map<string, number>()

  /** @returns whether it was to be told, and counts it as told */
  due(key: string, retrySeconds: number): boolean {
    const now = Date.now()
    if ((this.#until.get(key) ?? 0) > now) return false
    this.#until.delete(key)
    this.#until.set(key, now + Math.min(silence, retrySeconds * 1000))
    for (const oldest of this.#until.keys()) {
      if (this.#until.size <= mostRemembered) break
      this.#until.delete(oldest)
    }
    return true
  }
}

/**
 * Does what a quota counts; what fails, or turns out not to count, is not counted. Resolves to nothing when the quota is used
 * up, which was then said.
 */
export async function metered<Result>(
  kind: QuotaKind,
  place: Place,
  from: Person,
  exchange: Exchange,
  { quotas, policy, notices }: Services,
  work: () => Promise<Result>,
  counts: (result: Result) => boolean = () => true,
): Promise<Result | undefined> {
  if (isExempt(from, policy.exemptRoles)) return work()
  const { allowed, usedUp = 'person', retrySeconds } = await quotas.take(kind, place.tenant, from.id)
  if (!allowed) {
    const key = JSON.stringify([place.tenant, from.id, kind])
    if (exchange.spoken && !notices.due(key, retrySeconds)) return undefined
    const say = speaker(from.locale)
    const text = Number.isFinite(retrySeconds)
      ? say(`quota.${usedUp}.${kind}`, { time: duration(say, retrySeconds) })
      : say(`quota.off.${kind}`)
    await exchange.say({ text }, { privately: true })
    return undefined
  }
  try {
    const result = await work()
    if (!counts(result)) await quotas.giveBack(kind, place.tenant, from.id)
    return result
  } catch (error) {
    await quotas.giveBack(kind, place.tenant, from.id)
    throw error
  }
}
