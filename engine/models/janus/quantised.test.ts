import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openCheckpoint } from '../../checkpoints/checkpoint.ts'
import { codesKey, dequantise, scalesKey } from '../../checkpoints/conversion/blocks.ts'
import { convertCheckpoint } from '../../checkpoints/conversion/convert-checkpoint.ts'
import { openSafetensors, type TensorToWrite, writeSafetensors } from '../../checkpoints/safetensors.ts'
import type { Example, Word } from '../language.ts'
import { Janus } from './janus.ts'

const golden = fileURLToPath(new URL('../../../test/golden/janus-a', import.meta.url))
let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'quantised-'))
})
afterAll(() => rm(scratch, { recursive: true }))

/** Largest difference, as a share of the largest expected magnitude. */
const difference = (actual: Float32Array, expected: Float32Array) =>
  Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!))) / Math.max(...expected.map(Math.abs))

/** A quantised folder's numbers, written out. */
async function writtenOut(quantised: string, kind: 'int4' | 'int8'): Promise<string> {
  const folder = join(scratch, `${kind} written out`)
  await mkdir(folder)
  for (const name of ['config.json', 'preprocessor_config.json']) await copyFile(join(golden, name), join(folder, name))
  const checkpoint = await openCheckpoint(quantised)
  const tensors: Record<string, TensorToWrite> = {}
  for (const [key, { shape }] of (await openSafetensors(join(golden, 'model.safetensors'))).tensors) {
    const data = checkpoint.has(key)
      ? await checkpoint.readFloat32(key)
      : dequantise(
          { codes: await checkpoint.readBytes(codesKey(key)), scales: await checkpoint.readFloat32(scalesKey(key)) },
          kind,
        )
    tensors[key] = { dtype: 'F32', shape, data }
  }
  await writeSafetensors(join(folder, 'model.safetensors'), tensors)
  return folder
}

/** What a lesson and an answer make of a picture, a text and a drawing. */
async function figures(folder: string) {
  const model = await Janus.open(folder, { device: 'cpu', threads: 1 })
  const { vocabularySize: words, vq, decoder } = model.config
  const data = Uint8Array.from({ length: 12 * 9 * 3 }, (_, i) => (i * 37) % 256)
  const [seen = []] = await model.see([{ width: 12, height: 9, data }])
  const rows = Float32Array.from({ length: 3 * decoder.width }, (_, i) => Math.sin(i) / 5)
  const code = (k: number) => words - vq.codes + k
  const asked: Word[] = [5, ...(seen as Float32Array[]), words, words + 1, 100, 7]
  const drawn = [5, 80, words + 2, code(3), code(90), code(41)]
  const examples: Example<Word>[] = [
    { ids: asked, labels: asked.map((_, t) => (t < asked.length - 2 ? -100 : (asked[t] as number))) },
    { ids: drawn, labels: drawn.map((word, t) => (t < 2 ? -100 : word)) },
  ]
  const learned = await model.language.learn(examples, { rows, headRows: rows })
  const text = await model.language.read(model.language.cache(), [asked], { rows, headRows: new Float32Array() })
  const picture = await model.language.read(model.language.cache(), [[5, 80, code(3)]], undefined, { head: 'pictures' })
  await model.close()
  return { ...learned, text: text.logits, picture: picture.logits, seen: seen as Float32Array[] }
}

it.each(['int4', 'int8'] as const)(
  'learns through %s weights as through the numbers that they stand for',
  async kind => {
    const quantised = await convertCheckpoint({ folder: golden, cacheFolder: join(scratch, kind), kind })
    const [actual, expected] = [await figures(quantised), await figures(await writtenOut(quantised, kind))]
    expect(difference(actual.losses, expected.losses)).toBeLessThan(1e-5)
    expect(difference(actual.rowGradient, expected.rowGradient)).toBeLessThan(1e-4)
    expect(difference(actual.headRowGradient, expected.headRowGradient)).toBeLessThan(1e-4)
    // Answers round what they multiply, too.
    expect(difference(actual.text, expected.text)).toBeLessThan(0.05)
    expect(difference(actual.picture, expected.picture)).toBeLessThan(0.05)
    // What sees stays as it is stored, and what speaks does not.
    const stored = await figures(golden)
    expect(actual.seen).toEqual(stored.seen)
    expect(difference(actual.rowGradient, stored.rowGradient)).toBeGreaterThan(1e-3)
  },
)
