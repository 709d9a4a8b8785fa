/** A lesson's clock: how far it is, how much time is left, and when it has to come to an end. */
import type { TeachProgress } from '../engine.ts'
import type { RgbImage } from '../image.ts'

/** Share of a lesson's time that is left for checking and the last drawing. */
const RESERVED = 0.12
const PROGRESS_EVERY_MS = 1_000

type Progress = ((progress: TeachProgress) => void) | undefined

/** Tells the time that is left, and tells others. */
export class Clock {
  readonly #begun = performance.now()
  readonly #total: number
  readonly #steps: number
  readonly #progress: Progress
  #phase: TeachProgress['phase'] = 'looking'
  #step = 0
  #learningSince = 0
  #told = 0
  #loss: number | undefined

  constructor(seconds: number, steps: number, progress: Progress) {
    this.#total = seconds * 1_000
    this.#steps = steps
    this.#progress = progress
  }

  get seconds(): number {
    return (performance.now() - this.#begun) / 1_000
  }

  /** Whether learning has to stop for the lesson to end in time. */
  get late(): boolean {
    return this.seconds * 1_000 > (1 - RESERVED) * this.#total
  }

  enter(phase: TeachProgress['phase']): void {
    this.#phase = phase
    if (phase === 'learning') this.#learningSince = performance.now()
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

  #tell(more: Pick<TeachProgress, 'preview'>): void {
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

  /** What the steps left will take at the pace so far, and what was reserved; never more than the lesson may take. */
  #left(): number {
    const total = this.#total - this.seconds * 1_000
    const checking = RESERVED * this.#total
    if (this.#phase === 'checking') return Math.min(total, checking / 2)
    if (this.#step === 0) return total
    const each = (performance.now() - this.#learningSince) / this.#step
    return Math.min(total, each * (this.#steps - this.#step) + checking / 2)
  }
}
