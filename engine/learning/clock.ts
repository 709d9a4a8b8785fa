/** A lesson's clock: how far it is, how much time is left, and when it has to come to an end. */
import type { LessonNotice, TeachProgress } from '../engine.ts'
import type { RgbImage } from '../image.ts'

/** Share of a lesson's time that is left for checking and the last drawing. */
const RESERVED = 0.12
const PROGRESS_EVERY_MS = 1_000

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
  readonly #steps: number
  readonly #progress: Progress
  #phase: TeachProgress['phase'] = 'looking'
  #step = 0
  #learningSince = 0
  #told = 0
  #loss: number | undefined

  constructor(seconds: number, steps: number, progress: Progress) {
    this.#allowed = seconds * 1_000
    this.#steps = steps
    this.#progress = progress
  }

  get seconds(): number {
    return (performance.now() - this.#begun) / 1_000
  }

  /** Whether learning has to stop for the lesson to end in time. */
  get late(): boolean {
    return this.#used > (1 - RESERVED) * this.#allowed
  }

  enter(phase: TeachProgress['phase']): void {
    this.#phase = phase
    if (phase === 'learning') this.#learningSince = performance.now()
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
      secondsLeft: Math.max(0, Math.round(this.#left() / 1_000)),
      ...more,
    })
  }

  /** Milliseconds of what the lesson may take. */
  get #used(): number {
    return this.seconds * 1_000 - this.#drawing
  }

  /** What the steps left will take at the pace so far, and what was reserved; never more than the lesson may take. */
  #left(): number {
    const total = this.#allowed - this.#used
    const checking = RESERVED * this.#allowed
    if (this.#phase === 'checking') return Math.min(total, checking / 2)
    if (this.#step === 0) return total + this.#drawingLeft
    const each = (performance.now() - this.#learningSince) / this.#step
    return Math.min(total, each * (this.#steps - this.#step) + checking / 2)
  }
}
