/** Operators that move elements without computing: reshape, transpose, slices, concatenation, gathering. */
import { axisOf, type Dim, known, type Shape, type Value } from '../graph.ts'
import { cast, isWidened } from './elementwise.ts'

/**
 * The same elements in a new shape. A length that is only known at run time may appear in it where it stood before
 * (same axis), and once more elsewhere.
 */
export function reshape(x: Value, shape: Shape): Value {
  if (shape.length === x.shape.length && shape.every((length, i) => length === x.shape[i])) return x
  let inferred = false
  const target = shape.map((length, i) => {
    if (typeof length === 'number') return length
    if (length === x.shape[i]) return 0
    if (inferred)
      throw new Error(`Expected at most one unknown length when reshaping [${x.shape}] but received [${shape}]`)
    inferred = true
    return -1
  })
  return reshapeTo(x, x.graph.integers(target), shape)
}

function reshapeTo(x: Value, target: Value, shape: Shape): Value {
  return x.graph.add('Reshape', [x, target], [{ dtype: x.dtype, shape }], {
    gradient:
      () =>
      ([dy]) => [likeShape(dy as Value, x)],
  })[0] as Value
}

/** Reshapes `y` to the shape of `x`, whatever is known of it. */
function likeShape(y: Value, x: Value): Value {
  const unknown = x.shape.filter(length => typeof length === 'string').length
  return unknown <= 1 ? reshape(y, x.shape) : reshapeTo(y, shapeOf(x), x.shape)
}

/** The shape of a value at run time, int64 [rank]. */
export function shapeOf(x: Value): Value {
  return x.graph.add('Shape', [x], [{ dtype: 'int64', shape: [x.shape.length] }])[0] as Value
}

/** Axes in a new order. */
export function transpose(x: Value, order: readonly number[]): Value {
  if ([...order].sort((a, b) => a - b).some((axis, i) => axis !== i) || order.length !== x.shape.length) {
    throw new Error(`Expected an order of the ${x.shape.length} axes for Transpose but received [${order}]`)
  }
  const shape = order.map(axis => x.shape[axis] as Dim)
  return x.graph.add('Transpose', [x], [{ dtype: x.dtype, shape }], {
    attributes: { perm: order },
    gradient:
      () =>
      ([dy]) => [
        transpose(
          dy as Value,
          order.map((_, axis) => order.indexOf(axis)),
        ),
      ],
  })[0] as Value
}

/** Repeats `x` to the shape of `like` (x broadcasts to it). Used by gradient rules; its own gradient is never asked for. */
export function expand(x: Value, like: Value): Value {
  if (x.shape.length === like.shape.length && x.shape.every((length, i) => length === like.shape[i])) return x
  const target = like.shape.every(length => typeof length === 'number')
    ? x.graph.integers(like.shape.map(known))
    : shapeOf(like)
  return x.graph.add('Expand', [x, target], [{ dtype: x.dtype, shape: like.shape }])[0] as Value
}

/** Elements `start ≤ i < end` along `axis`, both known while building. */
export function slice(x: Value, axis: number, start: number, end: number): Value {
  const along = axisOf(x, axis)
  const shape = x.shape.map((length, i) => (i === along ? end - start : length))
  const length = x.shape[along] as Dim
  if (start < 0 || end < start || (typeof length === 'number' && end > length)) {
    throw new Error(`Expected a range within ${length} for Slice but received ${start}…${end}`)
  }
  const g = x.graph
  return g.add('Slice', [x, g.integers([start]), g.integers([end]), g.integers([along])], [{ dtype: x.dtype, shape }], {
    gradient:
      () =>
      ([dy]) => {
        const after = known(length) - end
        return [pad(dy as Value, along, start, after)]
      },
  })[0] as Value
}

/** Adds `before` and `after` zeros along `axis`. */
export function pad(x: Value, axis: number, before: number, after: number): Value {
  if (before === 0 && after === 0) return x
  const along = axisOf(x, axis)
  const rank = x.shape.length
  const shape = x.shape.map((length, i) => (i === along ? known(length) + before + after : length))
  const pads = x.shape
    .map((_, i) => (i === along ? before : 0))
    .concat(x.shape.map((_, i) => (i === along ? after : 0)))
  return x.graph.add('Pad', [x, x.graph.integers(pads, [2 * rank])], [{ dtype: x.dtype, shape }], {
    gradient:
      () =>
      ([dy]) => [slice(dy as Value, along, before, before + known(x.shape[along]))],
  })[0] as Value
}

/** Joins along `axis`. */
export function concat(parts: readonly Value[], axis: number): Value {
  const first = parts[0]
  if (!first) throw new Error('Expected at least one tensor for Concat but received none')
  const along = axisOf(first, axis)
  const lengths = parts.map(part => part.shape[along] as Dim)
  const total = lengths.every(length => typeof length === 'number')
    ? lengths.reduce((sum: number, length) => sum + known(length), 0)
    : lengths.join('+')
  const shape = first.shape.map((length, i) => (i === along ? total : length))
  return first.graph.add('Concat', parts, [{ dtype: first.dtype, shape }], {
    attributes: { axis: along },
    gradient:
      () =>
      ([dy], wanted) => {
        if (typeof total !== 'number') return split(dy as Value, parts, along)
        let start = 0
        return parts.map((_, i) => {
          const begin = start
          start += known(lengths[i])
          return wanted[i] ? slice(dy as Value, along, begin, start) : undefined
        })
      },
  })[0] as Value
}

/** Parts what was joined from `like` along `axis`, whose lengths may be known only when the graph runs. */
export function split(x: Value, like: readonly Value[], axis: number): Value[] {
  const along = axisOf(x, axis)
  const lengths = concat(
    like.map(part => slice(shapeOf(part), 0, along, along + 1)),
    0,
  )
  const results = like.map(({ shape }) => ({ dtype: x.dtype, shape }))
  return x.graph.add('Split', [x, lengths], results, {
    attributes: { axis: along },
    gradient: parts => dy => [
      concat(
        parts.map((part, i) => dy[i] ?? expand(x.graph.constant(0, [], x.dtype), part)),
        along,
      ),
    ],
  })
}

/** Reverses the order along the given axes. Used by gradient rules; has no gradient of its own. */
export function reverse(x: Value, axes: readonly number[]): Value {
  const g = x.graph
  const all = (value: number) => g.integers(axes.map(() => value))
  return g.add('Slice', [x, all(-1), all(-(2 ** 31)), g.integers(axes), all(-1)], [x])[0] as Value
}

/** Rows of `table` [V, …] by `ids` (int64, any shape). The gradient adds up rows that were taken several times. */
export function gather(table: Value, ids: Value): Value {
  const g = table.graph
  // Rows are widened as they are picked, not the whole table for them.
  if (isWidened(table)) return cast(gather(table.stored, ids), table.dtype)
  const rest = table.shape.slice(1)
  return g.add('Gather', [table, ids], [{ dtype: table.dtype, shape: [...ids.shape, ...rest] }], {
    attributes: { axis: 0 },
    gradient:
      () =>
      ([dy]) => {
        const zeros = g.add('Expand', [g.constant(0, [], table.dtype), shapeConstant(table)], [table])[0]
        const indices = reshape(ids, [...ids.shape, 1])
        return [
          g.add('ScatterND', [zeros, indices, dy as Value], [table], { attributes: { reduction: 'add' } })[0],
          undefined,
        ]
      },
  })[0] as Value
}

function shapeConstant(x: Value): Value {
  return x.shape.every(length => typeof length === 'number') ? x.graph.integers(x.shape.map(known)) : shapeOf(x)
}
