/** One learning step on a drawing of so many positions, in a process that does nothing else. */
import { openModel } from '../models/architectures.ts'
import { peakMemory, reusesMemory } from '../runtime/memory.ts'
import type { Device } from '../runtime/session.ts'
import { drawingExample, promptWords, randomPrompt, restatedTokens } from './examples.ts'
import { type Timed, timedSteps } from './timing.ts'

/** Positions of such a drawing that are no codes. */
export const besideCodes = promptWords + restatedTokens

export interface StepOptions {
  readonly folder: string
  /** As in `ModelOptions`. */
  readonly halves: boolean
  readonly device: Device
  readonly positions: number
  readonly recomputes: boolean
}

export interface StepFigures extends Timed {
  /** Of the process. */
  readonly peakBytes: number
}

export async function measureStep(options: StepOptions): Promise<StepFigures> {
  const { folder, halves, device, positions, recomputes } = options
  const model = await openModel(folder, { device, halves, releaseMemory: reusesMemory(), learning: { recomputes } })
  const example = await drawingExample(model, positions - besideCodes)
  const prompt = randomPrompt(model)
  // The first one makes the session.
  await model.language.learn([example], prompt)
  const time = await timedSteps(1, () => model.language.learn([example], prompt))
  await model.close()
  return { ...time, peakBytes: peakMemory() }
}
