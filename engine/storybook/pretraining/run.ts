/** What one part's run of pretraining is given. */
import { createRandom, type Random } from '../../random.ts'
import type { TrainingState } from './parameters.ts'

export interface Run {
  readonly state: TrainingState
  readonly minutes: number
  readonly seed: number
  /** Sample pictures go here. */
  readonly folder: string
  /** The model's folder. */
  readonly model: string
  /** Path of this part's checkpoint. */
  readonly checkpoint: string
  readonly signal: AbortSignal
}

/** The runs' randomness: another stream for every part and every start. */
export const runRandom = (run: Run, name: string): Random =>
  createRandom(`${run.seed}/${name}/${run.state.progress.step}`)
