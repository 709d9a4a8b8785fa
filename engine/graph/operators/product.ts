/** Matrix products. */
import { type Dim, known, sizeOf, type Value } from '../graph.ts'
import { add, broadcast, cast, isWidened, sumTo, widened } from './elementwise.ts'
import { halfProduct, isHalf } from './half.ts'
import { lateIntegers } from './late.ts'
import { isQuantised, quantisedProduct } from './quantised.ts'
import { reduceSum } from './reduction.ts'
import { isScanned, scannedProduct } from './scanned.ts'
import { concat, reshape, transpose } from './shape.ts'

/** a [..., M, K] · b [..., K, N] → [..., M, N]; leading axes broadcast. */
export function matmul(a: Value, b: Value): Value {
  const [m, k] = a.shape.slice(-2)
  const [k2, n] = b.shape.slice(-2)
  if (a.shape.length < 2 || b.shape.length < 2 || k !== k2) {
    throw new Error(`Expected shapes [..., M, K] and [..., K, N] for MatMul but received [${a.shape}] and [${b.shape}]`)
  }
  const shape = [...broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2)), m as Dim, n as Dim]
  return a.graph.add('MatMul', [a, b], [{ dtype: a.dtype, shape }], {
    gradient:
      () =>
      ([dy], wanted) => [
        wanted[0] ? sumTo(matmul(dy as Value, swapLast(b)), a.shape) : undefined,
        wanted[1] ? sumTo(matmul(swapLast(a), dy as Value), b.shape) : undefined,
      ],
  })[0] as Value
}

/** The last two axes exchanged. */
export function swapLast(x: Value): Value {
  const rank = x.shape.length
  return transpose(
    x,
    x.shape.map((_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i)),
  )
}

/**
 * x [..., in] · weightᵀ + bias with weight [out, in], as PyTorch's Linear stores it. The input's gradient is the plain
 * product with the same tensor, so that one stored weight serves both directions. The weight may be a quantised one, one
 * in 16 bits, or one that can be scanned.
 */
export function linear(x: Value, weight: Value, bias?: Value): Value {
  const [out, width] = weight.shape
  if (weight.shape.length !== 2 || x.shape.at(-1) !== width) {
    throw new Error(`Expected x [..., ${width}] for a weight [${weight.shape}] but received [${x.shape}]`)
  }
  const rows = flatten(x)
  return reshape(product(rows, weight, bias), [...x.shape.slice(0, -1), out as Dim])
}

function product(x: Value, weight: Value, bias?: Value): Value {
  if (x.graph.roundsProducts && isScanned(weight)) {
    const y = scannedProduct(x, weight)
    return bias ? add(y, bias) : y
  }
  const pieces = piecesOf(weight)
  if (pieces) {
    const parts = concat(
      pieces.map(piece => gemm(x, piece)),
      -1,
    )
    return bias ? add(parts, bias) : parts
  }
  if (!isQuantised(weight) && !isHalf(weight)) return gemm(x, weight, bias)
  const y = isQuantised(weight) ? quantisedProduct(x, weight) : halfProduct(x, weight)
  return bias ? add(y, bias) : y
}

function flatten(x: Value): Value {
  if (x.shape.length === 2) return x
  const lead = x.shape.slice(0, -1)
  const size = lead.every(length => typeof length === 'number')
    ? lead.reduce<number>((product, length) => product * (length as number), 1)
    : lead.join('·')
  return reshape(x, [size, x.shape.at(-1) as Dim])
}

function gemm(x: Value, weight: Value, bias?: Value): Value {
  const { graph, dtype } = x
  const inputs = [x, weight, ...(bias ? [bias] : [])]
  return graph.together(inputs, () => {
    const shape = [x.shape[0] as Dim, weight.shape[0] as Dim]
    const given = [x, inPlace(weight, x), ...(bias ? [bias] : [])]
    return {
      output: graph.add('Gemm', given, [{ dtype, shape }], { attributes: { transB: 1 } })[0] as Value,
      gradient: ([dy], wanted) => {
        const d = dy as Value
        const weightGradient = () =>
          graph.add('Gemm', [d, x], [{ dtype, shape: weight.shape }], { attributes: { transA: 1 } })[0] as Value
        return [
          wanted[0] ? matmul(d, inPlace(weight, d)) : undefined,
          wanted[1] ? weightGradient() : undefined,
          wanted[2] ? reduceSum(d, [0]) : undefined,
        ]
      },
    }
  })
}

/** Nothing where a weight is small enough to be widened as a whole, or is not widened for one product at a time. */
function piecesOf(weight: Value): Value[] | undefined {
  const { mapsWeights, mostWidened } = weight.graph
  if (!mapsWeights || !isWidened(weight) || sizeOf(weight.shape) <= mostWidened) return undefined
  const rows = Math.floor(mostWidened / known(weight.shape[1]))
  return weight.pieces?.(rows).map(stored => widened(stored))
}

/**
 * The weight for one product. Where weights are to stay where they lie, one that is stored in 16 bits is widened when `when` is
 * known and forgotten after use; the shape that is not known before keeps the runtime from doing so as it loads the graph.
 */
function inPlace(weight: Value, when: Value): Value {
  const { graph } = weight
  if (!graph.mapsWeights || !isWidened(weight)) return weight
  const { stored } = weight
  const shape = lateIntegers(when, stored.shape as readonly number[])
  return cast(graph.add('Reshape', [stored, shape], [stored])[0] as Value, weight.dtype)
}
