/**
 * Where characters begin in a drawn picture. Of its words, which go row by row from the top, the few with which somebody begins
 * decide on which side it stands and what it does; the hundreds behind them only follow, and drown what these could teach.
 */
import type { WordMask } from './picture-parts.ts'

/** Rows of words, from the one in which a character begins, that count as its beginning. */
const ROWS = 2

/** For each of a picture's words whether one of its characters begins in its row. @param side of the picture in words */
export function beginnings(characters: readonly WordMask[], side: number): boolean[] {
  const begins = new Array<boolean>(side * side).fill(false)
  for (const mask of characters) {
    const first = mask.indexOf(true)
    if (first < 0) continue
    const row = Math.floor(first / side)
    begins.fill(true, row * side, Math.min(side, row + ROWS) * side)
  }
  return begins
}
