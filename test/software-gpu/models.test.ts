/** The GPU path computes what PyTorch does, on small random models of both architectures. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSafetensors } from '../../engine/checkpoints/safetensors.ts'
import { architectureOf } from '../../engine/models/architectures.ts'
import { useSoftwareVulkan } from './vulkan.ts'

let scratch: string
beforeAll(async () => {
  useSoftwareVulkan()
  scratch = await mkdtemp(join(tmpdir(), 'software-gpu-'))
})
afterAll(() => rm(scratch, { recursive: true }))

describe('probes on WebGPU', { timeout: 300_000 }, () => {
  it.each([
    ['chameleon-a', 'input', 'expected'],
    ['janus-a', 'input', 'expected'],
    ['janus-a', 'drawing', 'drawing_expected'],
    ['janus-b', 'input', 'expected'],
    ['janus-b', 'drawing', 'drawing_expected'],
  ])('%s gives what PyTorch gives for its %s', async (name, given, wanted) => {
    const folder = fileURLToPath(new URL(`../golden/${name}`, import.meta.url))
    const file = (name: string) => join(folder, `${name}.safetensors`)
    const output = join(scratch, `${name} ${given}.safetensors`)
    const { probe } = await architectureOf(folder)
    await probe({ folder, input: file(given), output, device: 'webgpu' })
    const [actual, expected] = [await openSafetensors(output), await openSafetensors(file(wanted))]
    expect(actual.tensors.size).toBeGreaterThan(2)
    for (const [key, { dtype }] of actual.tensors) {
      if (dtype === 'I64') {
        expect(await actual.read(key), key).toEqual(await expected.read(key))
        continue
      }
      const [ours, theirs] = [await actual.readFloat32(key), await expected.readFloat32(key)]
      expect(ours.length, key).toBe(theirs.length)
      const largest = Math.max(...theirs.map(Math.abs))
      const apart = Math.max(...theirs.map((value, i) => Math.abs(value - (ours[i] as number))))
      expect(apart / largest, key).toBeLessThan(1e-4)
    }
  })
})
