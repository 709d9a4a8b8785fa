/**
 * One row's keys and values put away in 8 bits: a quarter of the memory, for rows that are kept long and read now and then. A
 * channel's keys share a scale, and so do a position's values: channels of keys differ much in size, and so do positions of values.
 *
 * Source: Liu et al. 2024, "KIVI", per-channel keys and per-token values
 */
import { type Columns, copyColumns, type KvLayout } from './kv-columns.ts'

/** Lines of one length, each with the scale of its steps. */
interface PackedLines {
  readonly steps: Int8Array
  readonly scales: Float32Array
}

export interface PackedRow {
  readonly layout: KvLayout
  readonly length: number
  /** For each layer [H, W, length], a scale for each [H, W]. */
  readonly keys: readonly PackedLines[]
  /** For each layer [H, length, W], a scale for each [H, length]. */
  readonly values: readonly PackedLines[]
}

const mostSteps = 127

export const packedBytes = ({ keys, values }: PackedRow) =>
  [...keys, ...values].reduce((sum, { steps, scales }) => sum + steps.byteLength + scales.byteLength, 0)

/** @param layers where the row lies, layer by layer */
export function packRow(layout: KvLayout, layers: readonly Columns[], length: number): PackedRow {
  const size = layout.heads * layout.headWidth * length
  const exact = { keys: new Float32Array(size), values: new Float32Array(size), capacity: length, row: 0, column: 0 }
  const packed = layers.map(from => {
    copyColumns(layout, from, exact, length)
    return { keys: packLines(exact.keys, length), values: packLines(exact.values, layout.headWidth) }
  })
  return { layout, length, keys: packed.map(({ keys }) => keys), values: packed.map(({ values }) => values) }
}

/** @param layers where the row is to lie, layer by layer */
export function unpackRow({ layout, length, keys, values }: PackedRow, layers: readonly Columns[]): void {
  const size = layout.heads * layout.headWidth * length
  const from = { keys: new Float32Array(size), values: new Float32Array(size), capacity: length, row: 0, column: 0 }
  for (const [layer, to] of layers.entries()) {
    unpackLines(keys[layer] as PackedLines, from.keys)
    unpackLines(values[layer] as PackedLines, from.values)
    copyColumns(layout, from, to, length)
  }
}

function packLines(exact: Float32Array, length: number): PackedLines {
  const steps = new Int8Array(exact.length)
  const scales = new Float32Array(length > 0 ? exact.length / length : 0)
  for (let line = 0; line < scales.length; line++) {
    const [start, end] = [line * length, (line + 1) * length]
    let largest = 0
    for (let i = start; i < end; i++) largest = Math.max(largest, Math.abs(exact[i] as number))
    scales[line] = largest / mostSteps
    const scale = scales[line] as number
    if (scale > 0) for (let i = start; i < end; i++) steps[i] = Math.round((exact[i] as number) / scale)
  }
  return { steps, scales }
}

function unpackLines({ steps, scales }: PackedLines, to: Float32Array): void {
  const length = steps.length / scales.length
  for (let line = 0; line < scales.length; line++) {
    const scale = scales[line] as number
    for (let i = line * length; i < (line + 1) * length; i++) to[i] = scale * (steps[i] as number)
  }
}
