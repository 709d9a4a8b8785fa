/**
 * `remember`: a sentence about somebody who was taught, such as "Bo is Mắm's brother". It stands with everybody whom it
 * names and goes to the model with questions about them; nothing is trained. Without a sentence, lists what is remembered.
 */
import { namedIn, nameKey } from '../engine/answering/names.ts'
import type { ConceptRecord, Fact } from '../src/concepts/library.ts'
import { folded, visible } from '../src/concepts/names.ts'
import type { Choice, Exchange, Person, Place } from '../src/conversation/chat.ts'
import { metered } from '../src/conversation/limits.ts'
import { mayForget } from '../src/conversation/permissions.ts'
import { refusal, type Services } from '../src/conversation/services.ts'
import { suggestName } from '../src/conversation/suggestions.ts'
import { listed, type Say, speaker } from '../src/texts/texts.ts'
import { type Command, type Completing, textOption } from './command.ts'

const longestFact = 200
/** More would leave a prompt no room for the question. */
const mostFacts = 30

export const remember: Command = {
  name: 'remember',
  localName: 'command.remember.name',
  description: 'command.remember',
  who: 'everybody',
  options: [
    { type: 'text', name: 'fact', description: 'option.remember.fact', maxLength: longestFact },
    { type: 'text', name: 'delete', description: 'option.remember.delete', maxLength: longestFact, completes: true },
  ],
  async run({ from, place, options }, exchange, services) {
    const say = speaker(from.locale)
    const fact = textOption(options, 'fact')
    const unwanted = textOption(options, 'delete')
    if (unwanted) return drop(say, unwanted, from, place, exchange, services)
    if (fact) return add(say, fact, from, place, exchange, services)
    const facts = factsOf(await services.library.list(place.tenant))
    const lines = facts.map(({ fact: { text } }) => `• ${text}`)
    const text = facts.length > 0 ? [say('remember.head'), ...lines].join('\n') : say('remember.none')
    await exchange.say({ text })
  },
  complete,
}

async function add(say: Say, said: string, from: Person, place: Place, exchange: Exchange, services: Services) {
  const { library, safety } = services
  const text = visible(said)
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^that /i, '')
  const { length } = [...text]
  if (length > longestFact) throw refusal(say('remember.long', { most: longestFact, count: length }))
  const records = await library.list(place.tenant)
  const names = records.map(({ name }) => name)
  const named = namedIn(text, names).map(index => records[index] as ConceptRecord)
  if (named.length === 0) {
    const meant = suggestName(text, names)
    throw refusal(meant ? say('concepts.meant', { name: meant.word, meant: meant.name }) : say('remember.nobody'))
  }
  const person = named.some(({ kind }) => kind === 'person')
  if (safety.refuses(text, { named: true, person })) throw refusal(say('safety.refusedFact'))
  if (named.some(({ facts }) => facts.some(fact => nameKey(fact.text) === nameKey(text))))
    throw refusal(say('remember.already'))
  const full = named.find(({ facts }) => facts.length >= mostFacts)
  if (full) throw refusal(say('remember.full', { name: full.name, most: mostFacts }))
  const ids = named.map(({ id }) => id)
  const fact = await metered('ask', place, from, exchange, services, () =>
    library.remember(place.tenant, ids, { text, by: from.id }),
  )
  if (!fact) return
  const bold = named.map(({ name }) => `**${name}**`)
  await exchange.say({ text: say('remember.done', { fact: text, names: listed(from.locale, bold) }) })
}

async function drop(say: Say, unwanted: string, from: Person, place: Place, exchange: Exchange, services: Services) {
  const { library } = services
  const facts = factsOf(await library.list(place.tenant))
  const key = sentenceKey(unwanted)
  const found = facts.find(({ fact }) => fact.id === unwanted || sentenceKey(fact.text) === key)
  if (!found) throw refusal(say('remember.unknown'))
  if (!mayDrop(from, found)) throw refusal(say('remember.notYours'))
  await library.unremember(place.tenant, found.fact.id)
  await exchange.say({ text: say('remember.dropped', { fact: found.fact.text }) })
}

async function complete({ typed, place, from }: Completing, { library }: Services): Promise<readonly Choice[]> {
  return factsOf(await library.list(place.tenant))
    .filter(found => mayDrop(from, found) && folded(found.fact.text).includes(folded(typed)))
    .map(({ fact }) => ({ value: fact.id, label: fact.text }))
}

interface Remembered {
  readonly fact: Fact
  /** With whom it stands. */
  readonly about: readonly ConceptRecord[]
}

/** Every sentence once. */
function factsOf(records: readonly ConceptRecord[]): Remembered[] {
  const facts = new Map(records.flatMap(record => record.facts).map(fact => [fact.id, fact]))
  return [...facts.values()].map(fact => ({
    fact,
    about: records.filter(record => record.facts.some(({ id }) => id === fact.id)),
  }))
}

/** Whoever said it, and whoever may have somebody forgotten whom it is about. */
const mayDrop = (person: Person, { fact, about }: Remembered): boolean =>
  person.id === fact.by || about.some(record => mayForget(person, record))

const sentenceKey = (text: string) => folded(text).replace(/[.!\s]+$/u, '')
