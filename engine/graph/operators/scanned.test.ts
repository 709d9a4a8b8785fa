import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { quantise } from '../../checkpoints/conversion/blocks.ts'
import { float16ToFloat32, float32ToFloat16 } from '../../checkpoints/half.ts'
import { createRandom } from '../../random.ts'
import { createSession, float32 } from '../../runtime/session.ts'
import { Graph } from '../graph.ts'
import { exactResults, linear, quantisedWeight, scanned, widened } from './index.ts'

let folder: string
const [rows, width, out] = [3, 64, 500]
const random = createRandom(3)
const normal = (length: number) => Float32Array.from({ length }, () => random.normal())
const half = float32ToFloat16(normal(out * width))
const weight = float16ToFloat32(half)
const x = normal(rows * width)
const { codes, scales } = quantise(weight, 'int8')
const parts = { half, codes, scales }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scanned-'))
  for (const [name, data] of Object.entries(parts)) await writeFile(join(folder, name), new Uint8Array(data.buffer))
})
afterAll(() => rm(folder, { recursive: true }))

/** x · weightᵀ of the first `count` rows. */
async function run(count: number, rounds: boolean, threads = 1) {
  const graph = new Graph()
  graph.roundsProducts = rounds
  const file = (location: keyof typeof parts) => ({ location, offset: 0, length: parts[location].byteLength })
  const stored = widened(graph.weight('head', 'float16', [out, width], file('half')))
  const scan = quantisedWeight(graph, 'scan', {
    bits: 8,
    shape: [out, width],
    codes: file('codes'),
    scales: file('scales'),
  })
  graph.output('y', linear(graph.input('x', 'float32', ['N', width]), scanned(stored, scan)))
  const session = await createSession(graph, { threads, weightsFolder: folder })
  const { y } = await session.run({ x: float32(x.subarray(0, count * width), [count, width]) })
  await session.close()
  return y!
}

const expected = Array.from({ length: rows }, (_, n) =>
  Array.from({ length: out }, (_, o) =>
    Array.from({ length: width }, (_, i) => x[n * width + i]! * weight[o * width + i]!).reduce(
      (sum, one) => sum + one,
      0,
    ),
  ),
)

it('computes the largest results of each row as the stored weights have them, and the others nearly', async () => {
  const { data } = await run(rows, true)
  for (const [n, exact] of expected.entries()) {
    const largest = [...exact].sort((a, b) => b - a)
    const off = exact.map((value, o) => Math.abs((data[n * out + o] as number) - value))
    // Of the last of them it may not be certain that they are among the largest.
    const certain = largest[exactResults - 8]!
    expect(Math.max(...off.filter((_, o) => exact[o]! >= certain))).toBeLessThan(1e-4)
    expect(Math.max(...off)).toBeLessThan(0.02 * largest[0]!)
    expect(off.filter(value => value > 1e-4).length).toBeGreaterThan(out / 2)
  }
})

it('computes all of them so in a graph that rounds nothing', async () => {
  const { data } = await run(rows, false)
  for (const [i, value] of expected.flat().entries()) expect(data[i]).toBeCloseTo(value, 4)
})

it.each([1, 2])('takes no rows at all, on %i threads', async threads => {
  expect(await run(0, true, threads)).toMatchObject({ shape: [0, out] })
})
