import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { float16ToFloat32, float32ToFloat16 } from '../../checkpoints/half.ts'
import { createRandom } from '../../random.ts'
import { createSession, float32 } from '../../runtime/session.ts'
import { gradients } from '../gradients.ts'
import { Graph, type Value } from '../graph.ts'
import { halfWeight, linear, mul, reduceSum } from './index.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'half-'))
})
afterAll(() => rm(folder, { recursive: true }))

const [rows, width, out] = [6, 64, 48]
const random = createRandom(9)
const normal = (length: number) => Float32Array.from({ length }, () => random.normal())
const bits = float32ToFloat16(normal(out * width).map(value => value * 0.05))
const bias = normal(out)
const x = normal(rows * width)

/** x · weightᵀ + bias, and the gradient of what is returned where `dy` comes from behind. */
async function run(input: Float32Array, dy: Float32Array, weight: (graph: Graph) => Value) {
  const graph = new Graph()
  const value = graph.input('x', 'float32', ['N', width])
  const y = graph.output('y', linear(value, weight(graph), graph.constant(new Float32Array(bias), [out])))
  graph.output('dx', gradients(reduceSum(mul(y, graph.input('dy', 'float32', ['N', out]))), [value])[0]!)
  const session = await createSession(graph, { threads: 1, weightsFolder: folder })
  const results = await session.run({ x: float32(input, [rows, width]), dy: float32(dy, [rows, out]) })
  await session.close()
  return { y: results.y!.data as Float32Array, dx: results.dx!.data as Float32Array }
}

const file = { location: 'weight', offset: 0, length: bits.byteLength }
const plain = (graph: Graph) => graph.constant(float16ToFloat32(bits), [out, width])
const half = (computes: boolean) => (graph: Graph) =>
  halfWeight(graph.weight('weight', 'float16', [out, width], file), computes)

/** Row by row: the largest difference as a share of the row's largest magnitude, and of all rows the worst. */
function difference(actual: Float32Array, expected: Float32Array): number {
  const length = expected.length / rows
  return Math.max(
    ...Array.from({ length: rows }, (_, row) => {
      const [ours, theirs] = [actual, expected].map(values => values.subarray(row * length, (row + 1) * length))
      const largest = Math.max(...theirs!.map(Math.abs))
      return Math.max(...theirs!.map((value, i) => Math.abs(value - ours![i]!))) / largest
    }),
  )
}

describe('a product with weights in 16 bits', () => {
  beforeAll(() => writeFile(join(folder, 'weight'), bits))
  const dy = normal(rows * out)

  it('is that with their numbers where they are written out, and so is its gradient', async () => {
    const [expected, actual] = [await run(x, dy, plain), await run(x, dy, half(false))]
    expect(difference(actual.y, expected.y)).toBeLessThan(1e-6)
    expect(difference(actual.dx, expected.dx)).toBeLessThan(1e-6)
  })

  it('is close to it where they are multiplied as they are', async () => {
    const [expected, actual] = [await run(x, dy, plain), await run(x, dy, half(true))]
    expect(difference(actual.y, expected.y)).toBeLessThan(2e-3)
    expect(difference(actual.dx, expected.dx)).toBeLessThan(2e-3)
    expect(difference(actual.dx, expected.dx)).toBeGreaterThan(0)
  })

  it('has rows of any size side by side, zeros too', async () => {
    // 1e-20 is nothing in fp16, and 1e8 infinite.
    const sizes = [1e-20, 1e-6, 1, 1e4, 1e8]
    const scaled = (values: Float32Array, length: number) =>
      values.map((value, i) => value * (sizes[Math.floor(i / length)] ?? 0))
    const [inputs, given] = [scaled(x, width), scaled(dy, out)]
    const [expected, actual] = [await run(inputs, given, plain), await run(inputs, given, half(true))]
    const withoutZeros = ({ y, dx }: { y: Float32Array; dx: Float32Array }) => ({
      y: y.map((value, i) => value - bias[i % out]!).map((value, i) => (i < 5 * out ? value : 1)),
      dx: dx.map((value, i) => (i < 5 * width ? value : 1)),
    })
    expect(difference(withoutZeros(actual).dx, withoutZeros(expected).dx)).toBeLessThan(2e-3)
    expect(actual.y.every(Number.isFinite)).toBe(true)
    expect(actual.dx.subarray(5 * width).every(value => value === 0)).toBe(true)
    // The bias hides what is small.
    expect(actual.y.subarray(5 * out)).toEqual(bias)
    for (const row of [2, 3, 4]) {
      const part = (values: Float32Array) => values.subarray(row * out, (row + 1) * out)
      const [ours, theirs] = [part(withoutZeros(actual).y), part(withoutZeros(expected).y)]
      const apart = Math.max(...theirs.map((value, i) => Math.abs(value - ours[i]!)))
      expect(apart / Math.max(...theirs.map(Math.abs)), `row ${row}`).toBeLessThan(2e-3)
    }
  })
})
