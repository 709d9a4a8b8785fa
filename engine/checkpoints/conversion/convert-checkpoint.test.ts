import { spawnSync } from 'node:child_process'
import {
  appendFile,
  copyFile,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FamiliarError } from '../../errors.ts'
import { openCheckpoint } from '../checkpoint.ts'
import { readChecksums, sha256Of } from '../checksums.ts'
import { float32ToBfloat16, float32ToFloat16 } from '../half.ts'
import { openSafetensors, type TensorToWrite, writeSafetensors } from '../safetensors.ts'
import { codesKey, dequantise, quantise, scalesKey } from './blocks.ts'
import { type ConvertOptions, convertCheckpoint } from './convert-checkpoint.ts'
import { checkpointBytes, isQuantisable } from './encodings.ts'

const golden = fileURLToPath(new URL('../../../test/golden/chameleon-a', import.meta.url))
let scratch: string
let cacheFolder: string
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'quantise-'))
  cacheFolder = join(scratch, 'familiar')
})
afterEach(() => rm(scratch, { recursive: true }))

const run = (over: Partial<ConvertOptions> = {}) =>
  convertCheckpoint({ folder: golden, cacheFolder, kind: 'int4', ...over })

const weights = 'model.safetensors'

/** What is written by a conversion that nothing disturbs. */
const afresh = async () => readFile(join(await run({ cacheFolder: join(scratch, 'afresh') }), weights))

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

describe('convertCheckpoint', () => {
  it.each([
    ['int4', 0.12],
    ['int8', 0.01],
  ] as const)(
    'writes a whole model folder with the decoder’s products in %s, the head in 8 bits as well, and all else as it was',
    async (kind, bound) => {
      const progress: number[] = []
      const folder = await run({ kind, progress: ({ tensors, totalTensors }) => progress.push(tensors / totalTensors) })
      expect(await readFile(join(folder, 'tokenizer.json'))).toEqual(await readFile(join(golden, 'tokenizer.json')))
      const [before, after] = [await openCheckpoint(golden), await openCheckpoint(folder)]
      const products = [...before.keys()].filter(key => !after.has(key))
      expect(products).toHaveLength(2 * 7)
      for (const key of [...products, 'lm_head.weight']) {
        const codes = (await after.readBytes(codesKey(key))) as Uint8Array
        const scales = await after.readFloat32(scalesKey(key))
        const back = dequantise({ codes, scales }, products.includes(key) ? kind : 'int8')
        const weights = await before.readFloat32(key)
        const squares = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0)
        expect(Math.sqrt(squares(back.map((value, i) => value - weights[i]!)) / squares(weights)), key).toBeLessThan(
          bound,
        )
      }
      for (const key of before.keys())
        if (!products.includes(key))
          expect(Buffer.compare(await after.readBytes(key), await before.readBytes(key)), key).toBe(0)
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
    expect((await openSafetensors(join(checkpoint.folder, 'model.safetensors'))).metadata.refused).toBe('1')
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

  it('is broken off without a trace in its place, and goes on when it is asked again', async () => {
    const stop = new AbortController()
    const progress = ({ tensors }: { tensors: number }) => tensors === 5 && stop.abort()
    await expect(run({ progress, signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' })
    const [begun] = await readdir(cacheFolder)
    expect(begun).toMatch(/\.unfinished$/)
    const { ino } = await stat(join(cacheFolder, begun!, weights))

    const folder = await run()
    expect(await readdir(cacheFolder)).toEqual([begun!.replace('.unfinished', '')])
    expect((await stat(join(folder, weights))).ino).toBe(ino)
    expect(Buffer.compare(await readFile(join(folder, weights)), await afresh())).toBe(0)
    expect((await readdir(folder)).sort()).toEqual(
      [
        'SHA256SUMS',
        'config.json',
        weights,
        'tokenizer.json',
        'tokenizer_config.json',
        'tokenizer_expected.json',
      ].sort(),
    )
  })

  it('goes on where a process was killed, with what is not damaged of it', async () => {
    const script = `import(${JSON.stringify(new URL('./convert-checkpoint.ts', import.meta.url).href)}).then(({ convertCheckpoint }) =>
      convertCheckpoint({ ...${JSON.stringify({ folder: golden, cacheFolder, kind: 'int4' })},
        progress: ({ tensors }) => tensors === 30 && process.kill(process.pid, 'SIGKILL') }))`
    const killed = spawnSync(process.execPath, ['--import', 'tsx', '--eval', script])
    expect(killed.signal, String(killed.stderr)).toBe('SIGKILL')
    const [begun] = await readdir(cacheFolder).then(names => names.filter(name => name.endsWith('.unfinished')))
    const path = join(cacheFolder, begun!, weights)
    const journal = await readFile(`${path}.journal`, 'utf8')
    expect(journal.trimEnd().split('\n')).toHaveLength(30)
    await expect(openCheckpoint(join(cacheFolder, begun!))).rejects.toBeInstanceOf(FamiliarError)

    // Half a line, as when it is killed over that, and a byte that the disk has lost.
    await appendFile(`${path}.journal`, '{"key":"model.')
    const file = await open(path, 'r+')
    const { parts } = JSON.parse(journal.split('\n')[20]!)
    const { size } = await file.stat()
    await file.write(
      Buffer.of(0x5a),
      0,
      1,
      size - (JSON.parse(journal.split('\n')[29]!).parts.at(-1).end - parts[0].begin),
    )
    await file.close()
    expect(Buffer.compare(await readFile(join(await run(), weights)), await afresh())).toBe(0)
    expect((await readdir(cacheFolder)).filter(name => !name.includes('.lock'))).toHaveLength(1)
  })

  it('is written again where it was damaged, whatever another process has left', async () => {
    const folder = await run()
    await truncate(join(folder, weights), 5000)
    await mkdir(`${folder}.unfinished`)
    await writeFile(join(`${folder}.unfinished`, weights), 'half')
    expect(await run()).toBe(folder)
    expect(Buffer.compare(await readFile(join(folder, weights)), await afresh())).toBe(0)
    expect(await readdir(cacheFolder)).toHaveLength(1)
  })

  it('keeps checksums', async () => {
    const folder = await run()
    for (const [name, sum] of await readChecksums(folder)) expect(await sha256Of(join(folder, name)), name).toBe(sum)
    expect((await readChecksums(folder)).size).toBe(5)
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

describe('conversion to 16 bits', () => {
  const bf16 = () => changed((_, data) => ({ dtype: 'BF16', data: float32ToBfloat16(data) }))

  it('makes fp16 of bf16 files, which loses nothing, and of the decoder’s products in f32', async () => {
    const before = await openCheckpoint(await bf16())
    const after = await openCheckpoint(await run({ folder: before.folder, kind: 'f16' }))
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort())
    for (const key of before.keys()) {
      expect(after.tensor(key), key).toMatchObject({ dtype: 'F16', shape: before.tensor(key).shape })
      const [old, now] = [await before.readFloat32(key), await after.readFloat32(key)]
      // What fp16 has fewer bits for is smaller than 2^-14.
      expect(Math.max(...old.map((value, i) => Math.abs(value - now[i]!))), key).toBeLessThanOrEqual(2 ** -25)
    }
    expect(await after.fingerprint()).toBe(await before.fingerprint())
    const bytes = [...after.keys()].reduce((sum, key) => sum + after.tensor(key).byteLength, 0)
    expect(bytes).toBe(checkpointBytes(before, 'f16'))

    const [f32, narrowed] = [await openCheckpoint(golden), await openCheckpoint(await run({ kind: 'f16' }))]
    expect(narrowed.metadata).toMatchObject({ weights: 'f16', refused: '0', source: golden })
    expect(Number(narrowed.metadata.largest_error)).toBeLessThan(3e-4)
    for (const key of f32.keys())
      expect(narrowed.tensor(key).dtype, key).toBe(isQuantisable(key, f32.tensor(key).shape) ? 'F16' : 'F32')
  })

  it.each([
    ['beyond the range of fp16', (value: number, i: number) => (i === 3 ? 70_000 : value)],
    ['too small for fp16', (value: number) => value * 1e-7],
  ])('keeps in f32 what is %s', async (_, change) => {
    const key = 'model.layers.1.mlp.down_proj.weight'
    const folder = await changed((name, data) => ({
      dtype: 'BF16',
      data: float32ToBfloat16(name === key ? data.map(change) : data),
    }))
    const [before, after] = [await openCheckpoint(folder), await openCheckpoint(await run({ folder, kind: 'f16' }))]
    expect(after.tensor(key).dtype).toBe('F32')
    expect(await after.readFloat32(key)).toEqual(await before.readFloat32(key))
    expect([...after.keys()].filter(other => after.tensor(other).dtype !== 'F16')).toEqual([key])
    expect(after.metadata.refused).toBe('1')
  })

  it('makes f32 of bf16 files to the bit, and copies what is stored otherwise', async () => {
    const key = 'model.embed_tokens.weight'
    const folder = await changed((name, data) =>
      name === key ? { dtype: 'F16', data: float32ToFloat16(data) } : { dtype: 'BF16', data: float32ToBfloat16(data) },
    )
    const [before, after] = [await openCheckpoint(folder), await openCheckpoint(await run({ folder, kind: 'f32' }))]
    for (const name of before.keys()) {
      expect(after.tensor(name).dtype).toBe(name === key ? 'F16' : 'F32')
      expect(await after.readFloat32(name), name).toEqual(await before.readFloat32(name))
    }
  })

  it('takes large tensors piece by piece', async () => {
    const key = 'model.layers.0.mlp.up_proj.weight'
    const folder = join(scratch, 'large')
    await mkdir(folder)
    await writeFile(join(folder, 'config.json'), '{}')
    const numbers = Float32Array.from({ length: 2100 * 2048 }, (_, i) => Math.sin(i))
    await writeSafetensors(join(folder, weights), { [key]: { dtype: 'F32', shape: [2100, 2048], data: numbers } })
    const half = await openCheckpoint(await run({ folder, kind: 'f16' }))
    expect(Buffer.compare(await half.readBytes(key), new Uint8Array(float32ToFloat16(numbers).buffer))).toBe(0)
    const quarter = await openCheckpoint(await run({ folder, kind: 'int4' }))
    const { codes, scales } = quantise(numbers, 'int4')
    expect(Buffer.compare(await quarter.readBytes(codesKey(key)), codes)).toBe(0)
    expect(Buffer.compare(await quarter.readBytes(scalesKey(key)), new Uint8Array(scales.buffer))).toBe(0)
  })

  it('names the tensor that holds no numbers', async () => {
    const broken = (data: Float32Array) => data.fill(Number.POSITIVE_INFINITY, 1, 2)
    const folder = await changed((name, data) => ({
      dtype: 'BF16',
      data: float32ToBfloat16(name === 'lm_head.weight' ? broken(data) : data),
    }))
    for (const kind of ['f16', 'f32'] as const)
      await expect(run({ folder, kind })).rejects.toThrow(
        'Expected finite numbers but received others in tensor "lm_head',
      )
    expect(await readdir(cacheFolder)).toEqual([])
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
