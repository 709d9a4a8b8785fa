/** Sums and means over axes, softmax, and choosing the smallest or largest. */
import { axisOf, type Dim, known, type Value } from '../graph.ts'
import { div, exp, mul, sub } from './elementwise.ts'
import { expand, reshape } from './shape.ts'

/** Sum over `axes` (all when left out); the axes stay as length 1 with `keep`. */
export const reduceSum = (x: Value, axes?: readonly number[], keep = false): Value =>
  reduce('ReduceSum', x, axes, keep, (dy, _count) => dy)

/** Mean over `axes` (all when left out). */
export const reduceMean = (x: Value, axes?: readonly number[], keep = false): Value =>
  reduce('ReduceMean', x, axes, keep, (dy, count) => div(dy, count))

function reduce(
  type: string,
  x: Value,
  axes: readonly number[] = x.shape.map((_, i) => i),
  keep: boolean,
  rule: (dy: Value, count: number) => Value,
): Value {
  const over = axes.map(axis => axisOf(x, axis))
  const kept: Dim[] = x.shape.map((length, i) => (over.includes(i) ? 1 : length))
  const shape = keep ? kept : x.shape.filter((_, i) => !over.includes(i))
  return x.graph.add(type, [x, x.graph.integers(over)], [{ dtype: x.dtype, shape }], {
    attributes: { keepdims: keep ? 1 : 0 },
    gradient:
      () =>
      ([dy]) => {
        const wide = keep ? (dy as Value) : reshape(dy as Value, kept)
        const count = type === 'ReduceSum' ? 1 : over.reduce((product, axis) => product * known(x.shape[axis]), 1)
        return [expand(rule(wide, count), x)]
      },
  })[0] as Value
}

/** Softmax over the last axis. */
export function softmax(x: Value): Value {
  return x.graph.add('Softmax', [x], [x], {
    attributes: { axis: -1 },
    gradient:
      ([y]) =>
      ([dy]) => {
        const p = y as Value
        const weighted = mul(dy as Value, p)
        return [sub(weighted, mul(p, reduceSum(weighted, [-1], true)))]
      },
  })[0] as Value
}

/** log(softmax(x)) over the last axis. */
export function logSoftmax(x: Value): Value {
  return x.graph.add('LogSoftmax', [x], [x], {
    attributes: { axis: -1 },
    gradient:
      ([y]) =>
      ([dy]) => [sub(dy as Value, mul(exp(y as Value), reduceSum(dy as Value, [-1], true)))],
  })[0] as Value
}

/** Index (int64) of the smallest element along `axis`, which disappears. Has no gradient. */
export function argMin(x: Value, axis: number): Value {
  const along = axisOf(x, axis)
  const shape = x.shape.filter((_, i) => i !== along)
  return x.graph.add('ArgMin', [x], [{ dtype: 'int64', shape }], {
    attributes: { axis: along, keepdims: 0 },
  })[0] as Value
}
