import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { median, timed, watchStalls } from './timing.ts'

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
