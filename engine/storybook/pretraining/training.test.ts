/** The mechanics of pretraining, on shapes small enough for a second. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeSafetensors } from '../../checkpoints/safetensors.ts'
import { createAdamWState } from '../../learning/adamw.ts'
import type { DecoderConfig } from '../../models/decoder.ts'
import type { VqConfig } from '../../models/vq.ts'
import { createRandom } from '../../random.ts'
import { type Animal, sampleIndividual } from '../scene.ts'
import type { DecoderBatch } from './assemble.ts'
import { createDecoderTrainer } from './decoder.ts'
import { insightOf } from './insight.ts'
import { createParameters, initialFrom, loadTraining, saveTraining, type TrainingState } from './parameters.ts'
import { createPictureStock } from './picture-stock.ts'
import { NOT_SEEN, TOPIC_NAMES, topicLabels } from './probe.ts'
import { createTokenizerTrainer, WARM_UP_STEPS } from './tokenizer.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'familiar-'))
})
afterAll(() => rm(folder, { recursive: true }))

const fresh = (): TrainingState => ({
  parameters: createParameters(),
  optimizer: createAdamWState(),
  progress: { step: 0 },
})

const DECODER: DecoderConfig = {
  width: 16,
  mlpWidth: 24,
  layers: 2,
  heads: 2,
  keyValueHeads: 2,
  headWidth: 8,
  normEpsilon: 1e-5,
  rotaryBase: 10_000,
  attentionBias: false,
  mlpBias: false,
  normsAfter: false,
  queryKeyNorm: 'weight and bias',
}
const WORDS = 12
const SHAPE = { batch: 2, time: 8 }

const trainer = (state: TrainingState) =>
  createDecoderTrainer(
    DECODER,
    WORDS,
    state,
    initialFrom(1, () => 0.05),
    SHAPE,
  )

/** Two sequences that count upwards; every next word has a label. */
function counting(seed: number): DecoderBatch {
  const { batch, time } = SHAPE
  const size = batch * time
  const start = createRandom(seed).integer(WORDS)
  const ids = BigInt64Array.from({ length: size }, (_, i) => BigInt((start + i) % WORDS))
  const positions = Array.from({ length: size }, (_, i) => i).filter(i => i % time < time - 1)
  return {
    ids,
    others: ids,
    mix: new Float32Array(size).fill(1),
    noise: new Float32Array(size * DECODER.width),
    positions: BigInt64Array.from(positions, BigInt),
    labels: BigInt64Array.from(positions, i => ids[i + 1]!),
    weights: new Float32Array(positions.length).fill(1),
    ahead: { positions: new BigInt64Array(0), labels: new BigInt64Array(0) },
    insight: insightOf([]),
  }
}

async function train(state: TrainingState, from: number, to: number): Promise<number[]> {
  const decoder = await trainer(state)
  const losses: number[] = []
  for (let step = from; step < to; step++) losses.push((await decoder.step(counting(step), 1)).loss)
  await decoder.close()
  return losses
}

describe('training the decoder', () => {
  it('learns to count', async () => {
    const state = fresh()
    const losses = await train(state, 0, 40)
    expect(losses[0]).toBeGreaterThan(2)
    expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]!)

    const decoder = await trainer(state)
    const batch = counting(99)
    const { best, among, losses: each } = await decoder.predict(batch, [3, 4])
    await decoder.close()
    const right = best.filter((word, i) => BigInt(word) === batch.labels[i]).length
    expect(right / best.length).toBeGreaterThan(0.8)
    expect(among.every(word => word === 3 || word === 4)).toBe(true)
    expect(each).toHaveLength(best.length)
  })

  it('is repeatable, and goes on from a checkpoint as if it had not stopped', async () => {
    const straight = await train(fresh(), 0, 8)
    const state = fresh()
    expect(await train(state, 0, 5)).toEqual(straight.slice(0, 5))
    const path = join(folder, 'decoder.safetensors')
    await saveTraining(path, state)
    const loaded = await loadTraining(path)
    expect(loaded.optimizer.step).toBe(5)
    expect([...loaded.parameters.shapes]).toEqual(expect.arrayContaining([...state.parameters.shapes]))
    expect(await train(loaded, 5, 8)).toEqual(straight.slice(5))
  })

  it('does not move at a pace of 0', async () => {
    const state = fresh()
    await train(state, 0, 1)
    const before = new Map([...state.parameters.values].map(([key, data]) => [key, data.slice()]))
    const decoder = await trainer(state)
    await decoder.step(counting(1), 0)
    await decoder.close()
    expect(new Map(state.parameters.values)).toEqual(before)
  })

  it('refuses a file that is no checkpoint', async () => {
    const path = join(folder, 'other.safetensors')
    await writeSafetensors(path, { x: { dtype: 'F32', shape: [1], data: Float32Array.of(1) } })
    await expect(loadTraining(path)).rejects.toMatchObject({
      code: 'BAD_CHECKPOINT',
      message: `Expected a training checkpoint in ${path} but it holds no progress`,
    })
  })
})

const VQ: VqConfig = {
  codes: 16,
  codeWidth: 4,
  latentChannels: 8,
  resolution: 96,
  inChannels: 3,
  outChannels: 3,
  baseChannels: 8,
  channelMultiplier: [1, 1, 1, 1],
  blocks: 1,
  attentionResolutions: [],
  middleAttention: true,
  normGroups: 4,
}
const CUT = { batch: 2, side: 16, seed: 1 }

describe('training the picture tokeniser', () => {
  it('reconstructs better from step to step, before and after it quantises', async () => {
    const state = fresh()
    const tokenizer = await createTokenizerTrainer(VQ, state, CUT)
    const stock = createPictureStock(createRandom('pictures'), VQ.resolution, 8, 6)
    const batch = await stock.batch(CUT.batch, CUT.side, 6)
    const first = await tokenizer.step(batch, 3e-3)
    expect(first.used).toBe(0)
    for (let i = 0; i < 30; i++) await tokenizer.step(batch, 3e-3)
    const warm = await tokenizer.step(batch, 3e-3)
    expect(warm.error).toBeLessThan(0.8 * first.error)

    state.progress.step = WARM_UP_STEPS
    const quantised = await tokenizer.step(batch, 3e-3)
    expect(quantised.used).toBeGreaterThan(0)
    for (let i = 0; i < 30; i++) await tokenizer.step(batch, 3e-3)
    const { error, told } = await tokenizer.step(batch, 3e-3)
    await tokenizer.close()
    expect(error).toBeLessThan(quantised.error)
    expect(told).toBeLessThan(0.9 * first.told)
  })

  it('cuts pictures on the grid of words, in −1…1, and counts detail more than flat ground', async () => {
    const stock = createPictureStock(createRandom('pictures'), VQ.resolution, 8, 4)
    const { pictures, importance } = await stock.batch(8, 48, 4)
    expect(pictures).toHaveLength(8 * 3 * 48 * 48)
    expect(importance).toHaveLength(8 * 48 * 48)
    expect(pictures.every(value => value >= -1 && value <= 1)).toBe(true)
    expect(importance.every(value => value >= 1 && value <= 5)).toBe(true)
    expect(new Set(importance).size).toBeGreaterThan(100)
  })

  it("cuts around somebody and says who it is, but for a sleeper's eyes and where nobody is in the middle", async () => {
    const stock = createPictureStock(createRandom('pictures'), VQ.resolution, 8, 12)
    const cuts = await stock.batch(12, 64, 12)
    expect(cuts.labels).toHaveLength(TOPIC_NAMES.length * 12)
    expect(cuts.counts.filter(count => count === 0).length).toBeLessThan(12)
    expect(cuts.counts.filter(count => count === 1).length).toBeGreaterThan(6 * 12 - 1)
    const whole = await stock.batch(12, VQ.resolution, 0)
    const kinds = whole.counts.subarray(0, 12)
    expect(new Set(kinds)).toEqual(new Set([0, 1]))

    const individual = { ...sampleIndividual(createRandom(1)), kind: 'cat', coat: 'gray', pattern: 'plain' } as const
    const labels = topicLabels({
      individual: { ...individual, second: undefined } as Animal,
      action: 'sleeping',
      side: 'left',
    })
    expect(labels.slice(0, 5)).toEqual([0, 1, 0, 10, NOT_SEEN])
  })
})
