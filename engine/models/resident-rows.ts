/**
 * Keys and values that a run left on the device, where the next run reads them and leaves them again with the new columns behind
 * the others. Rows that read fewer words than others have columns in between that nothing looks at.
 */
import type { DeviceTensor } from '../runtime/device-tensor.ts'
import { download } from '../runtime/download.ts'
import { type Columns, copyColumns, type KvLayout } from './kv-columns.ts'
import { maskOf } from './positions.ts'

export class ResidentRows {
  /** For each layer [B, H, W, C]. */
  #keys: readonly DeviceTensor[] = []
  /** For each layer [B, H, C, W]. */
  #values: readonly DeviceTensor[] = []
  /** For each row the columns of its positions, in their order. */
  readonly #columns: number[][]
  #width: number

  /**
   * What was fed from here.
   * @param lengths positions of each row, in the first of the columns
   * @param width all columns: C
   */
  constructor(lengths: ArrayLike<number>, width: number) {
    this.#columns = Array.from(lengths, length => Array.from({ length }, (_, column) => column))
    this.#width = width
  }

  /** Columns, those that nothing looks at too: C. */
  get width(): number {
    return this.#width
  }

  get keys(): readonly DeviceTensor[] {
    return this.#keys
  }

  get values(): readonly DeviceTensor[] {
    return this.#values
  }

  /** [B, C], as `pastMask`. */
  get mask(): Float32Array {
    return maskOf(this.#columns, this.#width)
  }

  /**
   * Takes what a run left in place of what it was fed with.
   * @param counts how many of the T last columns are real, for each row
   */
  replace(
    keys: readonly DeviceTensor[],
    values: readonly DeviceTensor[],
    width: number,
    counts: ArrayLike<number>,
  ): void {
    this.dispose()
    this.#keys = keys
    this.#values = values
    for (const [row, columns] of this.#columns.entries())
      for (let t = 0; t < (counts[row] as number); t++) columns.push(this.#width + t)
    this.#width += width
  }

  truncate(length: number): void {
    for (const columns of this.#columns) columns.length = Math.min(columns.length, length)
  }

  /** Copies a layer's positions into buffers here, without what is in between. */
  async copyTo(layout: KvLayout, layer: number, to: Pick<Columns, 'keys' | 'values' | 'capacity'>): Promise<void> {
    const keys = await download(this.#keys[layer] as DeviceTensor)
    const values = await download(this.#values[layer] as DeviceTensor)
    const from = { keys, values, capacity: this.#width }
    for (const [row, columns] of this.#columns.entries()) {
      for (let position = 0; position < columns.length; ) {
        const column = columns[position] as number
        let count = 1
        while (columns[position + count] === column + count) count++
        copyColumns(layout, { ...from, row, column }, { ...to, row, column: position }, count)
        position += count
      }
    }
  }

  /** Gives the device's memory back. */
  dispose(): void {
    for (const tensor of [...this.#keys, ...this.#values]) tensor.dispose()
    this.#keys = []
    this.#values = []
  }
}
