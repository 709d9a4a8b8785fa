/** From logits to a word: the likeliest, or one by chance. Pure functions over arrays. */
import type { Random } from '../random.ts'

/** The likeliest of the words that `allowed` lets through; −1 when it lets none through. */
export function likeliest(logits: Float32Array, allowed: (word: number) => boolean): number {
  let best = -1
  for (let word = 0; word < logits.length; word++) {
    if ((best < 0 || (logits[word] as number) > (logits[best] as number)) && allowed(word)) best = word
  }
  return best
}

/**
 * Draws an index by temperature and top-p: from the smallest set of the likeliest whose probabilities reach p.
 * Source: Holtzman et al. 2020, nucleus sampling.
 */
export function sample(logits: Float32Array, random: Random, { temperature = 1, topP = 1 } = {}): number {
  const order = Array.from(logits.keys())
  // All of them may be drawn in any order; sorting a large codebook takes longer than reading a small model.
  if (topP < 1) order.sort((a, b) => (logits[b] as number) - (logits[a] as number))
  const highest = logits.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  const weights = order.map(index => Math.exp(((logits[index] as number) - highest) / temperature))
  const reach = topP * weights.reduce((sum, weight) => sum + weight, 0)
  let total = 0
  let count = 0
  while (count < weights.length && total < reach) total += weights[count++] as number
  let rest = random.uniform() * total
  for (let i = 0; i < count; i++) {
    rest -= weights[i] as number
    if (rest < 0) return order[i] as number
  }
  return order[count - 1] as number
}

/** Logarithm of the sum of exponentials. */
export function logSumExp(values: ArrayLike<number>): number {
  let highest = Number.NEGATIVE_INFINITY
  for (let i = 0; i < values.length; i++) highest = Math.max(highest, values[i] as number)
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += Math.exp((values[i] as number) - highest)
  return highest + Math.log(sum)
}

export function softmax(values: ArrayLike<number>): Float32Array {
  const total = logSumExp(values)
  return Float32Array.from(values, value => Math.exp(value - total))
}

export const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

/** Log-odds of a probability, kept finite. */
export function logit(probability: number): number {
  const p = Math.min(1 - 1e-6, Math.max(1e-6, probability))
  return Math.log(p / (1 - p))
}

/**
 * Classifier-free guidance: unconditional + w·(conditional − unconditional), at the words of `among`.
 * Source: Ho & Salimans 2022, as used for Chameleon's and Janus's pictures.
 */
export function guide(
  conditional: Float32Array,
  unconditional: Float32Array,
  among: ArrayLike<number>,
  weight: number,
): Float32Array {
  return Float32Array.from(among, word => {
    const without = unconditional[word] as number
    return without + weight * ((conditional[word] as number) - without)
  })
}
