/**
 * Products with frozen weights that are held in 4 or 8 bits: blocks of 32 along the input, each with a scale,
 * weight = (code − 2^(bits−1)) · scale.
 *
 * Source: ONNX Runtime, docs/ContribOperators.md, MatMulNBits and GatherBlockQuantized
 */
import type { Dim, Graph, Value, WeightFile } from '../graph.ts'
import { cast, mul, sub } from './elementwise.ts'
import { late } from './late.ts'
import { matmul } from './product.ts'
import { concat, reshape } from './shape.ts'

export const quantisedBlock = 32

/** A weight [out, width] of a linear layer. It stands for float32 numbers, but only `linear` can take it. */
export interface QuantisedWeight extends Value {
  readonly shape: readonly [number, number]
  readonly bits: 4 | 8
  /** uint8 [out, width/32, 4·bits], low bits first along `width`. */
  readonly codes: Value
  /** float32 [out, width/32], and the same bytes as [out, width/32, 1]. */
  readonly scales: Value
  readonly blockScales: Value
  /** uint8 [out, width·bits/8], the same bytes as the codes', where they are written out by gathering rows. */
  readonly codeRows?: Value
}

export interface QuantisedParts {
  readonly bits: 4 | 8
  readonly shape: readonly [number, number]
  readonly codes: WeightFile
  readonly scales: WeightFile
  /** Whether weights are written out by gathering rows, the way of GPUs: the CPU takes five times as long for it. */
  readonly gathers?: boolean
}

export const isQuantised = (weight: Value): weight is QuantisedWeight => 'codes' in weight

/** Declares a quantised weight whose bytes stay in files. */
export function quantisedWeight(
  graph: Graph,
  name: string,
  { bits, shape, codes, scales, gathers = false }: QuantisedParts,
): QuantisedWeight {
  const [out, width] = shape
  const blocks = width / quantisedBlock
  return {
    graph,
    name,
    dtype: 'float32',
    shape,
    bits,
    codes: graph.weight(`${name}.codes`, 'uint8', [out, blocks, (quantisedBlock * bits) / 8], codes),
    scales: graph.weight(`${name}.scales`, 'float32', [out, blocks], scales),
    blockScales: graph.weight(`${name}.block_scales`, 'float32', [out, blocks, 1], scales),
    ...(gathers && { codeRows: graph.weight(`${name}.code_rows`, 'uint8', [out, (width * bits) / 8], codes) }),
  }
}

/**
 * x [N, width] · weightᵀ → [N, out]. The gradient with respect to x is dy · weight with the very numbers that the codes stand for.
 * The operator sums along the blocks only, so they are written out for that one product and forgotten again: 2.7 ns a weight on one
 * core, which is what a product with 100 rows takes, and up to 8 bytes a weight of this layer for a moment.
 */
export function quantisedProduct(x: Value, weight: QuantisedWeight): Value {
  const { graph } = x
  const exact8 = weight.bits === 8 && !graph.roundsProducts && !weight.codeRows
  return graph.together([x], () => {
    // With 8 bits and unrounded inputs the operator is slower than writing out.
    const output = exact8 ? transposedProduct(x, writtenOut(weight, weight.codes, x)) : nbits(x, weight)
    return { output, gradient: ([dy]) => [throughWeight(dy as Value, weight)] }
  })
}

function nbits(x: Value, weight: QuantisedWeight): Value {
  const [out, width] = weight.shape
  const attributes = {
    K: width,
    N: out,
    bits: weight.bits,
    block_size: quantisedBlock,
    // 0: x as it is; 4: x in 8 bits, twice as fast where only answers follow from it.
    accuracy_level: x.graph.roundsProducts ? 4 : 0,
  }
  const inputs = [x, weight.codes, weight.scales]
  return x.graph.add('MatMulNBits', inputs, [{ dtype: x.dtype, shape: [x.shape[0] as Dim, out] }], {
    domain: 'com.microsoft',
    attributes,
  })[0] as Value
}

/** x [N, width] · wᵀ with w [out, width]. */
function transposedProduct(x: Value, w: Value): Value {
  const shape = [x.shape[0] as Dim, w.shape[0] as Dim]
  return x.graph.add('Gemm', [x, w], [{ dtype: x.dtype, shape }], { attributes: { transB: 1 } })[0] as Value
}

/** dy [N, out] · weight → [N, width]. */
function throughWeight(dy: Value, weight: QuantisedWeight): Value {
  const { graph } = dy
  if (weight.codeRows) return matmul(dy, gathered(weight, weight.codeRows, dy))
  if (weight.bits === 8) return matmul(dy, writtenOut(weight, weight.codes, dy))
  // Low halves are the even columns, high halves the odd ones: each gives every second column of the result.
  const shift = late(dy, 4, 'uint8')
  const high = graph.add('BitShift', [weight.codes, shift], [weight.codes], { attributes: { direction: 'RIGHT' } })[0]
  const low = graph.add('BitwiseAnd', [weight.codes, late(dy, 15, 'uint8')], [weight.codes])[0]
  const columns = [low as Value, high as Value].map(codes => {
    const half = matmul(dy, writtenOut(weight, codes, dy))
    return reshape(half, [...half.shape, 1])
  })
  return reshape(concat(columns, -1), [dy.shape[0] as Dim, weight.shape[1]])
}

/**
 * What a code a byte stands for: float32 [out, codes of a row], when the graph runs. The mask is 255 + 0·(length of `when`), which
 * is not known before: the runtime would otherwise write every weight out as it loads the graph, and keep it.
 */
function writtenOut({ bits, shape, blockScales }: QuantisedWeight, codes: Value, when: Value): Value {
  const { graph } = when
  const [out] = shape
  const [, blocks, codesEach] = codes.shape as [number, number, number]
  const present = bits === 4 ? codes : (graph.add('BitwiseAnd', [codes, late(when, 255, 'uint8')], [codes])[0] as Value)
  const levels = sub(cast(present, 'float32'), 2 ** (bits - 1))
  return reshape(mul(levels, blockScales), [out, blocks * codesEach])
}

/** The same by gathering every row, counted when `when` is known. */
function gathered({ bits, shape, scales }: QuantisedWeight, codeRows: Value, when: Value): Value {
  const { graph } = when
  const [out] = shape
  const ends = [late(when, 0, 'int32'), late(when, out, 'int32'), graph.constant(1, [], 'int32')]
  const rows = graph.add('Range', ends, [{ dtype: 'int32', shape: [out] }])[0] as Value
  return graph.add('GatherBlockQuantized', [codeRows, rows, scales], [{ dtype: 'float32', shape }], {
    domain: 'com.microsoft',
    attributes: { bits, block_size: quantisedBlock, gather_axis: 0, quantize_axis: 1 },
  })[0] as Value
}
