import { describe, expect, it } from 'vitest'
import { gradients } from './gradients.ts'
import { Graph, type Value } from './graph.ts'
import { add, argMin, expand, linear, matmul, mul, reduceSum, sigmoid, stopGradient } from './operators/index.ts'

/** A perceptron with one hidden layer: what is added for the gradients of a part of its inputs? */
function perceptron() {
  const graph = new Graph()
  const x = graph.input('x', 'float32', [5, 4])
  const first = graph.input('first', 'float32', [3, 4])
  const second = graph.input('second', 'float32', [2, 3])
  const loss = reduceSum(linear(sigmoid(linear(x, first)), second))
  const added = (wanted: Value[]) => {
    const before = graph.nodes.length
    const results = gradients(loss, wanted)
    return { results, types: graph.nodes.slice(before).map(node => node.type) }
  }
  return { x, first, second, loss, added }
}

describe('gradients', () => {
  it('have the shapes of what they are asked for, in the order asked', () => {
    const { x, first, second, added } = perceptron()
    expect(added([second, x, first]).results.map(({ shape }) => shape)).toEqual([
      [2, 3],
      [5, 4],
      [3, 4],
    ])
  })

  it('build nothing beside the way from the loss to what is asked', () => {
    // The last layer's weight needs no product with weights, nor the derivative of the sigmoid.
    const last = perceptron()
    const onlyLast = last.added([last.second]).types
    expect(onlyLast.filter(type => type === 'Gemm')).toHaveLength(1)
    expect(onlyLast).not.toContain('MatMul')
    expect(onlyLast).not.toContain('Mul')

    // The input alone needs the products with weights, and no weight's gradient.
    const input = perceptron()
    const onlyInput = input.added([input.x]).types
    expect(onlyInput.filter(type => type === 'MatMul')).toHaveLength(2)
    expect(onlyInput).not.toContain('Gemm')

    const all = perceptron()
    const everything = all.added([all.x, all.first, all.second]).types
    expect(everything.filter(type => type === 'Gemm')).toHaveLength(2)
    expect(everything.filter(type => type === 'MatMul')).toHaveLength(2)
  })

  it('leave out what does not lead to the loss', () => {
    const graph = new Graph()
    const x = graph.input('x', 'float32', [2])
    const loss = reduceSum(mul(x, 3))
    const before = graph.nodes.length
    gradients(loss, [x])
    const alone = graph.nodes.length - before

    const other = new Graph()
    const y = other.input('x', 'float32', [2])
    sigmoid(sigmoid(y))
    const otherLoss = reduceSum(mul(y, 3))
    const start = other.nodes.length
    gradients(otherLoss, [y])
    expect(other.nodes.length - start).toBe(alone)
  })

  it('add up where a value is used twice', () => {
    const graph = new Graph()
    const x = graph.input('x', 'float32', [2])
    const before = graph.nodes.length
    gradients(reduceSum(add(mul(x, 2), mul(x, 3))), [x])
    expect(graph.nodes.slice(before).map(node => node.type)).toContain('Add')
  })

  it('of the loss itself is one', () => {
    const { loss, added } = perceptron()
    expect(added([loss]).results[0]!.shape).toEqual([])
  })

  it('say which operator has no rule', () => {
    const graph = new Graph()
    const x = graph.input('x', 'float32', [1])
    const loss = reduceSum(expand(x, graph.input('like', 'float32', [3])))
    expect(() => gradients(loss, [x])).toThrow(
      /^Expected a gradient rule on the way to Expand_\d+ but its operator has none$/,
    )
  })

  it('say which value has no influence', () => {
    const graph = new Graph()
    const x = graph.input('x', 'float32', [2, 2])
    const y = graph.input('y', 'float32', [2, 2])
    argMin(y, 0)
    expect(() => gradients(reduceSum(x), [y])).toThrow('Expected y to influence the loss but no path leads there')
    expect(() => gradients(reduceSum(matmul(x, stopGradient(y))), [y])).toThrow('Expected y to influence the loss')
  })
})
