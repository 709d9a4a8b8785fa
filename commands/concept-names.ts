/** Names of concepts as options of commands: completed while they are typed, and found when they are given. */

import type { ConceptRecord } from '../src/concepts/library.ts'
import { didYouMean } from '../src/concepts/names.ts'
import type { Choice, Tenant } from '../src/conversation/chat.ts'
import { refusal, type Services } from '../src/conversation/services.ts'
import { completeName } from '../src/conversation/suggestions.ts'
import type { Say } from '../src/texts/texts.ts'

export async function completeConcepts(typed: string, tenant: Tenant, { library }: Services): Promise<Choice[]> {
  const names = (await library.list(tenant)).map(({ name }) => name)
  return completeName(typed, names).map(name => ({ value: name, label: name }))
}

/** @throws FamiliarError `REFUSED` when nobody of that name was taught, with the name that may have been meant */
export async function requireConcept(
  say: Say,
  name: string,
  tenant: Tenant,
  { library }: Services,
): Promise<ConceptRecord> {
  const record = await library.find(tenant, name)
  if (record) return record
  const names = (await library.list(tenant)).map(each => each.name)
  const meant = didYouMean(name, names)
  throw refusal(meant === undefined ? say('concepts.unknown', { name }) : say('concepts.meant', { name, meant }))
}
