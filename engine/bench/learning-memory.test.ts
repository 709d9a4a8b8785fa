import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { measureLearningMemory } from './learning-memory.ts'
import { learningMemoryTable } from './learning-memory-table.ts'

const folder = fileURLToPath(new URL('../../test/golden/janus-a', import.meta.url))
const options = {
  source: { name: 'janus-a', folder },
  weights: 'f16',
  signal: new AbortController().signal,
  note: () => {},
} as const

it('measures a step of each length, with and without what layers keep', async () => {
  const told: number[] = []
  const progress = ({ steps }: { steps: readonly unknown[] }) => told.push(steps.length)
  const report = await measureLearningMemory({ ...options, lengths: [96, 512], progress })
  expect(told).toEqual([1, 2, 3, 4])
  expect(report.kind).toBe('f16')
  const of = (positions: number, recomputes: boolean) =>
    report.steps.find(step => step.positions === positions && step.recomputes === recomputes)!
  for (const { used } of report.steps) {
    expect(used!.peakBytes).toBeGreaterThan(50e6)
    expect(used!.cpuSeconds).toBeGreaterThan(0)
  }
  expect(of(512, false).plannedBytes).toBeGreaterThan(of(96, false).plannedBytes)
  expect(of(512, true).plannedBytes).not.toBe(of(512, false).plannedBytes)
  const rows = /^(96|512) positions, layers (kept|recomputed) +\S+ GB +planned \S+ GB, \d+ % of it; \S+ s \(/gm
  expect(learningMemoryTable(report).match(rows)).toHaveLength(4)
}, 300_000)

it('leaves out what is not free', async () => {
  const report = await measureLearningMemory({ ...options, lengths: [96], freeMemory: () => 1e6 })
  expect(report.steps.map(({ used }) => used)).toEqual([undefined, undefined])
  expect(learningMemoryTable(report)).toMatch(/left out +planned \S+ GB, which is not free$/m)
}, 60_000)
