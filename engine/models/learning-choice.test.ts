import { expect, it } from 'vitest'
import { chooseLearning } from './learning-choice.ts'
import { type ModelSize, memoryPlan, usableMemory, usualWork } from './memory-plan.ts'

/** Janus-Pro-7B's, roughly. */
const size: ModelSize = {
  layers: 30,
  width: 4096,
  mlpWidth: 11008,
  heads: 32,
  headNorms: false,
  keyWidth: 4096,
  products: 30 * (4 * 4096 ** 2 + 3 * 4096 * 11008),
  largestProduct: 4096 * 11008,
  head: 102400 * 4096,
  headBytes: 2 * 102400 * 4096,
  codes: 16384,
  others: 500e6,
  picture: 576,
  pixels: 384 ** 2 * 128,
  embeddingBytes: 2 * 102400 * 4096,
}

it('keeps as many pictures as what is left of memory holds, where they lie beside a lesson’s steps', () => {
  const kept = (memory: number) => chooseLearning(size, 'int4', 'cpu', memory).pictureBytes
  const { pictures, total } = memoryPlan(size, 'int4', 'cpu')
  expect(kept((total + 1e6) / 0.85)).toBeCloseTo(pictures + 1e6, -1)
  expect(kept((total + 5e9) / 0.85)).toBeCloseTo(pictures + 5e9, -1)
  const smallest = memoryPlan(size, 'int4', 'cpu', { ...usualWork, examples: 1, recomputes: true })
  expect(kept((smallest.total - pictures / 2) / 0.85)).toBeCloseTo(pictures / 2, -1)
  expect(kept(1e9)).toBe(0)
  expect(chooseLearning(size, 'int4', 'cuda', 80e9).pictureBytes).toBeUndefined()
})

it('computes layers twice, and then with fewer examples at once, where a lesson would not fit', () => {
  const form = (memory: number) => chooseLearning(size, 'int4', 'cuda', memory)
  expect(form(80e9)).toEqual({ recomputes: false, together: 8 })
  const memories = Array.from({ length: 75 }, (_, i) => (80 - i) * 1e9)
  const forms = memories.map(form)
  expect(forms).toContainEqual({ recomputes: true, together: 8 })
  expect(forms).toContainEqual({ recomputes: true, together: 2 })
  expect(form(1e9)).toEqual({ recomputes: true, together: 1 })
  for (const [i, { recomputes, together }] of forms.entries()) {
    const { total } = memoryPlan(size, 'int4', 'cuda', { ...usualWork, examples: together, recomputes })
    if (together > 1) expect(total).toBeLessThanOrEqual(usableMemory(memories[i]))
  }
  const steps = forms.map(({ recomputes, together }) => together - Number(recomputes))
  expect(steps).toEqual([...steps].sort((a, b) => b - a))
})
