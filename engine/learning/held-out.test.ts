import { describe, expect, it } from 'vitest'
import { separate } from './held-out.ts'

const judged = (shows: readonly boolean[], weight = 1) => shows.map(one => ({ shows: one, weight }))

describe('separate', () => {
  it('places the threshold between pictures of the subject and others', () => {
    const { threshold, recognition } = separate([4, 5, -1, 0], judged([true, true, false, false]))
    expect(threshold).toBeGreaterThan(0)
    expect(threshold).toBeLessThan(4)
    expect(recognition).toBe(1)
  })

  it('lets positives and negatives count alike, however many there are', () => {
    const few = separate([2, -2], judged([true, false]))
    const many = separate([2, -2, -2, -2, -2], judged([true, false, false, false, false]))
    expect(many.threshold).toBeCloseTo(few.threshold, 4)
    expect(few.threshold).toBeCloseTo(0, 4)
  })

  it('counts a picture by its weight', () => {
    const items = [
      { shows: true, weight: 3 },
      { shows: true, weight: 1 },
      { shows: false, weight: 1 },
    ]
    expect(separate([9, -9, 0], items).recognition).toBeCloseTo(0.5 * 0.75 + 0.5)
  })

  it('costs less where the sides lie further apart', () => {
    const near = separate([0.5, -0.5], judged([true, false]))
    const far = separate([3, -3], judged([true, false]))
    expect(far.presence).toBeLessThan(near.presence)
  })
})
