/** Rotary position embedding (Su et al. 2021), half-split form as in Llama. */
import { known, type Value } from '../graph.ts'
import { add, mul, sub } from './elementwise.ts'
import { matmul } from './product.ts'

/**
 * Rotates x [B, H, T, d]: pairs (i, i + d/2) turn by the angle of their position. `cos` and `sin` are [T, d] with the two
 * halves equal, and broadcast to x.
 */
export function rotary(x: Value, cos: Value, sin: Value): Value {
  return x.graph.together([x], () => ({
    output: add(mul(x, cos), mul(quarterTurn(x), sin)),
    // The transpose of a rotation turns back.
    gradient: ([dy]) => [sub(mul(dy as Value, cos), mul(quarterTurn(dy as Value), sin))],
  }))
}

/**
 * (a, b) → (−b, a) on halves of the last axis, as a product with a matrix of 0 and ±1: cutting and joining short rows moves
 * the same bytes in many small pieces, and takes longer.
 */
function quarterTurn(x: Value): Value {
  const width = known(x.shape.at(-1))
  const half = width / 2
  const turn = new Float32Array(width * width)
  for (let i = 0; i < half; i++) {
    turn[(half + i) * width + i] = -1
    turn[i * width + half + i] = 1
  }
  return matmul(x, x.graph.constant(turn, [width, width]))
}
