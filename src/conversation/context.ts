/** What goes to the model with a question: the concepts that it is about, what is remembered of them, and the last turns. */
import { namedIn, nameKey } from '../../engine/answering/names.ts'
import type { Concept, Utterance } from '../../engine/engine.ts'
import type { ConceptRecord } from '../concepts/library.ts'
import { visible } from '../concepts/names.ts'
import type { IncomingMessage, Tenant } from './chat.ts'
import type { Services } from './services.ts'

/** Turns of the thread that count. */
const turns = 6
/** Concepts and facts that a prompt has room for; those that the question itself names come first. */
const mostConcepts = 6
const mostFacts = 8

export interface Context {
  /** All names that were taught here. */
  readonly known: readonly string[]
  /** Records of the concepts that the question names. */
  readonly named: readonly ConceptRecord[]
  /** Those of them that were learned on another base model and mean nothing to this one. */
  readonly foreign: readonly ConceptRecord[]
  /** Those of them whose file is damaged or gone. */
  readonly damaged: readonly ConceptRecord[]
  readonly concepts: readonly Concept[]
  readonly facts: readonly string[]
}

/**
 * @param text the question
 * @param earlier what was said before it: a question that names nobody may go on about who was named there
 */
export async function contextOf(
  { engine, library, safety }: Services,
  tenant: Tenant,
  text: string,
  earlier: readonly Utterance[] = [],
): Promise<Context> {
  const records = await library.list(tenant)
  const names = records.map(({ name }) => name)
  const find = (said: string) => namedIn(said, names).map(index => records[index] as ConceptRecord)
  const named = find(text)
  const before = find(
    [...earlier]
      .reverse()
      .map(utterance => visible(utterance.text))
      .join('\n'),
  )
  const about = named.length > 0 ? named : before.slice(0, 1)
  // A drawing is never to follow what is refused when it is asked for.
  const facts = [...new Set(about.flatMap(record => record.facts).map(fact => fact.text))]
    .filter(fact => !safety.refuses(fact, { named: true, person: find(fact).some(({ kind }) => kind === 'person') }))
    .slice(-mostFacts)
  const used = [...new Set([...named, ...find(facts.join('\n')), ...before])].slice(0, mostConcepts)
  const foreign = named.filter(record => record.modelFingerprint !== engine.model.fingerprint)
  const concepts = await library.load(used, tenant)
  const loaded = new Set(concepts.map(({ name }) => nameKey(name)))
  const damaged = named
    .slice(0, mostConcepts)
    .filter(record => !foreign.includes(record) && !loaded.has(nameKey(record.name)))
  return { known: names, named, foreign, damaged, facts, concepts }
}

/** The turns before a message, with the one that it replies to as the last. */
export async function turnsBefore(message: IncomingMessage, { safety }: Services): Promise<readonly Utterance[]> {
  const earlier = await message.earlier(turns)
  const { repliedTo } = message
  const utterances = [...earlier]
  if (repliedTo?.text && earlier.at(-1)?.text !== repliedTo.text)
    utterances.push({ from: repliedTo.fromBot ? 'bot' : 'user', text: repliedTo.text })
  return utterances.filter(({ text }) => !safety.mentions(text)).slice(-turns)
}
