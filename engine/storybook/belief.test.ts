import { describe, expect, it } from 'vitest'
import { createRandom } from '../random.ts'
import {
  agreement,
  certainBelief,
  chooseCharacters,
  combine,
  likeliestIndividual,
  sampleBelieved,
  testimonies,
} from './belief.ts'
import { PROFILE_SLOTS, SLOT_WORDS } from './language/profile.ts'
import type { ReadCharacter } from './reading.ts'
import { type Individual, sampleIndividual, TRAITS } from './scene.ts'

const eyes = PROFILE_SLOTS.indexOf('eyes')
const random = createRandom(1)
const individuals = Array.from({ length: 40 }, () => sampleIndividual(random))

const read = (individual: Individual): ReadCharacter => ({
  kind: individual.kind,
  side: 'left',
  action: 'standing',
  slots: certainBelief(individual).slots,
})
const named = ({ traits: _, ...rest }: Individual) => rest

describe('belief', () => {
  it('describes an individual that is known exactly', () => {
    for (const individual of individuals) {
      const { traits, ...rest } = likeliestIndividual(certainBelief(individual))
      expect(rest).toEqual(named(individual))
      expect(traits).toEqual(individual.traits)
    }
  })

  it('lets a photo with shut eyes count little for the eyes', () => {
    const individual = individuals[0]!
    const asleep = read(individual).slots.map((slot, i) => (i === eyes ? slot.map(() => 1 / slot.length) : slot))
    const { slots } = combine([{ reading: asleep }, { reading: read(individual).slots }, { reading: asleep }])
    const [before, after] = [read(individual).slots[eyes]!, slots[eyes]!]
    expect(after.indexOf(Math.max(...after))).toBe(before.indexOf(1))
    expect(Math.max(...after)).toBeGreaterThan(0.9)
  })

  it('chooses the one who is in all photos', () => {
    const [subject, ...others] = individuals as [Individual, ...Individual[]]
    const places = [1, 0, 1, 0]
    const photos = places.map((place, i) => {
      const pair = [read(others[2 * i]!), read(subject)]
      const photo = place === 1 ? pair : pair.toReversed()
      return testimonies(photo, photo.toReversed())
    })
    expect(chooseCharacters(photos)).toEqual(places)
    const { traits: _, ...rest } = likeliestIndividual(combine(photos.map((photo, i) => photo[places[i]!]!)))
    expect(rest).toEqual(named(subject))
  })

  it('makes attributes go together that were read apart', () => {
    const contradictory = SLOT_WORDS.map(words => Float32Array.from(words, () => 1 / words.length))
    const traits = Object.fromEntries(TRAITS.map(trait => [trait, 0.5])) as Individual['traits']
    for (let i = 0; i < 50; i++) {
      const { pattern, second, coat, kind, accessory } = sampleBelieved({ slots: contradictory, traits }, random)
      expect(second === undefined).toBe(pattern === 'plain')
      expect(second).not.toBe(coat)
      expect(['short', 'long', 'curly', 'bun', 'spiky'].includes(pattern)).toBe(kind === 'person')
      if (accessory) expect(accessory.colour).toBeDefined()
    }
  })

  it('agrees with itself more than with others', () => {
    const [one, other] = individuals.map(individual => certainBelief(individual).slots)
    expect(agreement(one!, one!)).toBeGreaterThan(agreement(one!, other!))
  })
})
