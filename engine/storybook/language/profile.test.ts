import { describe, expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { type Individual, sampleIndividual, TRAITS } from '../scene.ts'
import { PROFILE_SLOTS, profile, readProfile, SLOT_WORDS } from './profile.ts'

const BO: Individual = {
  kind: 'cat',
  coat: 'orange',
  pattern: 'striped',
  second: 'white',
  eyes: 'green',
  accessory: { what: 'hat', colour: 'red' },
  traits: { shade: 0, warmth: 1, build: 0.5, head: 0.2, ears: 0.3, tail: 0.7, eyeSize: 0.9, mark: 0.5 },
}

describe('profile', () => {
  it('names the attributes in slot order', () => {
    expect(PROFILE_SLOTS).toHaveLength(15)
    expect(profile(BO).map(({ word }) => word)).toEqual(
      'cat orangecoat striped whitesecond greeneyes redthing hat darkshade warmhue midbuild smallhead midears midtail largeeyes midmark'.split(
        ' ',
      ),
    )
  })

  it('puts a trait between its two nearest anchors', () => {
    const head = profile(BO)[PROFILE_SLOTS.indexOf('head')]
    expect(head).toEqual({ word: 'smallhead', other: 'midhead', weight: 0.6 })
    const tail = profile(BO)[PROFILE_SLOTS.indexOf('tail')]
    expect(tail?.word).toBe('midtail')
    expect(tail?.other).toBe('longtail')
    expect(tail?.weight).toBeCloseTo(0.6)
  })

  it('says what is absent', () => {
    const { second: _, accessory: __, ...rest } = BO as Individual & { kind: 'cat' }
    const words = profile({ ...rest, pattern: 'plain' }).map(({ word }) => word)
    expect(words.slice(2, 7)).toEqual(['plain', 'nosecond', 'greeneyes', 'nocolour', 'bare'])
  })

  it('is read back, traits to the nearest anchor', () => {
    const random = createRandom(1)
    for (let i = 0; i < 200; i++) {
      const individual = sampleIndividual(random)
      const words = profile(individual)
      for (const { weight } of words) expect(weight).toBeGreaterThanOrEqual(0.5)
      const { traits, ...read } = readProfile(words.map(({ word }) => word))
      const { traits: meant, ...named } = individual
      expect(read).toEqual(named)
      for (const trait of TRAITS) expect(Math.abs((traits[trait] as number) - meant[trait])).toBeLessThanOrEqual(0.25)
    }
  })

  it('leaves out what does not belong in its slot', () => {
    const words = profile(BO).map(({ word }) => word)
    words[1] = 'orange'
    words[4] = 'whitecoat'
    words[7] = 'hat'
    const read = readProfile(words.slice(0, 14))
    expect(read).not.toHaveProperty('coat')
    expect(read).not.toHaveProperty('eyes')
    expect(read.traits).not.toHaveProperty('shade')
    expect(read.traits).not.toHaveProperty('mark')
    expect(read.kind).toBe('cat')
  })

  it('has no word in two trait slots', () => {
    const words = SLOT_WORDS.slice(7).flat()
    expect(new Set(words).size).toBe(24)
  })
})
