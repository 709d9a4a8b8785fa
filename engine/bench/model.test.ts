import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { measureModel } from './model.ts'

const golden = (name: string) => fileURLToPath(new URL(`../../test/golden/${name}`, import.meta.url))

it.each(['chameleon-a', 'janus-a'])('measures %s on the CPU, and stops at the signal', async name => {
  const folder = golden(name)
  const { learning, decoding, matrixProduct, memory } = await measureModel(folder, 'cpu', new AbortController().signal)
  expect(matrixProduct.gflops).toBeGreaterThan(0.1)
  expect(memory.gigabytesPerSecond).toBeGreaterThan(0.01)
  expect(learning.samplesPerSecond).toBeCloseTo((1000 * learning.examples) / learning.milliseconds, 6)
  expect(learning.share).toBeCloseTo(learning.gflops / matrixProduct.gflops, 6)
  expect(decoding.share).toBeCloseTo(decoding.tokensPerSecond / decoding.limit, 6)
  expect(decoding.tokensPerSecond).toBeGreaterThan(1)
  await expect(measureModel(folder, 'cpu', AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
})
