/**
 * The one template of teaching and of answering: from parts of a conversation to word ids. A sequence is `<s>`, pictures,
 * and turns of the user and the bot, each closed:
 *
 *     <s> picture… `sks is g1…gk u1…uk .`… facts… question <end>  g1…gk picture <end>
 *     <s> picture… `sks is g1…gk u1…uk .`… facts… question <end>  u1…uk words <end>
 *
 * Where a model tells the sides apart by marks (`dialogue.ts`), those stand before what each side says; and a line of the
 * system's stands in front where pictures are shown.
 *
 * The concept in slot c is 1 + 2k rows of the soft prompt: row c·(1+2k) is its identifier (`sks`), k rows for drawing
 * (g) and k for understanding (u) follow; row r is the word id V + r. An answer first restates one half of every concept
 * that its question names, in the order of naming. Source: Yo'Chameleon, "self-prompting".
 *
 * Knows nothing of sessions, sampling or what the rows hold.
 */
import { FamiliarError } from '../errors.ts'
import type { Dialogue } from '../models/dialogue.ts'
import type { Word } from '../models/language.ts'
import type { PictureView } from '../models/multimodal.ts'
import type { TextTokenizer } from '../models/tokenizer.ts'
import { TextWords } from './text-words.ts'

/** Which half of a concept's rows: g for drawing, u for language. */
export type Half = 'drawing' | 'language'

/** Soft tokens in each half, as in the paper. */
export const defaultTokens = 16

export interface UserTurn {
  /** Names of all concepts of the soft prompt, by slot: they are found in facts and text. */
  readonly concepts?: readonly string[]
  /** Slots to define, in this order; all concepts when left out. */
  readonly define?: readonly number[]
  /** Define with the first so many g-tokens and no u-tokens, as a soft-positive of adaptive length is. */
  readonly drawingTokens?: number
  /** Remembered sentences. */
  readonly facts?: readonly string[]
  readonly text: string
  /** Whether it stands right behind pictures. */
  readonly behindPictures?: boolean
}

export interface ConversationParts {
  readonly pictures: readonly PictureView[]
  /** Turns before the question, each closed. */
  readonly earlier?: readonly number[]
  readonly question: readonly number[]
  /** Whether a system's line stands in front, for a model that has one; where it is left out: if there are pictures. */
  readonly system?: boolean
}

export interface TemplateModel {
  readonly config: { readonly vocabulary: ReadonlyMap<string, number>; readonly vocabularySize: number }
  readonly words: Dialogue | Promise<Dialogue>
  tokenizer(): Promise<TextTokenizer>
}

export class PromptTemplate {
  /** k: soft tokens in each half. */
  readonly tokens: number
  /** V: the first id that is a learned row. */
  readonly vocabularySize: number
  readonly words: Dialogue
  readonly #text: TextWords

  static async of(model: TemplateModel, tokens = defaultTokens): Promise<PromptTemplate> {
    return new PromptTemplate(model.config, await model.words, await model.tokenizer(), tokens)
  }

  constructor(config: TemplateModel['config'], words: Dialogue, tokenizer: TextTokenizer, tokens = defaultTokens) {
    this.tokens = tokens
    this.vocabularySize = config.vocabularySize
    this.words = words
    this.#text = new TextWords(this, config.vocabulary, words, tokenizer)
  }

  /** 1 + 2k. */
  get rowsPerConcept(): number {
    return 1 + 2 * this.tokens
  }

  /** Ids of words such as `<s>`, `<draw>` and `<tell>`: they stand where this template puts them and nowhere else. */
  get specialWords(): ReadonlyMap<string, number> {
    return this.#text.special
  }

  /** Whether a word can stand in a text: it is none of a picture, none that marks something, and no learned row. */
  ordinary(id: number): boolean {
    return this.#text.ordinary(id)
  }

  /** The word that is a concept's name. */
  identifier(slot: number): number {
    return this.vocabularySize + slot * this.rowsPerConcept
  }

  /** The slot whose name a word is, if it is one. */
  slotOf(id: number): number | undefined {
    const slot = (id - this.vocabularySize) / this.rowsPerConcept
    return slot >= 0 && Number.isInteger(slot) ? slot : undefined
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
    return [this.identifier(slot), ...this.#text.encode(' is'), ...halves, ...this.#text.encode('.')]
  }

  /** What a turn that defines these begins with. */
  definitions(slots: readonly number[], drawingTokens?: number): number[] {
    return slots.flatMap(slot => this.definition(slot, drawingTokens))
  }

  /** A picture between the two words that surround it: what is seen of it, or the words of its codes. */
  picture<Place extends number | Float32Array>(view: readonly Place[]): (number | Place)[] {
    const places = view.map(place => (typeof place === 'number' ? this.#pictureWord(place) : place))
    return [this.words.beginPicture, ...places, this.words.endPicture]
  }

  pictureWords(codes: readonly number[]): number[] {
    return codes.map(code => this.#pictureWord(code))
  }

  #pictureWord(code: number): number {
    const word = this.words.pictureWords[code]
    if (word !== undefined) return word
    const expected = `codes from 0 to ${this.words.pictureWords.length - 1}`
    throw new FamiliarError('BAD_PICTURE', `Expected ${expected} but received ${code}`)
  }

  /**
   * A text's words, with the identifier where a concept is named. Special and picture words that somebody wrote out are
   * read as the ordinary words in them.
   *
   * @param concepts names, by slot
   */
  text(text: string, concepts: readonly string[] = []): number[] {
    return this.#text.of(text, concepts)
  }

  /** The same for a text that begins what one side says. */
  said(text: string, concepts: readonly string[] = []): number[] {
    return this.#text.of(text, concepts, this.words.marks?.lead)
  }

  /** What a conversation begins with, up to what the user says. */
  begin(): number[]
  begin<View extends PictureView>(pictures: readonly View[]): (number | View[number])[]
  begin(pictures: readonly PictureView[] = []): Word[] {
    return this.conversation({ pictures, question: [] })
  }

  /** A conversation in which pictures are shown with the question; without marks they stand in front. */
  conversation({ pictures, earlier = [], question, system = pictures.length > 0 }: ConversationParts): Word[] {
    const { begin, marks } = this.words
    const shown = pictures.flatMap(view => [...this.picture(view), ...(marks?.afterPicture ?? [])])
    if (!marks) return [begin, ...shown, ...earlier, ...question]
    const before = pictures.length > 0 ? marks.beforePicture : []
    return [begin, ...(system ? marks.system : []), ...marks.user, ...earlier, ...before, ...shown, ...question]
  }

  /** What stands in place of a sequence of `length` words when a picture is drawn without its request (guidance). */
  unconditional(length: number): number[] {
    const { begin, marks } = this.words
    return marks ? [begin, ...Array.from({ length: length - 1 }, () => marks.pad)] : [begin]
  }

  /** Definitions, facts, then the text; closed. */
  userTurn({ concepts = [], define, drawingTokens, facts = [], text, behindPictures }: UserTurn): number[] {
    const defined = define ?? concepts.map((_, slot) => slot)
    const texts = [...facts.map(fact => (/[.?!]\s*$/.test(fact) ? fact : `${fact}.`)), text]
    const bare = behindPictures && defined.length === 0
    return [
      ...this.definitions(defined, drawingTokens),
      ...texts.flatMap((one, i) => (bare && i === 0 ? this.text(one, concepts) : this.said(one, concepts))),
      ...this.#close('user'),
    ]
  }

  /** What one side said earlier; closed, so that the other goes on. */
  earlierTurn(from: 'user' | 'bot', text: string, concepts: readonly string[] = []): number[] {
    return [...this.said(text, concepts), ...this.#close(from)]
  }

  #close(from: 'user' | 'bot'): readonly number[] {
    const { endTurn, marks } = this.words
    if (!marks) return [endTurn]
    return from === 'user' ? marks.assistant : [endTurn, ...marks.user]
  }

  /** How an answer begins: one half of every concept that its question names, in the order of naming. */
  answerStart(half: Half, slots: readonly number[]): number[] {
    return slots.flatMap(slot => this.half(half, slot))
  }

  /** A whole answer in words; closed. `named`: slots in the order of naming. */
  languageAnswer(text: string, concepts: readonly string[] = [], named: readonly number[] = []): number[] {
    return [...this.answerStart('language', named), ...this.said(text, concepts), this.words.endTurn]
  }

  /** A whole answer that is a drawing; closed. */
  drawingAnswer(codes: readonly number[], named: readonly number[] = []): number[] {
    return [...this.answerStart('drawing', named), ...this.picture(codes), this.words.endTurn]
  }

  /** Words as text for people: an identifier becomes its concept's name, other rows and special words are left out. */
  decode(ids: readonly number[], concepts: readonly string[] = []): string {
    return this.#text.decode(ids, concepts)
  }
}
