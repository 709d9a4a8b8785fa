import { describe, expect, it } from 'vitest'
import { memoryPlan, usualWork, weightKinds } from '../../../engine/models/memory-plan.ts'
import { memoryTable, planOf } from './memory.ts'

/** As Janus-Pro-1B's, roughly. */
const size = {
  layers: 24,
  width: 2048,
  mlpWidth: 5632,
  heads: 16,
  headNorms: false,
  keyWidth: 2048,
  products: 24 * (4 * 2048 ** 2 + 3 * 2048 * 5632),
  largestProduct: 2048 * 5632,
  head: 102_400 * 2048,
  headBytes: 2 * 102_400 * 2048,
  others: 500e6,
  picture: 576,
  pixels: 384 ** 2 * 128,
  embeddingBytes: 2 * 102_400 * 2048,
}
const tableFor = (memory: number) => {
  const plans = Object.fromEntries(weightKinds.map(kind => [kind, planOf(size, kind, 'cpu', memory)])) as never
  return memoryTable({ device: 'cpu', deviceBytes: memory, plans, picked: 'int4', reason: 'a test' })
}

describe('the memory plan that is shown', () => {
  it('is of lessons as they would be on this device, beside what they would take otherwise', () => {
    const usual = memoryPlan(size, 'int4', 'cpu').total
    const { total, pictures } = memoryPlan(size, 'int4', 'cpu', { ...usualWork, examples: 1, recomputes: true })
    const least = total - pictures
    expect(planOf(size, 'int4', 'cpu', 1.01 * (usual / 0.85))).toMatchObject({
      recomputes: false,
      total: usual,
      fits: true,
    })
    const less = planOf(size, 'int4', 'cpu', 0.95 * (usual / 0.85))
    expect(less).toMatchObject({ recomputes: true, usualTotal: usual, fits: true })
    expect(less.total).toBeLessThan(usual)
    expect(planOf(size, 'int4', 'cpu', 0.9 * (least / 0.85))).toMatchObject({
      recomputes: true,
      examplesTogether: 1,
      total: least,
      fits: false,
    })
  })

  it('says in words what a lesson does to fit', () => {
    const [f32, int4] = ['f32', 'int4 \\*'].map(kind => new RegExp(`^${kind} .*$`, 'm'))
    const large = tableFor(400e9).join('\n')
    expect(large.match(f32!)![0]).toMatch(/ as usual$/)
    const [middle, small] = [12e9, 10e9].map(memory => tableFor(memory).join('\n')) as [string, string]
    expect(middle.match(int4!)![0]).toMatch(
      / layers computed twice(, \d examples? at a time)? \(\d+(\.\d)? GB otherwise\)$/,
    )
    expect(small.match(int4!)![0]).toMatch(/ 1 example at a time, pictures read again \(\d+ GB otherwise\)$/)
    expect(middle.match(f32!)![0]).toMatch(
      / layers computed twice, 1 example at a time, pictures read again \(\d+ GB otherwise\): too much all the same$/,
    )
  })
})
