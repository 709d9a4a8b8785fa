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
import { adamWStep } from '../../learning/adamw.ts'
import { decodePicture, encodePicture, lookUpCodes, nearestCodes, type VqConfig } from '../../models/vq.ts'
import { createRandom } from '../../random.ts'
import { createSession, float32, int64 } from '../../runtime/session.ts'
import { CODEBOOK, createCodebook, widenCodebook } from './codebook.ts'
import { initialFrom, parameterFeeds, type TrainingState, trainableWeights } from './parameters.ts'
import type { TokenizerBatch } from './picture-stock.ts'
import { probeLoss, TOPIC_NAMES } from './probe.ts'

const COMMITMENT = 0.25
/** How much it counts what the words tell of somebody (probe.ts). */
const PROBE_WEIGHT = 0.4
/** How much the squared error counts beside the absolute one. */
const SQUARE_WEIGHT = 3
/** Steps as a plain autoencoder before the codebook is laid out. */
export const WARM_UP_STEPS = 300

const isWeight = (key: string) => !key.endsWith('bias') && !key.includes('norm')

export interface TokenizerTrainer {
  /** One step; `rate` is the learning rate. */
  step(batch: TokenizerBatch, rate: number): Promise<{ loss: number; error: number; told: number; used: number }>
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
  // Attention begins by adding nothing, so that a tokeniser that had less of it can be resumed with more.
  const initial = initialFrom(seed, (key, shape) =>
    /attn.*proj_out/.test(key) ? 0 : 1 / Math.sqrt(shape.slice(1).reduce((a, b) => a * b, 1)),
  )
  widenCodebook(config, parameters, createRandom(`${seed}/wider`))
  const { weights, inputs } = trainableWeights(graph, parameters, initial)
  const picture = graph.input('picture', 'float32', [batch, 3, side, side])
  const importance = graph.input('importance', 'float32', [batch, 1, side, side])
  const quantised = graph.input('quantised', 'float32', [])
  const labels = graph.input('labels', 'int64', [TOPIC_NAMES.length, batch])
  const counts = graph.input('counts', 'float32', [TOPIC_NAMES.length, batch])
  const latent = encodePicture(cut, weights, picture)
  const codes = nearestCodes(cut, weights, latent)
  const words = stopGradient(lookUpCodes(cut, weights, codes))
  // The straight-through estimator: forward the word, backward as if nothing had happened.
  const chosen = add(latent, mul(stopGradient(sub(words, latent)), quantised))
  const difference = sub(decodePicture(cut, weights, chosen), picture)
  // The absolute error seeks the median, which leaves out what most faces lack (glasses, spots); its square seeks the mean.
  const error = reduceMean(mul(add(abs(difference), mul(mul(difference, difference), SQUARE_WEIGHT)), importance))
  const commitment = mul(squared(sub(latent, words)), quantised)
  const told = probeLoss(weights, chosen, labels, counts)
  const rebuilt = add(add(error, mul(edges(difference, side), 0.5)), mul(commitment, COMMITMENT))
  const loss = add(rebuilt, mul(told, PROBE_WEIGHT))
  const trained = [...inputs].filter(([key]) => key !== CODEBOOK)
  const wanted = trained.map(([, value]) => value)
  for (const [i, gradient] of gradients(loss, wanted).entries()) graph.output(`d/${trained[i]?.[0]}`, gradient)
  graph.output('loss', loss)
  graph.output('error', reduceMean(abs(difference)))
  graph.output('told', told)
  graph.output('codes', codes)
  const places = (side / 2 ** (config.channelMultiplier.length - 1)) ** 2
  graph.output('latent', transpose(reshape(latent, [batch, config.codeWidth, places]), [0, 2, 1]))
  const session = await createSession(graph)
  const codebook = createCodebook(config, parameters, createRandom(`${seed}/codebook`), (batch * places) / config.codes)

  return {
    step: async (items, rate) => {
      const quantise = (progress.step as number) >= WARM_UP_STEPS
      const results = await session.run({
        ...parameterFeeds(parameters),
        picture: float32(items.pictures, [batch, 3, side, side]),
        importance: float32(items.importance, [batch, 1, side, side]),
        labels: int64(items.labels, [TOPIC_NAMES.length, batch]),
        counts: float32(items.counts, [TOPIC_NAMES.length, batch]),
        quantised: float32([quantise ? 1 : 0], []),
      })
      const steps = new Map(trained.map(([key]) => [key, results[`d/${key}`]?.data as Float32Array]))
      adamWStep(parameters.values, steps, optimizer, rate, { betas: [0.9, 0.99], weightDecay: 0.01 }, isWeight, 1)
      const latents = results.latent?.data as Float32Array
      const used = quantise ? codebook.follow(latents, results.codes?.data as BigInt64Array) : codebook.collect(latents)
      progress.step = (progress.step as number) + 1
      const [loss, error, told] = ['loss', 'error', 'told'].map(name => results[name]?.data[0] as number) as [
        number,
        number,
        number,
      ]
      return { loss, error, told, used }
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
