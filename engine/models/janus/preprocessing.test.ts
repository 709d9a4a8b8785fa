import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSafetensors, type SafetensorsFile } from '../../checkpoints/safetensors.ts'
import type { RgbImage } from '../../image.ts'
import { type Preprocessing, preprocess, readPreprocessing } from './preprocessing.ts'

const golden = (name: string) => fileURLToPath(new URL(`../../../test/golden/${name}`, import.meta.url))
const settings = (side: number): Preprocessing => ({
  side,
  smallest: 14,
  mean: [0.5, 0.5, 0.5],
  deviation: [0.5, 0.5, 0.5],
  rescale: 1 / 255,
  background: [127, 127, 127],
})

let file: SafetensorsFile
let folder: string
beforeAll(async () => {
  file = await openSafetensors(golden('janus-preprocessing/preprocessing.safetensors'))
  folder = await mkdtemp(join(tmpdir(), 'preprocessing-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function picture(i: number): Promise<RgbImage> {
  const [height, width] = file.tensors.get(`image_${i}`)!.shape as [number, number]
  return { width, height, data: (await file.read(`image_${i}`)) as Uint8Array }
}

describe('preprocess, against the reference image processor', () => {
  const ten = Array.from({ length: 10 }, (_, i) => i)

  it.each(ten)('gives the pixels of picture %i at 16×16', async i => {
    const { pixels, shape } = preprocess([await picture(i)], settings(16))
    expect(shape).toEqual([1, 3, 16, 16])
    expect(pixels).toEqual(await file.readFloat32(`pixels_${i}`))
  })

  it('gives the same bytes at 384×384', async () => {
    for (const i of ten) {
      const { pixels } = preprocess([await picture(i)], settings(384))
      const levels = Uint8Array.from(pixels, value => Math.round((value * 0.5 + 0.5) * 255))
      expect(createHash('sha256').update(levels).digest('hex'), `picture ${i}`).toBe(file.metadata[`image_${i}`])
    }
  }, 30_000)

  it('takes several pictures of different sizes', async () => {
    const pictures = [await picture(1), await picture(2)]
    const { pixels, shape } = preprocess(pictures, settings(16))
    expect(shape).toEqual([2, 3, 16, 16])
    expect(pixels.subarray(768)).toEqual(await file.readFloat32('pixels_2'))
  })
})

describe('readPreprocessing', () => {
  it('follows the file of a folder', async () => {
    expect(await readPreprocessing(golden('janus-a'), 8)).toEqual({ ...settings(8), smallest: 1 })
  })

  it('treats a folder without one as published', async () => {
    expect(await readPreprocessing(golden('janus-b'), 12)).toEqual({ ...settings(12), smallest: 12 })
  })

  it("finds it in the processor's file", async () => {
    const path = join(folder, 'processor_config.json')
    await writeFile(path, JSON.stringify({ image_processor: { image_mean: [0.1, 0.2, 0.3], min_size: 3 } }))
    const found = await readPreprocessing(folder, 24)
    expect(found).toMatchObject({ mean: [0.1, 0.2, 0.3], smallest: 3, background: [25, 51, 76] })
    await writeFile(path, '{}')
    expect(await readPreprocessing(folder, 24)).toEqual(settings(24))
  })

  it.each([
    ['{', /but received .*JSON/],
    ['{"size": {"height": 8, "width": 16}}', /size 8×16 for a tower that takes 24×24/],
    ['{"resample": 2}', /received resample/],
    ['{"image_std": [0, 1, 1]}', /received image_std.0/],
  ])('refuses %s', async (text, message) => {
    await writeFile(join(folder, 'preprocessor_config.json'), text)
    const error = await readPreprocessing(folder, 24).catch(error => error)
    expect(error).toMatchObject({ name: 'FamiliarError', code: 'BAD_CONFIG' })
    expect(error.message).toMatch(message)
  })
})
