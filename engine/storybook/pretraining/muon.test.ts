import { describe, expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { createMuon } from './muon.ts'

type Matrix = number[][]

const toMatrix = (data: Float32Array, columns: number): Matrix =>
  Array.from({ length: data.length / columns }, (_, row) => [...data.subarray(row * columns, (row + 1) * columns)])
const transposed = (m: Matrix): Matrix => m[0]!.map((_, column) => m.map(row => row[column]!))
const product = (a: Matrix, b: Matrix): Matrix =>
  a.map(row => b[0]!.map((_, column) => row.reduce((sum, value, i) => sum + value * b[i]![column]!, 0)))

/** Eigenvalues of a symmetric matrix by Jacobi rotations. */
function eigenvalues(symmetric: Matrix): number[] {
  const m = symmetric.map(row => [...row])
  const size = m.length
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        if (Math.abs(m[p]![q]!) < 1e-12) continue
        const angle = 0.5 * Math.atan2(2 * m[p]![q]!, m[q]![q]! - m[p]![p]!)
        const [c, s] = [Math.cos(angle), Math.sin(angle)]
        for (let i = 0; i < size; i++) {
          const [a, b] = [m[i]![p]!, m[i]![q]!]
          m[i]![p] = c * a - s * b
          m[i]![q] = s * a + c * b
        }
        for (let i = 0; i < size; i++) {
          const [a, b] = [m[p]![i]!, m[q]![i]!]
          m[p]![i] = c * a - s * b
          m[q]![i] = s * a + c * b
        }
      }
    }
  }
  return m.map((row, i) => row[i]!)
}

/** One step at rate 1 from zero: the update itself, its sign turned. */
async function update(rows: number, columns: number, gradient: Float32Array): Promise<Float32Array> {
  const muon = await createMuon(new Map([['w', [rows, columns]]]))
  const parameters = new Map([['w', new Float32Array(rows * columns)]])
  await muon.step(parameters, new Map([['w', gradient]]), new Map(), 1, 0)
  return parameters.get('w')!.map(value => -value)
}

const normal = (size: number, seed: string) => {
  const random = createRandom(seed)
  return Float32Array.from({ length: size }, () => 0.01 * random.normal())
}

describe('Muon', () => {
  it.each([
    [6, 10],
    [8, 8],
    [12, 5],
  ])('makes of a gradient [%i, %i] a step whose singular values are near 1', async (rows, columns) => {
    const gradient = normal(rows * columns, `${rows}x${columns}`)
    const step = toMatrix(await update(rows, columns, gradient), columns)
    // Tall matrices move further, by √(rows/columns).
    const scale = Math.sqrt(Math.max(1, rows / columns))
    const narrow = rows < columns ? product(step, transposed(step)) : product(transposed(step), step)
    const singular = eigenvalues(narrow).map(value => Math.sqrt(value) / scale)
    // Five steps of this quintic bring singular values into a band around 1, not onto it.
    for (const value of singular) expect(value).toBeGreaterThan(0.5)
    for (const value of singular) expect(value).toBeLessThan(1.3)

    // The same singular vectors as the gradient's: then gᵀ·step is symmetric and its trace the sum of g's singular values.
    const aligned = product(transposed(toMatrix(gradient, columns)), step)
    const largest = Math.max(...aligned.flat().map(Math.abs))
    aligned.forEach((row, i) => {
      row.forEach((value, j) => {
        expect(Math.abs(value - aligned[j]![i]!)).toBeLessThan(0.02 * largest)
      })
    })
    expect(aligned.reduce((sum, row, i) => sum + row[i]!, 0)).toBeGreaterThan(0)
  })

  it('keeps a momentum per matrix, and decays weights', async () => {
    const shapes = new Map([
      ['a', [3, 4]],
      ['b', [3, 4]],
      ['c', [5, 2]],
    ])
    const muon = await createMuon(shapes)
    const sizes = new Map([...shapes].map(([name, [rows, columns]]) => [name, rows! * columns!]))
    const parameters = new Map([...sizes].map(([name, size]) => [name, new Float32Array(size).fill(2)]))
    const gradients = new Map(
      [...sizes].map(([name, size]) => [name, name === 'b' ? new Float32Array(size) : normal(size, name)]),
    )
    const momentum = new Map<string, Float32Array>()
    await muon.step(parameters, gradients, momentum, 0.1, 0.5)
    // No gradient: nothing but the decay.
    expect([...parameters.get('b')!]).toEqual(new Array(12).fill(Math.fround(2 * (1 - 0.1 * 0.5))))
    expect([...momentum.keys()].sort()).toEqual(['a', 'b', 'c'])
    momentum.get('a')!.forEach((value, i) => {
      expect(value).toBeCloseTo(0.05 * gradients.get('a')![i]!, 8)
    })
    expect(parameters.get('c')!.every(Number.isFinite)).toBe(true)
  })
})
