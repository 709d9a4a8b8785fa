/** Operators that work element by element, with NumPy broadcasting. */
import { type Dim, type DType, elementTypes, type GradientRule, type Shape, type Value } from '../graph.ts'
import { reduceSum } from './reduction.ts'
import { reshape } from './shape.ts'

/** A value, or a number that becomes a constant of the other operand's type. */
export type Operand = Value | number

type BinaryRule = (a: Value, b: Value, y: Value, dy: Value) => [() => Value, () => Value]

/** Two operands: the rule gives each gradient in the broadcast shape; it is then summed to the operand's own. */
const binary: Record<'Add' | 'Sub' | 'Mul' | 'Div', BinaryRule> = {
  Add: (_a, _b, _y, dy) => [() => dy, () => dy],
  Sub: (_a, _b, _y, dy) => [() => dy, () => neg(dy)],
  Mul: (a, b, _y, dy) => [() => mul(dy, b), () => mul(dy, a)],
  Div: (_a, b, y, dy) => [() => div(dy, b), () => neg(div(mul(dy, y), b))],
}

type UnaryRule = (x: Value, y: Value, dy: Value) => Value

/** One operand, same shape out. */
const unary: Record<'Neg' | 'Exp' | 'Log' | 'Sqrt' | 'Sigmoid' | 'Tanh' | 'Abs' | 'Erf', UnaryRule> = {
  Neg: (_x, _y, dy) => neg(dy),
  Exp: (_x, y, dy) => mul(dy, y),
  Log: (x, _y, dy) => div(dy, x),
  Sqrt: (_x, y, dy) => div(mul(dy, 0.5), y),
  Sigmoid: (_x, y, dy) => mul(dy, mul(y, sub(1, y))),
  Tanh: (_x, y, dy) => mul(dy, sub(1, mul(y, y))),
  Abs: (x, _y, dy) => mul(dy, sign(x)),
  // d erf(x)/dx = 2/√π · exp(−x²)
  Erf: (x, _y, dy) => mul(dy, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI))),
}

/** The elementwise operators that have a gradient rule; tests run through this list. */
export const differentiable = { binary: Object.keys(binary), unary: Object.keys(unary) }

export const add = (a: Operand, b: Operand): Value => applyBinary('Add', a, b)
export const sub = (a: Operand, b: Operand): Value => applyBinary('Sub', a, b)
export const mul = (a: Operand, b: Operand): Value => applyBinary('Mul', a, b)
export const div = (a: Operand, b: Operand): Value => applyBinary('Div', a, b)
export const neg = (x: Value): Value => applyUnary('Neg', x)
export const exp = (x: Value): Value => applyUnary('Exp', x)
export const log = (x: Value): Value => applyUnary('Log', x)
export const sqrt = (x: Value): Value => applyUnary('Sqrt', x)
export const tanh = (x: Value): Value => applyUnary('Tanh', x)
export const abs = (x: Value): Value => applyUnary('Abs', x)
export const erf = (x: Value): Value => applyUnary('Erf', x)
export const sigmoid = (x: Value): Value => applyUnary('Sigmoid', x)

/** x·sigmoid(x), called swish in VQ code. */
export function silu(x: Value): Value {
  return x.graph.together([x], () => {
    const gate = sigmoid(x)
    const y = mul(x, gate)
    return {
      output: y,
      // σ(x)·(1 + x·(1 − σ(x))) = σ(x) + y·(1 − σ(x))
      gradient: ([dy]) => [mul(dy as Value, add(gate, mul(y, sub(1, gate))))],
    }
  })
}

/** Gaussian error linear unit, exact form: x·(1 + erf(x/√2))/2. */
export const gelu = (x: Value): Value => mul(x, mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5))

/** −1, 0 or 1. Constant almost everywhere: has no gradient. */
export const sign = (x: Value): Value => x.graph.add('Sign', [x], [x])[0] as Value

/** `a` where `condition` (bool), else `b`. */
export function where(condition: Value, a: Operand, b: Operand): Value {
  const graph = condition.graph
  const dtype = typeof a === 'number' ? (typeof b === 'number' ? 'float32' : b.dtype) : a.dtype
  const [x, y] = [constantLike(a), constantLike(b)]
  const shape = broadcast(condition.shape, broadcast(x.shape, y.shape))
  return graph.add('Where', [condition, x, y], [{ dtype, shape }], {
    gradient:
      () =>
      ([dy], wanted) => [
        undefined,
        wanted[1] ? sumTo(where(condition, dy as Value, 0), x.shape) : undefined,
        wanted[2] ? sumTo(where(condition, 0, dy as Value), y.shape) : undefined,
      ],
  })[0] as Value

  function constantLike(operand: Operand): Value {
    return typeof operand === 'number' ? graph.constant(operand, [], dtype) : operand
  }
}

/** Elementwise equality, as bool. */
export function equal(a: Value, b: Value): Value {
  return a.graph.add('Equal', [a, b], [{ dtype: 'bool', shape: broadcast(a.shape, b.shape) }])[0] as Value
}

/** Changes the element type. Differentiable between floating types. */
export function cast(x: Value, dtype: DType): Value {
  if (x.dtype === dtype) return x
  return x.graph.add('Cast', [x], [{ dtype, shape: x.shape }], {
    attributes: { to: elementTypes[dtype] },
    gradient:
      () =>
      ([dy]) => [cast(dy as Value, x.dtype)],
  })[0] as Value
}

/** A value in float32 that is stored in 16 bits. */
export interface Widened extends Value {
  readonly stored: Value
  /** Its first axis in pieces, as stored, where they cost nothing because the file is mapped. */
  readonly pieces?: (rows: number) => Value[]
}

export const isWidened = (value: Value): value is Widened => 'stored' in value

/** A stored weight in float32. */
export function widened(stored: Value, pieces?: Widened['pieces']): Value | Widened {
  if (stored.dtype === 'float32') return stored
  return Object.assign(cast(stored, 'float32'), { stored, ...(pieces && { pieces }) })
}

/** x, with nothing flowing back. */
export const stopGradient = (x: Value): Value =>
  x.graph.add('Identity', [x], [x], { gradient: () => () => [undefined] })[0] as Value

/** Ones of the shape of a value whose shape is known. */
export function onesLike(x: Value): Value {
  if (x.shape.length > 0) return add(mul(x, 0), 1)
  return x.graph.constant(1, [], x.dtype)
}

/** The shape two operands have together. */
export function broadcast(a: Shape, b: Shape): Dim[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1
    const y = b[i - rank + b.length] ?? 1
    if (x === y || y === 1) return x
    if (x === 1) return y
    throw new Error(`Expected shapes that broadcast but received [${a}] and [${b}]`)
  })
}

/** Sums what broadcasting repeated: the gradient in an operand's own shape. */
export function sumTo(dy: Value, shape: Shape): Value {
  const lead = dy.shape.length - shape.length
  const axes = dy.shape.flatMap((length, i) => (i < lead || (shape[i - lead] === 1 && length !== 1) ? [i] : []))
  const summed = axes.length > 0 ? reduceSum(dy, axes, true) : dy
  return lead > 0 ? reshape(summed, shape) : summed
}

function applyBinary(type: keyof typeof binary, left: Operand, right: Operand): Value {
  const reference = typeof left === 'number' ? (right as Value) : left
  const operand = (x: Operand) => (typeof x === 'number' ? reference.graph.constant(x, [], reference.dtype) : x)
  const [a, b] = [operand(left), operand(right)]
  if (a.dtype !== b.dtype)
    throw new Error(`Expected operands of one type for ${type} but received ${a.dtype} and ${b.dtype}`)
  const gradient =
    ([y]: readonly Value[]): GradientRule =>
    ([dy], wanted) => {
      const rules = binary[type](a, b, y as Value, dy as Value)
      return [a, b].map((x, i) => (wanted[i] ? sumTo((rules[i] as () => Value)(), x.shape) : undefined))
    }
  const shape = broadcast(a.shape, b.shape)
  return reference.graph.add(type, [a, b], [{ dtype: a.dtype, shape }], { gradient })[0] as Value
}

function applyUnary(type: keyof typeof unary, x: Value): Value {
  return x.graph.add(type, [x], [{ dtype: x.dtype, shape: x.shape }], {
    gradient:
      ([y]) =>
      ([dy]) => [unary[type](x, y as Value, dy as Value)],
  })[0] as Value
}
