import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { measureModel } from './model.ts'

const folder = fileURLToPath(new URL('../../test/golden/chameleon-a', import.meta.url))

it('measures a model on the CPU, and stops at the signal', async () => {
  const { learning, decoding, matrixProduct, memory } = await measureModel(folder, 'cpu', new AbortController().signal)
  expect(matrixProduct.gflops).toBeGreaterThan(0.1)
  expect(memory.gigabytesPerSecond).toBeGreaterThan(0.01)
  expect(learning.samplesPerSecond).toBeCloseTo((1000 * learning.examples) / learning.milliseconds, 6)
  expect(learning.share).toBeCloseTo(learning.gflops / matrixProduct.gflops, 6)
  expect(decoding.share).toBeCloseTo(decoding.tokensPerSecond / decoding.limit, 6)
  expect(decoding.tokensPerSecond).toBeGreaterThan(1)
  await expect(measureModel(folder, 'cpu', AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
})
