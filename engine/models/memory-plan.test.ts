import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCheckpoint } from '../checkpoints/checkpoint.ts'
import { isDecoderProduct, quantisedBytes } from '../checkpoints/conversion/encodings.ts'
import { parseMebibytes, systemMemory } from '../runtime/device-memory.ts'
import type { Device } from '../runtime/session.ts'
import { learningBytes, type ModelSize, memoryPlan, usualWork, type WeightKind, weightKinds } from './memory-plan.ts'
import { registeredModels } from './registry.ts'
import { chooseWeights, doubtAbout, leastWork, prepareWeights, readModelSize } from './weight-choice.ts'
import { whatFitsBeside } from './what-fits.ts'

const golden = fileURLToPath(new URL('../../test/golden/chameleon-a', import.meta.url))
let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'weight-choice-'))
})
afterAll(() => rm(scratch, { recursive: true }))

/** Chameleon-7B's, from its published configuration. */
const chameleon7b: ModelSize = {
  layers: 32,
  width: 4096,
  mlpWidth: 11008,
  heads: 32,
  headNorms: true,
  keyWidth: 4096,
  products: 32 * (4 * 4096 ** 2 + 3 * 4096 * 11008),
  largestProduct: 4096 * 11008,
  head: 65536 * 4096,
  headBytes: 2 * 65536 * 4096,
  others: 80e6,
  picture: 1024,
  pixels: 512 ** 2 * 128,
  embeddingBytes: 2 * 65536 * 4096,
}

describe('a model’s size', () => {
  it('is read from its tensors, quantised or not', async () => {
    const size = await readModelSize(golden)
    expect(size).toMatchObject({
      layers: 2,
      width: 32,
      mlpWidth: 64,
      heads: 4,
      keyWidth: 32,
      head: 192 * 32,
      picture: 64,
    })
    expect(size.products).toBe(2 * (4 * 32 * 32 + 3 * 32 * 64))
    expect(size.embeddingBytes).toBe(4 * 192 * 32)
    const { folder } = await prepareWeights({ folder: golden, cacheFolder: scratch, wish: 'int4', device: 'cpu' })
    expect(await readModelSize(folder)).toEqual(size)
  })

  it('is asked of a decoder', async () => {
    const storybook = registeredModels[0]!.folder!
    expect((await readModelSize(storybook)).layers).toBeGreaterThan(1)
  })
})

describe('a memory plan', () => {
  it('is smaller with fewer bits, and larger with more work', () => {
    for (const device of ['cpu', 'cuda'] as const) {
      const [f32, f16, int8, int4] = weightKinds.map(kind => memoryPlan(chameleon7b, kind, device))
      expect(f32!.weights).toBeGreaterThan(1.7 * f16!.weights)
      expect(f32!.weights).toBeGreaterThan(2 * int8!.weights)
      expect(int8!.weights).toBeGreaterThan(int4!.weights)
      const run = { ...usualWork, past: 1100, words: 30, codes: 0 }
      const [once, doubled] = [run, { ...run, examples: 16 }].map(run =>
        learningBytes(chameleon7b, 'int4', device, run),
      )
      expect(doubled).toBeGreaterThan(1.8 * once!)
      // Of questions and a drawing in the same lesson, what takes more.
      const picture = { examples: 1, positions: usualWork.positions + 1100, past: 0, words: 30 }
      const drawn = learningBytes(chameleon7b, 'int4', device, { ...picture, codes: 1100 })
      expect(int4!.learning).toBe(Math.max(once!, drawn))
      const twice = memoryPlan(chameleon7b, 'int4', device, { ...usualWork, recomputes: true })
      expect(twice.learning).toBeLessThan(0.7 * int4!.learning)
    }
  })

  it('counts the pages of the file on the CPU, while a lesson learns from them', () => {
    const { weights, pages, learning, total, least } = memoryPlan(chameleon7b, 'int4', 'cpu', leastWork)
    expect(pages).toBe(quantisedBytes(chameleon7b.products, 'int4') + chameleon7b.headBytes)
    expect(total).toBe(weights + pages + learning)
    expect(least).toBe(weights + learning)
    expect(memoryPlan(chameleon7b, 'int4', 'cuda', leastWork).pages).toBe(0)
  })
})

describe('the choice of weights', () => {
  it('takes the largest that fits, and says what it picked', () => {
    expect(chooseWeights(chameleon7b, 'cpu', 400e9)).toMatchObject({ kind: 'f32' })
    const { kind, reason } = chooseWeights(chameleon7b, 'cpu', 64e9)
    expect(kind).toBe('int8')
    expect(reason).toMatch(/^at least \d+ GB with a lesson, cpu has 64 GB; f32 would take \d+ GB$/)
    expect(chooseWeights(chameleon7b, 'cpu', 24e9)).toMatchObject({
      kind: 'int4',
      reason: expect.stringMatching(/a lesson has to take small steps$/),
    })
    expect(chooseWeights(chameleon7b, 'cpu', 12e9)).toMatchObject({
      kind: 'int4',
      reason:
        '9.3 GB at least, cpu has 12 GB; a lesson has to take small steps and reads weights from the disk at each',
    })
    expect(() => chooseWeights(chameleon7b, 'cpu', 4e9)).toThrow(
      /^Expected \d+ GB of memory for this model with int4 weights but cpu has 4\.0 GB: storybook needs 824 MB; WEIGHTS=int4 tries this one all the same$/,
    )
    expect(() => chooseWeights(chameleon7b, 'cpu', 9e9)).toThrow(
      /cpu has 9\.0 GB: storybook needs 824 MB, janus-pro-1b with WEIGHTS=int4 needs 5\.4 GB; WEIGHTS=int4 tries/,
    )
    expect(() => chooseWeights(chameleon7b, 'cpu', 0.5e9)).toThrow(/: no model would fit; WEIGHTS=int4 tries/)
  })

  it('takes 16 bits where the device multiplies in them', () => {
    const work = { ...usualWork, recomputes: true }
    const enough = (kind: WeightKind, device: Device) =>
      (1.01 * memoryPlan(chameleon7b, kind, device, work).total) / 0.85
    expect(chooseWeights(chameleon7b, 'cuda', enough('f32', 'cuda'))).toMatchObject({ kind: 'f32' })
    expect(chooseWeights(chameleon7b, 'cuda', enough('f16', 'cuda'))).toMatchObject({
      kind: 'f16',
      reason: expect.stringMatching(/^at least \d+ GB with a lesson, cuda has \d+ GB; f32 would take \d+ GB$/),
    })
    expect(chooseWeights(chameleon7b, 'cuda', enough('f16', 'cuda'), false)).toMatchObject({ kind: 'int8' })
    // The CPU writes them out for each product: 8 bits are faster there, and smaller.
    expect(chooseWeights(chameleon7b, 'cpu', enough('f16', 'cpu'))).toMatchObject({ kind: 'int8' })
  })

  it('agrees with what the registry says that a model needs', () => {
    const needs = registeredModels.find(({ name }) => name === 'anole-7b')!.needs.memoryBytes
    const { least } = memoryPlan(chameleon7b, 'int4', 'cpu', leastWork)
    expect(least / needs).toBeGreaterThan(0.95)
    expect(least / needs).toBeLessThan(1.05)
  })

  it('does without a device that does not say how much it has', () => {
    expect(chooseWeights(chameleon7b, 'webgpu', undefined)).toMatchObject({
      kind: 'int4',
      reason: expect.stringContaining('webgpu does not say how much memory it has'),
    })
  })

  it('leaves a small model as it is stored, and a quantised folder as it is', async () => {
    const options = { folder: golden, cacheFolder: scratch, device: 'cpu' } as const
    expect(await prepareWeights({ ...options, wish: 'auto' })).toMatchObject({ kind: 'f32', folder: golden })
    const { folder } = await prepareWeights({ ...options, wish: 'int8' })
    expect(folder).not.toBe(golden)
    expect(await prepareWeights({ ...options, folder, wish: 'f32' })).toMatchObject({ kind: 'int8', folder })
  })

  it('converts bf16 for who does not compute in it, and what is not in 16 bits for who asks for them', async () => {
    const options = { cacheFolder: join(scratch, 'converted'), device: 'cpu' } as const
    const [bf16, f16] = ['janus-c', 'janus-a'].map(name => join(golden, '..', name)) as [string, string]
    for (const [folder, wish, of] of [
      [bf16, 'f32', 'F32'],
      [bf16, 'f16', 'F16'],
      [golden, 'f16', 'F16'],
    ] as const) {
      const prepared = await prepareWeights({ ...options, folder, wish })
      expect(prepared).toMatchObject({ kind: wish, halves: wish === 'f16' })
      expect(prepared.folder).not.toBe(folder)
      const checkpoint = await openCheckpoint(prepared.folder)
      const product = [...checkpoint.keys()].find(isDecoderProduct)!
      expect(checkpoint.tensor(product).dtype).toBe(of)
    }
    for (const wish of ['f16', 'f32'] as const)
      expect(await prepareWeights({ ...options, folder: f16, wish })).toMatchObject({ kind: wish, folder: f16 })
  })

  it('widens bf16 at each start where the disk is full', async () => {
    const folder = join(golden, '..', 'janus-c')
    const options = { folder, cacheFolder: join(scratch, 'full'), device: 'cpu', freeBytes: async () => 1e6 } as const
    const prepared = await prepareWeights({ ...options, wish: 'f32' })
    expect(prepared.folder).toBe(folder)
    expect(prepared.reason).toMatch(
      /^WEIGHTS=f32 asks for it; bf16 is widened at each start, for lack of disk: Expected 10\d MB/,
    )
    await expect(prepareWeights({ ...options, wish: 'int4' })).rejects.toMatchObject({
      code: 'NO_SPACE',
      message: expect.stringMatching(
        /^Expected 10\d MB of free disk in .* for int4 weights but received 1\.0 MB: HF_HOME can name a larger disk; storybook is built in$/,
      ),
    })
  })
})

describe('what fits instead', () => {
  it('on a disk: smaller weights of the same model, or else other models', async () => {
    const folder = join(golden, '..', 'janus-c')
    expect(await whatFitsBeside(folder, 'f32', 101e6)).toMatch(
      /^WEIGHTS=int8 needs 10\d MB, WEIGHTS=int4 needs 10\d MB$/,
    )
    expect(await whatFitsBeside(folder, 'int8', 101e6)).toMatch(/^WEIGHTS=int4 needs 10\d MB$/)
    expect(await whatFitsBeside(folder, 'int4', 5e9)).toBe('storybook is built in, janus-pro-1b needs 4.3 GB')
  })

  it('in memory: fewer bits, or other models, told to who asks for more', () => {
    expect(doubtAbout(chameleon7b, 'f32', 'cpu', 400e9)).toBeUndefined()
    expect(doubtAbout(chameleon7b, 'f32', 'webgpu', undefined)).toBeUndefined()
    expect(doubtAbout(chameleon7b, 'f32', 'cpu', 24e9)).toMatch(
      /^it needs \d+ GB and cpu has 24 GB: WEIGHTS=int4 needs 11 GB$/,
    )
    expect(doubtAbout(chameleon7b, 'int4', 'cpu', 9e9)).toBe(
      'it needs 11 GB and cpu has 9.0 GB: storybook needs 824 MB, janus-pro-1b with WEIGHTS=int4 needs 5.4 GB',
    )
  })
})

describe('a device’s memory', () => {
  it('is the machine’s, or the container’s where that is less', () => {
    const whole = systemMemory(0)
    expect(whole).toBeGreaterThan(1e8)
    expect(systemMemory(5e7)).toBe(5e7)
    expect(systemMemory(2 ** 60)).toBe(whole)
  })

  it.each([
    ['12288\n', 12 * 2 ** 30],
    ['81559\n24576\n', 81559 * 2 ** 20],
    ['[N/A]\n', undefined],
    ['', undefined],
  ])('is read from %j as %s', (text, bytes) => {
    expect(parseMebibytes(text)).toBe(bytes)
  })
})
