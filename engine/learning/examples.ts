/**
 * A lesson's examples: the one template's sequences, with labels on answers only. An answer begins with the concept's own
 * rows (self-prompting), which are labels too: u rows before words, g rows before a picture.
 *
 * A question stands behind a picture that was read before (`past`), so that it costs no more than one without. The
 * concept is slot 0. Source: Yo'Chameleon, "self-prompting", "soft-positive images".
 */
import type { PromptTemplate, UserTurn } from '../answering/prompt.ts'
import { type Example, ignoredLabel } from '../models/language.ts'
import type { PictureView } from '../models/multimodal.ts'
import type { Random } from '../random.ts'
import { type Gallery, type Look, placeholder, type QuestionAnswer, type SubjectPicture, viewOf } from './gallery.ts'
import type { PictureMemory } from './picture-memory.ts'
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
  /** Of questions: about the subject's presence, about something else in a picture; the rest without a picture. */
  readonly presence: number
  readonly pictured: number
  /** Of presence: with yes as the answer. */
  readonly positives: number
  /** Of pictures of the subject that are asked about: real ones. */
  readonly photosSeen: number
  /** Of pictures of others: lookalikes. */
  readonly hard: number
  /** Of drawings: soft-positives; and of the rest, real ones. */
  readonly softPositives: number
  readonly photosDrawn: number
}

export const defaultWeights: ExampleWeights = { choice: 1, restated: 0.1, verdict: 4, word: 0.5, picture: 0.1 }
export const defaultMixture: ExampleMixture = {
  presence: 0.7,
  pictured: 0.1,
  positives: 0.5,
  photosSeen: 0.5,
  hard: 0.75,
  softPositives: 0.3,
  photosDrawn: 0.5,
}

export interface ExampleOptions {
  readonly weights?: ExampleWeights
  readonly mixture?: ExampleMixture
}

export type ExampleGallery = Pick<Gallery, 'likenesses' | 'softPositives' | 'others'>

export class LessonExamples {
  readonly #template: PromptTemplate
  readonly #memory: Pick<PictureMemory, 'of'>
  readonly #look: Pick<Look, 'ask'>
  readonly #photos: readonly SubjectPicture[]
  readonly #gallery: ExampleGallery
  readonly #weights: ExampleWeights
  readonly #mixture: ExampleMixture

  /**
   * @param memory has read every picture that is asked about
   * @param photos those that are learned from, in all their views
   */
  constructor(
    template: PromptTemplate,
    memory: Pick<PictureMemory, 'of'>,
    look: Pick<Look, 'ask'>,
    photos: readonly SubjectPicture[],
    gallery: ExampleGallery,
    { weights = defaultWeights, mixture = defaultMixture }: ExampleOptions = {},
  ) {
    this.#template = template
    this.#memory = memory
    this.#look = look
    this.#photos = photos
    this.#gallery = gallery
    this.#weights = weights
    this.#mixture = mixture
  }

  /** One of the questions, with its answer. */
  question(random: Random): Example {
    const { presence, pictured, positives } = this.#mixture
    const at = random.uniform()
    if (at >= presence + pictured) return this.worded(random)
    if (at >= presence) return this.about(this.#pictureSeen(random), random)
    const yes = random.uniform() < positives || this.#gallery.others.length === 0
    return yes ? this.presence(this.#pictureSeen(random), random) : this.#absence(random)
  }

  /** One of the drawings. Soft-positives are described with as many of the drawing rows as they are alike. */
  drawn(random: Random): Example {
    const { softPositives, photosDrawn } = this.#mixture
    const { likenesses, softPositives: alike } = this.#gallery
    if (random.uniform() < softPositives && alike.length > 0) {
      const { codes, tokens, request } = random.pick(alike)
      return this.#drawing(request(random), codes, tokens)
    }
    const photo = random.uniform() < photosDrawn || likenesses.length === 0
    return this.drawing(random.pick(photo ? this.#photos : likenesses), random)
  }

  /** A request that the picture fulfils, and the picture. */
  drawing(picture: SubjectPicture, random: Random): Example {
    return this.#drawing(picture.request(random), picture.codes)
  }

  /** Yes, the subject is in the picture. */
  presence(picture: SubjectPicture, random: Random): Example {
    const exchange = { question: random.pick(RECOGNITION_QUESTIONS), answer: random.pick(RECOGNITION_YES) }
    return this.#answer(exchange, viewOf(picture))
  }

  /** Something else about the subject in the picture. */
  about(picture: SubjectPicture, random: Random): Example {
    return this.#answer(picture.ask(random), viewOf(picture))
  }

  /** Something about the subject that needs no picture. */
  worded(random: Random): Example {
    return this.#answer(this.#look.ask(random))
  }

  /** No, it is not in the picture, and what differs. */
  #absence(random: Random): Example {
    const { others } = this.#gallery
    const wanted = random.uniform() < this.#mixture.hard
    const some = others.filter(({ hard }) => hard === wanted)
    const other = random.pick(some.length > 0 ? some : others)
    return this.#answer({ question: random.pick(RECOGNITION_QUESTIONS), answer: other.deny(random) }, viewOf(other))
  }

  #pictureSeen(random: Random): SubjectPicture {
    const { likenesses } = this.#gallery
    const photo = random.uniform() < this.#mixture.photosSeen || likenesses.length === 0
    return random.pick(photo ? this.#photos : likenesses)
  }

  #answer({ question, answer }: QuestionAnswer, picture?: PictureView): Example {
    const { word, verdict } = this.#weights
    const sequence = new Sequence(picture ? [] : this.#template.begin())
    this.#ask(sequence, { text: question, behindPictures: picture !== undefined })
    this.#restate(sequence, 'language', this.#template.tokens)
    const [first, ...rest] = this.#template.languageAnswer(answer, [placeholder])
    sequence.put([first as number], /^(yes|no)\b/.test(answer) ? verdict : word)
    sequence.put(rest, word)
    return picture ? { ...sequence, past: this.#memory.of(picture) } : sequence
  }

  #drawing(request: string, codes: readonly number[], drawingTokens?: number): Example {
    const { choice, picture } = this.#weights
    const sequence = new Sequence(this.#template.begin())
    this.#ask(sequence, { text: request, ...(drawingTokens !== undefined && { drawingTokens }) })
    this.#restate(sequence, 'drawing', drawingTokens ?? this.#template.tokens)
    const [begin, ...words] = this.#template.drawingAnswer(codes)
    // Where the words' head has no part in pictures, it is not asked where they begin and end.
    const { predictsPictures } = this.#template.words
    sequence.put([begin as number], predictsPictures ? choice : undefined)
    sequence.put(words.slice(0, codes.length), picture)
    if (predictsPictures) sequence.put(words.slice(codes.length), picture)
    return sequence
  }

  #ask(sequence: Sequence, turn: Pick<UserTurn, 'text' | 'drawingTokens' | 'behindPictures'>): void {
    sequence.put(this.#template.userTurn({ ...turn, concepts: [placeholder] }))
  }

  #restate(sequence: Sequence, half: 'drawing' | 'language', count: number): void {
    const [first, ...rest] = this.#template.half(half, 0, count)
    sequence.put([first as number], this.#weights.choice)
    sequence.put(rest, this.#weights.restated)
  }
}

/** Grows word by word; those with a weight are labels. */
class Sequence implements Example {
  readonly ids: number[]
  readonly labels: number[]
  readonly weights: number[]

  constructor(begin: readonly number[]) {
    this.ids = [...begin]
    this.labels = begin.map(() => ignoredLabel)
    this.weights = begin.map(() => 0)
  }

  put(ids: readonly number[], weight?: number): void {
    for (const id of ids) {
      this.ids.push(id)
      this.labels.push(weight === undefined ? ignoredLabel : id)
      this.weights.push(weight ?? 0)
    }
  }
}
