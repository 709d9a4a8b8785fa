/**
 * What is not drawn: sexualised pictures, nudity and degradation of people, and what the operator's own list adds. A text
 * is looked at as it is and as somebody would write it to get by: letters replaced by digits and signs, spread out, or
 * repeated. Borders of words are Unicode's, so that Essex, Scunthorpe and bé are nothing. It knows nothing of models and
 * does not look at pictures.
 */
import { readFile } from 'node:fs/promises'
import { FamiliarError } from '../../engine/errors.ts'
import { visible } from '../concepts/names.ts'
import { degradingTerms, nudityTerms, personWords, sexualTerms } from './safety-terms.ts'

export interface Subject {
  /** A concept that is a person is asked for. */
  readonly person: boolean
  /** Some concept is asked for. */
  readonly named: boolean
}

export interface Safety {
  /** Whether a picture for this text is refused. */
  refuses(text: string, subject: Subject): boolean
  /** Whether a text speaks of anything that is refused of a person: such names are not given, and such turns are not repeated to the model. */
  mentions(text: string): boolean
}

/** @param own the operator's terms: refused of anybody */
export function createSafety(own: readonly string[] = []): Safety {
  const anybody = matcher([...sexualTerms, ...own])
  const people = matcher([...nudityTerms, ...degradingTerms])
  const person = matcher(personWords)
  return {
    refuses(text, subject) {
      const spellings = spellingsOf(text)
      if (matches(anybody, spellings)) return true
      // Where nobody is named, who is to be drawn is anybody's guess: a person, as likely as not.
      const ofPerson = subject.person || !subject.named || mention.test(text) || matches(person, [plain(text)])
      return ofPerson && matches(people, spellings)
    },
    mentions(text) {
      const spellings = spellingsOf(text)
      return matches(anybody, spellings) || matches(people, spellings)
    },
  }
}

/**
 * The operator's list: one term a line; empty lines and those that begin with `#` are left out.
 * @throws FamiliarError `BAD_CONFIG` when the file cannot be read
 */
export async function readBlockList(path: string): Promise<string[]> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    throw new FamiliarError(
      'BAD_CONFIG',
      `Expected BLOCK_LIST to be a file with a term on each line but ${path} gave ${code}`,
      { cause },
    )
  }
  return text
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
}

/** A member of the chat is mentioned. */
const mention = /(?<![\p{L}\p{N}])@\p{L}/u

const before = '(?<![\\p{L}\\p{M}\\p{N}])'
const after = '(?![\\p{L}\\p{M}\\p{N}])'

/** All terms as one pattern, or nothing when there is none. */
function matcher(terms: readonly string[]): RegExp | undefined {
  const patterns = terms.map(plain).filter(Boolean).map(patternOf)
  return patterns.length > 0 ? new RegExp(`${before}(?:${patterns.join('|')})${after}`, 'u') : undefined
}

function patternOf(term: string): string {
  const open = term.endsWith('*')
  const words = (open ? term.slice(0, -1) : term).split(/[\s-]+/).filter(Boolean)
  const pattern = words
    .map(word => {
      const choices = word.split('/').map(each => each.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
      return choices.length > 1 ? `(?:${choices.join('|')})` : choices[0]
    })
    .join('[\\s\\p{P}]+')
  // English words inflect at their end.
  return `${pattern}${open ? '[\\p{L}\\p{M}]*' : "(?:['’]?s)?"}`
}

const matches = (pattern: RegExp | undefined, spellings: readonly string[]) =>
  pattern !== undefined && spellings.some(spelling => pattern.test(spelling))

const plain = (text: string) => visible(text.normalize('NFKC')).toLowerCase().normalize('NFC')

/** The text, and what it may stand for. */
function spellingsOf(text: string): string[] {
  const asIs = plain(text)
  const unveiled = [asIs, ...unmasked(asIs)]
  const together = unveiled.flatMap(spelling => [spelling, ...gathered(spelling)])
  return [...new Set(together.flatMap(spelling => [spelling, ...unrepeated(spelling)]))]
}

const signs: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'l',
  '€': 'e',
  '+': 't',
}
/** Cyrillic and Greek letters that look like Latin ones. */
const lookalikes: Readonly<Record<string, string>> = {
  а: 'a',
  е: 'e',
  о: 'o',
  р: 'p',
  с: 'c',
  х: 'x',
  у: 'y',
  ѕ: 's',
  і: 'i',
  ј: 'j',
  к: 'k',
  п: 'n',
  т: 't',
  ο: 'o',
  α: 'a',
  ε: 'e',
  ρ: 'p',
  ν: 'v',
  ι: 'i',
}

/** `s3x`, `n@ked`, `ѕех` → `sex`, `naked`, `sex`; words without a letter, such as numbers, stay. */
function unmasked(text: string): string[] {
  const latin = text.replace(/\S+/gu, word =>
    /[a-z]/.test(word) || /^[аеорсхуѕіјкптοαερνι]+$/u.test(word)
      ? [...word].map(letter => lookalikes[letter] ?? letter).join('')
      : word,
  )
  const replace = (one: string) =>
    latin.replace(/\S+/gu, word => {
      if (!/\p{L}/u.test(word)) return word
      // A sign at the end of a word is punctuation more often than a letter.
      const [, body = word, tail = ''] = /^(.*?)([!|+]*)$/su.exec(word) ?? []
      return [...body].map(sign => (sign === '1' || sign === '!' ? one : (signs[sign] ?? sign))).join('') + tail
    })
  return [replace('i'), replace('l')]
}

/** `n u d e`, `n.u.d.e`, `n-u-d-e` → `nude`; in `a n u d e man` the first letter is a word of its own. */
function gathered(text: string): string[] {
  const run = /(?<![\p{L}\p{M}\p{N}])[\p{L}\p{N}](?:[\s.\-_*·,]+[\p{L}\p{N}](?![\p{L}\p{M}\p{N}])){2,}/gu
  if (!run.test(text)) return []
  const joined = (pattern: RegExp) =>
    text.replace(run, letters => letters.replace(/[^\p{L}\p{N}]/gu, '').replace(pattern, '$1 $2'))
  return [joined(/^()()/), joined(/^(.)(.+)$/u), joined(/^(.+)(.)$/u), joined(/^(.)(.+)(?=.$)/u)]
}

/** `nuuude` → `nude`, `booooobs` → `boobs`. Two of a letter are left: `rapped` is another word. */
function unrepeated(text: string): string[] {
  if (!/(\p{L})\1\1/u.test(text)) return []
  return ['$1', '$1$1'].map(letters => text.replace(/(\p{L})\1{2,}/gu, letters))
}
