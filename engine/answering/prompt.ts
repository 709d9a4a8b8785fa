/**
 * The one template of teaching and of answering: from parts of a conversation to word ids. A sequence is `<s>` and turns
 * of the user and the bot, each closed by an end of turn:
 *
 *     <s> picture… `sks is g1…gk u1…uk .`… facts… question <end>  g1…gk picture <end>
 *     <s> picture… `sks is g1…gk u1…uk .`… facts… question <end>  u1…uk words <end>
 *
 * The concept in slot c is 1 + 2k rows of the soft prompt: row c·(1+2k) is its identifier (`sks`), k rows for drawing
 * (g) and k for understanding (u) follow; row r is the word id V + r. An answer first restates one half of every concept
 * that its question names, in the order of naming. Source: Yo'Chameleon, "self-prompting".
 *
 * Knows nothing of sessions, sampling or what the rows hold.
 */
import { FamiliarError } from '../errors.ts'
import type { ChameleonConfig } from '../models/chameleon/config.ts'
import type { ChameleonWords } from '../models/chameleon/words.ts'
import type { TextTokenizer } from '../models/tokenizer.ts'
import { splitAtNames } from './names.ts'

/** Which half of a concept's rows: g for drawing, u for language. */
export type Half = 'drawing' | 'language'

/** Soft tokens in each half, as in the paper. */
export const defaultTokens = 16

export interface UserTurn {
  /** Codes of the pictures that are shown. */
  readonly pictures?: readonly (readonly number[])[]
  /** Names of all concepts of the soft prompt, by slot: they are found in facts and text. */
  readonly concepts?: readonly string[]
  /** Slots to define, in this order; all concepts when left out. */
  readonly define?: readonly number[]
  /** Define with the first so many g-tokens and no u-tokens, as a soft-positive of adaptive length is. */
  readonly drawingTokens?: number
  /** Remembered sentences. */
  readonly facts?: readonly string[]
  readonly text: string
}

export interface TemplateModel {
  readonly config: Pick<ChameleonConfig, 'vocabulary' | 'vocabularySize'>
  readonly words: ChameleonWords
  tokenizer(): Promise<TextTokenizer>
}

export class PromptTemplate {
  /** k: soft tokens in each half. */
  readonly tokens: number
  /** V: the first id that is a learned row. */
  readonly vocabularySize: number
  readonly words: ChameleonWords
  readonly #tokenizer: TextTokenizer
  /** Words such as `<s>` and `<draw>`, which no text may contain, by how they are written. */
  readonly #special: ReadonlyMap<string, number>
  readonly #forbidden: ReadonlySet<number>

  static async of(model: TemplateModel, tokens = defaultTokens): Promise<PromptTemplate> {
    return new PromptTemplate(model.config, model.words, await model.tokenizer(), tokens)
  }

  constructor(
    config: Pick<ChameleonConfig, 'vocabulary' | 'vocabularySize'>,
    words: ChameleonWords,
    tokenizer: TextTokenizer,
    tokens = defaultTokens,
  ) {
    this.tokens = tokens
    this.vocabularySize = config.vocabularySize
    this.words = words
    this.#tokenizer = tokenizer
    this.#special = new Map([...config.vocabulary].filter(([word]) => /^<[^\s<>]+>$/.test(word)))
    this.#forbidden = new Set([...this.#special.values(), ...words.pictureWords])
  }

  /** 1 + 2k. */
  get rowsPerConcept(): number {
    return 1 + 2 * this.tokens
  }

  /** Ids of words such as `<s>`, `<draw>` and `<tell>`: they stand where this template puts them and nowhere else. */
  get specialWords(): ReadonlyMap<string, number> {
    return this.#special
  }

  /** Whether a word can stand in a text: it is none of a picture, none that marks something, and no learned row. */
  ordinary(id: number): boolean {
    return id < this.vocabularySize && !this.#forbidden.has(id)
  }

  /** The word that is a concept's name. */
  identifier(slot: number): number {
    return this.vocabularySize + slot * this.rowsPerConcept
  }

  /** The words of a half, or the first `count` of them. */
  half(half: Half, slot: number, count = this.tokens): number[] {
    if (!Number.isInteger(count) || count < 1 || count > this.tokens)
      throw new RangeError(`Expected 1 to ${this.tokens} soft tokens for a half but received ${count}`)
    const first = this.identifier(slot) + 1 + (half === 'drawing' ? 0 : this.tokens)
    return Array.from({ length: count }, (_, i) => first + i)
  }

  /** `sks is g1…gk u1…uk .`, or `sks is g1…gn .` with n drawing tokens. */
  definition(slot: number, drawingTokens?: number): number[] {
    const halves =
      drawingTokens === undefined
        ? [...this.half('drawing', slot), ...this.half('language', slot)]
        : this.half('drawing', slot, drawingTokens)
    return [this.identifier(slot), ...this.#encode(' is'), ...halves, ...this.#encode('.')]
  }

  /** A picture's words between the two that surround it. */
  picture(codes: readonly number[]): number[] {
    return [this.words.beginPicture, ...this.pictureWords(codes), this.words.endPicture]
  }

  pictureWords(codes: readonly number[]): number[] {
    return codes.map(code => {
      const word = this.words.pictureWords[code]
      if (word === undefined)
        throw new FamiliarError(
          'BAD_PICTURE',
          `Expected codes from 0 to ${this.words.pictureWords.length - 1} but received ${code}`,
        )
      return word
    })
  }

  /**
   * A text's words, with the identifier where a concept is named. Special and picture words that somebody wrote out are
   * read as the ordinary words in them.
   *
   * @param concepts names, by slot
   */
  text(text: string, concepts: readonly string[] = []): number[] {
    const spans = splitAtNames(this.#neutral(text), concepts)
    return spans.flatMap((span, i) => {
      if ('concept' in span) return [this.identifier(span.concept)]
      const before = i > 0 ? span.words : span.words.trimStart()
      // A space before a name would be a word of its own to some tokenisers.
      return this.#encode(before.trimEnd())
    })
  }

  /** `<s>`: before the first turn. */
  begin(): number[] {
    return [this.words.begin]
  }

  /** Pictures, definitions, facts, then the text; closed. */
  userTurn({ pictures = [], concepts = [], define, drawingTokens, facts = [], text }: UserTurn): number[] {
    const defined = define ?? concepts.map((_, slot) => slot)
    return [
      ...pictures.flatMap(codes => this.picture(codes)),
      ...defined.flatMap(slot => this.definition(slot, drawingTokens)),
      ...facts.flatMap(fact => this.text(/[.?!]\s*$/.test(fact) ? fact : `${fact}.`, concepts)),
      ...this.text(text, concepts),
      this.words.endTurn,
    ]
  }

  /** How an answer begins: one half of every concept that its question names, in the order of naming. */
  answerStart(half: Half, slots: readonly number[]): number[] {
    return slots.flatMap(slot => this.half(half, slot))
  }

  /** A whole answer in words; closed. `named`: slots in the order of naming. */
  languageAnswer(text: string, concepts: readonly string[] = [], named: readonly number[] = []): number[] {
    return [...this.answerStart('language', named), ...this.text(text, concepts), this.words.endTurn]
  }

  /** A whole answer that is a drawing; closed. */
  drawingAnswer(codes: readonly number[], named: readonly number[] = []): number[] {
    return [...this.answerStart('drawing', named), ...this.picture(codes), this.words.endTurn]
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
      if (id < this.vocabularySize) {
        if (!this.#forbidden.has(id)) run.push(id)
        continue
      }
      const slot = (id - this.vocabularySize) / this.rowsPerConcept
      const name = concepts[slot]
      if (name === undefined) continue
      endRun()
      parts.push(name)
    }
    endRun()
    return joinParts(parts)
  }

  #encode(text: string): number[] {
    return text === '' ? [] : this.#tokenizer.encode(text).filter(id => !this.#forbidden.has(id))
  }

  /** `<draw>` → `draw`: again and again, because `<<s>>` would leave another behind. */
  #neutral(text: string): string {
    for (let before = text; ; before = text) {
      text = before.replace(/<([^\s<>]+)>/g, (word, inner: string) => (this.#special.has(word) ? inner : word))
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
