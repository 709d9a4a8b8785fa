/** How lessons are given: what they learn, for how long, and from how many pictures. Measurements: docs/learning.md. */
import type { LessonLength } from '../engine.ts'
import type { AdamWOptions } from './adamw.ts'
import type { ExampleMixture, ExampleWeights } from './examples.ts'
import type { GallerySize } from './ranked-gallery.ts'

export interface Recipe {
  readonly steps: number
  /** What is in a step: `questions` and `drawings` mixed anew, or the next four of the published list of samples. */
  readonly sampling: 'mixed' | 'published'
  /** Questions and drawings in a step, and how much the drawings' mean loss counts beside the questions'. */
  readonly questions: number
  readonly drawings: number
  readonly drawingShare: number
  /** Of AdamW, for input rows and for head rows. */
  readonly rate: number
  readonly headRate: number
  /** What a rate is of: of the rows' root mean square, or of one. */
  readonly rateUnit: 'rows' | 'one'
  readonly adamw?: AdamWOptions
  readonly warmUp: number
  /** Whether the rate falls to nothing with the last step. */
  readonly decays: boolean
  /** Share of the way back to the start that rows go in a step at full rate. */
  readonly pull: number
  /** Steps from one look at the held-out pictures to the next, and looks without a better one after which it stops. */
  readonly checkEvery: number
  readonly patience: number
  readonly weights?: ExampleWeights
  readonly mixture?: ExampleMixture
}

export const defaultRecipe: Recipe = {
  steps: 240,
  sampling: 'mixed',
  questions: 8,
  drawings: 1,
  drawingShare: 0.3,
  rate: 0.02,
  headRate: 0.02,
  rateUnit: 'rows',
  warmUp: 10,
  decays: true,
  pull: 0.005,
  checkEvery: 20,
  patience: 5,
}

/** Samples of an epoch of the published recipe, 1,522 of them: `published-samples.ts`. */
const PUBLISHED_STEPS = Math.ceil(1_522 / 4)

/** Yo'Chameleon's self-prompting configuration: 15 epochs at one rate. The best epoch is kept. */
const publishedRecipe: Recipe = {
  ...defaultRecipe,
  steps: 15 * PUBLISHED_STEPS,
  sampling: 'published',
  rate: 1e-3,
  headRate: 1e-3,
  rateUnit: 'one',
  adamw: { epsilon: 1e-6, weightDecay: 1e-4 },
  warmUp: 1,
  decays: false,
  pull: 0,
  checkEvery: PUBLISHED_STEPS,
  patience: Number.POSITIVE_INFINITY,
  weights: { choice: 1, restated: 1, verdict: 1, word: 1, picture: 1 },
}

/** What a lesson may cost. */
export interface LessonBudget {
  readonly recipe: Recipe
  /** Seconds after which learning stops: of the built-in model, and of any other. */
  readonly seconds: { readonly drawnWorld: number; readonly photos: number }
  /** Questions about each photo. */
  readonly questions: number
  readonly gallery: GallerySize
}

const MINUTE = 60
const DAY = 24 * 60 * MINUTE

export const lessonBudgets: Readonly<Record<LessonLength, LessonBudget>> = {
  quick: {
    recipe: { ...defaultRecipe, steps: 80, checkEvery: 10, patience: 4 },
    seconds: { drawnWorld: 30, photos: 5 * MINUTE },
    questions: 3,
    gallery: { softPositives: 10, described: 0, hard: 5, easy: 4, heldOut: { hard: 2, easy: 2 } },
  },
  standard: {
    recipe: defaultRecipe,
    seconds: { drawnWorld: 90, photos: 30 * MINUTE },
    questions: 10,
    gallery: { softPositives: 20, described: 8, hard: 8, easy: 6, heldOut: { hard: 3, easy: 2 } },
  },
  paper: {
    recipe: publishedRecipe,
    seconds: { drawnWorld: DAY, photos: DAY },
    questions: 10,
    gallery: { softPositives: 1_000, described: 0, hard: 100, easy: 100, heldOut: { hard: 8, easy: 6 } },
  },
}
