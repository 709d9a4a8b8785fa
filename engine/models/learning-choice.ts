/** How a lesson's steps are computed so that they fit into the device's memory. */
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

/**
 * The first form with which a lesson fits into so much memory; the smallest where none does.
 * @param memory bytes; nothing when the device does not say
 */
export function chooseLearning(
  size: ModelSize,
  kind: WeightKind,
  device: Device,
  memory: number | undefined,
): Required<LearningForm> {
  const usable = usableMemory(memory)
  const fits = ({ recomputes, together }: Required<LearningForm>) =>
    memoryPlan(size, kind, device, { ...usualWork, examples: together, recomputes }).total <= usable
  return forms.find(fits) ?? (forms.at(-1) as Required<LearningForm>)
}

/** The same for a model folder on this machine. */
export async function learningFor(folder: string, kind: WeightKind, device: Device): Promise<Required<LearningForm>> {
  return chooseLearning(await readModelSize(folder), kind, device, await deviceMemory(device))
}
