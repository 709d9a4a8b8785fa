/**
 * Distance between two pictures that forgives small displacements of their parts, for telling lookalikes apart by an eye's
 * colour: the image distortion model (Keysers et al., "Deformation Models for Image Recognition", 2007), both ways.
 */

export interface Box {
  readonly left: number
  readonly top: number
  /** Exclusive. */
  readonly right: number
  readonly bottom: number
}

export interface Shift {
  readonly dx: number
  readonly dy: number
}

/** The square picture moved by (`dx`, `dy`); what comes in repeats the border. */
export function shifted(lab: Float32Array, size: number, { dx, dy }: Shift): Float32Array {
  const moved = new Float32Array(lab.length)
  const inside = (at: number) => Math.min(size - 1, Math.max(0, at))
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const from = 3 * (inside(y - dy) * size + inside(x - dx))
      moved.set(lab.subarray(from, from + 3), 3 * (y * size + x))
    }
  return moved
}

/**
 * Mean squared difference of a square picture, moved by a shift, from some others: over every second row and column that both
 * have.
 */
export function shiftedDistance(lab: Float32Array, others: readonly Float32Array[], size: number, { dx, dy }: Shift) {
  let sum = 0
  let count = 0
  for (let y = Math.max(0, dy); y < size + Math.min(0, dy); y += 2)
    for (let x = Math.max(0, dx); x < size + Math.min(0, dx); x += 2) {
      const there = 3 * (y * size + x)
      const here = there - 3 * (dy * size + dx)
      for (const other of others)
        for (let channel = 0; channel < 3; channel++) sum += (lab[here + channel]! - other[there + channel]!) ** 2
      count++
    }
  return sum / count
}

/** Pixels by which a part may be displaced. */
const REACH = 2
/** Chroma counts 3.75 times as much as lightness: outlines are everybody's, hues are somebody's. */
const CHROMA_WEIGHT = 14

/**
 * Every pixel of one picture looks for its best counterpart within two pixels in the other, once alone and once with its
 * eight neighbours; the squared OKLab distances found are summed, over both directions.
 *
 * @param a `width × height × 3` OKLab, as is `b`
 * @param box the part of `b` that is compared (and of `a`, up to displacement)
 */
export function distortionDistance(a: Float32Array, b: Float32Array, width: number, height: number, box: Box): number {
  const columns = box.right - box.left
  const rows = box.bottom - box.top
  const cells = columns * rows
  // The four searches: for pixels of b and of a, alone and with neighbours.
  const bests = Array.from({ length: 4 }, () => new Float32Array(cells).fill(Number.POSITIVE_INFINITY))
  const [pixelOfB, patchOfB, pixelOfA, patchOfA] = bests as [Float32Array, Float32Array, Float32Array, Float32Array]
  const difference = new Float32Array(cells)
  const across = new Float32Array(cells)
  for (let dy = -REACH; dy <= REACH; dy++)
    for (let dx = -REACH; dx <= REACH; dx++) {
      for (let y = 0, cell = 0; y < rows; y++) {
        const inA = Math.min(height - 1, Math.max(0, y + box.top + dy)) * width
        const inB = (y + box.top) * width + box.left
        for (let x = 0; x < columns; x++, cell++) {
          const i = 3 * (inA + Math.min(width - 1, Math.max(0, x + box.left + dx)))
          const j = 3 * (inB + x)
          const light = a[i]! - b[j]!
          const greenRed = a[i + 1]! - b[j + 1]!
          const blueYellow = a[i + 2]! - b[j + 2]!
          difference[cell] = light * light + CHROMA_WEIGHT * (greenRed * greenRed + blueYellow * blueYellow)
        }
      }
      for (let cell = 0; cell < cells; cell++) {
        const x = cell % columns
        const left = difference[x > 0 ? cell - 1 : cell]!
        const right = difference[x < columns - 1 ? cell + 1 : cell]!
        across[cell] = left + difference[cell]! + right
      }
      for (let y = 0, cell = 0; y < rows; y++)
        for (let x = 0; x < columns; x++, cell++) {
          const above = across[y > 0 ? cell - columns : cell]!
          const below = across[y < rows - 1 ? cell + columns : cell]!
          const patch = (above + across[cell]! + below) / 9
          const pixel = difference[cell]!
          if (pixel < pixelOfB[cell]!) pixelOfB[cell] = pixel
          if (patch < patchOfB[cell]!) patchOfB[cell] = patch
          if (x + dx < 0 || x + dx >= columns || y + dy < 0 || y + dy >= rows) continue
          const there = cell + dy * columns + dx
          if (pixel < pixelOfA[there]!) pixelOfA[there] = pixel
          if (patch < patchOfA[there]!) patchOfA[there] = patch
        }
    }
  let sum = 0
  for (const best of bests) for (let cell = 0; cell < cells; cell++) sum += best[cell]!
  return sum
}
