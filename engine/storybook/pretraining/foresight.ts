/**
 * A probe beside the decoder of language: at each word of a drawing it must tell where somebody, what they wear and their
 * pattern will be in the rows below. On which side somebody stands is decided by a word or two of 256, and glasses are two
 * more: the next word alone hardly teaches what the whole request and the column together decide. This asks for it at
 * every word above. The probe is thrown away after training.
 */

import type { Value } from '../../graph/graph.ts'
import { crossEntropy, gather, linear, mul, reduceSum, reshape } from '../../graph/operators/index.ts'
import type { RgbImage } from '../../image.ts'
import type { Weights } from '../../models/weights.ts'
import { renderScene } from '../renderer.ts'
import type { Character, Individual, Scene } from '../scene.ts'

/** Parameters that begin with this are the probe's. */
export const FORESIGHT = 'foresight.'
/** Of each part is asked whether it shows in the word's column so many rows below. */
export const ROWS_BELOW = [0, 1, 2, 4, 8] as const
/** What one such answer counts against a word. */
export const FORESIGHT_WEIGHT = 0.3
/** By how much the colour of a pixel differs where a part is, of 255. */
const VISIBLE = 40

/** The same scene without a part; nothing where there is none to leave out. */
type Without = (scene: Scene) => Scene | undefined
const bare = ({ accessory: _, ...rest }: Individual) => rest as Individual
const plain = (individual: Individual): Individual => {
  if (individual.kind === 'person') return individual
  const { second: _, ...rest } = individual
  return { ...rest, pattern: 'plain' }
}
const withIndividuals = (scene: Scene, change: (individual: Individual) => Individual): Scene => ({
  ...scene,
  characters: scene.characters.map((one: Character) => ({
    ...one,
    individual: change(one.individual),
  })) as unknown as Scene['characters'],
})
const PARTS: readonly Without[] = [
  scene => ({ ...scene, characters: [] as unknown as Scene['characters'] }),
  scene => (scene.characters.some(({ individual }) => individual.accessory) ? withIndividuals(scene, bare) : undefined),
  scene =>
    scene.characters.some(({ individual }) => individual.kind !== 'person' && individual.second)
      ? withIndividuals(scene, plain)
      : undefined,
]
/** Questions at each word. */
export const QUESTIONS = PARTS.length * ROWS_BELOW.length

/**
 * For each of a picture's words the answers, 0 or 1: [parts × rows below].
 *
 * @param size of the picture in pixels
 * @param side of the picture in words
 */
export async function foresee(scene: Scene, size: number, side: number): Promise<number[][]> {
  const whole = await renderScene(scene, size)
  const shown = await Promise.all(
    PARTS.map(async without => {
      const rest = without(scene)
      return rest ? wordsThatDiffer(whole, await renderScene(rest, size), side) : undefined
    }),
  )
  return Array.from({ length: side * side }, (_, i) =>
    shown.flatMap(part => ROWS_BELOW.map(rows => (part?.[i + rows * side] ? 1 : 0))),
  )
}

/** Whether a word shows what somebody wears, or their pattern: by its answers. */
export const showsDetail = (answers: readonly number[]): boolean =>
  PARTS.some((_, part) => part > 0 && answers[part * ROWS_BELOW.length] === 1)

/** For each word whether two pictures differ visibly in it. */
function wordsThatDiffer(a: RgbImage, b: RgbImage, side: number): boolean[] {
  const grid = a.width / side
  const differs = new Array<boolean>(side * side).fill(false)
  a.data.forEach((value, i) => {
    if (Math.abs(value - (b.data[i] as number)) <= VISIBLE) return
    const pixel = Math.floor(i / 3)
    differs[Math.floor(pixel / a.width / grid) * side + Math.floor((pixel % a.width) / grid)] = true
  })
  return differs
}

/** Words that are asked, and the answers. */
export interface Foresight {
  /** [F]: positions 0…N−1 from which the words are predicted. */
  readonly positions: BigInt64Array
  /** [F·questions]: 0, 1. */
  readonly labels: BigInt64Array
}

/**
 * The sum of what the probe misses, weighed against words: hidden states [N, D], positions [F], labels [F·questions] → a
 * scalar.
 */
export function foresightLoss(weights: Weights, hidden: Value, positions: Value, labels: Value): Value {
  const width = hidden.shape[1] as number
  const asked = linear(gather(hidden, positions), weights(`${FORESIGHT}weight`, [2 * QUESTIONS, width]))
  const losses = crossEntropy(reshape(asked, [labels.shape[0] as string, 2]), labels)
  return mul(reduceSum(losses), FORESIGHT_WEIGHT)
}
