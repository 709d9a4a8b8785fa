/** Compares gradient rules with finite differences. Only tests import this file. */
import type { Random } from '../random.ts'
import { createSession, float32, int64, type Session, type Tensor } from '../runtime/session.ts'
import { gradients } from './gradients.ts'
import { Graph, type Shape, type Value } from './graph.ts'
import { mul, reduceSum } from './operators/index.ts'

/** A function of named inputs, and what to try it on. */
export interface GradientCase {
  /** float32 inputs that are differentiated: the shape as the graph declares it, and the numbers to start from. */
  readonly inputs: Readonly<Record<string, { readonly shape: Shape; readonly data: Tensor<Float32Array> }>>
  /** int64 inputs, which are not. */
  readonly integers?: Readonly<Record<string, { readonly shape: Shape; readonly data: Tensor<BigInt64Array> }>>
  build(inputs: Readonly<Record<string, Value>>): Value
}

/** Half of the step of the differences; with four points the error is of its fourth power. */
const STEP = 0.02
/** Single elements differentiated per input; all of them together are once more, along a random direction. */
const ELEMENTS = 16

/** An input whose gradients are all this much smaller than another's is compared by the other's: its differences are noise. */
const NEGLIGIBLE = 1e-3

/**
 * The largest difference between the rule's gradients of Σ w·y (w random) and finite differences, as a share of the
 * largest gradient of the same input.
 */
export async function gradientError(gradientCase: GradientCase, random: Random): Promise<number> {
  const { graph, y, values } = build(gradientCase)
  graph.output('y', y)
  const session = await createSession(graph, { threads: 1 })
  const feeds: Record<string, Tensor> = {}
  for (const [name, { data }] of Object.entries({ ...gradientCase.inputs, ...gradientCase.integers }))
    feeds[name] = data
  const { data: first, shape } = (await session.run(feeds)).y as Tensor<Float32Array>
  const weights = Float32Array.from(first, () => random.normal())
  const analytic = await analyticGradients(gradientCase, { ...feeds, 'the weights': float32(weights, shape) })

  const found: { worst: number; largest: number }[] = []
  for (const name of Object.keys(values)) {
    const gradient = analytic[name] as Float32Array
    let [worst, largest] = [0, 0]
    for (const direction of directions(gradient.length, random)) {
      const expected = await slope(session, feeds, name, direction, weights)
      const actual = direction.reduce((sum, share, i) => sum + share * (gradient[i] as number), 0)
      largest = Math.max(largest, Math.abs(expected))
      worst = Math.max(worst, Math.abs(expected - actual))
    }
    found.push({ worst, largest })
  }
  await session.close()
  const overall = Math.max(...found.map(({ largest }) => largest))
  if (overall === 0) throw new Error('Expected the loss to depend on the inputs but every difference is zero')
  return Math.max(...found.map(({ worst, largest }) => worst / Math.max(largest, NEGLIGIBLE * overall)))
}

function build({ inputs, integers = {}, build }: GradientCase) {
  const graph = new Graph()
  const values = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape }]) => [name, graph.input(name, 'float32', shape)]),
  )
  const others = Object.fromEntries(
    Object.entries(integers).map(([name, { shape }]) => [name, graph.input(name, 'int64', shape)]),
  )
  return { graph, values, y: build({ ...values, ...others }) }
}

async function analyticGradients(gradientCase: GradientCase, feeds: Record<string, Tensor>) {
  const { graph, values, y } = build(gradientCase)
  const loss = reduceSum(mul(y, graph.input('the weights', 'float32', y.shape)))
  const names = Object.keys(values)
  for (const [i, gradient] of gradients(loss, Object.values(values)).entries()) graph.output(`d/${names[i]}`, gradient)
  const session = await createSession(graph, { threads: 1 })
  const results = await session.run(feeds)
  await session.close()
  return Object.fromEntries(
    names.map(name => {
      const result = results[`d/${name}`] as Tensor<Float32Array>
      const { shape } = feeds[name] as Tensor
      if (result.shape.join() !== shape.join()) {
        throw new Error(`Expected the gradient of ${name} to be [${shape}] but received [${result.shape}]`)
      }
      return [name, result.data]
    }),
  )
}

/** Single elements, then one direction through all of them. */
function directions(size: number, random: Random): Float64Array[] {
  const elements = random.shuffle(Array.from({ length: size }, (_, i) => i)).slice(0, ELEMENTS)
  const unit = elements.map(element => {
    const direction = new Float64Array(size)
    direction[element] = 1
    return direction
  })
  return [...unit, Float64Array.from({ length: size }, () => random.normal() / Math.sqrt(size))]
}

/** Σ w·y differentiated along `direction` in double precision, from four runs. */
async function slope(
  session: Session,
  feeds: Record<string, Tensor>,
  name: string,
  direction: Float64Array,
  weights: Float32Array,
): Promise<number> {
  const { data, shape } = feeds[name] as Tensor<Float32Array>
  const at = async (distance: number) => {
    const moved = data.map((value, i) => value + distance * (direction[i] as number))
    const { y } = await session.run({ ...feeds, [name]: float32(moved, shape) })
    return (y as Tensor<Float32Array>).data.reduce((sum, value, i) => sum + value * (weights[i] as number), 0)
  }
  const near = (await at(STEP)) - (await at(-STEP))
  const far = (await at(2 * STEP)) - (await at(-2 * STEP))
  return (8 * near - far) / (12 * STEP)
}

/** Random numbers for an input, normal around `mean`; `lengths` says how long its unknown axes are. */
export function normalInput(
  random: Random,
  shape: Shape,
  {
    mean = 0,
    deviation = 1,
    lengths = {},
  }: { mean?: number; deviation?: number; lengths?: Record<string, number> } = {},
): { shape: Shape; data: Tensor<Float32Array> } {
  return filledInput(shape, () => mean + deviation * random.normal(), lengths)
}

/** An input whose every element is drawn by `element`. */
export function filledInput(
  shape: Shape,
  element: () => number,
  lengths: Record<string, number> = {},
): { shape: Shape; data: Tensor<Float32Array> } {
  const known = shape.map(length => (typeof length === 'number' ? length : (lengths[length] as number)))
  const size = known.reduce((product, length) => product * length, 1)
  return { shape, data: float32(Float32Array.from({ length: size }, element), known) }
}

export const integerInput = (values: readonly number[], shape: Shape = [values.length]) => ({
  shape,
  data: int64(values, shape.length === 1 ? [values.length] : (shape as readonly number[])),
})
