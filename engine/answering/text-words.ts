/**
 * Texts to word ids and back, with concepts' names in them: a name is the word of its identifier. Words that mark
 * something (`<s>`, `<draw>`) and words of pictures cannot be written by anybody.
 */
import type { Dialogue } from '../models/dialogue.ts'
import type { TextTokenizer } from '../models/tokenizer.ts'
import { splitAtNames } from './names.ts'

/** Which words are concepts' names: the `slot` of one, and the name of a slot. */
export interface Identifiers {
  /** V: ids from here on are learned rows. */
  readonly vocabularySize: number
  identifier(slot: number): number
  /** The slot that a row names, if it names one. */
  slotOf(id: number): number | undefined
}

export class TextWords {
  /** Words such as `<s>` and `<draw>`, which no text may contain, by how they are written. */
  readonly special: ReadonlyMap<string, number>
  readonly #identifiers: Identifiers
  readonly #tokenizer: TextTokenizer
  readonly #forbidden: ReadonlySet<number>

  /** @param vocabulary where special words are looked for when the dialogue does not list them */
  constructor(
    identifiers: Identifiers,
    vocabulary: ReadonlyMap<string, number>,
    { special, pictureWords }: Pick<Dialogue, 'special' | 'pictureWords'>,
    tokenizer: TextTokenizer,
  ) {
    this.#identifiers = identifiers
    this.#tokenizer = tokenizer
    this.special = special ?? new Map([...vocabulary].filter(([word]) => /^<[^\s<>]+>$/.test(word)))
    this.#forbidden = new Set([...this.special.values(), ...pictureWords])
  }

  /** Whether a word can stand in a text: it is none of a picture, none that marks something, and no learned row. */
  ordinary(id: number): boolean {
    return id < this.#identifiers.vocabularySize && !this.#forbidden.has(id)
  }

  /**
   * A text's words, with the identifier where a concept is named. Special and picture words that somebody wrote out are
   * read as the ordinary words in them.
   *
   * @param concepts names, by slot
   * @param lead what it begins with, unless it begins with a name
   */
  of(text: string, concepts: readonly string[] = [], lead = ''): number[] {
    return splitAtNames(this.#neutral(text), concepts).flatMap((span, i) => {
      if ('concept' in span) return [this.#identifiers.identifier(span.concept)]
      const before = i > 0 ? span.words : span.words.trimStart() && lead + span.words.trimStart()
      // A space before a name would be a word of its own to some tokenisers.
      return this.encode(before.trimEnd())
    })
  }

  /** Words of a text without names. */
  encode(text: string): number[] {
    return text === '' ? [] : this.#tokenizer.encode(text).filter(id => !this.#forbidden.has(id))
  }

  /** Words as text for people: an identifier becomes its concept's name, other rows and special words are left out. */
  decode(ids: readonly number[], concepts: readonly string[] = []): string {
    const parts: string[] = []
    let run: number[] = []
    const endRun = () => {
      if (run.length > 0) parts.push(this.#tokenizer.decode(run))
      run = []
    }
    for (const id of ids) {
      if (this.ordinary(id)) run.push(id)
      const slot = this.#identifiers.slotOf(id)
      const name = slot === undefined ? undefined : concepts[slot]
      if (name === undefined) continue
      endRun()
      parts.push(name)
    }
    endRun()
    return joinParts(parts)
  }

  /** `<draw>` → `draw`: again and again, because `<<s>>` would leave another behind. */
  #neutral(text: string): string {
    for (let before = text; ; before = text) {
      text = before.replace(/<([^\s<>]+)>/g, (word, inner: string) => (this.special.has(word) ? inner : word))
      if (text === before) return text
    }
  }
}

/** Puts names and words together, with a space between unless punctuation or an apostrophe follows. */
function joinParts(parts: readonly string[]): string {
  let text = ''
  for (const part of parts) {
    const next = part.trim()
    if (next === '') continue
    text += text === '' || /^[.,?!;:)%'’]/.test(next) ? next : ` ${next}`
  }
  // Word-piece tokenisers leave spaces around the apostrophe of `Bo ' s`.
  return text.replace(/\s*(['’]) ?(s|t|m|re|ve|ll|d)\b/giu, '$1$2')
}
