/** What Janus-Pro's parts around the language model are made of. */
import { known, type Value } from '../../graph/graph.ts'
import { gelu, linear } from '../../graph/operators/index.ts'
import type { Weights } from '../weights.ts'

/** A linear layer with a bias: x […, in] → […, out]. */
export function project(weights: Weights, name: string, x: Value, out: number): Value {
  return linear(x, weights(`${name}.weight`, [out, known(x.shape.at(-1))]), weights(`${name}.bias`, [out]))
}

/** An aligner: `fc1`, then `hidden_layers`, with a gelu before each of those. `depth` counts all layers. */
export function perceptron(weights: Weights, name: string, x: Value, out: number, depth: number): Value {
  let y = project(weights, `${name}.fc1`, x, out)
  for (let layer = 0; layer < depth - 1; layer++) y = project(weights, `${name}.hidden_layers.${layer}`, gelu(y), out)
  return y
}
