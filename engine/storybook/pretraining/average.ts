/**
 * The mean of several checkpoints of one decoder's training. What was learned last (to read, say) costs some of what was learned
 * before (to draw); the mean of the weights keeps most of both. Source: Wortsman et al. 2022, robust fine-tuning.
 */
import { FamiliarError } from '../../errors.ts'
import { loadTraining, type TrainingState } from './parameters.ts'

/** @returns the mean of the parameters; the rest as in the last checkpoint. @throws FamiliarError BAD_CHECKPOINT */
export async function averageTraining(checkpoints: readonly string[]): Promise<TrainingState> {
  const states = await Promise.all(checkpoints.map(path => loadTraining(path)))
  const last = states.at(-1) as TrainingState
  const { values } = last.parameters
  for (const [i, { parameters }] of states.entries()) {
    const unlike = [...values].find(([key, data]) => parameters.values.get(key)?.length !== data.length)
    if (!unlike && parameters.values.size === values.size) continue
    const message = `Expected checkpoints of one model but ${checkpoints[i]} holds other parameters than ${checkpoints.at(-1)}`
    throw new FamiliarError('BAD_CHECKPOINT', message)
  }
  for (const [key, data] of values) {
    const all = states.map(({ parameters }) => parameters.values.get(key) as Float32Array)
    values.set(
      key,
      data.map((_, i) => all.reduce((sum, one) => sum + (one[i] as number), 0) / all.length),
    )
  }
  return last
}
