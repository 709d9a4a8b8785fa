/**
 * Weights in blocks of 32 numbers that share a scale: 4 or 8 bits each, symmetric, weight = (code − 2^(bits−1)) · scale.
 * The layout is that of ONNX Runtime's MatMulNBits: blocks along the input of each output row, low bits first.
 */
import { FamiliarError } from '../../errors.ts'

export type QuantisedKind = 'int8' | 'int4'

export const blockLength = 32
export const bitsOf = (kind: QuantisedKind): 4 | 8 => (kind === 'int4' ? 4 : 8)

/** Where a checkpoint has a weight's codes, U8 [out, width/32, 4·bits], and its scales, F32 [out, width/32]. */
export const codesKey = (key: string): string => `${key}.codes`
export const scalesKey = (key: string): string => `${key}.scales`

export interface Quantised {
  readonly codes: Uint8Array
  readonly scales: Float32Array
  /** The sum of the squared differences, and that of the squared numbers. */
  readonly lost: number
  readonly total: number
}

/**
 * @param values any number of whole blocks
 * @throws FamiliarError `BAD_CHECKPOINT` when one is not a finite number
 */
export function quantise(values: Float32Array, kind: QuantisedKind): Quantised {
  const bits = bitsOf(kind)
  const half = 2 ** (bits - 1)
  const last = 2 * half - 1
  const blocks = values.length / blockLength
  const codes = new Uint8Array((values.length * bits) / 8)
  const scales = new Float32Array(blocks)
  const block = new Uint8Array(blockLength)
  let lost = 0
  let total = 0
  for (let index = 0, from = 0; index < blocks; index++, from += blockLength) {
    // The number farthest from zero becomes the code that has no opposite, so that every code is used.
    let highest = 0
    let lowest = 0
    for (let i = from; i < from + blockLength; i++) {
      const value = values[i] as number
      if (value > highest) highest = value
      else if (value < lowest) lowest = value
    }
    const scale = highest === 0 && lowest === 0 ? 0 : Math.fround((highest > -lowest ? highest : lowest) / -half)
    const inverse = scale === 0 ? 0 : 1 / scale
    scales[index] = scale
    for (let i = 0; i < blockLength; i++) {
      const value = values[from + i] as number
      // Cutting off what is behind the point rounds, since nothing is below zero here.
      const nearest = (value * inverse + half + 0.5) | 0
      const code = Math.min(nearest, last)
      const difference = value - (code - half) * scale
      lost += difference * difference
      total += value * value
      block[i] = code
    }
    if (bits === 8) codes.set(block, from)
    else
      for (let i = 0; i < blockLength; i += 2)
        codes[(from + i) >> 1] = (block[i] as number) | ((block[i + 1] as number) << 4)
  }
  if (!Number.isFinite(total)) throw new FamiliarError('BAD_CHECKPOINT', 'Expected finite numbers but received others')
  return { codes, scales, lost, total }
}

/** The numbers that codes and scales stand for. */
export function dequantise({ codes, scales }: Pick<Quantised, 'codes' | 'scales'>, kind: QuantisedKind): Float32Array {
  const bits = bitsOf(kind)
  const half = 2 ** (bits - 1)
  return Float32Array.from({ length: scales.length * blockLength }, (_, i) => {
    const code = bits === 8 ? (codes[i] as number) : ((codes[i >> 1] as number) >> (4 * (i & 1))) & 15
    return (code - half) * (scales[Math.floor(i / blockLength)] as number)
  })
}
