import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { TeachProgress } from '../engine.ts'
import { Clock } from './clock.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

it('does not count pictures that are drawn for later lessons, and tells how long they will take', () => {
  const told: TeachProgress[] = []
  const clock = new Clock(100, 50, progress => told.push(progress))
  clock.enter('imagining')
  for (const done of [8, 16, 24]) {
    vi.advanceTimersByTime(400_000)
    clock.drawn(done, 24)
  }
  expect(told.map(({ secondsLeft }) => secondsLeft)).toEqual([100, 900, 500, 100])
  clock.enter('learning')
  expect(clock.late).toBe(false)
  vi.advanceTimersByTime(87_000)
  expect(clock.late).toBe(false)
  vi.advanceTimersByTime(2_000)
  expect(clock.late).toBe(true)
  expect(clock.seconds).toBe(1_289)
})

it('goes on where a lesson was broken off, and counts nothing twice', () => {
  const broken = new Clock(100, 50, undefined)
  broken.enter('looking')
  vi.advanceTimersByTime(20_000)
  broken.enter('learning')
  for (let step = 1; step <= 10; step++) {
    vi.advanceTimersByTime(1_000)
    broken.step(step, 1)
  }
  const { state } = broken
  expect(state).toEqual({ seconds: 30, used: 30_000, preparing: 20_000, step: 10, pace: 1_000 })
  vi.advanceTimersByTime(500_000)

  const told: TeachProgress[] = []
  const clock = new Clock(100, 50, progress => told.push(progress), state)
  clock.enter('looking')
  // 20 s for what is prepared again, 40 steps of a second, and 6 s of checking.
  expect(told.at(-1)).toMatchObject({ phase: 'looking', step: 10, steps: 50, secondsLeft: 66, secondsBefore: 30 })
  vi.advanceTimersByTime(15_000)
  clock.enter('imagining')
  expect(told.at(-1)!.secondsLeft).toBe(51)
  expect(clock.late).toBe(false)
  clock.enter('learning')
  expect(told.at(-1)).toMatchObject({ step: 10, secondsLeft: 46 })
  // It is slower here.
  vi.advanceTimersByTime(2_000)
  clock.step(11, 1)
  expect(told.at(-1)).toMatchObject({ step: 11, secondsLeft: 68 })
  expect(clock.state).toEqual({ seconds: 47, used: 32_000, preparing: 15_000, step: 11, pace: 2_000 })
  vi.advanceTimersByTime(57_000)
  expect(clock.late).toBe(true)
})
