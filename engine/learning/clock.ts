/** A lesson's clock: how far it is, how much time is left, and when it has to come to an end. */
import type { LessonNotice, TeachProgress } from '../engine.ts'
import type { RgbImage } from '../image.ts'

/** Share of a lesson's time that is left for checking and the last drawing. */
const RESERVED = 0.12
const PROGRESS_EVERY_MS = 1_000

/** How a lesson's time was spent when it was broken off. */
export interface ClockState {
  /** All of it. */
  readonly seconds: number
  /** Milliseconds of what it may take. */
  readonly used: number
  /** Milliseconds before the first step, without drawings that are kept. */
  readonly preparing: number
  readonly step: number
  /** Milliseconds of a step. */
  readonly pace: number
}

type Progress = ((progress: TeachProgress) => void) | undefined

/** Tells the time that is left, and tells others. */
export class Clock {
  readonly #begun = performance.now()
  /** Milliseconds for everything but drawings that are kept for other lessons. */
  readonly #allowed: number
  /** Milliseconds that such drawings took, and will take. */
  #drawing = 0
  #drawingLeft = 0
  #drawingSince = 0
  #drawn = 0
  #steps: number
  readonly #progress: Progress
  readonly #before: ClockState | undefined
  #phase: TeachProgress['phase'] = 'looking'
  #step = 0
  #learningSince: number | undefined
  #preparing = 0
  #told = 0
  #loss: number | undefined

  /** @param before of a lesson that was broken off. What is prepared anew is not counted again */
  constructor(seconds: number, steps: number, progress: Progress, before?: ClockState) {
    this.#allowed = seconds * 1_000
    this.#steps = steps
    this.#progress = progress
    this.#before = before
    this.#step = before?.step ?? 0
  }

  get seconds(): number {
    return (this.#before?.seconds ?? 0) + this.#elapsed / 1_000
  }

  /** For a lesson that goes on after it was broken off. */
  get state(): ClockState {
    const { seconds } = this
    return { seconds, used: this.#used, preparing: this.#preparing, step: this.#step, pace: this.#pace }
  }

  /** Whether learning has to stop for the lesson to end in time. */
  get late(): boolean {
    return this.left <= 0
  }

  /** Milliseconds until learning has to stop. */
  get left(): number {
    return (1 - RESERVED) * this.#allowed - this.#used
  }

  /** Share of its time that has gone by. */
  get share(): number {
    return this.#used / this.#allowed
  }

  /** So many steps are to be made. */
  planned(steps: number): void {
    this.#steps = steps
  }

  enter(phase: TeachProgress['phase']): void {
    this.#phase = phase
    if (phase === 'learning') {
      this.#learningSince = performance.now()
      this.#preparing = this.#elapsed - this.#drawing
    }
    this.#drawingLeft = 0
    this.#drawingSince = performance.now()
    this.#tell({})
  }

  /**
   * So many pictures of a gallery that later lessons will find were drawn, of those that had to be. The time for them is
   * not the lesson's.
   */
  drawn(done: number, total: number): void {
    const now = performance.now()
    const took = now - this.#drawingSince
    this.#drawing += took
    this.#drawingSince = now
    this.#drawingLeft = (took / Math.max(1, done - this.#drawn)) * (total - done)
    this.#drawn = done === total ? 0 : done
    this.#tell({})
  }

  step(step: number, loss: number): void {
    this.#step = step
    this.#loss = loss
    if (performance.now() - this.#told >= PROGRESS_EVERY_MS) this.#tell({})
  }

  show(preview: RgbImage | undefined): void {
    if (preview) this.#tell({ preview })
  }

  notice(notice: LessonNotice): void {
    this.#tell({ notice })
  }

  #tell(more: Pick<TeachProgress, 'preview' | 'notice'>): void {
    this.#told = performance.now()
    this.#progress?.({
      phase: this.#phase,
      step: this.#step,
      steps: this.#steps,
      ...(this.#loss !== undefined && { loss: this.#loss }),
      secondsLeft: Math.max(0, Math.round(this.#untilEnd() / 1_000)),
      ...(this.#before && { secondsBefore: this.#before.seconds }),
      ...more,
    })
  }

  /** Milliseconds since this clock was made. */
  get #elapsed(): number {
    return performance.now() - this.#begun
  }

  /** Milliseconds of what the lesson may take. */
  get #used(): number {
    if (!this.#before) return this.#elapsed - this.#drawing
    return this.#before.used + this.#learning
  }

  /** Milliseconds of a step: here, or where it was broken off as long as there is none yet. */
  get #pace(): number {
    const { step = 0, pace = 0 } = this.#before ?? {}
    return this.#step > step ? this.#learning / (this.#step - step) : pace
  }

  /** Milliseconds since the first step was made, or the next one where it was broken off. */
  get #learning(): number {
    return this.#learningSince === undefined ? 0 : performance.now() - this.#learningSince
  }

  /** What the steps left will take at the pace so far, and what was reserved; never more than the lesson may take. */
  #untilEnd(): number {
    const total = this.#allowed - this.#used
    const checking = RESERVED * this.#allowed
    if (this.#phase === 'checking') return Math.min(total, checking / 2)
    if (this.#step === 0) return total + this.#drawingLeft
    const left = Math.min(total, this.#pace * (this.#steps - this.#step) + checking / 2)
    if (!this.#before || this.#learningSince !== undefined) return left
    return left + Math.max(0, this.#before.preparing - this.#elapsed) + this.#drawingLeft
  }
}
