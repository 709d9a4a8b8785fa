import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { measureModel } from './model.ts'

const golden = (name: string) => fileURLToPath(new URL(`../../test/golden/${name}`, import.meta.url))

/** Megabytes that are read for a word. */
const read = new Map<string, number>()

it.each([
  ['chameleon-a', 'f32'],
  ['janus-a', 'f32'],
  ['janus-a', 'f16'],
] as const)(
  'measures %s with %s weights on the CPU, and stops at the signal',
  async (name, kind) => {
    const model = { folder: golden(name), kind, halves: kind === 'f16' }
    const { signal } = new AbortController()
    const { weights, learning, decoding, matrixProduct, memory } = await measureModel(model, 'cpu', signal)
    expect(weights).toBe(kind)
    expect(matrixProduct.gflops).toBeGreaterThan(0.1)
    expect(memory.gigabytesPerSecond).toBeGreaterThan(0.01)
    expect(learning.samplesPerSecond).toBeCloseTo((1000 * learning.examples) / learning.milliseconds, 6)
    expect(learning.share).toBeCloseTo(learning.gflops / matrixProduct.gflops, 6)
    expect(decoding.share).toBeCloseTo(decoding.tokensPerSecond / decoding.limit, 6)
    expect(decoding.tokensPerSecond).toBeGreaterThan(1)
    read.set(`${name} ${kind}`, memory.megabytesRead)
    await expect(measureModel(model, 'cpu', AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
  },
  240_000,
)

it('counts the bytes of the weights that it runs with', () => {
  expect(read.get('janus-a f16')).toBeLessThan(read.get('janus-a f32')!)
})
