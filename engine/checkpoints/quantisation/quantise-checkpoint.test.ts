import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCheckpoint } from '../checkpoint.ts'
import { float32ToBfloat16 } from '../half.ts'
import { openSafetensors, type TensorToWrite, writeSafetensors } from '../safetensors.ts'
import { codesKey, dequantise, scalesKey } from './blocks.ts'
import { checkpointBytes, isQuantisable, type QuantiseOptions, quantiseCheckpoint } from './quantise-checkpoint.ts'

const golden = fileURLToPath(new URL('../../../test/golden/chameleon-a', import.meta.url))
let scratch: string
let cacheFolder: string
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'quantise-'))
  cacheFolder = join(scratch, 'familiar')
})
afterEach(() => rm(scratch, { recursive: true }))

const run = (over: Partial<QuantiseOptions> = {}) =>
  quantiseCheckpoint({ folder: golden, cacheFolder, kind: 'int4', ...over })

/** The golden model with some tensors changed. */
async function changed(change: (key: string, data: Float32Array) => Pick<TensorToWrite, 'dtype' | 'data'>) {
  const folder = join(scratch, 'changed')
  await mkdir(folder, { recursive: true })
  for (const name of ['config.json', 'tokenizer.json']) await copyFile(join(golden, name), join(folder, name))
  const file = await openSafetensors(join(golden, 'model.safetensors'))
  const tensors: Record<string, TensorToWrite> = {}
  for (const [key, { shape }] of file.tensors) tensors[key] = { shape, ...change(key, await file.readFloat32(key)) }
  await writeSafetensors(join(folder, 'model.safetensors'), tensors)
  return folder
}

describe('quantiseCheckpoint', () => {
  it.each([
    ['int4', 0.12],
    ['int8', 0.01],
  ] as const)(
    'writes a whole model folder with the decoder’s products in %s, and all else as it was',
    async (kind, bound) => {
      const progress: number[] = []
      const folder = await run({ kind, progress: ({ tensors, totalTensors }) => progress.push(tensors / totalTensors) })
      expect(await readFile(join(folder, 'tokenizer.json'))).toEqual(await readFile(join(golden, 'tokenizer.json')))
      const [before, after] = [await openCheckpoint(golden), await openCheckpoint(folder)]
      const products = [...before.keys()].filter(key => !after.has(key))
      expect(products).toHaveLength(2 * 7)
      for (const key of products) {
        const codes = (await after.readBytes(codesKey(key))) as Uint8Array
        const back = dequantise({ codes, scales: await after.readFloat32(scalesKey(key)) }, kind)
        const weights = await before.readFloat32(key)
        const squares = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0)
        expect(Math.sqrt(squares(back.map((value, i) => value - weights[i]!)) / squares(weights)), key).toBeLessThan(
          bound,
        )
      }
      for (const key of before.keys())
        if (!products.includes(key)) expect(await after.readBytes(key), key).toEqual(await before.readBytes(key))
      expect([progress[0], progress.at(-1)]).toEqual([0, 1])
      // What was learned on one is understood by the other.
      expect(await after.fingerprint()).toBe(await before.fingerprint())
      const bytes = [...after.keys()].reduce((sum, key) => sum + after.tensor(key).byteLength, 0)
      expect(bytes).toBe(checkpointBytes(before, kind))
    },
  )

  it('is done once', async () => {
    const folder = await run()
    const again = await run({ progress: () => expect.unreachable('it was written before') })
    expect(again).toBe(folder)
    expect(await run({ kind: 'int8' })).not.toBe(folder)
  })

  it('takes bf16 files, and keeps in them what it does not quantise', async () => {
    const folder = await changed((_, data) => ({ dtype: 'BF16', data: float32ToBfloat16(data) }))
    const checkpoint = await openCheckpoint(await run({ folder }))
    expect(checkpoint.tensor('model.embed_tokens.weight').dtype).toBe('BF16')
    expect(checkpoint.has('model.layers.1.mlp.up_proj.weight.codes')).toBe(true)
  })

  it('leaves a weight as it is that would lose too much', async () => {
    const key = 'model.layers.0.mlp.up_proj.weight'
    // One number in each block that takes the whole scale, and many that share what is left.
    const spiky = (data: Float32Array) => data.map((_, i) => (i % 32 === 0 ? 1 : 0.05 + (i % 3) / 1e3) * 10)
    const folder = await changed((name, data) => ({ dtype: 'F32', data: name === key ? spiky(data) : data }))
    const checkpoint = await openCheckpoint(await run({ folder }))
    expect(checkpoint.has(key)).toBe(true)
    expect(checkpoint.has(codesKey('model.layers.1.mlp.up_proj.weight'))).toBe(true)
    expect((await openSafetensors(join(checkpoint.folder, 'model.safetensors'))).metadata.kept_as_stored).toBe('1')
  })

  it('names the tensor that holds no numbers, and leaves nothing', async () => {
    const key = 'model.layers.1.self_attn.k_proj.weight'
    const broken = (name: string, data: Float32Array) => (name === key ? data.fill(Number.NaN) : data)
    const folder = await changed((name, data) => ({ dtype: 'F32', data: broken(name, data) }))
    await expect(run({ folder })).rejects.toThrow(`Expected finite numbers but received others in tensor "${key}" of`)
    expect(await readdir(cacheFolder)).toEqual([])
  })

  it('looks for room first', async () => {
    const freeBytes = async () => 50e6
    await expect(run({ freeBytes })).rejects.toMatchObject({
      code: 'NO_SPACE',
      message: expect.stringMatching(
        /^Expected 10\d MB of free disk in .* for int4 weights but received 50 MB: HF_HOME/,
      ),
    })
    expect(await readdir(cacheFolder)).toEqual([])
  })

  it('never leaves a folder that is not whole in its place', async () => {
    const stop = new AbortController()
    const progress = ({ tensors }: { tensors: number }) => tensors === 5 && stop.abort()
    await expect(run({ progress, signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' })
    expect(await readdir(cacheFolder)).toEqual([])

    // As after a kill, and after a file was cut short.
    const folder = await run()
    await truncate(join(folder, 'model.safetensors'), 5000)
    await mkdir(`${folder}.unfinished`)
    await writeFile(join(`${folder}.unfinished`, 'model.safetensors'), 'half')
    expect(await run()).toBe(folder)
    await openCheckpoint(folder)
    expect(await readdir(cacheFolder)).toHaveLength(1)
  })

  it('works once for those who ask at once, and again when a configuration has changed', async () => {
    const folder = await changed((_, data) => ({ dtype: 'F32', data }))
    const [one, two] = await Promise.all([run({ folder }), run({ folder })])
    expect(one).toBe(two)
    await writeFile(join(folder, 'generation_config.json'), '{"guidance_scale":5}')
    const three = await run({ folder })
    expect(await readFile(join(three, 'generation_config.json'), 'utf8')).toContain('5')
  })
})

describe('isQuantisable', () => {
  it.each([
    ['model.layers.3.self_attn.q_proj.weight', [64, 64], true],
    ['model.language_model.layers.0.mlp.down_proj.weight', [64, 96], true],
    ['model.layers.3.mlp.up_proj.weight', [64, 40], false],
    ['model.layers.3.self_attn.q_norm.weight', [4, 32], false],
    ['model.layers.3.self_attn.q_proj.bias', [64], false],
    ['model.vision_model.encoder.layers.0.self_attn.q_proj.weight', [64, 64], false],
    ['model.embed_tokens.weight', [64, 64], false],
    ['lm_head.weight', [64, 64], false],
  ])('%s %j: %s', (key, shape, expected) => {
    expect(isQuantisable(key, shape)).toBe(expected)
  })
})
