/** What comes out of the graphs of a language model, put together. */
import type { Tensor } from '../runtime/session.ts'
import type { Learning } from './language.ts'
import type { Target } from './language-feeds.ts'

export const floats = (tensor: Tensor | undefined) => tensor?.data as Float32Array

/** The mean by weights of steps that were made one after another. */
export function meanOf(parts: readonly { weight: number; learned: Learning }[]): Learning {
  const total = parts.reduce((sum, { weight }) => sum + weight, 0)
  const mean = (of: (learned: Learning) => Float32Array) => {
    const sum = new Float32Array(parts[0] ? of(parts[0].learned).length : 0)
    for (const { weight, learned } of parts)
      for (const [i, value] of of(learned).entries()) sum[i] = (sum[i] as number) + (weight / total) * value
    return sum
  }
  return {
    loss: parts.reduce((sum, { weight, learned }) => sum + (weight / total) * learned.loss, 0),
    losses: Float32Array.from(parts.flatMap(({ learned }) => [...learned.losses])),
    rowGradient: mean(({ rowGradient }) => rowGradient),
    headRowGradient: mean(({ headRowGradient }) => headRowGradient),
  }
}

/** [P, V] and [P, R] → [P, V + R], with `gap` columns of −∞ between. */
export function joinColumns(left: Float32Array, right: Float32Array, rows: number, gap: number): Float32Array {
  const [a, b] = [left.length / rows, right.length / rows]
  const width = a + gap + b
  const joined = new Float32Array(rows * width)
  for (let row = 0; row < rows; row++) {
    const from = row * width
    joined.set(left.subarray(row * a, (row + 1) * a), from)
    joined.fill(Number.NEGATIVE_INFINITY, from + a, from + a + gap)
    joined.set(right.subarray(row * b, (row + 1) * b), from + a + gap)
  }
  return joined
}

/** Losses of both heads in the order of their labels. */
export function lossesInOrder(
  targets: readonly Target[],
  losses: Float32Array,
  codeLosses: Float32Array = new Float32Array(),
): Float32Array {
  let [word, code] = [0, 0]
  return Float32Array.from(targets, ({ isCode }) => (isCode ? codeLosses[code++] : losses[word++]) as number)
}
