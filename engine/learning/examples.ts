/**
 * A lesson's examples: the one template's sequences, with labels on answers only. An answer begins with the concept's own
 * rows (self-prompting), which are labels too: u rows before words, g rows before a picture. Behind a picture stand two
 * questions, as in pretraining, so that one reading of it teaches twice.
 *
 * The concept is slot 0. Source: Yo'Chameleon, "self-prompting", "soft-positive images".
 */
import type { PromptTemplate, UserTurn } from '../answering/prompt.ts'
import { type Example, ignoredLabel } from '../models/language.ts'
import type { Random } from '../random.ts'
import { type Gallery, type Look, placeholder, type QuestionAnswer, type SubjectPicture } from './gallery.ts'
import { RECOGNITION_QUESTIONS, RECOGNITION_YES } from './templates.ts'

/** What counts how much. A weight is of one word; those of a batch are scaled to sum to 1. */
export interface ExampleWeights {
  /** The row that says which half an answer uses: the choice between words and a picture. */
  readonly choice: number
  /** The rows behind it, which are known once the first is. */
  readonly restated: number
  /** `yes` or `no`. */
  readonly verdict: number
  /** Other words of an answer. */
  readonly word: number
  /** A picture's words. */
  readonly picture: number
}

/** Shares of the kinds of examples. */
export interface ExampleMixture {
  readonly seeing: number
  readonly drawing: number
  readonly worded: number
  /** Share of drawings that are soft-positives; of the rest, share that are photos and not likenesses. */
  readonly softPositives: number
  readonly photosDrawn: number
  /** Share of pictures that show the subject; of those, share that are photos. */
  readonly positives: number
  readonly photosSeen: number
  /** Share of the others that are lookalikes. */
  readonly hard: number
}

export const defaultWeights: ExampleWeights = { choice: 1, restated: 0.1, verdict: 4, word: 0.5, picture: 0.1 }
export const defaultMixture: ExampleMixture = {
  seeing: 0.55,
  drawing: 0.3,
  worded: 0.15,
  softPositives: 0.3,
  photosDrawn: 0.5,
  positives: 0.5,
  photosSeen: 0.5,
  hard: 0.75,
}

export interface ExampleOptions {
  readonly weights?: ExampleWeights
  readonly mixture?: ExampleMixture
}

const questionsTogether = 2
const worded = 3

export class LessonExamples {
  readonly #template: PromptTemplate
  readonly #look: Pick<Look, 'ask'>
  readonly #photos: readonly SubjectPicture[]
  readonly #gallery: Pick<Gallery, 'likenesses' | 'softPositives' | 'others'>
  readonly #weights: ExampleWeights
  readonly #mixture: ExampleMixture

  /** @param photos those that are learned from, in all their views */
  constructor(
    template: PromptTemplate,
    look: Pick<Look, 'ask'>,
    photos: readonly SubjectPicture[],
    gallery: Pick<Gallery, 'likenesses' | 'softPositives' | 'others'>,
    { weights = defaultWeights, mixture = defaultMixture }: ExampleOptions = {},
  ) {
    this.#template = template
    this.#look = look
    this.#photos = photos
    this.#gallery = gallery
    this.#weights = weights
    this.#mixture = mixture
  }

  batch(size: number, random: Random): Example[] {
    return Array.from({ length: size }, () => this.next(random))
  }

  next(random: Random): Example {
    const { seeing, drawing, worded } = this.#mixture
    const at = random.uniform() * (seeing + drawing + worded)
    if (at < seeing) return this.#seeing(random)
    return at < seeing + drawing ? this.#drawing(random) : this.worded(random)
  }

  /** Yes, and what it is doing; or no, and what differs. */
  #seeing(random: Random): Example {
    const { positives, photosSeen, hard } = this.#mixture
    const { likenesses, others } = this.#gallery
    if (random.uniform() < positives || others.length === 0) {
      const photo = random.uniform() < photosSeen || likenesses.length === 0
      return this.seeing(random.pick(photo ? this.#photos : likenesses), random)
    }
    const wanted = random.uniform() < hard
    const some = others.filter(other => other.hard === wanted)
    const other = random.pick(some.length > 0 ? some : others)
    const sequence = this.#behind(other.codes)
    for (let i = 0; i < questionsTogether; i++)
      sequence.say(random.pick(RECOGNITION_QUESTIONS), other.deny(random), this.#weights)
    return sequence
  }

  /** The subject's presence and something else, in either order. */
  seeing(picture: SubjectPicture, random: Random): Example {
    const sequence = this.#behind(picture.codes)
    const yes = (): QuestionAnswer => ({
      question: random.pick(RECOGNITION_QUESTIONS),
      answer: random.pick(RECOGNITION_YES),
    })
    for (const { question, answer } of random.shuffle([yes(), picture.ask(random)]))
      sequence.say(question, answer, this.#weights)
    return sequence
  }

  /** Soft-positives are described with as many of the drawing rows as they are alike; the subject itself with all. */
  #drawing(random: Random): Example {
    const { softPositives, photosDrawn } = this.#mixture
    const { likenesses, softPositives: alike } = this.#gallery
    if (random.uniform() < softPositives && alike.length > 0) {
      const { codes, tokens, request } = random.pick(alike)
      return this.#request(request(random), codes, tokens)
    }
    const photo = random.uniform() < photosDrawn || likenesses.length === 0
    return this.drawing(random.pick(photo ? this.#photos : likenesses), random)
  }

  /** A request that the picture fulfils, and the picture. */
  drawing(picture: SubjectPicture, random: Random): Example {
    return this.#request(picture.request(random), picture.codes)
  }

  /** Questions about the subject without a picture. */
  worded(random: Random): Example {
    const sequence = new Sequence(this.#template)
    for (let i = 0; i < worded; i++) {
      const { question, answer } = this.#look.ask(random)
      sequence.say(question, answer, this.#weights)
    }
    return sequence
  }

  #behind(codes: readonly number[]): Sequence {
    return new Sequence(this.#template, codes)
  }

  #request(text: string, codes: readonly number[], drawingTokens?: number): Example {
    const sequence = new Sequence(this.#template)
    sequence.draw(text, codes, this.#weights, drawingTokens)
    return sequence
  }
}

/** Turns put together; labels and weights grow with the words. */
class Sequence implements Example {
  readonly ids: number[]
  readonly labels: number[]
  readonly weights: number[]
  readonly #template: PromptTemplate
  /** A picture that the next question is about. */
  #shown: readonly (readonly number[])[]

  constructor(template: PromptTemplate, codes?: readonly number[]) {
    this.#template = template
    this.ids = template.begin()
    this.labels = [ignoredLabel]
    this.weights = [0]
    this.#shown = codes ? [codes] : []
  }

  say(question: string, answer: string, weights: ExampleWeights): void {
    this.#user({ text: question })
    this.#self('language', this.#template.tokens, weights)
    const words = this.#template.languageAnswer(answer, [placeholder])
    const verdict = /^(yes|no)\b/.test(answer)
    for (const [i, word] of words.entries()) this.#put(word, i === 0 && verdict ? weights.verdict : weights.word)
  }

  draw(request: string, codes: readonly number[], weights: ExampleWeights, drawingTokens?: number): void {
    this.#user({ text: request, ...(drawingTokens !== undefined && { drawingTokens }) })
    this.#self('drawing', drawingTokens ?? this.#template.tokens, weights)
    const [begin, ...picture] = this.#template.drawingAnswer(codes)
    this.#put(begin as number, weights.choice)
    for (const word of picture) this.#put(word, weights.picture)
  }

  #user(turn: Pick<UserTurn, 'text' | 'drawingTokens'>): void {
    const ids = this.#template.userTurn({ ...turn, pictures: this.#shown, concepts: [placeholder] })
    this.#shown = []
    for (const id of ids) this.#put(id)
  }

  #self(half: 'drawing' | 'language', count: number, { choice, restated }: ExampleWeights): void {
    for (const [i, row] of this.#template.half(half, 0, count).entries()) this.#put(row, i === 0 ? choice : restated)
  }

  #put(id: number, weight?: number): void {
    this.ids.push(id)
    this.labels.push(weight === undefined ? ignoredLabel : id)
    this.weights.push(weight ?? 0)
  }
}
