/** What the machine itself can do, measured with bare matrix products: the rates that the model's are compared with. */
import { Graph } from '../graph/graph.ts'
import { matmul } from '../graph/operators/index.ts'
import { createSession, type Device, float32 } from '../runtime/session.ts'
import { median, timed } from './timing.ts'

/** Side of the matrices whose product is measured, where nothing else is asked for. */
const productSide = 1024
const repeats = 15
/** Bytes: no cache holds so many, and more would only take memory. */
const mostRead = 2 ** 30
/** Bytes from which a weight is read where it lies rather than copied into the graph. */
const fedBytes = 2 ** 26

/** A product of two square f32 matrices, ready to be repeated. */
export interface Product {
  /** Of one run. */
  readonly operations: number
  /** Seconds of each of 15 runs. */
  time(signal: AbortSignal): Promise<number[]>
  close(): Promise<void>
}

export async function createProduct(device: Device, side = productSide): Promise<Product> {
  const graph = new Graph()
  const a = graph.input('a', 'float32', [side, side])
  const b = graph.input('b', 'float32', [side, side])
  graph.output('c', matmul(a, b))
  const session = await createSession(graph, { device })
  const feeds = { a: noise(side, side), b: noise(side, side) }
  await session.run(feeds)
  return {
    operations: 2 * side ** 3,
    time: signal => timed(repeats, () => session.run(feeds), signal),
    close: () => session.close(),
  }
}

/**
 * Bytes a second that a product of one row with a matrix of about `bytes` reads. As many bytes as the model's weights
 * have, so that caches help it as much as they help the model.
 */
export async function readingRate(device: Device, bytes: number, signal: AbortSignal): Promise<number> {
  const rows = productSide
  const columns = Math.max(1, Math.round(Math.min(bytes, mostRead) / (4 * rows)))
  const graph = new Graph()
  const x = graph.input('x', 'float32', [1, rows])
  const w = noise(rows, columns)
  // A weight of the graph, as the model's are, is prepared once and not at every run.
  const fed = w.data.byteLength >= fedBytes
  graph.output('y', matmul(x, fed ? graph.input('w', 'float32', w.shape) : graph.constant(w.data, w.shape)))
  const session = await createSession(graph, { device })
  const feeds = { x: noise(1, rows), w }
  await session.run(feeds)
  const seconds = await timed(2 * repeats, () => session.run(feeds), signal)
  await session.close()
  return (4 * rows * columns) / median(seconds)
}

/** [rows, columns] of small numbers; which ones does not matter, zeros and denormals would. */
function noise(rows: number, columns: number) {
  const data = new Float32Array(rows * columns)
  for (let i = 0; i < data.length; i++) data[i] = ((i * 31) % 17) / 17 - 0.5
  return float32(data, [rows, columns])
}
