/**
 * What a conversion makes of each tensor: which numbers are written otherwise than they are stored, and how much that may
 * lose. Knows nothing of files.
 */
import { FamiliarError } from '../../errors.ts'
import type { Checkpoint } from '../checkpoint.ts'
import { float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from '../half.ts'
import { bytesPerElement, type Dtype, type TensorData } from '../safetensors.ts'
import { bitsOf, blockLength, codesKey, type QuantisedKind, quantise, scalesKey } from './blocks.ts'

/** How a converted checkpoint's decoder holds the weights of its products. */
export type ConvertedKind = 'f32' | 'f16' | QuantisedKind

/** A tensor that is written. */
export interface Part {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: readonly number[]
}

/** Another form of a tensor. */
export interface Encoding {
  readonly parts: readonly Part[]
  /** As a share of the tensor's own size; one that loses more is not written in this form. */
  readonly largestError: number
  /** For each part the data of so many numbers, which are whole blocks, with the sums of their squares and of what is lost. */
  encode(values: Float32Array): Encoded
}

export interface Encoded {
  readonly data: readonly TensorData[]
  readonly lost: number
  readonly total: number
}

/** A few numbers far from all others have taken the scale of what loses more. */
const largestError = { int8: 0.03, int4: 0.25, f16: 1e-3, f32: 0 } as const

/** Whether a tensor is the weight of a linear layer of the decoder's attention or MLP. */
export const isDecoderProduct = (key: string): boolean =>
  /(^|\.)layers\.\d+\.(self_attn\.[qkvo]_proj|mlp\.(gate|up|down)_proj)\.weight$/.test(key) &&
  !/vision|vqmodel/.test(key)

/** Whether it is a language model's head, of which answers scan all words and choose among few (`operators/scanned.ts`). */
export const isHead = (key: string): boolean => /(^|\.)lm_head\.weight$/.test(key)

/** Whether it can be: of whole blocks. */
export function isQuantisable(key: string, shape: readonly number[]): boolean {
  return isDecoderProduct(key) && isOfBlocks(shape)
}

const isOfBlocks = (shape: readonly number[]) => shape.length === 2 && (shape[1] as number) % blockLength === 0

/** Bytes of a weight of so many numbers, scales included. */
export const quantisedBytes = (numbers: number, kind: QuantisedKind): number =>
  (numbers * bitsOf(kind)) / 8 + (numbers / blockLength) * 4

/**
 * The forms to try, best first; a tensor that none of them suits stays as it is stored. In 4 and 8 bits are the decoder's
 * products; the head is as it is stored, and beside that in 8 bits. In f16 are these and all that is stored in bf16; what is beyond the range of f16, or so small
 * that it loses there, is f32. In f32 is what is stored in bf16.
 */
export function encodingsOf(kind: ConvertedKind, key: string, dtype: Dtype, shape: readonly number[]): Encoding[] {
  if (kind === 'int8' || kind === 'int4') {
    if (isHead(key) && isOfBlocks(shape)) return withScan(key, dtype, shape)
    return isQuantisable(key, shape) ? [quantised(kind, key, shape)] : []
  }
  if (kind === 'f32') return dtype === 'BF16' ? [float32(key, shape)] : []
  const isNarrowed = dtype === 'BF16' || (dtype === 'F32' && isDecoderProduct(key))
  return isNarrowed ? [float16(key, shape), float32(key, shape)] : []
}

/** Bytes of a checkpoint's tensors, once it is of this kind. */
export function checkpointBytes(checkpoint: Checkpoint, kind: ConvertedKind): number {
  return [...checkpoint.keys()].reduce((sum, key) => {
    const { dtype, shape, byteLength } = checkpoint.tensor(key)
    const [best] = encodingsOf(kind, key, dtype, shape)
    return sum + (best ? best.parts.reduce((bytes, part) => bytes + bytesOf(part), 0) : byteLength)
  }, 0)
}

export const bytesOf = ({ dtype, shape }: Part): number =>
  shape.reduce((product, length) => product * length, bytesPerElement[dtype])

function quantised(kind: QuantisedKind, key: string, shape: readonly number[]): Encoding {
  const [out, width] = shape as [number, number]
  const blocks = width / blockLength
  const codes: Part = { name: codesKey(key), dtype: 'U8', shape: [out, blocks, (blockLength * bitsOf(kind)) / 8] }
  const scales: Part = { name: scalesKey(key), dtype: 'F32', shape: [out, blocks] }
  return {
    parts: [codes, scales],
    largestError: largestError[kind],
    encode: values => {
      const { codes, scales, lost, total } = quantise(values, kind)
      return { data: [codes, scales], lost, total }
    },
  }
}

/** The numbers as they are stored, and their codes. */
function withScan(key: string, dtype: Dtype, shape: readonly number[]): Encoding[] {
  const stored = storing[dtype]
  if (!stored) return []
  const scan = quantised('int8', key, shape)
  return [
    {
      ...scan,
      parts: [{ name: key, dtype, shape }, ...scan.parts],
      encode: values => {
        const { data, ...rest } = scan.encode(values)
        return { data: [stored(values), ...data], ...rest }
      },
    },
  ]
}

const storing: Partial<Record<Dtype, (values: Float32Array) => TensorData>> = {
  F32: values => values,
  F16: float32ToFloat16,
  BF16: float32ToBfloat16,
}

function float16(key: string, shape: readonly number[]): Encoding {
  return {
    parts: [{ name: key, dtype: 'F16', shape }],
    largestError: largestError.f16,
    encode: values => {
      const bits = float32ToFloat16(values)
      const back = float16ToFloat32(bits)
      let [lost, total] = [0, 0]
      for (let i = 0; i < values.length; i++) {
        const value = values[i] as number
        // Infinite beyond the range, and so is what is lost.
        const difference = value - (back[i] as number)
        lost += difference * difference
        total += value * value
      }
      return { data: [bits], lost, total: finite(total) }
    },
  }
}

function float32(key: string, shape: readonly number[]): Encoding {
  return {
    parts: [{ name: key, dtype: 'F32', shape }],
    largestError: largestError.f32,
    encode: values => {
      const total = values.reduce((sum, value) => sum + value * value, 0)
      return { data: [values], lost: 0, total: finite(total) }
    },
  }
}

function finite(total: number): number {
  if (Number.isFinite(total)) return total
  throw new FamiliarError('BAD_CHECKPOINT', 'Expected finite numbers but received others')
}
