import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { float32ToFloat16 } from '../checkpoints/half.ts'
import { openSafetensors, writeSafetensors } from '../checkpoints/safetensors.ts'
import { createSession, float32, int64 } from '../runtime/session.ts'
import { Graph, type Value, type WeightFile } from './graph.ts'
import { branchesToOnnx, resultNames, toOnnx } from './onnx.ts'
import { add, cast, concat, linear, matmul, mul, reshape, sigmoid } from './operators/index.ts'

/** A protobuf message as field number → values: bytes for messages, texts and blobs, numbers for varints. */
type Fields = Map<number, (Uint8Array | number)[]>

/** A reader of its own, so that the writer is not judged by itself. Wire types: 0 varint, 2 bytes, 5 float. */
function parse(bytes: Uint8Array): Fields {
  const fields: Fields = new Map()
  let at = 0
  const varint = () => {
    let [value, scale] = [0, 1]
    for (;;) {
      const byte = bytes[at++]!
      value += (byte & 127) * scale
      if (byte < 128) return value
      scale *= 128
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const [field, wire] = [Math.floor(tag / 8), tag % 8]
    const length = wire === 0 ? 0 : wire === 5 ? 4 : varint()
    const value = wire === 0 ? varint() : bytes.subarray(at, at + length)
    at += length
    fields.set(field, [...(fields.get(field) ?? []), value])
  }
  return fields
}

const messages = (fields: Fields, field: number) => (fields.get(field) ?? []).map(bytes => parse(bytes as Uint8Array))
const texts = (fields: Fields, field: number) =>
  (fields.get(field) ?? []).map(bytes => new TextDecoder().decode(bytes as Uint8Array))

function written(graph: Graph) {
  const model = parse(toOnnx(graph))
  const body = messages(model, 7)[0]!
  return {
    model,
    nodes: messages(body, 1),
    types: messages(body, 1).map(node => texts(node, 4)[0]),
    initializers: messages(body, 5),
    inputs: messages(body, 11),
    outputs: messages(body, 12),
  }
}

describe('the ONNX writer', () => {
  it('states the versions that the operators are of', () => {
    const { model } = written(new Graph())
    expect(model.get(1)).toEqual([10])
    expect(messages(model, 8).map(set => [texts(set, 1)[0], set.get(2)![0]])).toEqual([
      ['', 20],
      ['com.microsoft', 1],
    ])
  })

  it('leaves out nodes, constants and inputs that lead to no output', () => {
    const graph = new Graph()
    const x = graph.input('x', 'float32', [2])
    const unused = graph.input('unused', 'float32', [2])
    mul(sigmoid(unused), 7)
    graph.output('y', add(x, 3))
    const { types, initializers, inputs } = written(graph)
    expect(types).toEqual(['Add', 'Identity'])
    expect(initializers).toHaveLength(1)
    expect(inputs.map(input => texts(input, 1)[0])).toEqual(['x'])
  })

  it('writes a constant once however often it is used', () => {
    const graph = new Graph()
    const x = graph.input('x', 'float32', [2])
    graph.output('y', add(mul(add(x, 0.5), 0.5), 0.5))
    const { nodes, initializers } = written(graph)
    expect(initializers).toHaveLength(1)
    const [half] = texts(initializers[0]!, 8)
    expect(nodes.slice(0, 3).every(node => texts(node, 1).includes(half!))).toBe(true)
    expect(new Float32Array((initializers[0]!.get(9)![0] as Uint8Array).slice().buffer)).toEqual(Float32Array.of(0.5))
  })

  it('names lengths that are known only when the graph runs, and they may differ from run to run', async () => {
    const graph = new Graph()
    const x = graph.input('x', 'float32', ['B', 'T', 2])
    graph.output('y', mul(x, x))
    const { inputs } = written(graph)
    const tensor = messages(messages(inputs[0]!, 2)[0]!, 1)[0]!
    const dims = messages(messages(tensor, 2)[0]!, 1)
    expect(dims.map(dim => texts(dim, 2)[0] ?? dim.get(1)![0])).toEqual(['B', 'T', 2])

    const session = await createSession(graph, { threads: 1 })
    for (const shape of [
      [1, 1, 2],
      [2, 3, 2],
    ]) {
      const data = Float32Array.from({ length: shape[0]! * shape[1]! * 2 }, (_, i) => i)
      const { y } = await session.run({ x: float32(data, shape) })
      expect(y!.shape).toEqual(shape)
      expect(y!.data).toEqual(data.map(value => value * value))
    }
    await session.close()
  })

  it('gives a result that is an input, or has two names, each of its names', async () => {
    const graph = new Graph()
    const x = graph.input('x', 'float32', [1])
    const y = add(x, 1)
    graph.output('same', x)
    graph.output('one', y)
    graph.output('another', y)
    const session = await createSession(graph, { threads: 1 })
    const { same, one, another } = await session.run({ x: float32([4], [1]) })
    expect([same, one, another].map(tensor => tensor!.data[0])).toEqual([4, 5, 5])
    await session.close()
  })
})

describe('weights in a safetensors file', () => {
  it('are pointed to, not copied into the model, in f32 and in f16', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'familiar-'))
    const [rows, columns] = [300, 200]
    const values = Float32Array.from({ length: rows * columns }, (_, i) => (i % 17) - 8)
    await writeSafetensors(join(folder, 'model.safetensors'), {
      // Of odd length, so that what follows is not aligned.
      first: { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) },
      single: { dtype: 'F32', shape: [rows, columns], data: values },
      half: { dtype: 'F16', shape: [rows, columns], data: float32ToFloat16(values) },
    })
    const file = await openSafetensors(join(folder, 'model.safetensors'))
    const place = (name: string): WeightFile => {
      const { byteOffset: offset, byteLength: length } = file.tensors.get(name)!
      return { location: 'model.safetensors', offset, length }
    }
    const graph = new Graph()
    const x = graph.input('x', 'float32', ['B', columns])
    const single = graph.weight('single', 'float32', [rows, columns], place('single'))
    const half = graph.weight('half', 'float16', [rows, columns], place('half'))
    graph.output('single result', linear(x, single))
    graph.output('half result', linear(x, cast(half, 'float32')))

    const { initializers } = written(graph)
    const entries = initializers.map(tensor => {
      const where = messages(tensor, 13).map(entry => [texts(entry, 1)[0]!, texts(entry, 2)[0]!])
      return {
        name: texts(tensor, 8)[0],
        location: tensor.get(14)![0],
        bytes: tensor.has(9),
        ...Object.fromEntries(where),
      }
    })
    const text = (weight: WeightFile) => ({ offset: String(weight.offset), length: String(weight.length) })
    expect(entries).toEqual([
      { name: 'single', ...text(place('single')), bytes: false, location: 'model.safetensors' },
      { name: 'half', ...text(place('half')), bytes: false, location: 'model.safetensors' },
    ])
    expect(initializers.map(tensor => tensor.get(14))).toEqual([[1], [1]])
    expect(toOnnx(graph).length).toBeLessThan(2000)
    expect((await stat(join(folder, 'model.safetensors'))).size).toBeGreaterThan(6 * rows * columns)

    const session = await createSession(graph, { weightsFolder: folder, threads: 1 })
    const input = Float32Array.from({ length: columns }, (_, i) => (i % 5) - 2)
    const results = await session.run({ x: float32(input, [1, columns]) })
    await session.close()
    const expected = Array.from({ length: rows }, (_, row) =>
      input.reduce((sum, value, i) => sum + value * values[row * columns + i]!, 0),
    )
    expect([...results['single result']!.data]).toEqual(expected)
    expect([...results['half result']!.data]).toEqual(expected)
    await rm(folder, { recursive: true })
  })
})

describe('branches', () => {
  it('share inputs and weights, keep their constants apart, and a run computes one of them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'familiar-'))
    await writeSafetensors(join(folder, 'model.safetensors'), {
      weight: { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
    })
    const { byteOffset: offset, byteLength: length } = (
      await openSafetensors(join(folder, 'model.safetensors'))
    ).tensors.get('weight')!
    const branch = (build: (x: Value, weight: Value, graph: Graph) => Value[]) => {
      const graph = new Graph()
      const weight = graph.weight('weight', 'float32', [2, 2], { location: 'model.safetensors', offset, length })
      const results = build(graph.input('x', 'float32', ['N', 2]), weight, graph)
      for (const [i, result] of results.entries()) graph.output(`y${i}`, result)
      return graph
    }
    const whenTrue = branch((x, weight) => [add(linear(x, weight), 10)])
    const whenFalse = branch((x, weight, graph) => [
      add(x, 20),
      mul(linear(x, weight), graph.input('z', 'float32', [])),
    ])
    const bytes = branchesToOnnx([{ condition: 'choice', graph: whenTrue }, { graph: whenFalse }])
    const body = messages(parse(bytes), 7)[0]!
    expect(messages(body, 5).map(initializer => texts(initializer, 8)[0])).toEqual(['weight'])
    expect(messages(body, 11).map(input => texts(input, 1)[0])).toEqual(['choice', 'x', 'z'])

    const session = await createSession(bytes, { weightsFolder: folder, threads: 1 })
    const run = async (choice: boolean) => {
      const feeds = { x: float32([1, 1], [1, 2]), z: float32([3], []) }
      const condition = { dtype: 'bool', shape: [], data: Uint8Array.of(Number(choice)) } as const
      const results = await session.run({ ...feeds, choice: condition })
      return Object.keys(results)
        .sort()
        .map(name => Array.from(results[name]!.data as Float32Array))
    }
    expect(await run(true)).toEqual([[13, 17], [0]])
    expect(await run(false)).toEqual([
      [21, 21],
      [9, 21],
    ])
    await session.close()
    await rm(folder, { recursive: true })
  })
})

describe('a loop', () => {
  it('carries on what its body makes, collects what it shows, and ends when that says so', async () => {
    const body = new Graph()
    const step = cast(body.input('step', 'int64', []), 'float32')
    const x = body.input('x', 'float32', ['L'])
    const sum = add(mul(body.input('slope', 'float32', []), step), 1)
    const goesOn = body.add('Less', [sum, body.input('limit', 'float32', [])], [{ dtype: 'bool', shape: [] }])[0]!
    body.output('goes on', goesOn)
    body.output('next', concat([x, reshape(sum, [1])], 0))
    body.output('shown', sum)
    const graph = new Graph()
    const first = graph.input('first', 'float32', ['L'])
    const [last, shown] = graph.loop(
      { graph: body, step: 'step', carried: ['x'] },
      graph.input('steps', 'int64', []),
      [first],
      [
        { dtype: 'float32', shape: ['M'] },
        { dtype: 'float32', shape: ['n'] },
      ],
    )
    graph.output('last', add(last!, 0.5))
    graph.output('shown', shown!)
    const other = new Graph()
    other.output('last', mul(other.input('first', 'float32', ['L']), 2))

    const scalar = (value: number) => float32([value], [])
    const feeds = (steps: number, limit: number) => {
      const given = { first: float32([7], [1]), slope: scalar(2), limit: scalar(limit) }
      return { ...given, steps: int64([steps], []) }
    }
    const alone = await createSession(graph, { threads: 1 })
    const made = await alone.run(feeds(4, 100))
    expect([made.last!.data, made.shown!.data].map(data => [...data])).toEqual([
      [7.5, 1.5, 3.5, 5.5, 7.5],
      [1, 3, 5, 7],
    ])
    expect([...(await alone.run(feeds(4, 3))).shown!.data]).toEqual([1, 3])
    await alone.close()

    const chosen = branchesToOnnx([{ condition: 'loops', graph }, { graph: other }])
    const beside = await createSession(chosen, { threads: 1 })
    const condition = (holds: boolean) => ({ dtype: 'bool', shape: [], data: Uint8Array.of(Number(holds)) }) as const
    const names = [...resultNames(graph).values()]
    const looped = await beside.run({ ...feeds(2, 100), loops: condition(true) })
    expect(names.map(name => [...looped[name]!.data])).toEqual([
      [7.5, 1.5, 3.5],
      [1, 3],
    ])
    const doubled = await beside.run({ ...feeds(2, 100), loops: condition(false) })
    expect([...doubled[names[0]!]!.data]).toEqual([14])
    await beside.close()
  })
})

describe('a session', () => {
  it('ignores feeds that the graph does not use and computes only what is fetched', async () => {
    const graph = new Graph()
    const x = graph.input('x', 'float32', [1, 1])
    graph.output('square', matmul(x, x))
    graph.output('double', add(x, x))
    const session = await createSession(graph, { threads: 1 })
    const feeds = { x: float32([3], [1, 1]), other: float32([1], [1]) }
    expect(Object.keys(await session.run(feeds, ['double']))).toEqual(['double'])
    expect((await session.run(feeds)).square!.data[0]).toBe(9)
    await session.close()
  })

  it('says in one sentence why a graph cannot be loaded', async () => {
    await expect(createSession(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({
      code: 'SESSION_FAILED',
      message: expect.stringMatching(/^Expected cpu to load the model's graph but it said: [^\n]+$/),
    })
  })
})
