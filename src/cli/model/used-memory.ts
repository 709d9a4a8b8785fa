/** What the engine's processes really took of a model, beside what is planned for it. */
import { readableBytes } from '../../../engine/checkpoints/hub/bytes.ts'
import type { MemoryUse } from '../../../engine/host/messages.ts'
import type { MemoryPlan, WeightKind } from '../../../engine/models/memory-plan.ts'
import type { Device } from '../../../engine/runtime/session.ts'
import type { UsedMemory } from '../../memory-use.ts'
import type { MemoryFacts } from './memory.ts'

/** Of one kind of weights on one device. */
export interface UsedBesidePlan {
  readonly weights: WeightKind
  readonly work: MemoryUse['work']
  /** Resident memory of the engine's process, at most. */
  readonly usedBytes: number
  /** Nothing on a GPU: what is planned lies there, and the runtime does not tell Node how much that comes to. */
  readonly plannedBytes?: number
}

/** @param used of this model */
export function besidePlan({ device, plans }: Pick<MemoryFacts, 'device' | 'plans'>, used: readonly UsedMemory[]) {
  return used
    .filter(each => each.device === device)
    .flatMap(({ weights, ...each }) =>
      (['answering', 'learning'] as const).flatMap((work): UsedBesidePlan[] => {
        const usedBytes = each[work]
        if (usedBytes === undefined) return []
        const planned = device === 'cpu' && { plannedBytes: plannedFor(work, plans[weights]) }
        return [{ weights, work, usedBytes, ...planned }]
      }),
    )
}

/** A process that learns has answered too. */
const plannedFor = (work: MemoryUse['work'], { weights, cache, total }: MemoryPlan) =>
  work === 'learning' ? total : weights + cache

const names: Readonly<Record<MemoryUse['work'], string>> = { answering: 'last answers', learning: 'last lesson' }

/** @param used of this model, on any device */
export function usedTable(memory: Pick<MemoryFacts, 'device' | 'plans'>, used: readonly UsedMemory[]): string[] {
  const { device } = memory
  const rows = besidePlan(memory, used).map(({ weights, work, usedBytes, plannedBytes }) => [
    `${weights}, ${names[work]}`,
    plannedBytes === undefined ? '' : `planned ${readableBytes(plannedBytes)}`,
    `really used ${readableBytes(usedBytes)}${plannedBytes === undefined ? '' : `, ${percent(usedBytes / plannedBytes)} of it`}`,
  ])
  if (rows.length === 0) return ['', `Nothing was run on ${device} yet: ${wouldTell}${elsewhere(device, used)}`]
  const widths = [0, 1].map(column => Math.max(...rows.map(row => (row[column] as string).length)))
  const lines = rows.map(row => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  '))
  return ['', ...lines, ...(device === 'cpu' ? [] : [notTold(device)])]
}

const percent = (share: number) => `${Math.round(100 * share)} %`

const wouldTell = 'what a lesson, familiar demo or familiar bench really uses is shown here'

function elsewhere(device: Device, used: readonly UsedMemory[]): string {
  const others = [...new Set(used.map(each => each.device))].filter(other => other !== device)
  return others.length > 0 ? `; --device ${others.join(' or ')} shows what was run there` : ''
}

const notTold = (device: Device) =>
  `That is the memory of the machine. What was used of the device itself ${device} does not tell.`
