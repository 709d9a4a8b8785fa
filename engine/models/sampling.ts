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
  let highest = Number.NEGATIVE_INFINITY
  for (let i = 0; i < logits.length; i++) highest = Math.max(highest, logits[i] as number)
  const weights = new Float64Array(logits.length)
  let sum = 0
  for (let i = 0; i < logits.length; i++) {
    const weight = Math.exp(((logits[i] as number) - highest) / temperature)
    weights[i] = weight
    sum += weight
  }
  // Whatever is lighter than a fair share of 1 − p is together less than that, so not among the likeliest that reach p. What
  // is left of a codebook is little; sorting all of it takes longer than reading a small model.
  const lightest = topP < 1 ? ((1 - topP) * sum) / weights.length : 0
  const order: number[] = []
  for (let i = 0; i < weights.length; i++) if ((weights[i] as number) >= lightest) order.push(i)
  if (topP < 1) order.sort((a, b) => (logits[b] as number) - (logits[a] as number))
  const weightAt = (place: number) => weights[order[place] as number] as number
  let total = 0
  let count = 0
  while (count < order.length && total < topP * sum) total += weightAt(count++)
  let rest = random.uniform() * total
  for (let place = 0; place < count; place++) {
    rest -= weightAt(place)
    if (rest < 0) return order[place] as number
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
  const guided = new Float32Array(among.length)
  for (let i = 0; i < among.length; i++) {
    const word = among[i] as number
    const without = unconditional[word] as number
    guided[i] = without + weight * ((conditional[word] as number) - without)
  }
  return guided
}
