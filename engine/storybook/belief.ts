/**
 * What several readings of one subject say together: a belief over the 15 slots' words, and the individual that it
 * describes. Pure arithmetic over readings; it knows neither the model nor lessons.
 */
import type { Random } from '../random.ts'
import { type PartialIndividual, PROFILE_SLOTS, profile, readProfile, SLOT_WORDS } from './language/profile.ts'
import type { ReadLooks } from './reading.ts'
import { COATS, EYES, HAIRSTYLES, type Individual, PATTERNS, TRAITS, type Trait } from './scene.ts'

/** Distributions over `SLOT_WORDS[slot]`, and the expected traits. */
export interface Belief {
  readonly slots: readonly Float32Array[]
  readonly traits: Readonly<Record<Trait, number>>
}

/** Who was read in a photo; each with the same character as it was read in the mirror image, where it was found there. */
export interface Testimony {
  readonly reading: Slots
  readonly mirrored?: Slots
}
/** A character's 15 distributions over `SLOT_WORDS[slot]`. */
export type Slots = ReadLooks['slots']

const TRAIT_START = PROFILE_SLOTS.length - TRAITS.length
export const isTrait = (slot: number) => slot >= TRAIT_START
/**
 * Share of a photo's testimony that counts. Photos of one subject are not independent (a model that errs on a shade errs
 * on it in each), so less than the plain product.
 */
const TEMPER = 0.8
/** No photo rules a word out altogether. */
const DOUBT = 0.01
/** A trait whose nearest anchor is the low, the middle or the high one lies here on average. */
const ANCHOR_MEANS = [0.125, 0.5, 0.875]
/** How far an expectation from three anchors is stretched: readings are unsure, and means of unsure readings shrink. */
const STRETCH = 1.1

/** Puts each character of a photo (from left to right) together with itself in the mirror image (from right to left). */
export function testimonies(photo: readonly ReadLooks[], mirror: readonly ReadLooks[]): Testimony[] {
  const turned = photo.length === mirror.length ? mirror.toReversed() : []
  return photo.map(({ slots }, i) => ({ reading: slots, ...(turned[i] && { mirrored: turned[i].slots }) }))
}

/** The subject is whoever agrees best over all photos: of each photo, the place of one character in the list. */
export function chooseCharacters(photos: readonly (readonly Testimony[])[]): number[] {
  const candidates = photos.map(characters => characters.map(bothViews))
  let best: number[] = []
  let bestScore = Number.NEGATIVE_INFINITY
  // At most two to the power of five combinations.
  const visit = (chosen: number[]) => {
    const options = candidates[chosen.length]
    if (options) {
      for (const i of options.keys()) visit([...chosen, i])
      return
    }
    const slots = chosen.map((character, photo) => candidates[photo]![character]!)
    let score = 0
    for (const [a, one] of slots.entries()) for (const other of slots.slice(0, a)) score += agreement(one, other)
    if (score > bestScore) {
      best = chosen
      bestScore = score
    }
  }
  visit([])
  return best
}

/** Categorical slots by the tempered product of the photos' distributions, traits by the mean of their expectations. */
export function combine(photos: readonly Testimony[]): Belief {
  const all = photos.map(bothViews)
  const slots = SLOT_WORDS.map((words, slot) => {
    const scores = new Float32Array(words.length)
    for (const testimony of all)
      testimony[slot]!.forEach((p, word) => {
        scores[word]! += slot < TRAIT_START ? TEMPER * Math.log(p + DOUBT) : p / all.length
      })
    return slot < TRAIT_START ? normalised(scores.map(score => Math.exp(score - Math.max(...scores)))) : scores
  })
  const traits = Object.fromEntries(
    TRAITS.map((trait, i) => {
      const mean = slots[TRAIT_START + i]!.reduce((sum, p, anchor) => sum + p * ANCHOR_MEANS[anchor]!, 0)
      return [trait, Math.min(1, Math.max(0, 0.5 + STRETCH * (mean - 0.5)))]
    }),
  ) as Record<Trait, number>
  return { slots, traits }
}

/** What is believed of somebody who is known exactly. */
export function certainBelief(individual: Individual): Belief {
  const words = profile(individual)
  const slots = SLOT_WORDS.map((all, slot) => {
    const { word, other, weight } = words[slot]!
    return Float32Array.from(all, one => (one === word ? weight : 0) + (one === other ? 1 - weight : 0))
  })
  return { slots, traits: individual.traits }
}

/** The likeliest individual. Attributes that do not go together (no second colour on stripes) are made to. */
export function likeliestIndividual(belief: Belief): Individual {
  return individualOf(belief, distribution => largest(distribution))
}

/** An individual by chance: every slot's word by its probability, with some tempering, traits with some spread. */
export function sampleBelieved(belief: Belief, random: Random, { temper = 0.7, spread = 0.08 } = {}): Individual {
  const individual = individualOf(belief, distribution => {
    const weights = normalised(distribution.map(p => p ** temper))
    let rest = random.uniform()
    for (const [word, weight] of weights.entries()) {
      rest -= weight
      if (rest < 0) return word
    }
    return largest(distribution)
  })
  const traits = { ...individual.traits }
  for (const trait of TRAITS) traits[trait] = Math.min(1, Math.max(0, traits[trait] + spread * random.normal()))
  return { ...individual, traits }
}

/** Mean log-probability that two readings mean the same, over the slots with a word of their own. */
export function agreement(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let sum = 0
  for (let slot = 0; slot < SLOT_WORDS.length; slot++) {
    const same = a[slot]!.reduce((total, p, word) => total + p * b[slot]![word]!, 0)
    sum += (slot < TRAIT_START ? 1 : 0.25) * Math.log(same + DOUBT)
  }
  return sum / SLOT_WORDS.length
}

/** The mean over a photo and its mirror image; traits as the photo itself has them, because a mirror turns the marks round. */
export function bothViews({ reading, mirrored }: Testimony): Slots {
  return reading.map((distribution, slot) => {
    const other = slot < TRAIT_START ? mirrored?.[slot] : undefined
    return other ? distribution.map((p, word) => (p + other[word]!) / 2) : distribution
  })
}

function individualOf(belief: Belief, choose: (distribution: Float32Array) => number): Individual {
  const slots = belief.slots.map(distribution => Float32Array.from(distribution))
  const at = (slot: (typeof PROFILE_SLOTS)[number]) => PROFILE_SLOTS.indexOf(slot)
  const allow = (slot: (typeof PROFILE_SLOTS)[number], allowed: (word: string) => boolean) => {
    const words = SLOT_WORDS[at(slot)]!
    slots[at(slot)] = slots[at(slot)]!.map((p, word) => (allowed(words[word]!) ? p + 1e-6 : 0))
  }
  const words: string[] = []
  const decide = (slot: (typeof PROFILE_SLOTS)[number]) => {
    const word = SLOT_WORDS[at(slot)]![choose(normalised(slots[at(slot)]!))] as string
    words[at(slot)] = word
    return word
  }
  const person = decide('kind') === 'person'
  const coat = decide('coat')
  allow('pattern', word => (person ? HAIRSTYLES : PATTERNS).includes(word as never))
  const plain = decide('pattern') === 'plain'
  allow('second', word => (word === 'nosecond' ? plain : !plain && word !== coat.replace('coat', 'second')))
  decide('second')
  decide('eyes')
  const bare = decide('accessory') === 'bare'
  allow('accessoryColour', word => (word === 'nocolour') === bare)
  decide('accessoryColour')
  for (const trait of TRAITS) words[at(trait)] = ''
  return whole(readProfile(words), belief.traits)
}

function whole(read: PartialIndividual, traits: Readonly<Record<Trait, number>>): Individual {
  const { kind = 'cat', coat = COATS[0], pattern = PATTERNS[0], second, eyes = EYES[0], accessory } = read
  const looks = { coat, eyes, traits, ...(accessory && { accessory }) }
  return { kind, pattern, ...(second && { second }), ...looks } as Individual
}

function largest(values: Float32Array): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0)
}

function normalised(weights: Float32Array): Float32Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map(weight => weight / total)
}
