import { describe, expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { type Action, type Individual, type Scene, type Side, sampleIndividual, sampleScene } from '../scene.ts'
import { charactersIn, detailsIn, type WordMask } from './picture-parts.ts'

const SIZE = { pixels: 64, words: 16 }
const random = createRandom('parts')
const { accessory: _, second: __, ...looks } = sampleIndividual(random)
const somebody = { ...looks, kind: 'cat', coat: 'white', pattern: 'plain' } as Individual
const scene = sampleScene(random, [somebody])
const doing = (action: Action, side: Side, individual = somebody): Scene => ({
  ...scene,
  characters: [{ individual, side, action }],
})
const wordsOf = (mask: WordMask) => mask.flatMap((one, i) => (one ? [i] : []))
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('the words of a picture that show', () => {
  it('a character lie on its side', async () => {
    const columns = await Promise.all(
      (['left', 'middle', 'right'] as const).map(async side => {
        const [mask, ...others] = await charactersIn(doing('sitting', side), SIZE)
        expect(others).toEqual([])
        expect(mask).toHaveLength(256)
        return mean(wordsOf(mask!).map(word => word % 16))
      }),
    )
    expect(columns[0]).toBeLessThan(columns[1]!)
    expect(columns[1]).toBeLessThan(columns[2]!)
  })

  it('a sleeper begin below where a jumper does', async () => {
    const top = async (action: Action) => wordsOf((await charactersIn(doing(action, 'left'), SIZE))[0]!)[0]!
    expect(await top('jumping')).toBeLessThan(await top('sleeping'))
  })

  it('two characters are told apart', async () => {
    const [one, other] = [doing('sitting', 'left'), doing('sleeping', 'right')]
    const both: Scene = { ...scene, characters: [one.characters[0], other.characters[0]] }
    const alone = await Promise.all([one, other].map(async each => (await charactersIn(each, SIZE))[0]))
    expect(await charactersIn(both, SIZE)).toEqual(alone)
  })

  it('what is worn and what is patterned are parts of who is there', async () => {
    const hat = { ...somebody, accessory: { what: 'hat', colour: 'black' } } as Individual
    const spotted = { ...somebody, pattern: 'spotted', second: 'black' } as Individual
    const person = { ...somebody, kind: 'person', pattern: 'long', second: 'black' } as Individual
    const details = (one: Individual) => detailsIn(doing('sitting', 'left', one), SIZE)
    const body = async (one: Individual) => wordsOf((await charactersIn(doing('sitting', 'left', one), SIZE))[0]!)
    for (const one of [somebody, person]) {
      const none = await details(one)
      expect([...wordsOf(none.worn), ...wordsOf(none.patterned)]).toEqual([])
    }
    const [dressed, patterned] = [await details(hat), await details(spotted)]
    expect(wordsOf(dressed.worn).length).toBeGreaterThan(0)
    expect(await body(hat)).toEqual(expect.arrayContaining(wordsOf(dressed.worn)))
    expect(wordsOf(dressed.patterned)).toEqual([])
    expect(wordsOf(patterned.patterned).length).toBeGreaterThan(0)
    expect(await body(spotted)).toEqual(expect.arrayContaining(wordsOf(patterned.patterned)))
    expect(wordsOf(patterned.worn)).toEqual([])
  })
})
