/** What each number format of the weights makes of the golden models, beside PyTorch's figures in float32: docs/models.md. */
import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCheckpoint } from '../checkpoints/checkpoint.ts'
import { convertCheckpoint } from '../checkpoints/conversion/convert-checkpoint.ts'
import { float32ToBfloat16 } from '../checkpoints/half.ts'
import {
  openSafetensors,
  type SafetensorsFile,
  type TensorToWrite,
  writeSafetensors,
} from '../checkpoints/safetensors.ts'
import { architectureOf } from './architectures.ts'
import { Chameleon } from './chameleon/chameleon.ts'
import { Language } from './language.ts'
import { checkpointWeights, under } from './weights.ts'

const golden = (name: string) => fileURLToPath(new URL(`../../test/golden/${name}`, import.meta.url))
let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'formats-'))
})
afterAll(() => rm(scratch, { recursive: true }))

/** Bounds as shares of the largest magnitude, and the share of the places at which the likeliest word is PyTorch's. */
const bounds = {
  'bf16 file': { logits: 0.05, loss: 1e-3, grad_rows: 0.04, greedy: 1 },
  f16: { logits: 2e-3, loss: 2e-4, grad_rows: 5e-3, greedy: 1 },
  int8: { logits: 0.08, loss: 3e-3, grad_rows: 0.05, greedy: 0.9 },
  int4: { logits: 0.4, loss: 0.03, grad_rows: 0.5, greedy: 0.5 },
}
type Format = keyof typeof bounds

const cases: [model: string, input: string, formats: Format[]][] = [
  ['chameleon-a', 'input', ['bf16 file', 'f16', 'int8', 'int4']],
  ['chameleon-c', 'input', ['bf16 file', 'f16', 'int8', 'int4']],
  ['janus-a', 'input', ['bf16 file', 'int8', 'int4']],
  ['janus-a', 'drawing', ['bf16 file', 'int8', 'int4']],
  ['janus-b', 'input', ['bf16 file', 'f16']],
  ['janus-b', 'drawing', ['bf16 file', 'f16']],
]

describe.each(cases)('%s, %s', (model, input, formats) => {
  it.each(formats)('through %s weights', async format => {
    const folder = await formed(golden(model), format)
    const output = join(scratch, `${model} ${input} ${format}.safetensors`)
    const given = join(golden(model), `${input}.safetensors`)
    await (await architectureOf(folder)).probe({ folder, input: given, output, device: 'cpu' })
    const wanted = input === 'input' ? 'expected' : `${input}_expected`
    const files = [output, join(golden(model), `${wanted}.safetensors`)]
    const [actual, expected] = (await Promise.all(files.map(openSafetensors))) as [SafetensorsFile, SafetensorsFile]
    const { greedy, ...largest } = bounds[format]
    for (const [name, bound] of Object.entries(largest)) {
      const apart = difference(await actual.readFloat32(name), await expected.readFloat32(name))
      expect(apart, name).toBeLessThan(bound)
      // A format that changes nothing was not taken.
      if (name === 'logits') expect(apart, name).toBeGreaterThan(1e-5)
    }
    const words = expected.tensors.get('logits')!.shape[2] as number
    const likeliest = async (file: SafetensorsFile) => rowsOf(await file.readFloat32('logits'), words).map(argMax)
    const [ours, theirs] = [await likeliest(actual), await likeliest(expected)]
    const same = theirs.filter((word, at) => word === ours[at]).length / theirs.length
    expect(same, 'greedy words').toBeGreaterThanOrEqual(greedy)
  })
})

it.each(['f32', 'f16'] as const)('a bf16 file learns and reads in %s as PyTorch does with its numbers', async kind => {
  const cacheFolder = await mkdtemp(join(scratch, 'cache-'))
  const folder = await convertCheckpoint({ folder: golden('janus-c'), cacheFolder, kind })
  const output = join(scratch, `janus-c ${kind}.safetensors`)
  const input = join(golden('janus-c'), 'input.safetensors')
  await (await architectureOf(folder)).probe({ folder, input, output, device: 'cpu' })
  const [actual, expected] = [
    await openSafetensors(output),
    await openSafetensors(join(golden('janus-c'), 'expected.safetensors')),
  ]
  for (const [name, bound] of Object.entries({ logits: 1e-5, loss: 1e-5, grad_rows: 1e-4 }))
    expect(difference(await actual.readFloat32(name), await expected.readFloat32(name)), name).toBeLessThan(bound)
})

it('products in fp16, as on a GPU, keep to the bounds of f16', async () => {
  const cacheFolder = await mkdtemp(join(scratch, 'cache-'))
  const folder = await convertCheckpoint({ folder: golden('chameleon-a'), cacheFolder, kind: 'f16' })
  const [whole, checkpoint] = [
    await Chameleon.open(golden('chameleon-a'), { device: 'cpu' }),
    await openCheckpoint(folder),
  ]
  const { model } = whole.language
  const table = [model.vocabularySize, model.decoder.width]
  // The graph for a GPU, whose fp16 the CPU's runtime imitates: it rounds what goes in and what comes out.
  const halves = new Language(
    {
      ...model,
      weights: graph => {
        const weights = checkpointWeights(graph, checkpoint, 'cuda')
        const { embeddings, head } = whole.tables
        return { layers: under('model.', weights), embeddings: weights(embeddings, table), head: weights(head, table) }
      },
    },
    { device: 'cpu', weightsFolder: checkpoint.root },
  )
  const rows = Float32Array.from({ length: 3 * 32 }, (_, i) => Math.sin(i) / 5)
  const labels = [-100, -100, 100, 7, 192, 193]
  const lesson = [{ ids: [5, 80, 100, 192, 193, 194], labels }]
  const figures = async (language: Language) => ({
    ...(await language.learn(lesson, { rows, headRows: rows })),
    ...(await language.read(language.cache(), [[5, 80, 100, 7]], undefined, 'all')),
  })
  const [expected, actual] = [await figures(whole.language), await figures(halves)]
  expect(difference(actual.logits, expected.logits)).toBeLessThan(bounds.f16.logits)
  expect(difference(actual.losses, expected.losses)).toBeLessThan(bounds.f16.logits)
  expect(difference(actual.rowGradient, expected.rowGradient)).toBeLessThan(bounds.f16.grad_rows)
  expect(difference(actual.headRowGradient, expected.headRowGradient)).toBeLessThan(bounds.f16.grad_rows)
  await halves.close()
  await whole.close()
})

/** A golden model with its weights in another format. */
async function formed(folder: string, format: Format): Promise<string> {
  const to = await mkdtemp(join(scratch, 'model-'))
  if (format !== 'bf16 file') return convertCheckpoint({ folder, cacheFolder: to, kind: format })
  await mkdir(to, { recursive: true })
  const texts = (await readdir(folder)).filter(name => name.endsWith('.json') && !name.includes('index'))
  for (const name of texts) await copyFile(join(folder, name), join(to, name))
  const checkpoint = await openCheckpoint(folder)
  const tensors: Record<string, TensorToWrite> = {}
  for (const key of checkpoint.keys())
    tensors[key] = {
      dtype: 'BF16',
      shape: checkpoint.tensor(key).shape,
      data: float32ToBfloat16(await checkpoint.readFloat32(key)),
    }
  await writeSafetensors(join(to, 'model.safetensors'), tensors)
  return to
}

/** Largest difference, as a share of the largest expected magnitude. */
function difference(actual: Float32Array, expected: Float32Array): number {
  let [apart, largest] = [0, 0]
  for (const [i, value] of expected.entries()) {
    apart = Math.max(apart, Math.abs(value - actual[i]!))
    largest = Math.max(largest, Math.abs(value))
  }
  return apart / largest
}

const rowsOf = (values: Float32Array, width: number) =>
  Array.from({ length: values.length / width }, (_, row) => values.subarray(row * width, (row + 1) * width))

const argMax = (values: Float32Array) => values.reduce((best, value, i) => (value > values[best]! ? i : best), 0)
