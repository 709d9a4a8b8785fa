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
