/**
 * A lesson's examples: the one template's sequences, with labels on answers only. An answer begins with the concept's own
 * rows (self-prompting), which are labels too: u rows before words, g rows before a picture.
 *
 * A question stands behind a picture that was read before (`past`), so that it costs no more than one without. The
 * concept is slot 0. Source: Yo'Chameleon, "self-prompting", "soft-positive images".
 */
import type { PromptTemplate, UserTurn } from '../answering/prompt.ts'
import { type Example, ignoredLabel, type Word } from '../models/language.ts'
import type { PictureView } from '../models/multimodal.ts'
import type { Random } from '../random.ts'
import {
  type Gallery,
  type Look,
  type OtherPicture,
  placeholder,
  type QuestionAnswer,
  type SoftPositive,
  type SubjectPicture,
  viewOf,
} from './gallery.ts'
import type { Batch } from './optimise.ts'
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

/** What was read of a picture; where it was not, the picture stands in the sequence itself, which costs more. */
export interface PicturesRead {
  of(picture: PictureView): ReturnType<PictureMemory['of']> | undefined
}

export class LessonExamples {
  readonly #template: PromptTemplate
  readonly #memory: PicturesRead
  readonly #look: Pick<Look, 'ask'>
  readonly #photos: readonly SubjectPicture[]
  readonly #gallery: ExampleGallery
  readonly #weights: ExampleWeights
  readonly #mixture: ExampleMixture

  /**
   * @param photos those that are learned from, in all their views
   */
  constructor(
    template: PromptTemplate,
    memory: PicturesRead,
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

  /** Questions and drawings for a step, by the mixture. */
  mixed(questions: number, drawings: number, random: Random): Pick<Batch, 'questions' | 'drawings'> {
    return {
      questions: Array.from({ length: questions }, () => this.question(random)),
      drawings: Array.from({ length: drawings }, () => this.drawn(random)),
    }
  }

  /** One of the questions, with its answer. */
  question(random: Random): Example<Word> {
    const { presence, pictured, positives } = this.#mixture
    const at = random.uniform()
    if (at >= presence + pictured) return this.worded(random)
    if (at >= presence) return this.about(this.#pictureSeen(random), random)
    const yes = random.uniform() < positives || this.#gallery.others.length === 0
    return yes ? this.presence(this.#pictureSeen(random), random) : this.absence(this.#other(random), random)
  }

  /** One of the drawings. Soft-positives are described with as many of the drawing rows as they are alike. */
  drawn(random: Random): Example<Word> {
    const { softPositives, photosDrawn } = this.#mixture
    const { likenesses, softPositives: alike } = this.#gallery
    if (random.uniform() < softPositives && alike.length > 0) {
      return this.alike(random.pick(alike), random)
    }
    const photo = random.uniform() < photosDrawn || likenesses.length === 0
    return this.drawing(random.pick(photo ? this.#photos : likenesses), random)
  }

  /** A request that the picture fulfils, and the picture. */
  drawing(picture: SubjectPicture, random: Random): Example<Word> {
    return this.#drawing(picture.request(random), picture.codes)
  }

  /** A soft-positive, described with as many of the drawing rows as it is alike. */
  alike({ codes, tokens, request }: SoftPositive, random: Random): Example<Word> {
    return this.#drawing(request(random), codes, tokens)
  }

  /** Yes, the subject is in the picture. */
  presence(picture: SubjectPicture, random: Random): Example<Word> {
    const exchange = { question: random.pick(RECOGNITION_QUESTIONS), answer: random.pick(RECOGNITION_YES) }
    return this.#answer(exchange, viewOf(picture))
  }

  /** Something else about the subject in the picture. */
  about(picture: SubjectPicture, random: Random): Example<Word> {
    return this.#answer(picture.ask(random), viewOf(picture))
  }

  /** Something about the subject that needs no picture. */
  worded(random: Random): Example<Word> {
    return this.#answer(this.#look.ask(random))
  }

  /** No, it is not in the picture, and what differs. */
  absence(other: OtherPicture, random: Random): Example<Word> {
    return this.#answer({ question: random.pick(RECOGNITION_QUESTIONS), answer: other.deny(random) }, viewOf(other))
  }

  #other(random: Random): OtherPicture {
    const { others } = this.#gallery
    const wanted = random.uniform() < this.#mixture.hard
    const some = others.filter(({ hard }) => hard === wanted)
    return random.pick(some.length > 0 ? some : others)
  }

  #pictureSeen(random: Random): SubjectPicture {
    const { likenesses } = this.#gallery
    const photo = random.uniform() < this.#mixture.photosSeen || likenesses.length === 0
    return random.pick(photo ? this.#photos : likenesses)
  }

  #answer({ question, answer }: QuestionAnswer, picture?: PictureView): Example<Word> {
    const { word, verdict } = this.#weights
    const past = picture && this.#memory.of(picture)
    const begin = past ? [] : picture ? this.#template.begin([picture]) : this.#template.begin()
    const sequence = new Sequence(begin)
    this.#ask(sequence, { text: question, behindPictures: picture !== undefined })
    this.#restate(sequence, 'language', this.#template.tokens)
    const [first, ...rest] = this.#template.languageAnswer(answer, [placeholder])
    sequence.put([first as number], /^(yes|no)\b/.test(answer) ? verdict : word)
    sequence.put(rest, word)
    return past ? { ...sequence, past } : sequence
  }

  #drawing(request: string, codes: readonly number[], drawingTokens?: number): Example<Word> {
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
class Sequence implements Example<Word> {
  readonly ids: Word[]
  readonly labels: number[]
  readonly weights: number[]

  constructor(begin: readonly Word[]) {
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
