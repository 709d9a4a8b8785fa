/** The memory plan of `familiar model info`: the numbers by which `WEIGHTS=auto` picks. */
import { readableBytes } from '../../../engine/checkpoints/hub/bytes.ts'
import { FamiliarError } from '../../../engine/errors.ts'
import { type MemoryPlan, memoryPlan, type WeightKind, weightKinds } from '../../../engine/models/memory-plan.ts'
import { chooseWeights, readModelSize } from '../../../engine/models/weight-choice.ts'
import { deviceMemory } from '../../../engine/runtime/device-memory.ts'
import type { Device } from '../../../engine/runtime/session.ts'

export interface MemoryFacts {
  readonly device: Device
  /** Bytes that the device has; null when it does not say. */
  readonly deviceBytes: number | null
  /** Bytes of each kind of weights. */
  readonly plans: Readonly<Record<WeightKind, MemoryPlan>>
  /** What `WEIGHTS=auto` picks, or nothing when there is too little. */
  readonly picked: WeightKind | null
  readonly reason: string
}

/** Nothing for a folder without a decoder. */
export async function memoryFacts(folder: string, device: Device): Promise<MemoryFacts | undefined> {
  const size = await readModelSize(folder).catch(error => {
    if (error instanceof FamiliarError && error.code === 'BAD_CHECKPOINT') return undefined
    throw error
  })
  if (!size) return undefined
  const memory = await deviceMemory(device)
  const plans = Object.fromEntries(weightKinds.map(kind => [kind, memoryPlan(size, kind, device)]))
  return {
    device,
    deviceBytes: memory ?? null,
    plans: plans as Record<WeightKind, MemoryPlan>,
    ...picked(() => chooseWeights(size, device, memory)),
  }
}

function picked(choose: () => ReturnType<typeof chooseWeights>): Pick<MemoryFacts, 'picked' | 'reason'> {
  try {
    const { kind, reason } = choose()
    return { picked: kind, reason }
  } catch (error) {
    if (!(error instanceof FamiliarError)) throw error
    return { picked: null, reason: error.message }
  }
}

export function memoryTable({ device, plans, picked, reason }: MemoryFacts): string[] {
  const head = ['memory', 'weights', 'file pages', 'a lesson', 'answering', `in all, on ${device}`]
  const rows = Object.entries(plans).map(([kind, { weights, pages, learning, cache, total }]) => [
    kind === picked ? `${kind} *` : kind,
    ...[weights, pages, learning, cache, total].map(readableBytes),
  ])
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map(row => (row[column] as string).length)))
  const lines = [head, ...rows].map(row => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  '))
  return ['', ...lines.map(line => line.trimEnd()), picked ? `* WEIGHTS=auto picks ${picked}: ${reason}` : reason]
}
