/** The memory plan beside what a small model really takes, with each kind of weights. */
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openCheckpoint } from '../checkpoints/checkpoint.ts'
import { type TensorToWrite, writeSafetensors } from '../checkpoints/safetensors.ts'
import { createRandom } from '../random.ts'
import { Chameleon } from './chameleon/chameleon.ts'
import { memoryPlan, programBytes, type WeightKind } from './memory-plan.ts'
import { prepareWeights, readModelSize } from './weight-choice.ts'

const golden = fileURLToPath(new URL('../../test/golden/chameleon-a', import.meta.url))
const [width, mlpWidth, vocabularySize, heads] = [768, 2048, 4096, 8]
const work = { examples: 2, positions: 64, past: 0 }
let scratch: string

/** A golden model's decoder, so large that its weights are most of what it takes. */
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'memory-'))
  const config = JSON.parse(await readFile(join(golden, 'config.json'), 'utf8'))
  const larger = { hidden_size: width, intermediate_size: mlpWidth, vocab_size: vocabularySize }
  const head = { num_attention_heads: heads, num_key_value_heads: heads }
  await writeFile(join(scratch, 'config.json'), JSON.stringify({ ...config, ...larger, ...head }))
  await copyFile(join(golden, 'tokenizer.json'), join(scratch, 'tokenizer.json'))
  const small = await openCheckpoint(golden)
  const random = createRandom('memory')
  const lengths = new Map([
    [32, width],
    [64, mlpWidth],
    [192, vocabularySize],
  ])
  const tensors: Record<string, TensorToWrite> = {}
  for (const key of small.keys()) {
    const { shape } = small.tensor(key)
    const isNorm = /[qk]_norm/.test(key)
    const enlarged = isNorm ? [heads, width / heads] : shape.map(length => lengths.get(length) ?? length)
    const data = key.includes('vqmodel')
      ? await small.readFloat32(key)
      : Float32Array.from({ length: enlarged.reduce((a, b) => a * b, 1) }, () => 0.1 * (random.uniform() - 0.5))
    tensors[key] = { dtype: 'F32', shape: key.includes('vqmodel') ? shape : enlarged, data }
  }
  await writeSafetensors(join(scratch, 'model.safetensors'), tensors)
}, 120_000)
afterAll(() => rm(scratch, { recursive: true }))

/** Bytes of this process while the model answers and has learned, beyond those before. */
async function taken(folder: string, before: number): Promise<number> {
  const model = await Chameleon.open(folder, { device: 'cpu', threads: 1 })
  const { language } = model
  const ids = Array.from({ length: work.positions }, (_, at) => (at < 4 ? vocabularySize + at : at))
  const labels = ids.map((id, at) => (at < 40 ? -100 : id))
  const rows = new Float32Array(4 * width).fill(0.01)
  await language.read(language.cache(), [[5, 80, 100]])
  for (let step = 0; step < 2; step++)
    await language.learn(
      Array.from({ length: work.examples }, () => ({ ids, labels })),
      { rows, headRows: rows },
    )
  const bytes = process.memoryUsage.rss() - before
  await model.close()
  return bytes
}

/** Of the runtime's and this program's code, what is first touched by the runs that are measured. */
const firstRuns = 40e6

it('plans what is taken, roughly', async () => {
  const size = await readModelSize(scratch)
  const folders = new Map<WeightKind, string>()
  for (const wish of ['int4', 'int8', 'f16', 'f32'] as const) {
    const cacheFolder = join(scratch, 'familiar')
    folders.set(wish, (await prepareWeights({ folder: scratch, cacheFolder, wish, device: 'cpu' })).folder)
  }
  const before = process.memoryUsage.rss()
  // The smallest first: what one leaves behind, the next uses again.
  for (const [kind, folder] of folders) {
    const bytes = await taken(folder, before)
    const planned = memoryPlan(size, kind, 'cpu', work).total - programBytes
    expect(bytes, `${kind}: planned ${planned / 1e6} MB`).toBeGreaterThan(planned * 0.6)
    expect(bytes, `${kind}: planned ${planned / 1e6} MB`).toBeLessThan(planned * 1.5 + firstRuns)
  }
}, 300_000)
