/**
 * Steps of AdamW from where the rows start, as many as the recipe has or as there is time for. Every so many steps, and at the
 * end, they are scored on pictures that are not learned from: the best are kept, and when no better ones come, it stops. Broken
 * off and given what it had come to, it goes on as if it had not been.
 */
import { nextStep, type Stepping } from '../answering/steps.ts'
import type { Example, Learning as Gradients, Language, SoftPrompt, Word } from '../models/language.ts'
import { type AdamWOptions, adamWStep, createAdamWState } from './adamw.ts'
import type { Clock } from './clock.ts'
import type { HeldOut, HeldOutScore } from './held-out.ts'
import type { LessonCheckpoint } from './lesson-checkpoint.ts'
import type { Recipe } from './recipe.ts'
import { type Schedule, scheduleFor, trialSteps } from './schedule.ts'

/** Sums of the same weights in another order differ by this much. */
export const ROUNDING = 1e-9
/** Steps over which the loss that is shown is averaged. */
const SMOOTHING = 0.9

/** What a step learns from. Questions and drawings differ in length: together they would be padded. */
export interface Batch {
  readonly questions: readonly Example<Word>[]
  readonly drawings: readonly Example<Word>[]
  /** How much the drawings' mean loss counts beside the questions'; 0…1. */
  readonly drawingShare: number
}

export interface Optimised {
  readonly prompt: SoftPrompt
  /** Of these rows, and of those before the first step. */
  readonly score: HeldOutScore
  readonly first: HeldOutScore
  /** The step after which these rows were kept; 0 is the start. */
  readonly step: number
  /** Steps that were made, and those of them that were left out because a gradient was not finite. */
  readonly steps: number
  readonly skipped: number
}

/** All that the next step depends on, but for its batch. */
export interface OptimiserState {
  /** Rows before the first step, and how good they are. */
  readonly start: SoftPrompt
  readonly first: HeldOutScore
  readonly prompt: SoftPrompt
  readonly best: Best
  readonly moments: { readonly rows: Moments; readonly headRows: Moments }
  readonly step: number
  readonly skipped: number
  /** At the held-out pictures since the best. */
  readonly looks: number
  /** Once it is known how long a step takes. */
  readonly schedule?: Schedule
  /** The loss that is shown. */
  readonly shown?: number
}

interface Best {
  readonly prompt: SoftPrompt
  readonly step: number
  readonly score: HeldOutScore
}

/** Of one matrix; absent before its first step. */
interface Moments {
  readonly step: number
  readonly first?: Float32Array
  readonly second?: Float32Array
}

export interface Optimising {
  readonly language: Language
  readonly start: SoftPrompt
  /** The next batch; the same ones in the same order whenever the lesson is given. */
  readonly batches: () => Batch
  readonly heldOut: Pick<HeldOut, 'score'>
  readonly recipe: Recipe
  readonly clock: Pick<Clock, 'late' | 'left' | 'planned' | 'step' | 'state'>
  readonly checkpoint: Pick<LessonCheckpoint, 'reached' | 'due' | 'write'>
}

/** @throws FamiliarError CANCELLED */
export async function optimise(
  { language, start, batches, heldOut, recipe, clock, checkpoint }: Optimising,
  stepping: Stepping,
): Promise<Optimised> {
  const before = checkpoint.reached?.steps
  const looking = timer()
  const first = before?.first ?? (await heldOut.score(start, stepping))
  const lookTime = looking()
  const prompt = before?.prompt ?? copy(start)
  let best: Best = before?.best ?? { prompt: start, step: 0, score: first }
  const rows = new RowOptimiser(prompt.rows, start.rows, recipe.rate, recipe, before?.moments.rows)
  const headRows = new RowOptimiser(prompt.headRows, start.headRows, recipe.headRate, recipe, before?.moments.headRows)
  let { step, skipped, looks, schedule, shown }: Changing = before ?? { step: 0, skipped: 0, looks: 0 }
  if (schedule) clock.planned(schedule.steps)
  // What was learned from is passed over, so that the random numbers are those of the next step.
  for (let made = 0; made < step; made++) {
    await nextStep(stepping)
    batches()
  }
  const look = async () => {
    const score = await heldOut.score(prompt, stepping)
    looks++
    if (!isBetter(score, best.score, first)) return
    best = { prompt: copy(prompt), step, score }
    looks = 0
  }
  const planned = () => schedule ?? recipe
  const times: number[] = []
  while (step < planned().steps && looks < recipe.patience && !clock.late) {
    await nextStep(stepping)
    if (checkpoint.due) {
      const moments = { rows: rows.moments, headRows: headRows.moments }
      const steps = { start, first, prompt, best, moments, step, skipped, looks, schedule, shown }
      await checkpoint.write({ steps, clock: clock.state })
    }
    const learning = timer()
    const { loss, rowGradient, headRowGradient } = await differentiate(language, batches(), prompt)
    times.push(learning())
    const { steps, warmUp } = planned()
    const pace = Math.min(1, (step + 1) / warmUp) * (recipe.decays ? 1 - step / steps : 1)
    // In 16 bits a product may overflow; the next pictures' need not.
    if ([rowGradient, headRowGradient].every(allFinite)) {
      rows.step(rowGradient, pace)
      headRows.step(headRowGradient, pace)
    } else skipped++
    step++
    shown = shown === undefined ? loss : SMOOTHING * shown + (1 - SMOOTHING) * loss
    clock.step(step, shown)
    if (!schedule && times.length === trialSteps) {
      // The fastest: another may have waited for somebody's reply.
      schedule = scheduleFor(recipe, step, { step: Math.min(...times), look: lookTime, left: clock.left })
      clock.planned(schedule.steps)
    }
    if (isLookedAt(step, planned())) await look()
  }
  if (step > 0 && !isLookedAt(step, planned())) await look()
  return { ...best, first, steps: step, skipped }
}

type Changing = Pick<OptimiserState, 'step' | 'skipped' | 'looks' | 'schedule' | 'shown'>

const isLookedAt = (step: number, { steps, checkEvery }: Schedule) => step % checkEvery === 0 || step === steps

/** Milliseconds since it was made. */
function timer(): () => number {
  const begun = performance.now()
  return () => performance.now() - begun
}

async function differentiate(
  language: Language,
  { questions, drawings, drawingShare }: Batch,
  prompt: SoftPrompt,
): Promise<Omit<Gradients, 'losses'>> {
  if (questions.length === 0) return language.learn(drawings, prompt)
  const asked = await language.learn(questions, prompt)
  if (drawings.length === 0) return asked
  const drawn = await language.learn(drawings, prompt)
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

/** AdamW on one matrix, with a pull towards where it started. */
class RowOptimiser {
  readonly #values: Float32Array
  readonly #start: Float32Array
  readonly #rate: number
  readonly #pull: number
  readonly #adamw: AdamWOptions | undefined
  readonly #state = createAdamWState()

  constructor(
    values: Float32Array,
    start: Float32Array,
    rate: number,
    { rateUnit, pull, adamw }: Recipe,
    { step, first, second }: Moments = { step: 0 },
  ) {
    const size = Math.sqrt(start.reduce((sum, value) => sum + value * value, 0) / start.length)
    this.#values = values
    this.#start = start
    this.#rate = rateUnit === 'rows' ? rate * size : rate
    this.#pull = pull
    this.#adamw = adamw
    this.#state.step = step
    if (first) this.#state.first.set('rows', first)
    if (second) this.#state.second.set('rows', second)
  }

  get moments(): Moments {
    const { step, first, second } = this.#state
    return { step, first: first.get('rows'), second: second.get('rows') }
  }

  step(gradient: Float32Array, pace: number): void {
    adamWStep(
      new Map([['rows', this.#values]]),
      new Map([['rows', gradient]]),
      this.#state,
      this.#rate * pace,
      this.#adamw,
    )
    const pull = this.#pull * pace
    for (const [i, value] of this.#values.entries()) this.#values[i] = value + pull * (this.#start[i]! - value)
  }
}
