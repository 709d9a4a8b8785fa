import { describe, expect, it } from 'vitest'
import { axisOf, Graph, known, sizeOf } from './graph.ts'
import { add } from './operators/index.ts'

describe('Graph', () => {
  it('stores equal constants once', () => {
    const graph = new Graph()
    const half = graph.constant(0.5)
    expect(graph.constant(0.5).name).toBe(half.name)
    expect(graph.constant(Float32Array.of(0.5), []).name).toBe(half.name)
    expect(graph.integers([1, 2]).name).toBe(graph.integers([1, 2]).name)
    // The same numbers in another type or shape are another constant.
    expect(graph.constant(1, [], 'int64').name).not.toBe(graph.constant(1).name)
    expect(graph.integers([1, 2]).name).not.toBe(graph.integers([1, 2], [2, 1]).name)
    expect(graph.initializers.size).toBe(5)
  })

  it('gives a weight one initializer however often it is asked for', () => {
    const graph = new Graph()
    const file = { location: 'model.safetensors', offset: 8, length: 16 }
    expect(graph.weight('w', 'float32', [2, 2], file)).toEqual(graph.weight('w', 'float32', [2, 2], file))
    expect([...graph.initializers.keys()]).toEqual(['w'])
  })

  it.each<[string, (graph: Graph) => unknown]>([
    [
      'Expected a new name for a graph input but received "x" twice',
      graph => [graph.input('x', 'float32', []), graph.input('x', 'float32', [])],
    ],
    [
      'Expected a new name for a graph output but received "y" twice',
      graph => [graph.output('y', graph.constant(1)), graph.output('y', graph.constant(2))],
    ],
    [
      'Expected 6 elements for a constant of shape [2,3] but received 2',
      graph => graph.constant(Float32Array.of(1, 2), [2, 3]),
    ],
    [
      'Expected float32, float64, int32 or int64 for a constant given as a number but received float16',
      graph => graph.constant(1, [], 'float16'),
    ],
    [
      'Expected the inputs of Add to be of one graph but x is of another',
      graph => add(graph.input('y', 'float32', []), new Graph().input('x', 'float32', [])),
    ],
    [
      'Expected an axis of a tensor of shape [2,3] but received -3',
      graph => axisOf(graph.input('x', 'float32', [2, 3]), -3),
    ],
    ['Expected a length known while building but received T', () => known('T')],
    ['Expected a length known while building but received T', () => sizeOf([2, 'T'])],
  ])('%s', (sentence, act) => {
    expect(() => act(new Graph())).toThrow(sentence)
  })
})
