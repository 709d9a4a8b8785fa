import { describe, expect, it } from 'vitest'
import { beginnings } from './beginnings.ts'

/** A mask of 4 × 4 words from four lines. */
const mask = (...lines: string[]) => [...lines.join('')].map(letter => letter === '#')
const rowsOf = (begins: readonly boolean[]) => begins.flatMap((one, i) => (one && i % 4 === 0 ? [i / 4] : []))

describe('where characters begin', () => {
  it('is two whole rows of words', () => {
    const begins = beginnings([mask('....', '..#.', '.##.', '.##.')], 4)
    expect(begins).toEqual([false, true, true, false].flatMap(row => new Array<boolean>(4).fill(row)))
  })

  it('is both beginnings of two, and ends with the picture', () => {
    const [early, late] = [mask('#...', '#...', '#...', '#...'), mask('....', '....', '....', '...#')]
    expect(rowsOf(beginnings([early, late], 4))).toEqual([0, 1, 3])
    expect(beginnings([early, late], 4)).toHaveLength(16)
  })

  it('is nowhere where nobody shows', () => {
    expect(rowsOf(beginnings([mask('....', '....', '....', '....')], 4))).toEqual([])
  })
})
