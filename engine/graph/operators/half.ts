/**
 * Products with frozen weights that are held in 16 bits. All else around them stays float32: norms, softmax, losses, and what
 * is added up along the layers.
 */
import type { Dim, Value } from '../graph.ts'
import { abs, add, cast, div, mul } from './elementwise.ts'
import { lateIntegers } from './late.ts'
import { matmul } from './product.ts'

/** A weight [out, width] of a linear layer. It stands for float32 numbers, but only `linear` can take it. */
export interface HalfWeight extends Value {
  readonly shape: readonly [number, number]
  /** The same in float16 or bfloat16. */
  readonly half: Value
  /** Whether the device multiplies in that type; otherwise the weight is written out in float32 for each product. */
  readonly computes: boolean
}

export const isHalf = (weight: Value): weight is HalfWeight => 'half' in weight

/** A stored weight in 16 bits, for products in 16 bits or, where the device has none, written out as it is used. */
export function halfWeight(half: Value, computes: boolean): HalfWeight {
  const shape = half.shape as readonly [number, number]
  return { graph: half.graph, name: `${half.name}.float32`, dtype: 'float32', shape, half, computes }
}

/** x [N, width] · weightᵀ → [N, out] in float32. */
export function halfProduct(x: Value, weight: HalfWeight): Value {
  const [out] = weight.shape
  return x.graph.together([x], () => ({
    output: weight.computes
      ? inHalf(x, weight, half => gemm(half, weight.half, out))
      : gemm(x, writtenOut(weight, x), out),
    gradient: ([dy]) => {
      const d = dy as Value
      return [weight.computes ? inHalf(d, weight, half => matmul(half, weight.half)) : matmul(d, writtenOut(weight, d))]
    },
  }))
}

/**
 * A product in the weight's own type. fp16 ends at 65,504 and loses digits below 2^-14, where most gradients of a lesson are:
 * each row goes in with its largest magnitude at 1 and comes out with its own size again. What scaling the whole loss would
 * have to guess, and take back when a step overflows, is thus known for every row of every product. bf16 has the range of float32.
 */
function inHalf(x: Value, { half }: HalfWeight, product: (half: Value) => Value): Value {
  if (half.dtype === 'bfloat16') return cast(product(cast(x, 'bfloat16')), 'float32')
  const size = largestOfRows(x)
  return mul(cast(product(cast(div(x, size), 'float16')), 'float32'), size)
}

/** max |x| of each row [N, 1], and a little more than nothing for rows of zeros. */
function largestOfRows(x: Value): Value {
  const { graph } = x
  const shape = [x.shape[0] as Dim, 1]
  const attributes = { keepdims: 1 }
  const largest = graph.add('ReduceMax', [abs(x), graph.integers([1])], [{ dtype: x.dtype, shape }], { attributes })[0]
  return add(largest as Value, 1e-30)
}

function gemm(x: Value, weight: Value, out: number): Value {
  const shape = [x.shape[0] as Dim, out]
  return x.graph.add('Gemm', [x, weight], [{ dtype: x.dtype, shape }], { attributes: { transB: 1 } })[0] as Value
}

/**
 * The weight in float32, when the graph runs: a shape that is not known before keeps the runtime from writing every weight
 * out as it loads the graph. Where it stays a file's, nothing of it is copied.
 */
function writtenOut({ half, shape }: HalfWeight, when: Value): Value {
  const reshaped = half.graph.add('Reshape', [half, lateIntegers(when, shape)], [half])[0] as Value
  return cast(reshaped, 'float32')
}
