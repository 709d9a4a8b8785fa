/**
 * A probe beside the decoder of language: at each word of a drawing it must tell where somebody, what they wear and their
 * pattern will be in the rows below. On which side somebody stands is decided by a word or two of 256, and glasses are two
 * more: the next word alone hardly teaches what the whole request and the column together decide. This asks for it at
 * every word above. The probe is thrown away after training.
 */
import type { Value } from '../../graph/graph.ts'
import { crossEntropy, gather, linear, mul, reduceSum, reshape } from '../../graph/operators/index.ts'
import type { Weights } from '../../models/weights.ts'
import type { WordMask } from './picture-parts.ts'

/** Parameters that begin with this are the probe's. */
export const FORESIGHT = 'foresight.'
/** Of each part is asked whether it shows in the word's column so many rows below. */
export const ROWS_BELOW = [0, 1, 2, 4, 8] as const
/** What one such answer counts against a word. */
export const FORESIGHT_WEIGHT = 0.3
const PARTS = 3
/** Questions at each word. */
export const QUESTIONS = PARTS * ROWS_BELOW.length

/**
 * For each of a picture's words the answers, 0 or 1: [parts × rows below].
 *
 * @param parts somebody, what they wear, their patterns
 * @param side of the picture in words
 */
export function foresee(parts: readonly [WordMask, WordMask, WordMask], side: number): number[][] {
  return Array.from({ length: side * side }, (_, i) =>
    parts.flatMap(part => ROWS_BELOW.map(rows => (part[i + rows * side] ? 1 : 0))),
  )
}

/** Words that are asked, and the answers. */
export interface Foresight {
  /** [F]: positions 0…N−1 from which the words are predicted. */
  readonly positions: BigInt64Array
  /** [F·questions]: 0, 1. */
  readonly labels: BigInt64Array
}

/**
 * The sum of what the probe misses, weighed against words: hidden states [N, D], positions [F], labels [F·questions] → a
 * scalar.
 */
export function foresightLoss(weights: Weights, hidden: Value, positions: Value, labels: Value): Value {
  const width = hidden.shape[1] as number
  const asked = linear(gather(hidden, positions), weights(`${FORESIGHT}weight`, [2 * QUESTIONS, width]))
  const losses = crossEntropy(reshape(asked, [labels.shape[0] as string, 2]), labels)
  return mul(reduceSum(losses), FORESIGHT_WEIGHT)
}
