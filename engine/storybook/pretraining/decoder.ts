/** Trains the decoder on dialogues: Muon for its matrices, AdamW for embeddings, head and norms. */
import { gradients } from '../../graph/gradients.ts'
import { Graph } from '../../graph/graph.ts'
import { add, crossEntropy, div, gather, linear, mul, reduceSum, reshape, sub } from '../../graph/operators/index.ts'
import { type AdamWState, adamWStep } from '../../learning/adamw.ts'
import { type DecoderConfig, decoderLayers } from '../../models/decoder.ts'
import { under } from '../../models/weights.ts'
import { createSession, float32, int64 } from '../../runtime/session.ts'
import type { DecoderBatch } from './assemble.ts'
import { FORESIGHT_WEIGHT, foresightLoss } from './foresight.ts'
import { INSIGHT_WEIGHT, insightLoss, TOPIC_COUNT } from './insight.ts'
import { createMuon } from './muon.ts'
import { type Initial, type Parameters, parameterFeeds, type TrainingState, trainableWeights } from './parameters.ts'

export interface DecoderTrainer {
  /** One step over a batch: its mean loss a word, and a question of each probe; `pace` scales all learning rates, 0…1. */
  step(batch: DecoderBatch, pace: number): Promise<{ loss: number; foresight?: number; insight?: number; norm: number }>
  /** For each label its loss, the likeliest word, and the likeliest `among` a few. Nothing is changed. */
  predict(
    batch: DecoderBatch,
    among: readonly number[],
  ): Promise<{ losses: Float32Array; best: number[]; among: number[] }>
  close(): Promise<void>
}

const EMBEDDING = 'model.embed_tokens.weight'
const HEAD = 'lm_head.weight'
const MATRIX_RATE = 0.02
const ROW_RATE = 3e-3
const WEIGHT_DECAY = 0.01
const NEGLIGIBLE = -1e9

/** A trainer for batches of [batch, time] over the shared state. Several may share one state. */
export async function createDecoderTrainer(
  config: DecoderConfig,
  words: number,
  state: TrainingState,
  initial: Initial,
  { batch, time }: { batch: number; time: number },
): Promise<DecoderTrainer> {
  const { parameters, optimizer } = state
  const graph = new Graph()
  const { weights, inputs } = trainableWeights(graph, parameters, initial)
  const { width, headWidth } = config
  const ids = graph.input('ids', 'int64', [batch, time])
  const others = graph.input('others', 'int64', [batch, time])
  const mix = graph.input('mix', 'float32', [batch * time, 1])
  const noise = graph.input('noise', 'float32', [batch * time, width])
  const positions = graph.input('positions', 'int64', ['M'])
  const labels = graph.input('labels', 'int64', ['M'])
  const counts = graph.input('counts', 'float32', ['M'])
  const table = weights(EMBEDDING, [words, width])
  const flat = (value: typeof ids) => reshape(value, [batch * time])
  const other = gather(table, flat(others))
  const x = add(add(other, mul(sub(gather(table, flat(ids)), other), mix)), noise)
  const { angles, mask } = constants(graph, batch, time, headWidth, config.rotaryBase)
  const { hidden } = decoderLayers(config, under('model.', weights), { x, like: ids, angles, mask })
  const logits = linear(gather(hidden, positions), weights(HEAD, [words, width]))
  const losses = crossEntropy(logits, labels)
  const ahead = {
    positions: graph.input('ahead/positions', 'int64', ['F']),
    labels: graph.input('ahead/labels', 'int64', ['G']),
  }
  const shown = {
    positions: graph.input('insight/positions', 'int64', ['K']),
    labels: graph.input('insight/labels', 'int64', [TOPIC_COUNT, 'K']),
    counts: graph.input('insight/counts', 'float32', [TOPIC_COUNT, 'K']),
  }
  const foresight = foresightLoss(weights, hidden, ahead.positions, ahead.labels)
  const insight = insightLoss(weights, hidden, shown)
  const missed = reduceSum(mul(losses, counts))
  const loss = div(missed, reduceSum(counts))
  const learned = div(add(missed, add(foresight, insight)), reduceSum(counts))
  const trained = [...inputs]
  const wanted = trained.map(([, value]) => value)
  for (const [i, gradient] of gradients(learned, wanted).entries()) graph.output(`d/${trained[i]?.[0]}`, gradient)
  graph.output('loss', loss)
  graph.output('foresight', foresight)
  graph.output('insight', insight)
  graph.output('losses', losses)
  graph.output('logits', logits)
  const stepOutputs = ['loss', 'foresight', 'insight', ...trained.map(([key]) => `d/${key}`)]
  const session = await createSession(graph)
  const optimise = await createOptimiser(parameters, optimizer)
  const feeds = (items: DecoderBatch) => ({
    ...parameterFeeds(parameters),
    ids: int64(items.ids, [batch, time]),
    others: int64(items.others, [batch, time]),
    mix: float32(items.mix, [batch * time, 1]),
    noise: float32(items.noise, [batch * time, width]),
    positions: int64(items.positions, [items.positions.length]),
    labels: int64(items.labels, [items.labels.length]),
    counts: float32(items.weights, [items.weights.length]),
    'ahead/positions': int64(items.ahead.positions, [items.ahead.positions.length]),
    'ahead/labels': int64(items.ahead.labels, [items.ahead.labels.length]),
    'insight/positions': int64(items.insight.positions, [items.insight.positions.length]),
    'insight/labels': int64(items.insight.labels, [TOPIC_COUNT, items.insight.positions.length]),
    'insight/counts': float32(items.insight.counts, [TOPIC_COUNT, items.insight.positions.length]),
  })
  return {
    async step(items, pace) {
      const results = await session.run(feeds(items), stepOutputs)
      const steps = new Map(trained.map(([key]) => [key, results[`d/${key}`]?.data as Float32Array]))
      const norm = await optimise(steps, pace)
      const missed = (name: string, weight: number, asked: number) =>
        asked > 0 && { [name]: (results[name]?.data[0] as number) / (weight * asked) }
      return {
        loss: results.loss?.data[0] as number,
        ...missed('foresight', FORESIGHT_WEIGHT, items.ahead.labels.length),
        ...missed('insight', INSIGHT_WEIGHT, items.insight.labels.length),
        norm,
      }
    },
    async predict(items, among) {
      const results = await session.run(feeds(items), ['losses', 'logits'])
      const all = results.logits?.data as Float32Array
      const best: number[] = []
      const bestAmong: number[] = []
      for (let i = 0; i < items.labels.length; i++) {
        const row = all.subarray(i * words, (i + 1) * words)
        best.push(row.reduce((top, value, word) => (value > (row[top] as number) ? word : top), 0))
        bestAmong.push(among.reduce((top, word) => ((row[word] as number) > (row[top] as number) ? word : top)))
      }
      return { losses: results.losses?.data as Float32Array, best, among: bestAmong }
    },
    close: () => session.close(),
  }
}

async function createOptimiser(parameters: Parameters, state: AdamWState) {
  const matrices = new Map([...parameters.shapes].filter(([key]) => /proj\.weight$/.test(key)))
  const muon = await createMuon(matrices)
  return async (steps: Map<string, Float32Array>, pace: number): Promise<number> => {
    const rows = new Map([...steps].filter(([key]) => !matrices.has(key)))
    const decays = (key: string) => key === HEAD
    const options = { betas: [0.9, 0.98] as const, weightDecay: WEIGHT_DECAY }
    const norm = adamWStep(parameters.values, rows, state, ROW_RATE * pace, options, decays, 1)
    if (Number.isFinite(norm)) {
      const momentum = state.first
      await muon.step(parameters.values, steps, momentum, MATRIX_RATE * pace, WEIGHT_DECAY)
    }
    return norm
  }
}

/** Rotary angles [1, 1, T, W] and the causal mask [1, 1, T, T]. */
function constants(graph: Graph, batch: number, time: number, headWidth: number, base: number) {
  const half = headWidth / 2
  const angle = (i: number) => Math.floor(i / half) * base ** (-(i % half) / half)
  const table = (f: (x: number) => number) =>
    graph.constant(
      Float32Array.from({ length: time * half }, (_, i) => f(angle(i))),
      [time, half],
    )
  const at = graph.integers(
    Array.from({ length: batch * time }, (_, i) => i % time),
    [batch, time],
  )
  const mask = Float32Array.from({ length: time * time }, (_, i) => (i % time > Math.floor(i / time) ? NEGLIGIBLE : 0))
  return {
    angles: { cos: table(Math.cos), sin: table(Math.sin), at },
    mask: graph.constant(mask, [1, 1, time, time]),
  }
}
