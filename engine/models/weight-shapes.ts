/** Which weights a model's definition asks for, written down instead of loaded: what a checkpoint of it has to hold. */
import type { Graph, Value } from '../graph/graph.ts'
import type { Weights } from './weights.ts'

/** The shape of each weight, by its published key. */
export type WeightShapes = ReadonlyMap<string, readonly number[]>

/** What is asked of `weights`, in the order of the first time. */
export class WeightRecord {
  readonly shapes = new Map<string, readonly number[]>()

  /** Weights that have no numbers: inputs of a graph that is never run. */
  weights(graph: Graph): Weights {
    const known = new Map<string, Value>()
    return (key, shape) => {
      this.shapes.set(key, shape)
      const weight = known.get(key) ?? graph.input(key, 'float32', shape)
      known.set(key, weight)
      return weight
    }
  }
}
