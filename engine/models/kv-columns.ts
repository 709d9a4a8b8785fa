/** How keys and values lie in a buffer: positions are columns of the keys and rows of the values. */

export interface KvLayout {
  readonly layers: number
  /** Key and value heads: H. */
  readonly heads: number
  /** Width of a head: W. */
  readonly headWidth: number
}

/** Bytes of one row's keys and values, with room for so many positions. */
export const rowBytes = ({ layers, heads, headWidth }: KvLayout, room: number): number =>
  Float32Array.BYTES_PER_ELEMENT * 2 * layers * heads * headWidth * room

/** A layer's buffers, and where in them a row's positions begin. */
export interface Columns {
  /** [B, H, W, C]. */
  readonly keys: Float32Array
  /** [B, H, C, W]. */
  readonly values: Float32Array
  /** C. */
  readonly capacity: number
  readonly row: number
  /** The first of the row's positions. */
  readonly column: number
}

/** Of fewer positions than this each key is copied by itself: a view of a buffer for each line takes longer. */
const fewPositions = 16

/** Copies `count` positions of a layer's row. */
export function copyColumns({ heads, headWidth }: KvLayout, from: Columns, to: Columns, count: number): void {
  for (let head = 0; head < heads; head++) {
    const [source, target] = [from, to].map(({ row }) => row * heads + head) as [number, number]
    const start = (source * from.capacity + from.column) * headWidth
    to.values.set(
      from.values.subarray(start, start + count * headWidth),
      (target * to.capacity + to.column) * headWidth,
    )
    for (let i = 0; i < headWidth; i++) {
      const line = (source * headWidth + i) * from.capacity + from.column
      const place = (target * headWidth + i) * to.capacity + to.column
      if (count < fewPositions) for (let t = 0; t < count; t++) to.keys[place + t] = from.keys[line + t] as number
      else to.keys.set(from.keys.subarray(line, line + count), place)
    }
  }
}
