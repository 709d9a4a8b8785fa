/**
 * What a lesson knows of its subject before the first step: the rows to start from, what the photos show, and a gallery
 * of other pictures (soft-positives, hard and easy negatives; Yo'Chameleon §3). Where a gallery comes from is its maker's
 * matter: the built-in model's is rendered (`storybook/gallery.ts`), another model draws its own.
 *
 * Texts call the subject `{name}`.
 */
import type { ModelContext } from '../answering/context.ts'
import type { Stepping } from '../answering/steps.ts'
import type { LessonNotice, LessonSources, SubjectKind } from '../engine.ts'
import type { RgbImage } from '../image.ts'
import type { PictureView } from '../models/multimodal.ts'
import type { Random } from '../random.ts'
import type { LessonBudget } from './recipe.ts'

/** What stands for the subject in questions, answers and requests. */
export const placeholder = '{name}'

export interface QuestionAnswer {
  readonly question: string
  readonly answer: string
}

/** A picture: the codes that draw it, and what is seen of it where that is something else. */
export interface DrawnAndSeen {
  readonly codes: readonly number[]
  readonly view?: PictureView
}

export const viewOf = ({ codes, view }: DrawnAndSeen): PictureView => view ?? codes

/** A picture that shows the subject. */
export interface SubjectPicture extends DrawnAndSeen {
  /** A request that this picture fulfils: `draw {name} sleeping in the snow.` */
  request(random: Random): string
  /** Something about the subject, with what this picture shows. */
  ask(random: Random): QuestionAnswer
}

/** A picture that shows somebody alike: the more it is, the more of the subject's drawing tokens describe it. */
export interface SoftPositive {
  readonly codes: readonly number[]
  /** 1 … k−1: adaptive length. */
  readonly tokens: number
  request(random: Random): string
}

/** A picture that shows somebody else. */
export interface OtherPicture extends DrawnAndSeen {
  /** Retrieved or made to look alike, or anything. */
  readonly hard: boolean
  /** A "no" that names what differs where that is known. */
  deny(random: Random): string
}

export interface Gallery {
  /** More pictures of the subject as far as it was understood: for "yes". */
  readonly likenesses: readonly SubjectPicture[]
  readonly softPositives: readonly SoftPositive[]
  readonly others: readonly OtherPicture[]
  /** None of these is learned from. */
  readonly heldOut: { readonly likenesses: readonly SubjectPicture[]; readonly others: readonly OtherPicture[] }
}

/** A point between words: shares sum to 1. */
export type WordMixture = readonly { readonly word: number; readonly share: number }[]

/** Where the rows start: the identifier, then k mixtures for drawing and k for understanding. */
export interface RowStart {
  readonly identifier: WordMixture
  readonly drawing: readonly WordMixture[]
  readonly language: readonly WordMixture[]
}

export interface Look {
  readonly start: RowStart
  /** The model's own words for the subject, for people to read. */
  readonly description: string
  /** Of each photo its views: the photo first, then its mirror image. */
  readonly photos: readonly (readonly SubjectPicture[])[]
  /** Something about the subject that needs no picture. */
  ask(random: Random): QuestionAnswer
  imagine(random: Random, work: LessonWork): Promise<Gallery>
}

/** What a lesson has at hand while it looks and imagines. */
export interface LessonWork extends Stepping {
  /** How much of everything; the standard one when left out. */
  readonly budget?: LessonBudget
  readonly sources?: LessonSources
  /** Hears how many pictures were drawn of those that are to be kept for later lessons. */
  readonly drawn?: (done: number, total: number) => void
  readonly notice?: (notice: LessonNotice) => void
  /** Share of the lesson's time that has gone by; default: none. */
  readonly timeUsed?: () => number
  /** Prepares what takes long or cannot be had twice; a lesson that was broken off finds it by its name. Default: prepares it. */
  readonly prepared?: <T>(name: string, prepare: () => Promise<T>) => Promise<T>
}

export interface Subject {
  readonly name: string
  readonly kind: SubjectKind
  readonly photos: readonly RgbImage[]
}

/** Looks at a lesson's photos with the model. */
export type Looking = (context: ModelContext, subject: Subject, random: Random, work: LessonWork) => Promise<Look>
