/** Rotary position embedding (Su et al. 2021), half-split form as in Llama. */
import { known, type Value } from '../graph.ts'
import { add, mul, neg, sub } from './elementwise.ts'
import { concat, slice } from './shape.ts'

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

/** (a, b) → (−b, a) on halves of the last axis. */
function quarterTurn(x: Value): Value {
  const width = known(x.shape.at(-1))
  return concat([neg(slice(x, -1, width / 2, width)), slice(x, -1, 0, width / 2)], -1)
}
