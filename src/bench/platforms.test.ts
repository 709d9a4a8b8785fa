import { describe, expect, it } from 'vitest'
import { timesOf } from './percentiles.ts'
import { measurePlatforms, platformTable } from './platforms.ts'

describe('times', () => {
  it('have percentiles, and what is late or never came is missed', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i)
    expect(timesOf(hundred, 98)).toEqual({ count: 100, p50: 50, p99: 99, missed: 2 })
    expect(timesOf([5, undefined], 3000)).toEqual({ count: 2, p50: 5, p99: Number.POSITIVE_INFINITY, missed: 1 })
  })
})

it('measures a bot in its own process on both platforms', { timeout: 240_000 }, async () => {
  const notes: string[] = []
  const figures = await measurePlatforms({
    model: 'storybook',
    device: 'cpu',
    signal: new AbortController().signal,
    note: what => notes.push(what),
    engineModule: new URL('./stand-in-engine.ts', import.meta.url).href,
    acts: 6,
    seconds: 1,
    rates: [4, 8],
  })
  expect(figures!.map(({ platform }) => platform)).toEqual(['Discord', 'Slack'])
  for (const { acknowledgement, throughput } of figures!) {
    for (const { p50, p99 } of [acknowledgement, throughput.times]) {
      expect(p50).toBeGreaterThan(0)
      expect(p99).toBeGreaterThanOrEqual(p50)
    }
    expect(acknowledgement.count).toBe(6)
    expect(throughput.perSecond).toBeGreaterThan(0)
    expect(throughput.perSecond).toBeLessThanOrEqual(8 * 1.5)
  }
  expect(notes).toHaveLength(4)
  expect(platformTable(figures!).split('\n')).toHaveLength(6)
})
