/**
 * Teaches a concept: looks at the photos, imagines others, learns the rows, and checks what was kept. The model itself is
 * never changed, and nothing is kept of a lesson that is cancelled.
 *
 * Mends what Yo'Chameleon's released code lacks: the rows start from the model's own words for the photos, what is kept
 * is the best on pictures that were not learned from (at worst the start), and one template serves teaching and answering.
 */
import type { ModelContext } from '../answering/context.ts'
import { drawBatch } from '../answering/drawing.ts'
import { nextStep, type Stepping } from '../answering/steps.ts'
import type { Concept, Job, Lesson, TeachProgress } from '../engine.ts'
import { FamiliarError } from '../errors.ts'
import type { RgbImage } from '../image.ts'
import type { Learning as Gradients, Language, SoftPrompt } from '../models/language.ts'
import type { PictureView } from '../models/multimodal.ts'
import { checkPhotos } from '../photos.ts'
import { createRandom, type Random } from '../random.ts'
import { lookAtDrawings } from '../storybook/gallery.ts'
import { readsProfiles } from '../storybook/likeness.ts'
import { adamWStep, createAdamWState } from './adamw.ts'
import { Clock } from './clock.ts'
import { nameProblem } from './concept-file.ts'
import { type ExampleMixture, type ExampleWeights, LessonExamples } from './examples.ts'
import { type Gallery, type Look, placeholder, type SubjectPicture, viewOf } from './gallery.ts'
import { HeldOut, type HeldOutScore, type Judged } from './held-out.ts'
import { lookAndImagine } from './imagined-gallery.ts'
import { PictureMemory } from './picture-memory.ts'
import { startRows } from './rows.ts'

/** How a lesson is given. Measurements behind the values: docs/learning.md. */
export interface Recipe {
  readonly steps: number
  /** Questions and drawings in a step, and how much the drawings' mean loss counts beside the questions'. */
  readonly questions: number
  readonly drawings: number
  readonly drawingShare: number
  /** Of AdamW, in units of the rows' root mean square. */
  readonly rate: number
  /** The same for head rows. */
  readonly headRate: number
  readonly warmUp: number
  /** Share of the way back to the start that rows go in a step at full rate. */
  readonly pull: number
  /** Steps from one look at the held-out pictures to the next. */
  readonly checkEvery: number
  readonly weights?: ExampleWeights
  readonly mixture?: ExampleMixture
}

export const defaultRecipe: Recipe = {
  steps: 240,
  questions: 8,
  drawings: 1,
  drawingShare: 0.3,
  rate: 0.02,
  headRate: 0.02,
  warmUp: 10,
  pull: 0.005,
  checkEvery: 20,
}

const DEFAULT_SECONDS = 90
/** Sums of the same weights in another order differ by this much. */
const ROUNDING = 1e-9
/** Steps over which the loss that is shown is averaged. */
const SMOOTHING = 0.9

export type TeachJob = Job<TeachProgress> & Stepping

/**
 * @throws FamiliarError BAD_LESSON (number of photos, name), NOT_A_DRAWING (a photo the model cannot see), CANCELLED
 */
export async function teach(
  context: ModelContext,
  lesson: Lesson,
  job: TeachJob = {},
  recipe: Recipe = defaultRecipe,
): Promise<Concept> {
  await checkLesson(lesson)
  const clock = new Clock(lesson.seconds ?? DEFAULT_SECONDS, recipe.steps, job.progress)
  const stepping: Stepping = { signal: job.signal, giveWay: job.giveWay }
  const seed = lesson.seed ?? 1
  const random = createRandom(seed)
  try {
    clock.enter('looking')
    const looking = readsProfiles(context) ? lookAtDrawings : lookAndImagine
    const look = await looking(context, lesson, random.fork('looking'), stepping)
    const start = await startRows(context, look.start)
    clock.enter('imagining')
    const gallery = await look.imagine(random.fork('gallery'), stepping)
    const memory = new PictureMemory(context)
    await memory.read(picturesAskedAbout(look, gallery), stepping)
    const { learned, heldOut } = divide(context, memory, look, gallery, recipe, random.fork('held out'))
    if (job.progress) clock.show(await drawPreview(context, start, gallery, stepping))

    clock.enter('learning')
    const examples = new LessonExamples(context.template, memory, look, learned, gallery, recipe)
    const kept = await learn(
      context,
      { start, examples, heldOut, recipe, clock, random: random.fork('lesson') },
      stepping,
    )

    clock.enter('checking')
    const before = await heldOut.check(start, stepping)
    const after = kept.step === 0 ? before : await heldOut.check(kept.prompt, stepping)
    // The last word belongs to the check with all wordings.
    const better =
      after.scores.recognition >= before.scores.recognition - ROUNDING && after.scores.loss <= before.scores.loss
    const [prompt, result, step] = better ? [kept.prompt, after, kept.step] : [start, before, 0]
    if (job.progress && step > 0) clock.show(await drawPreview(context, prompt, gallery, stepping))
    return {
      name: lesson.name,
      kind: lesson.kind,
      modelFingerprint: context.fingerprint,
      tokens: context.template.tokens,
      width: context.model.config.decoder.width,
      embedding: prompt.rows,
      head: prompt.headRows,
      description: look.description,
      threshold: result.threshold,
      scores: { start: before.scores, kept: result.scores },
      recipe: {
        seed,
        steps: kept.steps,
        keptStep: step,
        skippedSteps: kept.skipped,
        questions: recipe.questions,
        drawings: recipe.drawings,
        rate: recipe.rate,
        headRate: recipe.headRate,
        photos: lesson.photos.length,
        seconds: clock.seconds,
      },
    }
  } finally {
    await context.model.language.endLesson()
  }
}

async function checkLesson({ name, photos }: Lesson): Promise<void> {
  const problem = nameProblem(name)
  if (problem) throw new FamiliarError('BAD_LESSON', `Expected a name of 1 to 64 characters but received ${problem}`)
  await checkPhotos(photos)
}

/**
 * What is learned from, and what only scores. Of four photos or more, the last is held out in all its views; of fewer,
 * their mirror images are. Real pictures count as much as all likenesses together.
 */
function divide(
  context: ModelContext,
  memory: PictureMemory,
  look: Look,
  gallery: Gallery,
  recipe: Recipe,
  random: Random,
) {
  const enough = look.photos.length >= 4
  const learned = enough ? look.photos.slice(0, -1).flat() : look.photos.map(views => views[0] as SubjectPicture)
  const real = enough ? look.photos.slice(-1).flat() : look.photos.flatMap(views => views.slice(1))
  const { likenesses, others } = gallery.heldOut
  const judged: Judged[] = [
    ...real.map(one => ({ view: viewOf(one), shows: true, weight: 1 / real.length })),
    ...likenesses.map(one => ({ view: viewOf(one), shows: true, weight: 1 / likenesses.length })),
    ...others.map(one => ({ view: viewOf(one), shows: false, weight: 1 })),
  ]
  const asker = new LessonExamples(context.template, memory, look, real, gallery, recipe)
  const some = real.slice(0, 2)
  const items = [
    some.map(picture => asker.drawing(picture, random)),
    [...some.flatMap(picture => [asker.presence(picture, random), asker.about(picture, random)]), asker.worded(random)],
  ]
  return { learned, heldOut: new HeldOut(context, memory, judged, items) }
}

function picturesAskedAbout(look: Look, { likenesses, others, heldOut }: Gallery): PictureView[] {
  const pictures = [look.photos.flat(), likenesses, others, heldOut.likenesses, heldOut.others]
  return pictures.flat().map(viewOf)
}

interface Learned {
  readonly prompt: SoftPrompt
  /** The step after which these rows were kept; 0 is the start. */
  readonly step: number
  /** Steps that were made, and those of them that were left out because a gradient was not finite. */
  readonly steps: number
  readonly skipped: number
}

interface Learning {
  readonly start: SoftPrompt
  readonly examples: LessonExamples
  readonly heldOut: HeldOut
  readonly recipe: Recipe
  readonly clock: Clock
  readonly random: Random
}

/** Steps of AdamW from the start; keeps the rows that score best on what is held out. */
async function learn(
  { model }: ModelContext,
  { start, examples, heldOut, recipe, clock, random }: Learning,
  stepping: Stepping,
): Promise<Learned> {
  const first = await heldOut.score(start, stepping)
  const prompt = copy(start)
  let best = { prompt: start, step: 0, score: first }
  const rows = new RowOptimiser(prompt.rows, recipe.rate, recipe.pull)
  const headRows = new RowOptimiser(prompt.headRows, recipe.headRate, recipe.pull)
  let step = 0
  let skipped = 0
  let shown: number | undefined
  while (step < recipe.steps && !clock.late) {
    await nextStep(stepping)
    const { loss, rowGradient, headRowGradient } = await differentiate(model.language, examples, recipe, prompt, random)
    const pace = Math.min(1, (step + 1) / recipe.warmUp) * (1 - step / recipe.steps)
    // In 16 bits a product may overflow; the next pictures' need not.
    if ([rowGradient, headRowGradient].every(allFinite)) {
      rows.step(rowGradient, pace)
      headRows.step(headRowGradient, pace)
    } else skipped++
    step++
    shown = shown === undefined ? loss : SMOOTHING * shown + (1 - SMOOTHING) * loss
    clock.step(step, shown)
    if (step % recipe.checkEvery !== 0 && step !== recipe.steps) continue
    const score = await heldOut.score(prompt, stepping)
    if (isBetter(score, best.score, first)) best = { prompt: copy(prompt), step, score }
  }
  return { prompt: best.prompt, step: best.step, steps: step, skipped }
}

/** Questions and drawings differ in length: together they would be padded. */
async function differentiate(
  language: Language,
  examples: LessonExamples,
  { questions, drawings, drawingShare }: Recipe,
  prompt: SoftPrompt,
  random: Random,
): Promise<Omit<Gradients, 'losses'>> {
  const asked = await language.learn(
    Array.from({ length: questions }, () => examples.question(random)),
    prompt,
  )
  if (drawings === 0) return asked
  const drawn = await language.learn(
    Array.from({ length: drawings }, () => examples.drawn(random)),
    prompt,
  )
  const joined = (a: Float32Array, b: Float32Array) =>
    a.map((value, i) => (1 - drawingShare) * value + drawingShare * b[i]!)
  return {
    loss: (1 - drawingShare) * asked.loss + drawingShare * drawn.loss,
    rowGradient: joined(asked.rowGradient, drawn.rowGradient),
    headRowGradient: joined(asked.headRowGradient, drawn.headRowGradient),
  }
}

/** Better on the whole, and on neither side worse than the start. */
function isBetter(score: HeldOutScore, best: HeldOutScore, start: HeldOutScore): boolean {
  if (score.recognition < start.recognition - ROUNDING || score.loss > start.loss) return false
  return score.presence + score.loss < best.presence + best.loss
}

const allFinite = (gradient: Float32Array) => gradient.every(Number.isFinite)

const copy = ({ rows, headRows }: SoftPrompt): SoftPrompt => ({ rows: rows.slice(), headRows: headRows.slice() })

/** AdamW on one matrix, in units of its own size, with a pull towards where it started. */
class RowOptimiser {
  readonly #values: Float32Array
  readonly #start: Float32Array
  readonly #rate: number
  readonly #pull: number
  readonly #state = createAdamWState()

  constructor(values: Float32Array, rate: number, pull: number) {
    this.#values = values
    this.#start = values.slice()
    this.#rate = rate * Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
    this.#pull = pull
  }

  step(gradient: Float32Array, pace: number): void {
    adamWStep(new Map([['rows', this.#values]]), new Map([['rows', gradient]]), this.#state, this.#rate * pace)
    const pull = this.#pull * pace
    for (const [i, value] of this.#values.entries()) this.#values[i] = value + pull * (this.#start[i]! - value)
  }
}

/** Draws the subject in the first scene that a held-out likeness shows. */
async function drawPreview(
  context: ModelContext,
  softPrompt: SoftPrompt,
  gallery: Gallery,
  stepping: Stepping,
): Promise<RgbImage | undefined> {
  const wish = gallery.heldOut.likenesses[0]
  if (!wish || !context.model.draws) return undefined
  const { template } = context
  const text = wish.request(createRandom('preview'))
  const ids = [
    ...template.begin(),
    ...template.userTurn({ concepts: [placeholder], text }),
    ...template.answerStart('drawing', [0]),
  ]
  const [drawing] = await drawBatch(context, [ids], [1], { softPrompt, ...stepping })
  return drawing?.image
}
