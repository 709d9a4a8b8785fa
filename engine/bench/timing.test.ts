import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { median, timed, timedRuns, timedSteps, watchStalls } from './timing.ts'

it.each([
  [[3], 3],
  [[9, 1, 2], 2],
  [[4, 1, 2, 100], 3],
])('the median of %j is %d', (values, expected) => expect(median(values)).toBe(expected))

it('there is no median of nothing', () => {
  expect(() => median([])).toThrow('Expected at least one value for a median but received none')
})

describe('timed', () => {
  it('runs as often as asked, and tells seconds', async () => {
    const seconds = await timed(3, () => sleep(10))
    expect(seconds).toHaveLength(3)
    for (const each of seconds) expect(each).toBeGreaterThan(0.008)
    for (const each of seconds) expect(each).toBeLessThan(1)
  })

  it('stops at the signal', async () => {
    const controller = new AbortController()
    let runs = 0
    const work = async () => {
      if (++runs === 2) controller.abort()
    }
    await expect(timed(5, work, controller.signal)).rejects.toMatchObject({ name: 'AbortError' })
    expect(runs).toBe(2)
  })
})

describe('timedRuns', () => {
  it('divides runs by the steps that they made, behind one that warms up', async () => {
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    const made = [7, 4, 4, 2]
    const milliseconds = [5000, 40, 60, 40]
    const run = async () => {
      now += milliseconds.shift() as number
      return made.shift() as number
    }
    const { seconds, steps, stepsInRun } = await timedRuns(9, run)
    vi.restoreAllMocks()
    expect({ steps, left: made.length }).toEqual({ steps: 10, left: 0 })
    expect(stepsInRun).toBeCloseTo(10 / 3)
    // Of 10, 15 and 20 ms a step.
    expect(seconds).toBeCloseTo(0.015, 9)
  })

  it('is one step a run for steps by themselves', async () => {
    let steps = 0
    const { seconds } = await timedSteps(3, async () => void steps++)
    expect(steps).toBe(4)
    expect(seconds).toBeLessThan(1)
  })
})

it('a stall is as long as the loop was blocked', async () => {
  const watch = watchStalls()
  await sleep(20)
  const until = performance.now() + 60
  while (performance.now() < until);
  await sleep(20)
  const stall = watch.stop()
  expect(stall).toBeGreaterThan(45)
  expect(stall).toBeLessThan(1000)
})
