/** Where a model's definition gets its weights from: a checkpoint, or the inputs of a graph that trains them. */
import type { Checkpoint, CheckpointTensor } from '../checkpoints/checkpoint.ts'
import { codesKey, scalesKey } from '../checkpoints/conversion/blocks.ts'
import { isDecoderProduct } from '../checkpoints/conversion/encodings.ts'
import type { Dtype } from '../checkpoints/safetensors.ts'
import { FamiliarError } from '../errors.ts'
import type { DType, Graph, Value, WeightFile } from '../graph/graph.ts'
import {
  cast,
  halfWeight,
  type QuantisedWeight,
  quantisedBlock,
  quantisedWeight,
  scanned,
  widened,
} from '../graph/operators/index.ts'
import type { Device } from '../runtime/session.ts'

/** The weight with this key as float32; `shape` is what the definition expects of it. */
export type Weights = (key: string, shape: readonly number[]) => Value

/** The same weights, their keys without `prefix`. */
export const under =
  (prefix: string, weights: Weights): Weights =>
  (key, shape) =>
    weights(prefix + key, shape)

const storedAs: Partial<Record<Dtype, DType>> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' }

/**
 * Weights that stay in the checkpoint's files; fp16 and bf16 are widened inside the graph, and those that were quantised
 * (`checkpoints/conversion/`) are multiplied as they are. One that lies there in 8 bits as well is scanned on the CPU.
 * @param halves whether the decoder's products with weights in 16 bits are multiplied, or at least held, in them
 * @throws FamiliarError `TENSOR_NOT_FOUND` or `BAD_CHECKPOINT` (another shape or type than expected) when one is asked for
 */
export function checkpointWeights(
  graph: Graph,
  checkpoint: Checkpoint,
  device: Device = 'cpu',
  halves = checkpoint.metadata.weights === 'f16',
): Weights {
  const known = new Map<string, Value>()
  return (key, shape) => {
    const earlier = known.get(key)
    if (earlier) return earlier
    const quantised = quantisedOf(graph, checkpoint, key, shape, device)
    if (quantised && !checkpoint.has(key)) {
      known.set(key, quantised)
      return quantised
    }
    const tensor = checkpoint.tensor(key)
    const dtype = storedAs[tensor.dtype]
    const fits = tensor.shape.length === shape.length && tensor.shape.every((length, i) => length === shape[i])
    if (!dtype || !fits) {
      const expected = `F32, F16 or BF16 [${shape}] for tensor "${key}" of ${checkpoint.folder}`
      const message = `Expected ${expected} but received ${tensor.dtype} [${tensor.shape}]`
      throw new FamiliarError('BAD_CHECKPOINT', message)
    }
    const file = fileOf(tensor)
    const stored = graph.weight(key, dtype, tensor.shape, file)
    const plain = inFloat32(stored, device, halves, rows => piecesOf(stored, file, rows))
    const value = quantised && device === 'cpu' ? scanned(plain, quantised) : plain
    known.set(key, value)
    return value
  }
}

function inFloat32(stored: Value, device: Device, halves: boolean, pieces: (rows: number) => Value[]): Value {
  if (halves && stored.dtype !== 'float32' && isDecoderProduct(stored.name)) return halfWeight(stored, device !== 'cpu')
  // WebGPU would pick rows in 16 bits on the device, and not every device computes in them.
  if (device === 'webgpu') return cast(stored, 'float32')
  // Devices with memory of their own would hold pieces beside the whole.
  return widened(stored, device === 'cpu' ? pieces : undefined)
}

/** The same bytes as several weights of at most so many rows. */
function piecesOf({ graph, name, dtype, shape }: Value, file: WeightFile, rows: number): Value[] {
  const [height, ...rest] = shape as readonly number[]
  const rowBytes = file.length / (height as number)
  return Array.from({ length: Math.ceil((height as number) / rows) }, (_, i) => {
    const count = Math.min(rows, (height as number) - i * rows)
    const part = { location: file.location, offset: file.offset + i * rows * rowBytes, length: count * rowBytes }
    return graph.weight(`${name}.rows.${i * rows}`, dtype, [count, ...rest], part)
  })
}

const fileOf = ({ location, byteOffset, byteLength }: CheckpointTensor): WeightFile => ({
  location,
  offset: byteOffset,
  length: byteLength,
})

/** The weight that `<key>.codes` and `<key>.scales` stand for, where there are these: alone, or beside the stored one. */
function quantisedOf(
  graph: Graph,
  checkpoint: Checkpoint,
  key: string,
  shape: readonly number[],
  device: Device,
): QuantisedWeight | undefined {
  if (!checkpoint.has(codesKey(key))) return undefined
  const codes = checkpoint.tensor(codesKey(key))
  const scales = checkpoint.tensor(scalesKey(key))
  const [out, width] = shape as [number, number]
  const bits = ((codes.shape[2] ?? 0) * 8) / quantisedBlock
  const blocks = width / quantisedBlock
  const fits =
    codes.dtype === 'U8' &&
    scales.dtype === 'F32' &&
    (bits === 4 || bits === 8) &&
    String([codes.shape[0], codes.shape[1]]) === String([out, blocks]) &&
    String(scales.shape) === String([out, blocks])
  if (!fits) {
    const message = `Expected codes and scales of [${shape}] for tensor "${key}" of ${checkpoint.folder} but received ${codes.dtype} [${codes.shape}] and ${scales.dtype} [${scales.shape}]`
    throw new FamiliarError('BAD_CHECKPOINT', message)
  }
  const files = { codes: fileOf(codes), scales: fileOf(scales) }
  return quantisedWeight(graph, key, { bits, shape: [out, width], ...files, gathers: device !== 'cpu' })
}
