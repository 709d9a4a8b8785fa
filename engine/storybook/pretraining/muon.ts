/**
 * Muon (Jordan et al. 2024): momentum whose matrices are brought near the closest orthogonal one by five Newton–Schulz
 * steps, run as a graph of products. About twice the progress per token that AdamW makes on the decoder's matrices.
 */
import { Graph, type Value } from '../../graph/graph.ts'
import { add, div, matmul, mul, reduceSum, sqrt, swapLast } from '../../graph/operators/index.ts'
import { createSession, float32 } from '../../runtime/session.ts'

const MOMENTUM = 0.95
const ITERATIONS = 5
/** Coefficients of the quintic, from the reference implementation. */
const [A, B, C] = [3.4445, -4.775, 2.0315]

export interface Muon {
  /** Moves the matrices in place; `momentum` (same names) is created and kept by the caller. */
  step(
    parameters: ReadonlyMap<string, Float32Array>,
    gradients: ReadonlyMap<string, Float32Array>,
    momentum: Map<string, Float32Array>,
    learningRate: number,
    weightDecay: number,
  ): Promise<void>
}

/** @param shapes the matrices' [rows, columns] by name */
export async function createMuon(shapes: ReadonlyMap<string, readonly number[]>): Promise<Muon> {
  const groups = new Map<string, { names: string[]; rows: number; columns: number }>()
  for (const [name, [rows, columns]] of shapes as Map<string, [number, number]>) {
    const key = `${rows}x${columns}`
    const group = groups.get(key) ?? { names: [], rows, columns }
    group.names.push(name)
    groups.set(key, group)
  }
  const graph = new Graph()
  for (const [key, { names, rows, columns }] of groups) {
    graph.output(`o/${key}`, orthogonalised(graph.input(key, 'float32', [names.length, rows, columns])))
  }
  const session = await createSession(graph)
  return {
    async step(parameters, gradients, momentum, learningRate, weightDecay) {
      const feeds = Object.fromEntries(
        [...groups].map(([key, { names, rows, columns }]) => {
          const stack = new Float32Array(names.length * rows * columns)
          names.forEach((name, i) => {
            const gradient = gradients.get(name) as Float32Array
            let average = momentum.get(name)
            if (!average) {
              average = new Float32Array(gradient.length)
              momentum.set(name, average)
            }
            const offset = i * rows * columns
            for (let j = 0; j < gradient.length; j++) {
              const g = gradient[j] as number
              const m = MOMENTUM * (average[j] as number) + (1 - MOMENTUM) * g
              average[j] = m
              stack[offset + j] = (1 - MOMENTUM) * g + MOMENTUM * m
            }
          })
          return [key, float32(stack, [names.length, rows, columns])]
        }),
      )
      const results = await session.run(feeds)
      for (const [key, { names, rows, columns }] of groups) {
        const update = results[`o/${key}`]?.data as Float32Array
        const rate = learningRate * Math.sqrt(Math.max(1, rows / columns))
        names.forEach((name, i) => {
          const parameter = parameters.get(name) as Float32Array
          const offset = i * rows * columns
          const keep = 1 - learningRate * weightDecay
          for (let j = 0; j < parameter.length; j++) {
            parameter[j] = keep * (parameter[j] as number) - rate * (update[offset + j] as number)
          }
        })
      }
    },
  }
}

/** X [G, R, C] → near U·Vᵀ of its singular value decomposition. */
function orthogonalised(x: Value): Value {
  const [, rows, columns] = x.shape as [number, number, number]
  const wide = rows > columns ? swapLast(x) : x
  let y = div(wide, add(sqrt(reduceSum(mul(wide, wide), [1, 2], true)), 1e-7))
  for (let i = 0; i < ITERATIONS; i++) {
    const a = matmul(y, swapLast(y))
    const b = add(mul(a, B), mul(matmul(a, a), C))
    y = add(mul(y, A), matmul(b, y))
  }
  return rows > columns ? swapLast(y) : y
}
