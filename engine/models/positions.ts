/** What tells a decoder where words stand: rotary angles and masks, computed here because graphs do it less exactly. */

/** Added to a score it leaves nothing of it in the softmax, and is finite: no device turns it into NaN. */
export const hidden = -1e9

/** Rotary cosines and sines for any position, in float32 steps as PyTorch computes them. */
export class RotaryTable {
  readonly #frequencies: Float32Array
  readonly #rows: { cos: Float32Array; sin: Float32Array }[] = []

  /** @param width of a head: W */
  constructor(width: number, base: number) {
    this.#frequencies = Float32Array.from(
      { length: width / 2 },
      (_, i) => 1 / Math.fround(base ** Math.fround((2 * i) / width)),
    )
  }

  /** Positions [N] → cosines and sines [N, W/2]. */
  at(positions: ArrayLike<number>): { cos: Float32Array; sin: Float32Array } {
    const width = this.#frequencies.length
    const cos = new Float32Array(positions.length * width)
    const sin = new Float32Array(positions.length * width)
    for (let i = 0; i < positions.length; i++) {
      const row = this.#row(positions[i] as number)
      cos.set(row.cos, i * width)
      sin.set(row.sin, i * width)
    }
    return { cos, sin }
  }

  #row(position: number) {
    const known = this.#rows[position]
    if (known) return known
    const angles = this.#frequencies.map(frequency => Math.fround(frequency * position))
    const row = { cos: angles.map(Math.cos), sin: angles.map(Math.sin) }
    this.#rows[position] = row
    return row
  }
}

/** [T, T]: every position sees itself and those before it. */
export function causalMask(length: number): Float32Array {
  const mask = new Float32Array(length * length)
  for (let query = 0; query < length; query++) mask.fill(hidden, query * length + query + 1, (query + 1) * length)
  return mask
}

/** [B, C]: of the C positions there is room for, each row sees as many as it has filled. */
export function pastMask(lengths: ArrayLike<number>, capacity: number): Float32Array {
  const mask = new Float32Array(lengths.length * capacity)
  for (let row = 0; row < lengths.length; row++) {
    mask.fill(hidden, row * capacity + (lengths[row] as number), (row + 1) * capacity)
  }
  return mask
}

/** [B, C]: each row sees these columns. */
export function maskOf(columns: readonly (readonly number[])[], width: number): Float32Array {
  const mask = new Float32Array(columns.length * width).fill(hidden)
  for (const [row, seen] of columns.entries()) for (const column of seen) mask[row * width + column] = 0
  return mask
}
