/** How a lesson is given so that it fits into the device's memory. */
import { deviceMemory } from '../runtime/device-memory.ts'
import type { Device } from '../runtime/session.ts'
import type { LearningForm } from './language-sessions.ts'
import { type ModelSize, memoryPlan, usableMemory, usualWork, type WeightKind } from './memory-plan.ts'
import { readModelSize } from './weight-choice.ts'

/** From the fastest to the smallest. A run with fewer examples is slower than one that computes layers twice. */
const forms = [
  { recomputes: false, together: usualWork.examples },
  ...[1, 2, 4, 8].map(part => ({ recomputes: true, together: usualWork.examples / part })),
] as const

export interface LearningChoice extends Required<LearningForm> {
  /** What is left for keys and values of pictures that a lesson shows again; not known where the steps are a GPU's. */
  readonly pictureBytes?: number
}

/**
 * The first form with which a lesson fits into so much memory; the smallest where none does.
 * @param memory bytes; nothing when the device does not say
 */
export function chooseLearning(
  size: ModelSize,
  kind: WeightKind,
  device: Device,
  memory: number | undefined,
): LearningChoice {
  const usable = usableMemory(memory)
  const plan = ({ recomputes, together }: Required<LearningForm>) =>
    memoryPlan(size, kind, device, { ...usualWork, examples: together, recomputes })
  const form = forms.find(form => plan(form).total <= usable) ?? (forms.at(-1) as Required<LearningForm>)
  if (device !== 'cpu') return form
  const { total, pictures } = plan(form)
  return { ...form, pictureBytes: Math.max(0, usable - (total - pictures)) }
}

/** The same for a model folder on this machine. */
export async function learningFor(folder: string, kind: WeightKind, device: Device): Promise<LearningChoice> {
  return chooseLearning(await readModelSize(folder), kind, device, await deviceMemory(device))
}
