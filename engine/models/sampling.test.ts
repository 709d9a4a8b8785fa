import { describe, expect, it } from 'vitest'
import { createRandom } from '../random.ts'
import { guide, likeliest, logit, logSumExp, sample, sigmoid, softmax } from './sampling.ts'

describe('sampling', () => {
  it('takes the likeliest of the words that are allowed', () => {
    const logits = Float32Array.of(1, 9, 3, -2)
    expect(likeliest(logits, () => true)).toBe(1)
    expect(likeliest(logits, word => word !== 1)).toBe(2)
    expect(likeliest(logits, () => false)).toBe(-1)
    expect(likeliest(Float32Array.of(5, -7, -9), word => word > 0)).toBe(1)
  })

  it('draws as often as the probabilities say, and never outside of top-p', () => {
    const logits = Float32Array.from([0.5, 0.3, 0.15, 0.05], Math.log)
    const random = createRandom(1)
    const shares = (options: { temperature?: number; topP?: number }) => {
      const counts = [0, 0, 0, 0]
      for (let i = 0; i < 4000; i++) counts[sample(logits, random, options)]!++
      return counts.map(count => count / 4000)
    }
    const all = shares({})
    ;[0.5, 0.3, 0.15, 0.05].forEach((share, i) => {
      expect(Math.abs((all[i] as number) - share)).toBeLessThan(0.03)
    })
    const nucleus = shares({ topP: 0.7 })
    expect(nucleus.slice(2)).toEqual([0, 0])
    expect(Math.abs((nucleus[0] as number) - 0.625)).toBeLessThan(0.03)
    // Probabilities squared: .25 and .09 of .365.
    expect(Math.abs((shares({ temperature: 0.5 })[0] as number) - 0.25 / 0.365)).toBeLessThan(0.03)
    expect(shares({ topP: 0.01 })).toEqual([1, 0, 0, 0])
  })

  it('is repeatable by seed', () => {
    const logits = Float32Array.from({ length: 50 }, (_, i) => Math.sin(i))
    const draw = (seed: number) => {
      const random = createRandom(seed)
      return Array.from({ length: 10 }, () => sample(logits, random))
    }
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
  })

  it('guides away from what would be drawn without a prompt', () => {
    const guided = guide(Float32Array.of(9, 2, 1), Float32Array.of(0, 1, 1), [1, 2], 3)
    expect([...guided]).toEqual([4, 1])
    expect([...guide(Float32Array.of(9, 2, 1), Float32Array.of(0, 1, 1), [1, 2], 1)]).toEqual([2, 1])
  })

  it('keeps sums of exponentials finite', () => {
    expect(logSumExp([1000, 1000])).toBeCloseTo(1000 + Math.log(2))
    expect(softmax([1000, 1000 + Math.log(3)])[1]).toBeCloseTo(0.75)
    expect(sigmoid(logit(0.3))).toBeCloseTo(0.3)
    expect(Number.isFinite(logit(0)) && Number.isFinite(logit(1))).toBe(true)
  })
})
