/** What the machine itself can do, measured with bare matrix products: the rates that the model's are compared with. */
import { Graph } from '../graph/graph.ts'
import { matmul } from '../graph/operators/index.ts'
import { createSession, type Device, float32 } from '../runtime/session.ts'
import { median, timed } from './timing.ts'

/** Side of the matrices whose product is measured. */
const productSide = 1024
const repeats = 15

/** A product of two f32 matrices of 1024 × 1024, ready to be repeated. */
export interface Product {
  /** Seconds of each of 15 runs. */
  time(signal: AbortSignal): Promise<number[]>
  close(): Promise<void>
}

/** Operations of one such product. */
export const productOperations = 2 * productSide ** 3

export async function createProduct(device: Device): Promise<Product> {
  const side = productSide
  const graph = new Graph()
  const a = graph.input('a', 'float32', [side, side])
  const b = graph.input('b', 'float32', [side, side])
  graph.output('c', matmul(a, b))
  const session = await createSession(graph, { device })
  const feeds = { a: noise(side, side), b: noise(side, side) }
  await session.run(feeds)
  return { time: signal => timed(repeats, () => session.run(feeds), signal), close: () => session.close() }
}

/**
 * Bytes a second that a product of one row with a matrix of about `bytes` reads. As many bytes as the model's weights
 * have, so that caches help it as much as they help the model.
 */
export async function readingRate(device: Device, bytes: number, signal: AbortSignal): Promise<number> {
  const rows = productSide
  const columns = Math.max(1, Math.round(bytes / (4 * rows)))
  const graph = new Graph()
  const x = graph.input('x', 'float32', [1, rows])
  // A weight of the graph, as the model's are: prepared once, not at every run.
  graph.output('y', matmul(x, graph.constant(noise(rows, columns).data, [rows, columns])))
  const session = await createSession(graph, { device })
  const feeds = { x: noise(1, rows) }
  await session.run(feeds)
  const seconds = await timed(2 * repeats, () => session.run(feeds), signal)
  await session.close()
  return (4 * rows * columns) / median(seconds)
}

/** [rows, columns] of small numbers; which ones does not matter, zeros and denormals would. */
function noise(rows: number, columns: number) {
  return float32(
    Float32Array.from({ length: rows * columns }, (_, i) => ((i * 31) % 17) / 17 - 0.5),
    [rows, columns],
  )
}
