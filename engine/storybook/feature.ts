/**
 * A fixed feature of a whole picture: perceived colours and edge orientations on coarse grids with overlapping cells, so
 * that a shift of a few pixels changes little. Nothing in it is learned.
 */
import type { RgbImage } from '../image.ts'
import { toOklab } from './oklab.ts'

const COLOUR_CELLS = 24
const EDGE_CELLS = 16
const ORIENTATIONS = 6
/** How much hue counts beside lightness, and edges beside colours; so that none of the three decides alone. */
const CHROMA_WEIGHT = 2
const EDGE_WEIGHT = 0.35
/** Lightness steps below this are no edges: fp16 pictures and decoders leave such ripples in flat colours. */
const FAINTEST_EDGE = 0.02

/** For each of `pixels` along one side: the first of the two cells it counts for, and its share in the second. */
function tents(pixels: number, cells: number) {
  return Array.from({ length: pixels }, (_, i) => {
    const at = Math.min(cells - 1, Math.max(0, ((i + 0.5) * cells) / pixels - 0.5))
    const first = Math.min(cells - 2, Math.floor(at))
    return { first, share: at - first }
  })
}

/** Distributes values over a `cells × cells` grid by bilinear weights. */
function splatter(width: number, height: number, cells: number) {
  const columns = tents(width, cells)
  const rows = tents(height, cells)
  return (x: number, y: number, add: (cell: number, weight: number) => void) => {
    const row = rows[y]!
    const column = columns[x]!
    const cell = row.first * cells + column.first
    add(cell, (1 - row.share) * (1 - column.share))
    add(cell + 1, (1 - row.share) * column.share)
    add(cell + cells, row.share * (1 - column.share))
    add(cell + cells + 1, row.share * column.share)
  }
}

/**
 * The feature of a picture of any size: OKLab means on 24 × 24 cells, then square roots of edge strengths in 6
 * orientations on 16 × 16 cells (3,264 values). Compared by squared Euclidean distance.
 */
export function pictureFeature(image: RgbImage): Float32Array {
  const { width, height } = image
  const lab = toOklab(image)
  const colours = COLOUR_CELLS ** 2
  const edges = EDGE_CELLS ** 2
  const feature = new Float32Array(3 * colours + ORIENTATIONS * edges)
  const weights = new Float32Array(colours)
  const onColours = splatter(width, height, COLOUR_CELLS)
  const onEdges = splatter(width, height, EDGE_CELLS)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = 3 * (y * width + x)
      onColours(x, y, (cell, weight) => {
        weights[cell]! += weight
        feature[cell]! += weight * lab[i]!
        feature[colours + cell]! += weight * CHROMA_WEIGHT * lab[i + 1]!
        feature[2 * colours + cell]! += weight * CHROMA_WEIGHT * lab[i + 2]!
      })
      if (x === 0 || y === 0 || x === width - 1 || y === height - 1) continue
      const dx = lab[i + 3]! - lab[i - 3]!
      const dy = lab[i + 3 * width]! - lab[i - 3 * width]!
      const strength = Math.hypot(dx, dy)
      if (strength < FAINTEST_EDGE) continue
      // Dark-to-light and light-to-dark are one orientation; it is shared between the two nearest bins.
      const turn = ((Math.atan2(dy, dx) / Math.PI + 1) % 1) * ORIENTATIONS
      const bin = Math.floor(turn) % ORIENTATIONS
      const share = turn - Math.floor(turn)
      onEdges(x, y, (cell, weight) => {
        feature[3 * colours + bin * edges + cell]! += strength * weight * (1 - share)
        feature[3 * colours + ((bin + 1) % ORIENTATIONS) * edges + cell]! += strength * weight * share
      })
    }
  for (let cell = 0; cell < colours; cell++)
    for (let plane = 0; plane < 3; plane++) feature[plane * colours + cell]! /= weights[cell] || 1
  const perCell = (width * height) / edges
  for (let j = 3 * colours; j < feature.length; j++) feature[j] = EDGE_WEIGHT * Math.sqrt(feature[j]! / perCell)
  return feature
}

/** Squared Euclidean distance. */
export function featureDistance(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length)
    throw new RangeError(`Expected features of one length but received ${a.length} and ${b.length} values`)
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2
  return sum
}

/** Indices of `candidates`, nearest to `query` first. */
export function rankByFeature(query: Float32Array, candidates: readonly Float32Array[]): number[] {
  const distances = candidates.map(candidate => featureDistance(query, candidate))
  return distances.map((_, i) => i).sort((i, j) => distances[i]! - distances[j]!)
}

/** Indices of `candidates`, those that look most like `query` first. */
export const retrieve = (query: RgbImage, candidates: readonly RgbImage[]): number[] =>
  rankByFeature(pictureFeature(query), candidates.map(pictureFeature))
