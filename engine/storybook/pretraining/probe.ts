/**
 * A probe beside the picture decoder: from the words of a picture alone it must tell who is in the middle of it. A pair of
 * glasses is a few pixels and hardly worth a word to whoever only rebuilds pixels; to the decoder of language it is the whole
 * difference between two individuals. The probe is thrown away after training.
 */
import type { Value } from '../../graph/graph.ts'
import {
  add,
  conv2d,
  crossEntropy,
  div,
  linear,
  mul,
  reduceMean,
  reduceSum,
  reshape,
  silu,
  slice,
} from '../../graph/operators/index.ts'
import type { Weights } from '../../models/weights.ts'
import { ACCESSORIES, ACCESSORY_COLOURS, type Character, COATS, EYES, HAIRSTYLES, KINDS, PATTERNS } from '../scene.ts'

/** Parameters that begin with this are the probe's. */
export const PROBE = 'probe.'
const CHANNELS = 64

/** What is asked for, and in how many ways it may be answered. */
export const TOPICS = {
  kind: KINDS,
  coat: COATS,
  pattern: [...PATTERNS, ...HAIRSTYLES],
  second: [...COATS, undefined],
  eyes: EYES,
  accessory: [...ACCESSORIES, undefined],
  accessoryColour: [...ACCESSORY_COLOURS, undefined],
} as const
export const TOPIC_NAMES = Object.keys(TOPICS) as readonly (keyof typeof TOPICS)[]

/** One label for each topic. */
export type TopicLabels = readonly number[]
/** Stands for what cannot be seen. */
export const NOT_SEEN = -1

export function topicLabels({ individual, action }: Character): TopicLabels {
  const { kind, coat, pattern, second, eyes, accessory } = individual
  const values: Record<keyof typeof TOPICS, string | undefined> = {
    kind,
    coat,
    pattern,
    second,
    eyes,
    accessory: accessory?.what,
    accessoryColour: accessory?.colour,
  }
  return TOPIC_NAMES.map(topic =>
    topic === 'eyes' && action === 'sleeping'
      ? NOT_SEEN
      : (TOPICS[topic] as readonly (string | undefined)[]).indexOf(values[topic]),
  )
}

/**
 * The probe's mean loss over what can be seen.
 *
 * @param words a picture's words, [B, E, h, w]
 * @param labels int64 [topics, B], 0 where nothing counts
 * @param counts f32 [topics, B], 0 or 1
 */
export function probeLoss(weights: Weights, words: Value, labels: Value, counts: Value): Value {
  const batch = words.shape[0] as number
  const layer = (name: string, x: Value) => {
    const weight = weights(`${PROBE}${name}.weight`, [CHANNELS, x.shape[1] as number, 3, 3])
    return silu(conv2d(x, weight, weights(`${PROBE}${name}.bias`, [CHANNELS]), { pads: [1, 1, 1, 1] }))
  }
  const seen = reduceMean(layer('conv2', layer('conv1', words)), [2, 3])
  let sum: Value | undefined
  for (const [i, topic] of TOPIC_NAMES.entries()) {
    const logits = linear(seen, weights(`${PROBE}${topic}.weight`, [TOPICS[topic].length, CHANNELS]))
    const row = (value: Value) => reshape(slice(value, 0, i, i + 1), [batch])
    const losses = mul(crossEntropy(logits, row(labels)), row(counts))
    const loss = reduceSum(losses)
    sum = sum ? add(sum, loss) : loss
  }
  return div(sum as Value, add(reduceSum(counts), 1e-6))
}
