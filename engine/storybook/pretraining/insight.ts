/**
 * A probe beside the decoder of language: at each word of a picture that shows somebody it must tell who that is. A question
 * about a picture is answered with one word that has looked at 256; this says to each of them what it belongs to. In a
 * picture that is seen it teaches reading, in one that is drawn to keep in mind who was asked for. The probe is thrown away
 * after training.
 */
import type { Value } from '../../graph/graph.ts'
import { add, crossEntropy, gather, linear, mul, reduceSum, reshape, slice } from '../../graph/operators/index.ts'
import type { Weights } from '../../models/weights.ts'
import type { Character } from '../scene.ts'
import type { WordMask } from './picture-parts.ts'
import { NOT_SEEN, TOPIC_NAMES, TOPICS, topicLabels } from './probe.ts'

/** Parameters that begin with this are the probe's. */
export const INSIGHT = 'insight.'
/** What one topic of one word counts against a word. */
export const INSIGHT_WEIGHT = 0.3
export const TOPIC_COUNT = TOPIC_NAMES.length
/** What counts more than the others: a pattern is hardest to see, and two individuals in three have one with a colour. */
const HARD: { readonly [topic in (typeof TOPIC_NAMES)[number]]?: number } = { pattern: 2.5, second: 2.5, eyes: 1.5 }

/** For each of a picture's words one label for each topic of whom it shows, `NOT_SEEN` where a topic is not; nothing where it shows nobody. */
export function insights(
  characters: readonly Character[],
  masks: readonly WordMask[],
): (readonly number[] | undefined)[] {
  const labels = characters.map(topicLabels)
  return (masks[0] as WordMask).map((_, word) => labels[masks.findIndex(mask => mask[word])])
}

/** Words that are asked, and the answers. */
export interface Insight {
  /** [K]: positions 0…N−1 of the words. */
  readonly positions: BigInt64Array
  /** [topics, K]: 0 where nothing counts. */
  readonly labels: BigInt64Array
  /** [topics, K]: how much each counts; 0 where it cannot be seen. */
  readonly counts: Float32Array
}

/** @param words of each its position and its labels */
export function insightOf(
  words: readonly { readonly position: number; readonly labels: readonly number[] }[],
): Insight {
  const all = TOPIC_NAMES.flatMap((_, topic) => words.map(({ labels }) => labels[topic] as number))
  return {
    positions: BigInt64Array.from(words, ({ position }) => BigInt(position)),
    labels: BigInt64Array.from(all, label => BigInt(label === NOT_SEEN ? 0 : label)),
    counts: Float32Array.from(all, (label, i) => {
      const topic = TOPIC_NAMES[Math.floor(i / words.length)] as (typeof TOPIC_NAMES)[number]
      return label === NOT_SEEN ? 0 : (HARD[topic] ?? 1)
    }),
  }
}

/** The sum of what the probe misses, weighed against words: hidden states [N, D], the rest as in `Insight` → a scalar. */
export function insightLoss(
  weights: Weights,
  hidden: Value,
  { positions, labels, counts }: { positions: Value; labels: Value; counts: Value },
): Value {
  const width = hidden.shape[1] as number
  const seen = gather(hidden, positions)
  let sum: Value | undefined
  for (const [i, topic] of TOPIC_NAMES.entries()) {
    const logits = linear(seen, weights(`${INSIGHT}${topic}`, [TOPICS[topic].length, width]))
    const row = (value: Value) => reshape(slice(value, 0, i, i + 1), [positions.shape[0] as string])
    const loss = reduceSum(mul(crossEntropy(logits, row(labels)), row(counts)))
    sum = sum ? add(sum, loss) : loss
  }
  return mul(sum as Value, INSIGHT_WEIGHT)
}
