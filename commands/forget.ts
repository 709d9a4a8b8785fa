/**
 * `forget`: deletes a concept, or with `me` everything of a person, after a button has confirmed it. The person whom a
 * concept depicts withdraws with it: what is being learned of them ends at once, too.
 */
import { nameKey } from '../engine/answering/names.ts'
import type { Choice, Exchange, Person, Press, Tenant } from '../src/conversation/chat.ts'
import { mayForget } from '../src/conversation/permissions.ts'
import { action, refusal, type Services } from '../src/conversation/services.ts'
import { listed, speaker } from '../src/texts/texts.ts'
import { type Command, type Completing, textOption } from './command.ts'
import { completeConcepts, requireConcept } from './concept-names.ts'

/** Nobody can be taught by this name. */
const oneself = 'me'

export const forget: Command = {
  name: 'forget',
  localName: 'command.forget.name',
  description: 'command.forget',
  who: 'everybody',
  options: [
    { type: 'text', name: 'name', description: 'option.forget.name', required: true, maxLength: 64, completes: true },
  ],
  async run({ from, place, options }, exchange, services) {
    const say = speaker(from.locale)
    const name = textOption(options, 'name') ?? ''
    const buttons = (yes: string) => [
      { action: yes, label: say('button.forget'), style: 'danger' as const },
      { action: action('forget.no'), label: say('button.keep') },
    ]
    if (nameKey(name) === oneself) {
      const text = say('forget.me.ask', await countOf(from, place.tenant, services))
      return void (await exchange.say({ text, buttons: buttons(action('forget.me')) }, { privately: true }))
    }
    const record = await requireConcept(say, name, place.tenant, services)
    if (!mayForget(from, record)) throw refusal(say('forget.notYours', { name: record.name, owner: record.ownerName }))
    const text = say('forget.ask', { name: record.name, facts: record.facts.length })
    await exchange.say({ text, buttons: buttons(action('forget.yes', record.id)) }, { privately: true })
  },
  complete,
  presses: { 'forget.yes': forgetOne, 'forget.me': forgetMe, 'forget.no': keep },
}

async function complete({ typed, place, from }: Completing, services: Services): Promise<readonly Choice[]> {
  const names = await completeConcepts(typed, place.tenant, services)
  const me = { value: oneself, label: speaker(from.locale)('forget.me.choice') }
  return oneself.startsWith(nameKey(typed)) ? [me, ...names] : names
}

async function forgetOne({ from, message }: Press, id: string, exchange: Exchange, services: Services): Promise<void> {
  const { library } = services
  const { tenant } = message.place
  const say = speaker(from.locale)
  const record = (await library.list(tenant)).find(each => each.id === id)
  if (!record) throw refusal(say('forget.gone'))
  // Buttons outlive what they were shown for.
  if (!mayForget(from, record)) throw refusal(say('forget.notYours', { name: record.name, owner: record.ownerName }))
  await cancelLessons(tenant, job => nameKey(job.name) === nameKey(record.name), from, services)
  await library.forget(tenant, id)
  await exchange.say({ text: say('forget.done', { name: record.name }) })
}

async function forgetMe({ from, message }: Press, _: string, exchange: Exchange, services: Services): Promise<void> {
  const { library, drawings, drafts } = services
  const { tenant } = message.place
  const say = speaker(from.locale)
  const lessons = await cancelLessons(tenant, job => job.by.id === from.id || job.depicts === from.id, from, services)
  const { concepts, facts } = await library.forgetPerson(tenant, from.id)
  await drawings.forgetPerson(tenant, from.id)
  drafts.forgetPerson(tenant, from.id)
  const names =
    concepts.length > 0
      ? listed(
          from.locale,
          concepts.map(name => `**${name}**`),
        )
      : ''
  const text = say('forget.me.done', { concepts: concepts.length, names, facts, lessons })
  await exchange.say({ text }, { privately: true })
}

async function keep({ from }: Press, _: string, exchange: Exchange): Promise<void> {
  await exchange.say({ text: speaker(from.locale)('forget.kept') }, { privately: true })
}

/** What is kept of a person. */
export async function countOf({ id }: Person, tenant: Tenant, { library, queue }: Services) {
  const records = await library.list(tenant)
  const facts = new Set(records.flatMap(record => record.facts).flatMap(fact => (fact.by === id ? [fact.id] : [])))
  return {
    concepts: records.filter(({ owner, depicts }) => owner === id || depicts === id).length,
    facts: facts.size,
    lessons: queue.list(tenant).filter(job => job.by.id === id || job.depicts === id).length,
  }
}

type Job = ReturnType<Services['queue']['list']>[number]

async function cancelLessons(tenant: Tenant, which: (job: Job) => boolean, { id }: Person, { queue }: Services) {
  const jobs = queue.list(tenant).filter(which)
  for (const job of jobs) await queue.cancel(job.id, id)
  return jobs.length
}
