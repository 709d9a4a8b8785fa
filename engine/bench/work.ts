/** How much work a decoder's runs are: floating-point operations and bytes, counted from its shape. */
import type { DecoderConfig } from '../models/decoder.ts'
import { bytesIn, type WeightKind } from '../models/memory-plan.ts'

export interface LearningShape {
  /** B: examples. */
  readonly examples: number
  /** T: positions of each, padding included. */
  readonly positions: number
  /** C: positions before them that were read earlier. */
  readonly past: number
  /** P: positions with a label, of all examples together. */
  readonly labels: number
}

/**
 * Operations of one learning step with frozen weights: every product with a weight is done forward and once more for its
 * input's gradient, every product of attention once forward and twice backward. A multiplication and its addition are two;
 * what is not a product (norms, softmax, activations) is not counted.
 */
export function learningOperations(config: DecoderConfig, words: number, shape: LearningShape): number {
  const { examples, positions, past, labels } = shape
  const { width, layers, heads, headWidth } = config
  const linear = 2 * examples * positions * layers * layerWeights(config)
  const attention = layers * 2 * (2 * examples * heads * positions * (positions + past) * headWidth)
  const head = 2 * labels * width * words
  return 2 * linear + 3 * attention + 2 * head
}

export interface DecodingShape {
  /** B: sequences that go on together; they share the weights. */
  readonly batch?: number
  /** C: positions behind which they do. */
  readonly past: number
  /** Weights of the head, and of what embeds other words than a table's. */
  readonly head: number
  /** How the layers' weights are held, and the head's. */
  readonly kind?: WeightKind
  readonly headKind?: WeightKind
}

/** Bytes that must be read to decode one more word: all weights but the table, and the cache. */
export function decodingBytes(
  config: DecoderConfig,
  { batch = 1, past, head, kind = 'f32', headKind = 'f32' }: DecodingShape,
): number {
  const { layers, keyValueHeads, headWidth } = config
  const weights = layers * layerWeights(config)
  const cache = 2 * layers * keyValueHeads * headWidth * past * batch
  return bytesIn(kind, weights) + bytesIn(headKind, head) + bytesIn('f32', cache)
}

/** Elements of one layer's matrices. */
function layerWeights({ width, mlpWidth, heads, keyValueHeads, headWidth }: DecoderConfig): number {
  return width * headWidth * (2 * heads + 2 * keyValueHeads) + 3 * width * mlpWidth
}
