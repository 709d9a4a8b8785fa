/**
 * A probe beside the decoder of language: at each word of a drawing, above everybody, it must tell how soon somebody comes
 * below. On which side somebody stands is decided by a word or two of 256, and takes the request and the column together,
 * so that the next word alone hardly teaches it; this asks for it at all words above. The probe is thrown away after training.
 */
import type { Value } from '../../graph/graph.ts'
import { crossEntropy, gather, linear, mul, reduceSum, reshape } from '../../graph/operators/index.ts'
import type { Weights } from '../../models/weights.ts'
import { renderScene } from '../renderer.ts'
import type { Scene } from '../scene.ts'

/** Parameters that begin with this are the probe's. */
export const FORESIGHT = 'foresight.'
/** What is asked of a word: whether somebody is in its column within so many rows, its own being the first. */
export const HORIZONS = [1, 2, 4, 16] as const
/** What one such answer counts against a word. */
export const FORESIGHT_WEIGHT = 0.5
/** By how much the colour of a pixel differs where somebody is, of 255. */
const VISIBLE = 40

/**
 * For each of a picture's words the answers for `HORIZONS`, 0 or 1; nothing where somebody is above it in its column, from
 * which what follows is known.
 *
 * @param size of the picture in pixels
 * @param side of the picture in words
 */
export async function foresee(scene: Scene, size: number, side: number): Promise<(readonly number[] | undefined)[]> {
  const tops = await columnTops(scene, size, side)
  return Array.from({ length: side * side }, (_, i) => {
    const [row, top] = [Math.floor(i / side), tops[i % side] as number]
    return row > top ? undefined : HORIZONS.map(rows => (top < row + rows ? 1 : 0))
  })
}

/** The row of words in which each column first shows somebody; infinite where nobody stands. */
async function columnTops(scene: Scene, size: number, side: number): Promise<number[]> {
  const ground = await renderScene({ ...scene, characters: [] as unknown as Scene['characters'] }, size)
  const peopled = await renderScene(scene, size)
  const grid = size / side
  const tops = new Array<number>(side).fill(Number.POSITIVE_INFINITY)
  peopled.data.forEach((value, i) => {
    if (Math.abs(value - (ground.data[i] as number)) <= VISIBLE) return
    const pixel = Math.floor(i / 3)
    const [row, column] = [Math.floor(pixel / size / grid), Math.floor((pixel % size) / grid)]
    tops[column] = Math.min(tops[column] as number, row)
  })
  return tops
}

/** Words that are asked, and the answers. */
export interface Foresight {
  /** [F]: positions 0…N−1 from which the words are predicted. */
  readonly positions: BigInt64Array
  /** [F·horizons]: 0, 1. */
  readonly labels: BigInt64Array
}

/**
 * The sum of what the probe misses, weighed against words: hidden states [N, D], positions [F], labels [F·horizons] → a
 * scalar.
 */
export function foresightLoss(weights: Weights, hidden: Value, positions: Value, labels: Value): Value {
  const width = hidden.shape[1] as number
  const asked = linear(gather(hidden, positions), weights(`${FORESIGHT}weight`, [2 * HORIZONS.length, width]))
  const losses = crossEntropy(reshape(asked, [labels.shape[0] as string, 2]), labels)
  return mul(reduceSum(losses), FORESIGHT_WEIGHT)
}
