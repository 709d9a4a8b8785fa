import { describe, expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { blockLength, dequantise, type Quantised, quantise } from './blocks.ts'

const random = createRandom(5)
const normal = (length: number) => Float32Array.from({ length }, () => random.normal())

/** As a share of the numbers' own size. */
function difference(actual: Float32Array, expected: Float32Array): number {
  const squares = (values: Iterable<number>) => Array.from(values).reduce((sum, value) => sum + value * value, 0)
  return Math.sqrt(squares(actual.map((value, i) => value - expected[i]!)) / squares(expected))
}

const errorOf = ({ lost, total }: Quantised) => Math.sqrt(lost / total)

describe.each([
  ['int8', 0.01],
  ['int4', 0.12],
] as const)('%s blocks', (kind, bound) => {
  it('come back close, and say how close', () => {
    const values = normal(4096)
    const quantised = quantise(values, kind)
    const back = dequantise(quantised, kind)
    expect(difference(back, values)).toBeCloseTo(errorOf(quantised), 6)
    expect(errorOf(quantised)).toBeLessThan(bound)
    expect(errorOf(quantised)).toBeGreaterThan(bound / 10)
    // The number farthest from zero of each block comes back as it was.
    for (let from = 0; from < values.length; from += blockLength) {
      const block = values.subarray(from, from + blockLength)
      const farthest = block.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best))
      expect(back[from + block.indexOf(farthest)]).toBeCloseTo(farthest, 5)
    }
  })

  it('are the same when they are quantised again', () => {
    const once = quantise(normal(1024), kind)
    const again = quantise(dequantise(once, kind), kind)
    expect(errorOf(again)).toBeLessThan(1e-6)
    expect(dequantise(again, kind)).toEqual(dequantise(once, kind))
  })

  it('hold zeros, and numbers of any size, and no others', () => {
    expect(quantise(new Float32Array(64), kind)).toMatchObject({ lost: 0, total: 0 })
    expect(dequantise(quantise(new Float32Array(64), kind), kind).every(value => value === 0)).toBe(true)
    const small = normal(64).map(value => value * 1e-6)
    expect(errorOf(quantise(small, kind))).toBeLessThan(2 * bound)
    const broken = normal(64)
    broken[40] = Number.NaN
    expect(() => quantise(broken, kind)).toThrow('Expected finite numbers')
  })
})

it('int4 packs two codes a byte, the first in the low half', () => {
  const values = new Float32Array(32)
  values[0] = -8
  values[1] = 7
  values[31] = 1
  const { codes, scales } = quantise(values, 'int4')
  expect(scales).toEqual(Float32Array.of(1))
  expect([codes[0], codes[1], codes[15]]).toEqual([0xf0, 0x88, 0x98])
})
