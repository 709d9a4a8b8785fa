import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bitsOf, dequantise, quantise } from '../../checkpoints/conversion/blocks.ts'
import { createRandom } from '../../random.ts'
import { createSession, float32 } from '../../runtime/session.ts'
import { gradients } from '../gradients.ts'
import { Graph, type Value } from '../graph.ts'
import { linear, mul, quantisedWeight, reduceSum, tanh } from './index.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quantised-'))
})
afterAll(() => rm(folder, { recursive: true }))

type Weight = (graph: Graph, which: 'first' | 'second', gathers: boolean) => Value

const [rows, width, inner, out] = [5, 64, 96, 7]

describe.each(['int4', 'int8'] as const)('a product with %s weights', kind => {
  const random = createRandom(8)
  const normal = (length: number) => Float32Array.from({ length }, () => random.normal())
  const first = quantise(normal(inner * width), kind)
  const second = quantise(normal(out * inner), kind)
  const bias = normal(inner)
  const x = float32(normal(rows * width), [rows, width])

  /** Σ tanh(x · firstᵀ + bias) · secondᵀ, and its gradient; the weights' bytes come from a file, as a checkpoint's do. */
  async function run(weight: Weight, { rounds = false, gathers = false } = {}) {
    const graph = new Graph()
    graph.roundsProducts = rounds
    const input = graph.input('x', 'float32', ['N', width])
    const hidden = tanh(mul(linear(input, weight(graph, 'first', gathers), graph.constant(bias, [inner])), 0.1))
    const y = graph.output('y', linear(hidden, weight(graph, 'second', gathers)))
    graph.output('dx', gradients(reduceSum(mul(y, y)), [input])[0]!)
    const session = await createSession(graph, { threads: 1, weightsFolder: folder })
    const { y: values, dx } = await session.run({ x })
    await session.close()
    return { y: values!.data as Float32Array, dx: dx!.data as Float32Array, graph }
  }

  const shapes = { first: [inner, width], second: [out, inner] } as const
  const parts = { first, second }
  const plain: Weight = (graph, which) => graph.constant(dequantise(parts[which], kind), shapes[which])
  const quantised: Weight = (graph, which, gathers) => {
    const { codes, scales } = parts[which]
    const file = (part: string, { byteLength }: Uint8Array | Float32Array) =>
      ({ location: `${kind}.${which}.${part}`, offset: 0, length: byteLength }) as const
    return quantisedWeight(graph, which, {
      bits: bitsOf(kind),
      shape: shapes[which],
      codes: file('codes', codes),
      scales: file('scales', scales),
      gathers,
    })
  }
  beforeAll(async () => {
    for (const which of ['first', 'second'] as const) {
      await writeFile(join(folder, `${kind}.${which}.codes`), parts[which].codes)
      await writeFile(join(folder, `${kind}.${which}.scales`), new Uint8Array(parts[which].scales.buffer))
    }
  })

  const difference = (actual: Float32Array, expected: Float32Array) =>
    Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!))) / Math.max(...expected.map(Math.abs))

  it('is that with the numbers that they stand for, and so is its gradient', async () => {
    const expected = await run(plain)
    const actual = await run(quantised)
    expect(difference(actual.y, expected.y)).toBeLessThan(1e-5)
    expect(difference(actual.dx, expected.dx)).toBeLessThan(1e-5)
    // In the way of GPUs too, which the CPU knows.
    expect(difference((await run(quantised, { gathers: true })).dx, expected.dx)).toBeLessThan(1e-5)
  })

  it('may round what it multiplies, a little, where that was allowed', async () => {
    const [exact, rounded] = [await run(quantised), await run(quantised, { rounds: true })]
    expect(difference(rounded.y, exact.y)).toBeLessThan(0.05)
    expect(difference(rounded.y, exact.y)).toBeGreaterThan(0)
  })
})
