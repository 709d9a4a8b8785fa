/**
 * The keys and values of what a decoder has read so far, so that the next words need only be computed themselves.
 *
 * The buffers are ours: a session reads them where they lie and returns only the new columns, which are written behind
 * the old ones. Or they lie on the device, where runs leave them for one another, until they are asked for here
 * (`resident-rows.ts`). Rows of a batch may have different lengths. Knows nothing of graphs or sessions.
 */
import type { DeviceTensor } from '../runtime/device-tensor.ts'
import { KvBuffers } from './kv-buffers.ts'
import { type Columns, copyColumns, type KvLayout, rowBytes } from './kv-columns.ts'
import { type PackedRow, packRow, unpackRow } from './packed-row.ts'
import { ResidentRows } from './resident-rows.ts'

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

/** Room grows by this many positions at a time: growing (a copy) is rare then, and little room is passed over in vain. */
export const growth = 128
/** Room is a multiple of this, so that caches of nearly one length have one shape. */
const grain = 16

const buffers = new KvBuffers()

export class KvCache {
  readonly layout: KvLayout
  /** Rows: B. */
  readonly batch: number
  /** Positions filled, for each row. */
  readonly lengths: Int32Array
  /** Positions there will be, as far as is known: growing stops there. */
  readonly #room: number
  #capacity = grain
  #keys: Float32Array[]
  #values: Float32Array[]
  /** Where the last run left them on the device. Then nothing lies here. */
  #resident: ResidentRows | undefined
  #fetching: Promise<void> | undefined

  /** An empty cache. @param room positions that it will hold in the end, as far as is known */
  constructor(layout: KvLayout, batch = 1, room = growth) {
    this.layout = layout
    this.batch = batch
    this.lengths = new Int32Array(batch)
    this.#room = room
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
    return this.batch * rowBytes(this.layout, this.capacity)
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
    const next = (Math.floor(old / growth) + 1) * growth
    this.#capacity = roundUp(Math.max(room, this.#room > old ? Math.min(next, this.#room) : next))
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
    buffers.give(buffer)
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
    let longest = 0
    for (let row = 0; row < this.batch; row++) longest = Math.max(longest, at(this.lengths, row) + at(counts, row))
    this.reserve(longest)
    for (let row = 0; row < this.batch; row++) {
      const here = this.#columns(row, at(this.lengths, row))
      for (const [layer, to] of here.entries()) {
        const given = { keys: keys[layer] as Float32Array, values: values[layer] as Float32Array }
        copyColumns(this.layout, { ...given, capacity: width, row, column: 0 }, to, at(counts, row))
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
    const rows = Array.from(this.lengths, (_, row) => this.#columns(row))
    this.#capacity = longest
    this.#keys = this.#buffers()
    this.#values = this.#buffers()
    for (const [row, from] of rows.entries()) this.#put(row, from, at(this.lengths, row))
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
    const capacity = roundUp(Math.max(...this.lengths))
    this.#capacity = capacity
    for (let layer = 0; layer < this.layout.layers; layer++) {
      const here = { keys: this.#buffer(), values: this.#buffer(), capacity }
      await resident.copyTo(this.layout, layer, here)
      this.#keys[layer] = here.keys
      this.#values[layer] = here.values
    }
    this.#resident = undefined
    resident.dispose()
  }

  /** Gives memory back when nobody needs this cache any more; what is forgotten is given back late. */
  dispose(): void {
    this.#resident?.dispose()
    buffers.makeRoom(this.bytes / this.batch)
    for (const buffer of [...this.#keys, ...this.#values]) buffers.give(buffer)
    this.#keys = []
    this.#values = []
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
    return packRow(this.layout, this.#columns(row), at(this.lengths, row))
  }

  /** A cache whose rows are copies of rows of other caches. */
  static async stack(sources: readonly RowSource[], room = 0): Promise<KvCache> {
    const first = sources[0]
    if (!first) throw new RangeError('Expected at least one row for a key-value cache but received none')
    for (const source of sources) if ('cache' in source) await source.cache.fetch()
    const lengths = sources.map(source =>
      'packed' in source ? source.packed.length : at(source.cache.lengths, source.row),
    )
    const longest = Math.max(...lengths)
    const { layout } = 'packed' in first ? first.packed : first.cache
    const result = new KvCache(layout, sources.length, Math.max(room, longest))
    result.reserve(longest)
    for (const [row, source] of sources.entries()) {
      if ('packed' in source) unpackRow(source.packed, result.#columns(row))
      else result.#put(row, source.cache.#columns(source.row), at(lengths, row))
      result.lengths[row] = at(lengths, row)
    }
    return result
  }

  #buffers(): Float32Array[] {
    return Array.from({ length: this.layout.layers }, () => this.#buffer())
  }

  #buffer(): Float32Array {
    const { heads, headWidth } = this.layout
    return buffers.take(this.batch * heads * headWidth * this.#capacity)
  }

  /** Where a row lies, from a position on, layer by layer. */
  #columns(row: number, column = 0): Columns[] {
    const capacity = this.#capacity
    return Array.from({ length: this.layout.layers }, (_, layer) => {
      return { keys: this.keys(layer), values: this.values(layer), capacity, row, column }
    })
  }

  #put(row: number, from: readonly Columns[], length: number): void {
    for (const [layer, to] of this.#columns(row).entries()) copyColumns(this.layout, from[layer] as Columns, to, length)
  }
}

const roundUp = (room: number) => Math.max(grain, Math.ceil(room / grain) * grain)
const at = (array: ArrayLike<number>, index: number) => array[index] as number
