/** Where a model's definition gets its weights from: a checkpoint, or the inputs of a graph that trains them. */
import type { Checkpoint } from '../checkpoints/checkpoint.ts'
import type { Dtype } from '../checkpoints/safetensors.ts'
import { FamiliarError } from '../errors.ts'
import type { DType, Graph, Value } from '../graph/graph.ts'
import { cast } from '../graph/operators/index.ts'

/** The weight with this key as float32; `shape` is what the definition expects of it. */
export type Weights = (key: string, shape: readonly number[]) => Value

/** The same weights, their keys without `prefix`. */
export const under =
  (prefix: string, weights: Weights): Weights =>
  (key, shape) =>
    weights(prefix + key, shape)

const storedAs: Partial<Record<Dtype, DType>> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' }

/**
 * Weights that stay in the checkpoint's files; fp16 and bf16 are widened inside the graph.
 * @throws FamiliarError `TENSOR_NOT_FOUND` or `BAD_CHECKPOINT` (another shape or type than expected) when one is asked for
 */
export function checkpointWeights(graph: Graph, checkpoint: Checkpoint): Weights {
  const known = new Map<string, Value>()
  return (key, shape) => {
    const earlier = known.get(key)
    if (earlier) return earlier
    const tensor = checkpoint.tensor(key)
    const dtype = storedAs[tensor.dtype]
    const fits = tensor.shape.length === shape.length && tensor.shape.every((length, i) => length === shape[i])
    if (!dtype || !fits) {
      const expected = `F32, F16 or BF16 [${shape}] for tensor "${key}" of ${checkpoint.folder}`
      const message = `Expected ${expected} but received ${tensor.dtype} [${tensor.shape}]`
      throw new FamiliarError('BAD_CHECKPOINT', message)
    }
    const file = { location: tensor.location, offset: tensor.byteOffset, length: tensor.byteLength }
    const value = cast(graph.weight(key, dtype, tensor.shape, file), 'float32')
    known.set(key, value)
    return value
  }
}
