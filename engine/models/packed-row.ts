/** One row's keys and values put away in half precision: half the memory, for rows that are kept long and read now and then. */
import { float16ToFloat32, float32ToFloat16 } from '../checkpoints/half.ts'
import { type Columns, copyColumns, type KvLayout } from './kv-columns.ts'

export interface PackedRow {
  readonly layout: KvLayout
  readonly length: number
  /** For each layer fp16 bits, [H, W, length]. */
  readonly keys: readonly Uint16Array[]
  /** For each layer fp16 bits, [H, length, W]. */
  readonly values: readonly Uint16Array[]
}

export const packedBytes = ({ keys, values }: PackedRow) =>
  [...keys, ...values].reduce((sum, { byteLength }) => sum + byteLength, 0)

/** @param layers where the row lies, layer by layer */
export function packRow(layout: KvLayout, layers: readonly Columns[], length: number): PackedRow {
  const size = layout.heads * layout.headWidth * length
  const packed = layers.map(from => {
    const exact = { keys: new Float32Array(size), values: new Float32Array(size), capacity: length, row: 0, column: 0 }
    copyColumns(layout, from, exact, length)
    return { keys: float32ToFloat16(exact.keys), values: float32ToFloat16(exact.values) }
  })
  return { layout, length, keys: packed.map(({ keys }) => keys), values: packed.map(({ values }) => values) }
}

/** @param layers where the row is to lie, layer by layer */
export function unpackRow({ layout, length, keys, values }: PackedRow, layers: readonly Columns[]): void {
  for (const [layer, to] of layers.entries()) {
    const from = {
      keys: float16ToFloat32(keys[layer] as Uint16Array),
      values: float16ToFloat32(values[layer] as Uint16Array),
      capacity: length,
      row: 0,
      column: 0,
    }
    copyColumns(layout, from, to, length)
  }
}
