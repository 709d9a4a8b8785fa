/** The GPU path learns through quantised weights as the CPU does. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Chameleon } from '../../engine/models/chameleon/chameleon.ts'
import type { Learning } from '../../engine/models/language.ts'
import { decideWeights, prepareWeights } from '../../engine/models/weight-choice.ts'
import type { Device } from '../../engine/runtime/session.ts'
import { useSoftwareVulkan } from './vulkan.ts'

const golden = fileURLToPath(new URL('../golden/chameleon-a', import.meta.url))
let cacheFolder: string
beforeAll(async () => {
  useSoftwareVulkan()
  cacheFolder = await mkdtemp(join(tmpdir(), 'quantised-'))
})
afterAll(() => rm(cacheFolder, { recursive: true }))

async function run(folder: string, device: Device): Promise<Learning & { logits: Float32Array }> {
  const model = await Chameleon.open(folder, { device })
  const rows = Float32Array.from({ length: 3 * 32 }, (_, i) => Math.sin(i) / 5)
  const ids = [5, 80, 100, 192, 193, 194]
  const labels = [-100, -100, 100, 7, 192, 193]
  const { logits } = await model.language.read(model.language.cache(), [[5, 80, 100]])
  const learned = await model.language.learn([{ ids, labels }], { rows, headRows: rows })
  await model.close()
  return { ...learned, logits }
}

const difference = (actual: Float32Array, expected: Float32Array) =>
  Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!))) / Math.max(...expected.map(Math.abs))

it.each(['int4', 'int8'] as const)(
  'through %s weights',
  async wish => {
    const { folder } = await prepareWeights({ folder: golden, cacheFolder, wish, device: 'cpu' })
    const [cpu, gpu] = [await run(folder, 'cpu'), await run(folder, 'webgpu')]
    expect(difference(gpu.losses, cpu.losses)).toBeLessThan(1e-4)
    expect(difference(gpu.rowGradient, cpu.rowGradient)).toBeLessThan(1e-3)
    expect(difference(gpu.headRowGradient, cpu.headRowGradient)).toBeLessThan(1e-3)
    // Each rounds what it multiplies in its own way.
    expect(difference(gpu.logits, cpu.logits)).toBeLessThan(0.05)
  },
  120_000,
)

it('refuses weights in 16 bits, because this driver does not multiply in them', async () => {
  await expect(prepareWeights({ folder: golden, cacheFolder, wish: 'f16', device: 'webgpu' })).rejects.toMatchObject({
    code: 'DEVICE_UNUSABLE',
    message:
      'Expected webgpu to multiply in 16 bits for WEIGHTS=f16 but it does not: f32, int8 and int4 are for every device',
  })
  expect(await decideWeights(golden, 'auto', 'webgpu')).toMatchObject({ kind: 'f32' })
})
