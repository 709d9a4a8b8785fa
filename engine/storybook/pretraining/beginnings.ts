/**
 * Where characters begin in a drawn picture. Of its words, which go row by row from the top, the few with which somebody begins
 * decide on which side it stands and what it does; the hundreds behind them only follow, and drown what these could teach.
 */
import type { RgbImage } from '../../image.ts'
import { renderScene } from '../renderer.ts'
import type { Scene } from '../scene.ts'

/** Rows of words, from the one in which a character begins, that count as its beginning. */
const ROWS = 2
/** By how much a visible pixel's colour differs, of 255. */
const VISIBLE = 40

/**
 * For each of a picture's words whether somebody begins in its row.
 *
 * @param size of the picture in pixels
 * @param side of the picture in words
 */
export async function beginnings(scene: Scene, size: number, side: number): Promise<boolean[]> {
  const grid = size / side
  const begins = new Array<boolean>(side * side).fill(false)
  const ground = await renderScene({ ...scene, characters: [] as unknown as Scene['characters'] }, size)
  for (const character of scene.characters) {
    const alone = await renderScene({ ...scene, characters: [character] }, size)
    const from = Math.floor(firstDifference(alone, ground) / grid)
    for (let row = from; row < Math.min(side, from + ROWS); row++) begins.fill(true, row * side, (row + 1) * side)
  }
  return begins
}

/** The first line of pixels in which two pictures differ visibly. */
function firstDifference(a: RgbImage, b: RgbImage): number {
  const at = a.data.findIndex((value, i) => Math.abs(value - (b.data[i] as number)) > VISIBLE)
  return at < 0 ? a.height : Math.floor(at / 3 / a.width)
}
