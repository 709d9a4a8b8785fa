import { describe, expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { sampleIndividual, sampleScene } from '../scene.ts'
import { beginnings } from './beginnings.ts'

const random = createRandom('beginnings')
const individual = sampleIndividual(random)
const scene = sampleScene(random, [individual])
const [character] = scene.characters
const rowsOf = (begins: readonly boolean[]) => begins.flatMap((one, i) => (one && i % 16 === 0 ? [i / 16] : []))

describe('where characters begin', () => {
  it('is two whole rows of words, lower for a sleeper than for a jumper', async () => {
    const doing = async (action: 'sleeping' | 'jumping') => {
      const begins = await beginnings({ ...scene, characters: [{ ...character, action }] }, 64, 16)
      expect(begins).toHaveLength(256)
      expect(begins.filter(Boolean)).toHaveLength(32)
      return rowsOf(begins)
    }
    const [sleeping, jumping] = [await doing('sleeping'), await doing('jumping')]
    expect(sleeping[1]).toBe(sleeping[0]! + 1)
    expect(jumping[0]).toBeLessThan(sleeping[0]!)
  })

  it('is both beginnings of two', async () => {
    const [one, two] = [
      { ...character, action: 'sleeping', side: 'left' } as const,
      { individual, action: 'jumping', side: 'right' } as const,
    ]
    const alone = await Promise.all([one, two].map(each => beginnings({ ...scene, characters: [each] }, 64, 16)))
    const both = await beginnings({ ...scene, characters: [one, two] }, 64, 16)
    expect(rowsOf(both)).toEqual([...new Set(alone.flatMap(rowsOf))].sort((a, b) => a - b))
  })
})
