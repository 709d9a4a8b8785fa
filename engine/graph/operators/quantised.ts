/**
 * Products with frozen weights that are held in 4 or 8 bits: blocks of 32 along the input, each with a scale,
 * weight = (code − 2^(bits−1)) · scale.
 *
 * Source: ONNX Runtime, docs/ContribOperators.md, MatMulNBits and GatherBlockQuantized
 */
import type { Dim, Graph, Value, WeightFile } from '../graph.ts'
import { matmul } from './product.ts'

export const quantisedBlock = 32

/** A weight [out, width] of a linear layer; as a value, what it stands for in float32. */
export interface QuantisedWeight extends Value {
  readonly shape: readonly [number, number]
  readonly bits: number
  /** uint8 [out, width/32, 4·bits]: what MatMulNBits reads. */
  readonly codes: Value
  /** uint8 [out, width·bits/8]: the same bytes, as GatherBlockQuantized reads them. */
  readonly codeRows: Value
  /** float32 [out, width/32]. */
  readonly scales: Value
}

export const isQuantised = (weight: Value): weight is QuantisedWeight => 'codes' in weight

/** Declares a quantised weight whose bytes stay in files: codes low bits first along `width`, scales in float32. */
export function quantisedWeight(
  graph: Graph,
  name: string,
  {
    bits,
    shape,
    codes,
    scales,
  }: { bits: number; shape: readonly [number, number]; codes: WeightFile; scales: WeightFile },
): QuantisedWeight {
  const [out, width] = shape
  const blocks = width / quantisedBlock
  const parts = {
    bits,
    codes: graph.weight(`${name}.codes`, 'uint8', [out, blocks, (quantisedBlock * bits) / 8], codes),
    codeRows: graph.weight(`${name}.code_rows`, 'uint8', [out, (width * bits) / 8], codes),
    scales: graph.weight(`${name}.scales`, 'float32', [out, blocks], scales),
  }
  const rows = graph.add('Range', [0, out, 1].map(scalar(graph)), [{ dtype: 'int64', shape: [out] }])[0] as Value
  return { ...gatherRows(parts, rows, shape), shape, ...parts }
}

/**
 * x [N, width] · weightᵀ → [N, out]. The gradient with respect to x is dy · weight, exactly that of the float32 weight that the
 * codes stand for: it is written out for this one product, one pass over the weight and out·width·4 bytes for a moment, since the
 * operator itself sums along the blocks only.
 */
export function quantisedProduct(x: Value, weight: QuantisedWeight): Value {
  const { graph } = x
  const [out, width] = weight.shape
  const attributes = {
    K: width,
    N: out,
    bits: weight.bits,
    block_size: quantisedBlock,
    // 0: as x is; 4: x in 8 bits, twice as fast where only answers follow from it.
    accuracy_level: graph.roundsProducts ? 4 : 0,
  }
  const shape = [x.shape[0] as Dim, out]
  return graph.add('MatMulNBits', [x, weight.codes, weight.scales], [{ dtype: x.dtype, shape }], {
    domain: 'com.microsoft',
    attributes,
    gradient:
      () =>
      ([dy]) => [matmul(dy as Value, writtenOut(weight, dy as Value))],
  })[0] as Value
}

/**
 * The weight in float32 [out, width], when the graph runs. The rows are counted from 0·(length of `when`), which is not known
 * before: the runtime would otherwise write every weight out as it loads the graph, and keep it.
 */
function writtenOut(weight: QuantisedWeight, when: Value): Value {
  const { graph } = when
  const number = scalar(graph)
  const integer = (type: string, inputs: readonly Value[], shape: readonly Dim[]) =>
    graph.add(type, inputs, [{ dtype: 'int64', shape }])[0] as Value
  const length = integer('Gather', [integer('Shape', [when], [when.shape.length]), number(0)], [])
  const zero = integer('Mul', [length, number(0)], [])
  const [out] = weight.shape
  const rows = integer('Range', [zero, integer('Add', [zero, number(out)], []), number(1)], [out])
  return gatherRows(weight, rows, weight.shape)
}

function gatherRows(
  { bits, codeRows, scales }: Pick<QuantisedWeight, 'bits' | 'codeRows' | 'scales'>,
  rows: Value,
  shape: readonly [number, number],
): Value {
  const attributes = { bits, block_size: quantisedBlock, gather_axis: 0, quantize_axis: 1 }
  return codeRows.graph.add('GatherBlockQuantized', [codeRows, rows, scales], [{ dtype: 'float32', shape }], {
    domain: 'com.microsoft',
    attributes,
  })[0] as Value
}

const scalar =
  (graph: Graph) =>
  (value: number): Value =>
    graph.integers([value], [])
