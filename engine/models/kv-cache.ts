/**
 * The keys and values of what a decoder has read so far, so that the next words need only be computed themselves.
 *
 * The buffers are ours: a session reads them where they lie and returns only the new columns, which are written behind
 * the old ones. Or they lie on the device, where runs leave them for one another, until they are asked for here
 * (`resident-rows.ts`). Rows of a batch may have different lengths. Knows nothing of graphs or sessions.
 */
import { float16ToFloat32, float32ToFloat16 } from '../checkpoints/half.ts'
import type { DeviceTensor } from '../runtime/device-tensor.ts'
import { ResidentRows } from './resident-rows.ts'

export interface KvLayout {
  readonly layers: number
  /** Key and value heads: H. */
  readonly heads: number
  /** Width of a head: W. */
  readonly headWidth: number
}

/** One row's keys and values put away in half precision: half the memory, for rows that are kept long and read now and then. */
export interface PackedRow {
  readonly layout: KvLayout
  readonly length: number
  /** For each layer fp16 bits, [H, W, length]. */
  readonly keys: readonly Uint16Array[]
  /** For each layer fp16 bits, [H, length, W]. */
  readonly values: readonly Uint16Array[]
}

/** A row to copy: of a cache, or one that was put away. */
export type RowSource = { readonly cache: KvCache; readonly row: number } | { readonly packed: PackedRow }

/** A row that may have to be read again first. */
export interface LateRow {
  recall(): Promise<RowSource>
}

/** The rows, one after another where they have to be read again. */
export async function recallRows(rows: readonly (RowSource | LateRow)[]): Promise<RowSource[]> {
  const sources: RowSource[] = []
  for (const row of rows) sources.push('recall' in row ? await row.recall() : row)
  return sources
}

export const packedBytes = ({ keys, values }: PackedRow) =>
  [...keys, ...values].reduce((sum, { byteLength }) => sum + byteLength, 0)

/** Room grows by this many positions at a time, so that growing (a copy) is rare, and little room is passed over in vain. */
export const growth = 128
/** Room is a multiple of this, so that caches of nearly one length have one shape. */
const grain = 16

export class KvCache {
  readonly layout: KvLayout
  /** Rows: B. */
  readonly batch: number
  /** Positions filled, for each row. */
  readonly lengths: Int32Array
  #capacity: number
  #keys: Float32Array[]
  #values: Float32Array[]
  /** Where the last run left them on the device. Then nothing lies here. */
  #resident: ResidentRows | undefined
  #fetching: Promise<void> | undefined

  /** An empty cache with room for at least `room` positions. */
  constructor(layout: KvLayout, batch = 1, room = growth) {
    this.layout = layout
    this.batch = batch
    this.lengths = new Int32Array(batch)
    this.#capacity = roundUp(room)
    this.#keys = this.#buffers()
    this.#values = this.#buffers()
  }

  /** Positions there is room for: C, the same for all rows. */
  get capacity(): number {
    return this.#resident?.width ?? this.#capacity
  }

  /** What lies on the device, where the last run left it there. */
  get resident(): ResidentRows | undefined {
    return this.#resident
  }

  /** Of memory that it takes. */
  get bytes(): number {
    const { layers, heads, headWidth } = this.layout
    return 2 * 4 * layers * this.batch * heads * headWidth * this.capacity
  }

  /** Layer's keys, [B, H, W, C]. */
  keys(layer: number): Float32Array {
    return this.#keys[layer] as Float32Array
  }

  /** Layer's values, [B, H, C, W]. */
  values(layer: number): Float32Array {
    return this.#values[layer] as Float32Array
  }

  /** Makes room for this many positions in every row. */
  reserve(room: number): void {
    if (room <= this.#capacity) return
    const old = this.#capacity
    this.#capacity = roundUp(Math.max(room, old + growth))
    const { layers, heads, headWidth } = this.layout
    const lines = this.batch * heads
    // Layer by layer, so that what is given up can be used for the next.
    for (let layer = 0; layer < layers; layer++) {
      this.#keys[layer] = this.#grown(this.keys(layer), lines * headWidth, old)
      this.#values[layer] = this.#grown(this.values(layer), lines, old * headWidth)
    }
  }

  /** A buffer of so many lines, each of this length, with as much more room in each as there is now. */
  #grown(buffer: Float32Array, lines: number, length: number): Float32Array {
    const grown = this.#buffer()
    const room = grown.length / lines
    for (let line = 0; line < lines; line++) {
      grown.set(buffer.subarray(line * length, (line + 1) * length), line * room)
    }
    return grown
  }

  /**
   * Writes what a run returned behind what is there.
   * @param keys for each layer, [B, H, W, T]
   * @param values for each layer, [B, H, T, W]
   * @param counts how many of the T positions are real, for each row; the rest is padding
   */
  append(
    keys: readonly Float32Array[],
    values: readonly Float32Array[],
    width: number,
    counts: ArrayLike<number>,
  ): void {
    const { layers, heads, headWidth } = this.layout
    let longest = 0
    for (let row = 0; row < this.batch; row++) longest = Math.max(longest, at(this.lengths, row) + at(counts, row))
    this.reserve(longest)
    const capacity = this.#capacity
    for (let layer = 0; layer < layers; layer++) {
      const newKeys = keys[layer] as Float32Array
      const newValues = values[layer] as Float32Array
      for (let row = 0; row < this.batch; row++) {
        const length = at(this.lengths, row)
        const count = at(counts, row)
        for (let head = row * heads; head < (row + 1) * heads; head++) {
          const from = head * width * headWidth
          const to = (head * capacity + length) * headWidth
          this.values(layer).set(newValues.subarray(from, from + count * headWidth), to)
        }
        for (let line = row * heads * headWidth; line < (row + 1) * heads * headWidth; line++) {
          this.keys(layer).set(newKeys.subarray(line * width, line * width + count), line * capacity + length)
        }
      }
    }
    for (let row = 0; row < this.batch; row++) this.lengths[row] = at(this.lengths, row) + at(counts, row)
  }

  /**
   * Takes what a run left on the device in place of what is here or was there before.
   * @param keys for each layer, [B, H, W, C + T]
   * @param values for each layer, [B, H, C + T, W]
   * @param counts how many of the T last columns are real, for each row
   */
  keep(keys: readonly DeviceTensor[], values: readonly DeviceTensor[], width: number, counts: ArrayLike<number>): void {
    this.#resident ??= new ResidentRows(this.lengths, this.#capacity)
    this.#resident.replace(keys, values, width, counts)
    this.#keys = []
    this.#values = []
    for (let row = 0; row < this.batch; row++) this.lengths[row] = at(this.lengths, row) + at(counts, row)
  }

  /** Gives room that is not filled back, before what is here goes to a device. */
  trim(): void {
    const longest = roundUp(Math.max(...this.lengths))
    if (this.#resident || longest >= this.#capacity) return
    const from = { capacity: this.#capacity, keys: this.#keys, values: this.#values }
    this.#capacity = longest
    this.#keys = this.#buffers()
    this.#values = this.#buffers()
    for (let row = 0; row < this.batch; row++) this.#copyRow(row, from, row, at(this.lengths, row))
  }

  /** Brings what lies on the device here, and gives the device's memory back. */
  fetch(): Promise<void> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined
    })
    return this.#fetching
  }

  async #fetch(): Promise<void> {
    const resident = this.#resident
    if (!resident) return
    const { layers, heads, headWidth } = this.layout
    const from = resident.width
    const capacity = roundUp(Math.max(...this.lengths))
    this.#capacity = capacity
    for (let layer = 0; layer < layers; layer++) {
      const newKeys = this.#buffer()
      const newValues = this.#buffer()
      await resident.read(layer, (keys, values, { row, position, column, count }) => {
        for (let head = row * heads; head < (row + 1) * heads; head++) {
          const source = (head * from + column) * headWidth
          newValues.set(values.subarray(source, source + count * headWidth), (head * capacity + position) * headWidth)
        }
        for (let line = row * heads * headWidth; line < (row + 1) * heads * headWidth; line++) {
          const source = line * from + column
          newKeys.set(keys.subarray(source, source + count), line * capacity + position)
        }
      })
      this.#keys[layer] = newKeys
      this.#values[layer] = newValues
    }
    this.#resident = undefined
    resident.dispose()
  }

  /** Gives the device's memory back when nobody needs this cache any more; what is forgotten is given back late. */
  dispose(): void {
    this.#resident?.dispose()
  }

  /** Forgets what lies behind the first `length` positions of every row. */
  truncate(length: number): void {
    this.#resident?.truncate(length)
    for (let row = 0; row < this.batch; row++) this.lengths[row] = Math.min(at(this.lengths, row), length)
  }

  /** A cache of its own whose rows are copies of these rows: a clone, a subset, or one prefix for a whole batch. */
  select(rows: readonly number[], room = this.#capacity): Promise<KvCache> {
    return KvCache.stack(
      rows.map(row => ({ cache: this, row })),
      room,
    )
  }

  clone(): Promise<KvCache> {
    return this.select(Array.from(this.lengths.keys()))
  }

  /** Puts a row away. */
  async pack(row: number): Promise<PackedRow> {
    await this.fetch()
    const length = at(this.lengths, row)
    const { layers, heads, headWidth } = this.layout
    const exact = new KvCache(this.layout, 1, length)
    const put = (buffer: Float32Array, source: (index: number) => number) => {
      const part = new Float32Array(heads * headWidth * length)
      for (let i = 0; i < part.length; i++) part[i] = buffer[source(i)] as number
      return float32ToFloat16(part)
    }
    exact.#copyRow(0, { capacity: this.#capacity, keys: this.#keys, values: this.#values }, row, length)
    const capacity = exact.#capacity
    const inKeys = (i: number) => Math.floor(i / length) * capacity + (i % length)
    const inValues = (i: number) => i + Math.floor(i / (length * headWidth)) * (capacity - length) * headWidth
    const all = Array.from({ length: layers }, (_, layer) => layer)
    return {
      layout: this.layout,
      length,
      keys: all.map(layer => put(exact.keys(layer), inKeys)),
      values: all.map(layer => put(exact.values(layer), inValues)),
    }
  }

  /** A cache whose rows are copies of rows of other caches. */
  static async stack(sources: readonly RowSource[], room = 0): Promise<KvCache> {
    const first = sources[0]
    if (!first) throw new RangeError('Expected at least one row for a key-value cache but received none')
    for (const source of sources) if ('cache' in source) await source.cache.fetch()
    const lengths = sources.map(source =>
      'packed' in source ? source.packed.length : at(source.cache.lengths, source.row),
    )
    const longest = Math.max(room, ...lengths)
    const { layout } = 'packed' in first ? first.packed : first.cache
    const result = new KvCache(layout, sources.length, longest)
    for (const [row, source] of sources.entries()) {
      if ('packed' in source) {
        result.#unpackRow(row, source.packed)
        continue
      }
      const { cache } = source
      const length = at(cache.lengths, source.row)
      result.#copyRow(row, { capacity: cache.#capacity, keys: cache.#keys, values: cache.#values }, source.row, length)
      result.lengths[row] = length
    }
    return result
  }

  #buffers(): Float32Array[] {
    return Array.from({ length: this.layout.layers }, () => this.#buffer())
  }

  #buffer(): Float32Array {
    const { heads, headWidth } = this.layout
    return new Float32Array(this.batch * heads * headWidth * this.#capacity)
  }

  #unpackRow(row: number, { length, keys, values }: PackedRow): void {
    const { layers, heads, headWidth } = this.layout
    const capacity = this.#capacity
    for (let layer = 0; layer < layers; layer++) {
      const newKeys = float16ToFloat32(keys[layer] as Uint16Array)
      const newValues = float16ToFloat32(values[layer] as Uint16Array)
      for (let head = 0; head < heads; head++) {
        const target = (row * heads + head) * capacity * headWidth
        const source = head * length * headWidth
        this.values(layer).set(newValues.subarray(source, source + length * headWidth), target)
        for (let line = 0; line < headWidth; line++) {
          const start = source + line * length
          this.keys(layer).set(newKeys.subarray(start, start + length), target + line * capacity)
        }
      }
    }
    this.lengths[row] = length
  }

  #copyRow(
    row: number,
    from: { capacity: number; keys: readonly Float32Array[]; values: readonly Float32Array[] },
    fromRow: number,
    length: number,
  ): void {
    const { layers, heads, headWidth } = this.layout
    const capacity = this.#capacity
    for (let layer = 0; layer < layers; layer++) {
      const keys = from.keys[layer] as Float32Array
      const values = from.values[layer] as Float32Array
      for (let head = 0; head < heads; head++) {
        const source = (fromRow * heads + head) * from.capacity * headWidth
        const target = (row * heads + head) * capacity * headWidth
        this.values(layer).set(values.subarray(source, source + length * headWidth), target)
        for (let line = 0; line < headWidth; line++) {
          const start = source + line * from.capacity
          this.keys(layer).set(keys.subarray(start, start + length), target + line * capacity)
        }
      }
    }
  }
}

const roundUp = (room: number) => Math.max(grain, Math.ceil(room / grain) * grain)
const at = (array: ArrayLike<number>, index: number) => array[index] as number
