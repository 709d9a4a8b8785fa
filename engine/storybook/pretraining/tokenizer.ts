/**
 * Trains the picture tokeniser from nothing. Most of the time it sees square cuts of pictures, four times cheaper than whole
 * ones and more different in a batch; the last part of the budget is spent on whole pictures.
 *
 * The codebook follows the encoder by moving averages (van den Oord et al. 2017, appendix A.1); words that nobody
 * uses are moved to places that are used.
 */
import { gradients } from '../../graph/gradients.ts'
import { Graph, type Value } from '../../graph/graph.ts'
import { abs, add, mul, reduceMean, reshape, slice, stopGradient, sub, transpose } from '../../graph/operators/index.ts'
import type { RgbImage } from '../../image.ts'
import { adamWStep } from '../../learning/adamw.ts'
import { decodePicture, encodePicture, lookUpCodes, nearestCodes, type VqConfig } from '../../models/vq.ts'
import { createRandom, type Random } from '../../random.ts'
import { createSession, float32 } from '../../runtime/session.ts'
import { renderScene } from '../renderer.ts'
import { sampleIndividual, sampleScene } from '../scene.ts'
import { initialFrom, type Parameters, parameterFeeds, type TrainingState, trainableWeights } from './parameters.ts'

const CODEBOOK = 'quantize.embedding.weight'
const COMMITMENT = 0.25
const CODEBOOK_DECAY = 0.99
/** Side of a picture word in pixels. */
const GRID = 8
/** A word used less often than this share of the average is moved. */
const DEAD_SHARE = 0.02
/** Steps as a plain autoencoder before the codebook is laid out. */
export const WARM_UP_STEPS = 300

const isWeight = (key: string) => !key.endsWith('bias') && !key.includes('norm')

export interface TokenizerBatch {
  /** [B, 3, S, S] in −1…1. */
  readonly pictures: Float32Array
  /** [B, 1, S, S]: how much each pixel counts. */
  readonly importance: Float32Array
}

export interface TokenizerTrainer {
  /** One step; `rate` is the learning rate. */
  step(batch: TokenizerBatch, rate: number): Promise<{ loss: number; error: number; used: number }>
  close(): Promise<void>
}

/** A trainer for batches of `batch` squares of `side` pixels over the shared state. */
export async function createTokenizerTrainer(
  config: VqConfig,
  state: TrainingState,
  { batch, side, seed }: { batch: number; side: number; seed: number },
): Promise<TokenizerTrainer> {
  const { parameters, optimizer, progress } = state
  const graph = new Graph()
  const cut = { ...config, resolution: side }
  const initial = initialFrom(seed, (_key, shape) => 1 / Math.sqrt(shape.slice(1).reduce((a, b) => a * b, 1)))
  const { weights, inputs } = trainableWeights(graph, parameters, initial)
  const picture = graph.input('picture', 'float32', [batch, 3, side, side])
  const importance = graph.input('importance', 'float32', [batch, 1, side, side])
  const quantised = graph.input('quantised', 'float32', [])
  const latent = encodePicture(cut, weights, picture)
  const codes = nearestCodes(cut, weights, latent)
  const words = stopGradient(lookUpCodes(cut, weights, codes))
  // The straight-through estimator: forward the word, backward as if nothing had happened.
  const chosen = add(latent, mul(stopGradient(sub(words, latent)), quantised))
  const difference = sub(decodePicture(cut, weights, chosen), picture)
  const error = reduceMean(mul(abs(difference), importance))
  const commitment = mul(squared(sub(latent, words)), quantised)
  const loss = add(add(error, mul(edges(difference, side), 0.5)), mul(commitment, COMMITMENT))
  const trained = [...inputs].filter(([key]) => key !== CODEBOOK)
  const wanted = trained.map(([, value]) => value)
  for (const [i, gradient] of gradients(loss, wanted).entries()) graph.output(`d/${trained[i]?.[0]}`, gradient)
  graph.output('loss', loss)
  graph.output('error', reduceMean(abs(difference)))
  graph.output('codes', codes)
  const places = (side / 2 ** (config.channelMultiplier.length - 1)) ** 2
  graph.output('latent', transpose(reshape(latent, [batch, config.codeWidth, places]), [0, 2, 1]))
  const session = await createSession(graph)
  const codebook = createCodebook(config, parameters, createRandom(`${seed}/codebook`))

  return {
    step: async ({ pictures, importance: counts }, rate) => {
      const quantise = (progress.step as number) >= WARM_UP_STEPS
      const results = await session.run({
        ...parameterFeeds(parameters),
        picture: float32(pictures, [batch, 3, side, side]),
        importance: float32(counts, [batch, 1, side, side]),
        quantised: float32([quantise ? 1 : 0], []),
      })
      const steps = new Map(trained.map(([key]) => [key, results[`d/${key}`]?.data as Float32Array]))
      adamWStep(parameters.values, steps, optimizer, rate, { betas: [0.9, 0.99], weightDecay: 0.01 }, isWeight, 1)
      const latents = results.latent?.data as Float32Array
      const used = quantise ? codebook.follow(latents, results.codes?.data as BigInt64Array) : codebook.collect(latents)
      progress.step = (progress.step as number) + 1
      return { loss: results.loss?.data[0] as number, error: results.error?.data[0] as number, used }
    },
    close: () => session.close(),
  }
}

const squared = (x: Value) => reduceMean(mul(x, x))

/** Mean absolute difference of neighbouring pixels' errors: blurred edges cost, a constant offset does not. */
function edges(difference: Value, side: number): Value {
  const across = [2, 3].map(axis =>
    reduceMean(abs(sub(slice(difference, axis, 1, side), slice(difference, axis, 0, side - 1)))),
  )
  return add(across[0] as Value, across[1] as Value)
}

/** The codebook's moving averages. Its words are the parameter CODEBOOK, changed in place. */
function createCodebook({ codes, codeWidth }: VqConfig, parameters: Parameters, random: Random) {
  const words = parameters.values.get(CODEBOOK) as Float32Array
  const counts = new Float32Array(codes).fill(1)
  const sums = Float32Array.from(words)
  let collected: Float32Array[] = []
  const place = (code: number, from: Float32Array) => {
    const row = random.integer(from.length / codeWidth) * codeWidth
    for (let i = 0; i < codeWidth; i++) {
      const value = (from[row + i] as number) + 1e-3 * random.normal()
      words[code * codeWidth + i] = value
      sums[code * codeWidth + i] = value
    }
    counts[code] = 1
  }
  return {
    /** Before quantisation begins: words are laid on latents seen lately. */
    collect(latents: Float32Array): number {
      collected = [...collected.slice(-7), latents.slice()]
      for (let code = 0; code < codes; code++) place(code, random.pick(collected))
      return 0
    },
    /** One step of the averages. Returns how many words are in use. */
    follow(latents: Float32Array, chosen: BigInt64Array): number {
      counts.forEach((count, code) => {
        counts[code] = count * CODEBOOK_DECAY
      })
      for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) * CODEBOOK_DECAY
      chosen.forEach((code64, i) => {
        const code = Number(code64)
        counts[code] = (counts[code] as number) + 1 - CODEBOOK_DECAY
        for (let j = 0; j < codeWidth; j++) {
          const k = code * codeWidth + j
          sums[k] = (sums[k] as number) + (1 - CODEBOOK_DECAY) * (latents[i * codeWidth + j] as number)
        }
      })
      const dead = (DEAD_SHARE * chosen.length) / codes
      let used = 0
      for (let code = 0; code < codes; code++) {
        const count = counts[code] as number
        if (count < dead) {
          place(code, latents)
          counts[code] = chosen.length / codes
          for (let j = 0; j < codeWidth; j++)
            sums[code * codeWidth + j] = (sums[code * codeWidth + j] as number) * (counts[code] as number)
          continue
        }
        used++
        for (let j = 0; j < codeWidth; j++) words[code * codeWidth + j] = (sums[code * codeWidth + j] as number) / count
      }
      return used
    },
  }
}

/** A stock of renderings that is renewed a little with every batch, cut into squares. */
export function createPictureStock(random: Random, size: number, stock = 1500) {
  const pictures: RgbImage[] = []
  const draw = () => {
    const individuals =
      random.uniform() < 0.4
        ? ([sampleIndividual(random), sampleIndividual(random)] as const)
        : ([sampleIndividual(random)] as const)
    return renderScene(sampleScene(random, individuals), size)
  }
  return {
    async batch(count: number, side: number, fresh: number): Promise<TokenizerBatch> {
      const wanted = Math.max(fresh, count - pictures.length)
      for (const picture of await Promise.all(Array.from({ length: wanted }, draw))) {
        if (pictures.length < stock) pictures.push(picture)
        else pictures[random.integer(stock)] = picture
      }
      const data = new Float32Array(count * 3 * side * side)
      const importance = new Float32Array(count * side * side)
      for (let i = 0; i < count; i++) {
        // Cut on the grid of picture words, to which the world's things are aligned.
        const steps = (size - side) / GRID + 1
        const left = GRID * random.integer(steps)
        // Characters stand in the lower part: the sky is cut out less often.
        const top = GRID * Math.floor(steps * Math.sqrt(random.uniform()))
        cutOut(random.pick(pictures), left, top, side, data.subarray(i * 3 * side * side, (i + 1) * 3 * side * side))
        weigh(
          data.subarray(i * 3 * side * side, (i + 1) * 3 * side * side),
          side,
          importance.subarray(i * side * side, (i + 1) * side * side),
        )
      }
      return { pictures: data, importance }
    },
  }
}

/** A square of a picture as planes in −1…1. */
export function cutOut(image: RgbImage, left: number, top: number, side: number, out: Float32Array): void {
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = ((top + y) * image.width + left + x) * 3
      for (let c = 0; c < 3; c++) out[(c * side + y) * side + x] = (image.data[from + c] as number) / 127.5 - 1
    }
  }
}

/** Pixels where much happens (outlines, eyes, patterns) count up to five times as much as flat ground. */
function weigh(planes: Float32Array, side: number, out: Float32Array): void {
  const change = new Float32Array(side * side)
  for (let c = 0; c < 3; c++) {
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const i = (c * side + y) * side + x
        const right = x + 1 < side ? Math.abs((planes[i + 1] as number) - (planes[i] as number)) : 0
        const below = y + 1 < side ? Math.abs((planes[i + side] as number) - (planes[i] as number)) : 0
        change[y * side + x] = (change[y * side + x] as number) + right + below
      }
    }
  }
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let sum = 0
      let count = 0
      for (let v = Math.max(0, y - 2); v <= Math.min(side - 1, y + 2); v++) {
        for (let u = Math.max(0, x - 2); u <= Math.min(side - 1, x + 2); u++) {
          sum += change[v * side + u] as number
          count++
        }
      }
      out[y * side + x] = 1 + 4 * Math.min(1, sum / count)
    }
  }
}
