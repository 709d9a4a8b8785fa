/**
 * Rotary position embedding (Su et al. 2021), half-split form as in Llama.
 *
 * Source: ONNX Runtime, docs/ContribOperators.md, RotaryEmbedding
 */
import type { Value } from '../graph.ts'
import { neg } from './elementwise.ts'

/** Angles of A places, and which of them each position turns by. */
export interface Angles {
  /** [A, W/2]. */
  readonly cos: Value
  readonly sin: Value
  /** int64 [B, T]. */
  readonly at: Value
}

/** Rotates x [B, H, T, W]: pairs (i, i + W/2) turn by the angles of their position. */
export function rotary(x: Value, { cos, sin, at }: Angles): Value {
  const { graph } = x
  const turned = (x: Value, sin: Value) =>
    graph.add('RotaryEmbedding', [x, at, cos, sin], [x], { domain: 'com.microsoft' })[0] as Value
  return graph.together([x], () => ({
    output: turned(x, sin),
    // The transpose of a rotation turns back.
    gradient: ([dy]) => [turned(dy as Value, neg(sin))],
  }))
}
