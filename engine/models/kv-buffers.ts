/**
 * Buffers of caches that nobody needs any more, for the next ones. Left to the collector, which looks at its own heap and not at
 * them, a few runs' would wait beside those in use.
 */
import { systemMemory } from '../runtime/device-memory.ts'
import { garbage } from '../runtime/garbage.ts'

/** Bytes that wait here at most, about what a learning step of the built-in model takes, or the longest row of a cache so far. */
const most = 24 * 2 ** 20
/** Of the machine's memory, however long a row. */
const memoryShare = 1 / 16

export class KvBuffers {
  #most: number
  #free: Float32Array[] = []
  #bytes = 0

  /** @param limit bytes */
  constructor(limit = most) {
    this.#most = limit
  }

  /** Zeros. */
  take(length: number): Float32Array {
    const at = this.#free.findLastIndex(buffer => buffer.length === length)
    if (at < 0) return new Float32Array(length)
    const [buffer] = this.#free.splice(at, 1) as [Float32Array]
    this.#bytes -= buffer.byteLength
    // Nothing looks at what was not written, but a NaN there would spread.
    return buffer.fill(0)
  }

  /** A cache with rows of so many bytes is given back: the next one may be as long. Of many rows, as of drawings, one waits. */
  makeRoom(rowBytes: number): void {
    this.#most = Math.max(this.#most, Math.min(rowBytes, memoryShare * systemMemory()))
  }

  /** Nobody may hold it any more. */
  give(buffer: Float32Array): void {
    this.#free.push(buffer)
    this.#bytes += buffer.byteLength
    while (this.#bytes > this.#most) {
      const { byteLength } = this.#free.shift() as Float32Array
      this.#bytes -= byteLength
      garbage.left(byteLength)
    }
  }
}
