/** A turn with what goes before it, put together so that it fits the model. */
import type { Concept, Turn, Utterance } from '../engine.ts'
import { FamiliarError } from '../errors.ts'
import type { Word } from '../models/language.ts'
import type { PictureView } from '../models/multimodal.ts'
import { namedIn } from './names.ts'
import type { PromptTemplate } from './prompt.ts'

export interface Conversation {
  readonly ids: Word[]
  /** Lengths of what other turns may begin with too: all before the pictures' end, before the definitions' end. */
  readonly repeats: readonly number[]
  /** Concepts that are defined, by slot. */
  readonly concepts: readonly Concept[]
  /** Slots that an answer may restate, in the order of naming. */
  readonly named: readonly number[]
}

/** Counts of words. */
export interface Limits {
  /** Beyond which earlier turns are left out. */
  readonly maxLength: number
  /** What the model can take. */
  readonly maxPositions: number
  /** Most words of an answer. */
  readonly words: number
  /** Words of a picture that is drawn; 0 for a model that does not draw. */
  readonly drawing: number
}

/** What a picture alone is asked about. */
const defaultQuestion = 'What do you see in this picture?'

/** @throws FamiliarError `BAD_TURN` when there is nothing to answer, or too many pictures */
export function checkTurn({ text, images = [] }: Turn): void {
  if (images.length > 4) throw bad('0 to 4 pictures', String(images.length))
  if (text.trim() === '' && images.length === 0) throw bad('a text or a picture', 'neither')
}

/**
 * Puts pictures, earlier turns, definitions, facts and the question in order. A concept that neither the question nor
 * what is said before it names is left out: such an answer is the base model's.
 *
 * @throws FamiliarError `BAD_TURN` when the question itself is too long
 */
export function converse(
  template: PromptTemplate,
  turn: Turn,
  pictures: readonly PictureView[],
  { maxLength, maxPositions, words, drawing }: Limits,
): Conversation {
  const { facts = [], earlier = [], concepts: given = [] } = turn
  const text = turn.text.trim() || defaultQuestion
  const names = given.map(({ name }) => name)
  const inText = namedIn(text, names)
  const inContext = namedIn([...facts, ...earlier.map(utterance => utterance.text)].join('\n'), names)
  const used = [...inText, ...inContext.filter(index => !inText.includes(index))]
  const concepts = used.map(index => given[index] as Concept)
  const slots = concepts.map((_, slot) => slot)
  const named = inText.length > 0 ? slots.slice(0, inText.length) : slots

  const usedNames = concepts.map(({ name }) => name)
  // A drawing that is asked for, and whatever a concept may be drawn for, is asked for without the system's line.
  const system = pictures.length > 0 || (used.length === 0 && !turn.drawing)
  const said = earlierTurns(earlier)
  // With marks, what one side says in a row is one turn.
  const unanswered = template.words.marks && said.at(-1)?.from === 'user' ? `${said.pop()?.text}\n` : ''
  const asks = { concepts: usedNames, facts, text: unanswered + text }
  const question = template.userTurn({ ...asks, behindPictures: pictures.length > 0 })
  const together = (earlier: readonly number[]) => template.conversation({ pictures, earlier, question, system })
  const asked = together([]).length + named.length * template.tokens
  const excess = asked + words + drawing - maxPositions
  if (excess > 0) {
    const room = Math.max(0, question.length - excess)
    throw bad(`a message of at most ${room} of the model's words with its facts and concepts`, String(question.length))
  }
  const turns = said.map(one => template.earlierTurn(one.from, one.text, usedNames))
  // A question about a picture is hardly ever answered with one.
  let rest = maxLength - asked - (pictures.length > 0 ? words : Math.max(words, drawing))
  let from = turns.length
  while (from > 0 && (turns[from - 1] as number[]).length <= rest) rest -= (turns[--from] as number[]).length
  // Marks say whose turn is the first.
  if (template.words.marks && said[from]?.from === 'bot') from++
  const before = turns.slice(from).flat()
  const ids = together(before)
  // What was said earlier is there but once; with marks it stands before the pictures.
  const shown = ids.length - question.length
  const defined = shown + template.definitions(slots).length
  const ends = [
    pictures.length > 0 ? shown - (template.words.marks ? 0 : before.length) : 0,
    concepts.length > 0 ? defined : 0,
  ]
  const repeats = before.length === 0 ? ends : ends.slice(0, template.words.marks ? 0 : 1)
  return { ids, repeats: repeats.filter(end => end > 0), concepts, named }
}

/** Utterances of one side that follow one another are one turn. */
function earlierTurns(earlier: readonly Utterance[]): Utterance[] {
  const turns: Utterance[] = []
  for (const { from, text } of earlier) {
    if (text.trim() === '') continue
    const last = turns.at(-1)
    if (last?.from === from) turns[turns.length - 1] = { from, text: `${last.text}\n${text}` }
    else turns.push({ from, text })
  }
  return turns
}

const bad = (expected: string, received: string) =>
  new FamiliarError('BAD_TURN', `Expected ${expected} but received ${received}`)
