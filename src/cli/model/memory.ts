/** The memory plan of `familiar model info`: the numbers by which `WEIGHTS=auto` picks. */
import { readableBytes } from '../../../engine/checkpoints/hub/bytes.ts'
import { FamiliarError } from '../../../engine/errors.ts'
import { chooseLearning } from '../../../engine/models/learning-choice.ts'
import {
  type MemoryPlan,
  type ModelSize,
  memoryPlan,
  usableMemory,
  usualWork,
  type WeightKind,
  weightKinds,
} from '../../../engine/models/memory-plan.ts'
import { chooseWeights, readModelSize } from '../../../engine/models/weight-choice.ts'
import { deviceMemory } from '../../../engine/runtime/device-memory.ts'
import type { Device } from '../../../engine/runtime/session.ts'

export interface MemoryFacts {
  readonly device: Device
  /** Bytes that the device has; null when it does not say. */
  readonly deviceBytes: number | null
  /** Bytes of each kind of weights, with lessons as this device would have them. */
  readonly plans: Readonly<Record<WeightKind, PlannedKind>>
  /** What `WEIGHTS=auto` picks, or nothing when there is too little. */
  readonly picked: WeightKind | null
  readonly reason: string
}

/** Of pictures, those that find room. */
interface PlannedKind extends MemoryPlan {
  /** Whether others do not. */
  readonly readsAgain: boolean
  /** How a lesson's steps are computed: `learning-choice.ts`. */
  readonly recomputes: boolean
  readonly examplesTogether: number
  /** Bytes in all, if nothing were computed twice and all examples learned from together. */
  readonly usualTotal: number
  /** Within what may be used of the device's memory. */
  readonly fits: boolean
}

/** Nothing for a folder without a decoder. */
export async function memoryFacts(folder: string, device: Device): Promise<MemoryFacts | undefined> {
  const size = await readModelSize(folder).catch(error => {
    if (error instanceof FamiliarError && error.code === 'BAD_CHECKPOINT') return undefined
    throw error
  })
  if (!size) return undefined
  const memory = await deviceMemory(device)
  const plans = Object.fromEntries(weightKinds.map(kind => [kind, planOf(size, kind, device, memory)]))
  return {
    device,
    deviceBytes: memory ?? null,
    plans: plans as Record<WeightKind, PlannedKind>,
    ...picked(() => chooseWeights(size, device, memory)),
  }
}

export function planOf(size: ModelSize, kind: WeightKind, device: Device, memory: number | undefined): PlannedKind {
  const { recomputes, together, pictureBytes = 0 } = chooseLearning(size, kind, device, memory)
  const plan = memoryPlan(size, kind, device, { ...usualWork, examples: together, recomputes })
  const pictures = Math.min(plan.pictures, pictureBytes)
  const total = plan.total - plan.pictures + pictures
  return {
    ...plan,
    pictures,
    total,
    readsAgain: pictures < plan.pictures,
    recomputes,
    examplesTogether: together,
    usualTotal: memoryPlan(size, kind, device).total,
    fits: total <= usableMemory(memory),
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
  const head = ['memory', 'weights', 'file pages', 'a lesson', 'answering', `in all, on ${device}`, 'lessons']
  const rows = Object.entries(plans).map(([kind, plan]) => [
    kind === picked ? `${kind} *` : kind,
    ...[plan.weights, plan.pages, plan.learning + plan.pictures, plan.cache, plan.total].map(readableBytes),
    lessonsOf(plan),
  ])
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map(row => (row[column] as string).length)))
  const lines = [head, ...rows].map(row => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  '))
  return ['', ...lines.map(line => line.trimEnd()), picked ? `* WEIGHTS=auto picks ${picked}: ${reason}` : reason]
}

/** `layers computed twice, 4 examples at a time (16 GB otherwise)`. */
function lessonsOf({ recomputes, examplesTogether, readsAgain, total, usualTotal, fits }: PlannedKind): string {
  const ways = [
    ...(recomputes ? ['layers computed twice'] : []),
    ...(examplesTogether < usualWork.examples
      ? [`${examplesTogether} ${examplesTogether === 1 ? 'example' : 'examples'} at a time`]
      : []),
    ...(readsAgain ? ['pictures read again'] : []),
  ]
  const saved = usualTotal > total ? ` (${readableBytes(usualTotal)} otherwise)` : ''
  return `${ways.join(', ') || 'as usual'}${saved}${fits ? '' : ': too much all the same'}`
}
