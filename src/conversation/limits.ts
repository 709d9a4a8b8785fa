/** Quotas as people meet them: what is asked for is counted, or they are told when there is more. */
import type { QuotaKind } from '../quotas.ts'
import { duration, speaker } from '../texts/texts.ts'
import type { Exchange, Person, Place } from './chat.ts'
import { isExempt } from './permissions.ts'
import type { Services } from './services.ts'

/**
 * Does what a quota counts; what fails is not counted. Resolves to nothing when the quota is used up, which was then said.
 */
export async function metered<Result>(
  kind: QuotaKind,
  place: Place,
  from: Person,
  exchange: Exchange,
  { quotas, policy }: Services,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  if (isExempt(from, policy.exemptRoles)) return work()
  const { allowed, usedUp = 'person', retrySeconds } = await quotas.take(kind, place.tenant, from.id)
  if (!allowed) {
    const say = speaker(from.locale)
    const text = Number.isFinite(retrySeconds)
      ? say(`quota.${usedUp}.${kind}`, { time: duration(say, retrySeconds) })
      : say(`quota.off.${kind}`)
    await exchange.say({ text }, { privately: true })
    return undefined
  }
  try {
    return await work()
  } catch (error) {
    await quotas.giveBack(kind, place.tenant, from.id)
    throw error
  }
}
