/** What operators compute and refuse, where finite differences say nothing about it. */
import { describe, expect, it } from 'vitest'
import { createSession, float32, int64, type Tensor } from '../../runtime/session.ts'
import { gradients } from '../gradients.ts'
import { Graph, type Shape, type Value } from '../graph.ts'
import {
  add,
  argMin,
  broadcast,
  cast,
  concat,
  conv2d,
  crossEntropy,
  equal,
  expand,
  gather,
  groupNorm,
  linear,
  matmul,
  mul,
  reduceSum,
  reshape,
  reverse,
  shapeOf,
  sign,
  slice,
  stopGradient,
  transpose,
  upsampleNearest2,
} from './index.ts'

/** Runs what `build` makes of float32 inputs x, y … */
async function compute(build: (...inputs: Value[]) => Value, ...inputs: Tensor[]): Promise<Tensor> {
  const graph = new Graph()
  graph.output('result', build(...inputs.map(({ dtype, shape }, i) => graph.input(`x${i}`, dtype, shape))))
  const session = await createSession(graph, { threads: 1 })
  const { result } = await session.run(Object.fromEntries(inputs.map((input, i) => [`x${i}`, input])))
  await session.close()
  return result!
}

const numbers = async (...asked: Parameters<typeof compute>) => Array.from((await compute(...asked)).data, Number)

const x23 = float32([1, -2, 0, 4, 5, -6], [2, 3])

describe('operators without a gradient', () => {
  it('sign', async () => expect(await numbers(sign, x23)).toEqual([1, -1, 0, 1, 1, -1]))

  it('argMin along either axis', async () => {
    expect(await numbers(x => argMin(x, 0), x23)).toEqual([0, 0, 1])
    expect(await numbers(x => argMin(x, -1), x23)).toEqual([1, 2])
  })

  it('shapeOf is known when the graph runs', async () => expect(await numbers(shapeOf, x23)).toEqual([2, 3]))

  it('reverse turns each of the given axes', async () => {
    expect(await numbers(x => reverse(x, [1]), x23)).toEqual([0, -2, 1, -6, 5, 4])
    expect(await numbers(x => reverse(x, [0, 1]), x23)).toEqual([-6, 5, 4, 0, -2, 1])
  })

  it('expand repeats', async () => {
    expect(await numbers((a, b) => expand(a, b), float32([7, 8], [2, 1]), x23)).toEqual([7, 7, 7, 8, 8, 8])
  })

  it('equal compares integers and broadcasts', async () => {
    const same = (a: Value, b: Value) => cast(equal(a, b), 'float32')
    expect(await numbers(same, int64([1, 2], [2, 1]), int64([2, 1, 2], [3]))).toEqual([0, 1, 0, 1, 0, 1])
  })
})

describe('cast', () => {
  it('rounds to half precision on the way, and the gradient on its way back', async () => {
    const graph = new Graph()
    const x = graph.input('x', 'float32', [2])
    const loss = reduceSum(mul(cast(cast(x, 'float16'), 'float32'), graph.input('weight', 'float32', [2])))
    graph.output('loss', loss)
    graph.output('gradient', gradients(loss, [x])[0]!)
    const session = await createSession(graph)
    const results = await session.run({ x: float32([1 + 2 ** -12, 3], [2]), weight: float32([1, 5 + 2 ** -11], [2]) })
    await session.close()
    // 11 significant bits: 2⁻¹² beside 1, and 2⁻¹¹ beside 5, are rounded away.
    expect(results.loss!.data[0]).toBeCloseTo(1 + 15 + 3 * 2 ** -11, 6)
    expect([...results.gradient!.data]).toEqual([1, 5])
  })
})

describe('stopGradient', () => {
  it('passes the value and nothing back', async () => {
    const graph = new Graph()
    const x = graph.input('x', 'float32', [2])
    const loss = reduceSum(mul(stopGradient(x), x))
    graph.output('loss', loss)
    graph.output('gradient', gradients(loss, [x])[0]!)
    const session = await createSession(graph)
    const results = await session.run({ x: float32([3, 4], [2]) })
    await session.close()
    expect(results.loss!.data[0]).toBe(25)
    expect([...results.gradient!.data]).toEqual([3, 4])
  })
})

describe('values', () => {
  it('crossEntropy is −log of the share of the label', async () => {
    const [loss] = await numbers(crossEntropy, float32([0, Math.log(3)], [1, 2]), int64([1], [1]))
    expect(loss).toBeCloseTo(-Math.log(3 / 4), 6)
  })

  it('linear multiplies by the transposed weight', async () => {
    expect(await numbers((x, w, b) => linear(x, w, b), x23, float32([1, 10, 100], [1, 3]), float32([5], [1]))).toEqual([
      -14, -541,
    ])
  })

  it('upsampleNearest2 repeats every pixel', async () => {
    expect(await numbers(upsampleNearest2, float32([1, 2], [1, 1, 1, 2]))).toEqual([1, 1, 2, 2, 1, 1, 2, 2])
  })

  it('gather takes rows by ids of any shape', async () => {
    const { data, shape } = await compute(gather, x23, int64([1, 0, 1], [3, 1]))
    expect(shape).toEqual([3, 1, 3])
    expect([...data]).toEqual([4, 5, -6, 1, -2, 0, 4, 5, -6])
  })
})

describe('refusals', () => {
  const graph = new Graph()
  const value = (...shape: Shape) => graph.input(`v${graph.inputs.size}`, 'float32', shape)
  const ids = graph.input('ids', 'int64', [2])

  it.each<[string, () => unknown]>([
    ['Expected shapes that broadcast but received [2,3] and [2]', () => broadcast([2, 3], [2])],
    ['Expected operands of one type for Add but received float32 and int64', () => add(value(2), ids)],
    [
      'Expected shapes [..., M, K] and [..., K, N] for MatMul but received [2,3] and [4,3]',
      () => matmul(value(2, 3), value(4, 3)),
    ],
    ['Expected x [..., 3] for a weight [4,3] but received [2,4]', () => linear(value(2, 4), value(4, 3))],
    ['Expected an order of the 2 axes for Transpose but received [0,0]', () => transpose(value(2, 3), [0, 0])],
    ['Expected a range within 3 for Slice but received 1…4', () => slice(value(2, 3), 1, 1, 4)],
    ['Expected an axis of a tensor of shape [2,3] but received 2', () => reduceSum(value(2, 3), [2])],
    ['Expected at least one tensor for Concat but received none', () => concat([], 0)],
    [
      'Expected at most one unknown length when reshaping [B,T] but received [T,B]',
      () => reshape(value('B', 'T'), ['T', 'B']),
    ],
    [
      'Expected x [B, 2, H, W] for a weight [4,2,3,3] but received [1,3,5,5]',
      () => conv2d(value(1, 3, 5, 5), value(4, 2, 3, 3)),
    ],
    [
      'Expected x [B, C, H, W] with C divisible by 2 groups but received [1,3,5,5]',
      () => groupNorm(value(1, 3, 5, 5), value(3), value(3), 2, 1e-6),
    ],
  ])('%s', (sentence, build) => {
    expect(build).toThrow(sentence)
  })
})
