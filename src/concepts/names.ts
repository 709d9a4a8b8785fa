/**
 * Which names can be given, and which one was meant. Whether two spellings are one name, and where a text names somebody,
 * is decided in `engine/answering/names.ts`. What comes out is plain text: adapters escape it.
 */
import { distance } from 'fastest-levenshtein'
import { nameKey } from '../../engine/answering/names.ts'
import { FamiliarError } from '../../engine/errors.ts'
import { nameProblem } from '../../engine/learning/concept-file.ts'

const longestName = 32

/** Words that mean somebody or something else in a chat with the bot. */
const reserved = new Set(
  [
    'familiar bot help everyone everybody here channel all somebody someone nobody anybody',
    'me you i we us he him she her it they them who what where this that',
    'teach forget concepts who remember cancel privacy help settings draw describe',
    'tôi bạn mình chúng_tôi chúng_ta mọi_người họ nó ai',
  ].flatMap(words => words.split(' ').map(word => nameKey(word.replaceAll('_', ' ')))),
)

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** TypeScript knows this flag from ES2024 on only; Node 20 has it. */
const unicodeSets = 'v' as string
/**
 * Characters that nobody sees: of no width, turning the direction of writing, or fillers. Two names must not differ by
 * one, and a text must not carry hidden words. Emoji are made with them, and are taken whole.
 */
const emojiOrInvisible = new RegExp(
  '(\\p{RGI_Emoji})|[\\p{Default_Ignorable_Code_Point}\\p{Bidi_Control}\\u2800]',
  `g${unicodeSets}`,
)

/** A text as it is read: NFC, without invisible characters other than those inside of an emoji. */
export function visible(text: string): string {
  return text
    .replace(/\p{Cs}/gu, '') // half of a character that was cut through
    .normalize('NFC')
    .replace(emojiOrInvisible, '$1')
    .normalize('NFC')
}

/**
 * A name as it is kept: visible characters in one line, with single spaces.
 *
 * @throws FamiliarError `BAD_NAME` when it is empty, longer than 32 characters, a reserved word, or only signs
 */
export function cleanName(text: string): string {
  const name = visible(text).replace(/\s+/g, ' ').trim()
  const length = [...graphemes.segment(name)].length
  if (length === 0) throw bad(`a name of 1 to ${longestName} characters`, 'an empty one')
  if (length > longestName) throw bad(`a name of 1 to ${longestName} characters`, `${length}`)
  if (!/[\p{L}\p{N}\p{Extended_Pictographic}\p{Regional_Indicator}]/u.test(name))
    throw bad('a name with a letter, a number or an emoji', `"${name}"`)
  // As a mention or a command, too.
  if (reserved.has(nameKey(name.replace(/^[@/#]+/, ''))))
    throw bad('a name', `"${name}", which means something else here`)
  const problem = nameProblem(name)
  if (problem) throw bad(`a name of 1 to ${longestName} characters`, problem)
  return name
}

const bad = (expected: string, received: string) =>
  new FamiliarError('BAD_NAME', `Expected ${expected} but received ${received}`)

/**
 * The name that was meant by one that is not among them, if one comes close: the same letters without their accents, or a
 * letter or two wrong in a longer one. To suggest by, never to decide by.
 */
export function didYouMean(typed: string, names: readonly string[]): string | undefined {
  const key = folded(typed)
  let best: { name: string; wrong: number } | undefined
  for (const name of names) {
    const other = folded(name)
    const wrong = distance(key, other)
    const length = Math.max([...key].length, [...other].length)
    const allowed = length <= 3 ? 0 : length <= 6 ? 1 : 2
    if (wrong <= allowed && (!best || wrong < best.wrong)) best = { name, wrong }
  }
  return best?.name
}

/** Letters that no decomposition takes the stroke from. */
const strokes: Readonly<Record<string, string>> = { đ: 'd', ł: 'l', ø: 'o', ß: 'ss', æ: 'ae', œ: 'oe', ı: 'i' }

/** Without accents and in lower case: to look for, never to decide by. */
export function folded(name: string): string {
  return nameKey(visible(name))
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[đłøßæœı]/g, letter => strokes[letter]!)
}
