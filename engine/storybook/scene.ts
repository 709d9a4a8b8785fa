/**
 * What the drawn world consists of: individuals, places and scenes, as plain data.
 *
 * An individual is somebody: next to the attributes that have a word (kind, coat, pattern …) it has
 * continuous traits that only show in the picture. Drawing is the renderer's work, words are the language's;
 * this file knows neither.
 */
import type { Random } from '../random.ts'

export const KINDS = ['cat', 'dog', 'rabbit', 'bear', 'fox', 'person'] as const
/** Coat of an animal, hair of a person; also the second colour (pattern of an animal, shirt of a person). */
export const COATS = ['white', 'gray', 'black', 'brown', 'cream', 'orange', 'pink', 'blue', 'green', 'purple'] as const
/** How an animal's second colour lies on its coat. A plain animal has no second colour. */
export const PATTERNS = ['plain', 'striped', 'spotted', 'bellied', 'patched'] as const
/** How a person's hair is worn: what `pattern` is for an animal. */
export const HAIRSTYLES = ['short', 'long', 'curly', 'bun', 'spiky'] as const
export const EYES = ['green', 'blue', 'brown', 'gold', 'red'] as const
export const ACCESSORIES = ['collar', 'hat', 'glasses', 'scarf', 'bow', 'crown', 'flower', 'cape'] as const
export const ACCESSORY_COLOURS = ['red', 'blue', 'green', 'yellow', 'purple', 'black'] as const
export const PLACES = ['beach', 'forest', 'snow', 'desert', 'city', 'bedroom', 'moon', 'sea'] as const
export const ACTIONS = ['standing', 'sitting', 'sleeping', 'running', 'jumping', 'playing'] as const
export const SIDES = ['left', 'middle', 'right'] as const

export type Kind = (typeof KINDS)[number]
export type Coat = (typeof COATS)[number]
export type Pattern = (typeof PATTERNS)[number]
export type Hairstyle = (typeof HAIRSTYLES)[number]
export type Eyes = (typeof EYES)[number]
export type Accessory = (typeof ACCESSORIES)[number]
export type AccessoryColour = (typeof ACCESSORY_COLOURS)[number]
export type Place = (typeof PLACES)[number]
export type Action = (typeof ACTIONS)[number]
export type Side = (typeof SIDES)[number]

/**
 * The continuous traits, each in 0…1 with .5 the ordinary middle.
 *
 * - `shade`: dark … light within the coat's colour word (never so far that it becomes another word's colour)
 * - `warmth`: hue turned cool … warm within the coat's colour word
 * - `build`: slim … plump body
 * - `head`: small … large head
 * - `ears`: short … long ears; of a person: length of the hair
 * - `tail`: short … long tail; of a person: short … tall
 * - `eyeSize`: small … large eyes
 * - `mark`: where and how large the pattern sits (patch from left to right, stripes from few to many, …);
 *   of a person: light … dark skin
 */
export const TRAITS = ['shade', 'warmth', 'build', 'head', 'ears', 'tail', 'eyeSize', 'mark'] as const
export type Trait = (typeof TRAITS)[number]

interface Looks {
  readonly coat: Coat
  readonly eyes: Eyes
  readonly accessory?: { readonly what: Accessory; readonly colour: AccessoryColour }
  readonly traits: Readonly<Record<Trait, number>>
}
export interface Animal extends Looks {
  readonly kind: Exclude<Kind, 'person'>
  readonly pattern: Pattern
  /** Colour of the pattern; absent exactly when `pattern` is plain. Never the coat's own colour. */
  readonly second?: Coat
}
export interface Person extends Looks {
  readonly kind: 'person'
  readonly pattern: Hairstyle
  /** Colour of the shirt; `coat` is the colour of the hair. */
  readonly second: Coat
}
export type Individual = Animal | Person

/** One individual somewhere in a scene. */
export interface Character {
  readonly individual: Individual
  readonly action: Action
  readonly side: Side
}

/**
 * A picture's content. One or two characters, never two on one side. `variation` (0…2³¹−1) seeds what nobody
 * is asked about: where clouds, trees and stars stand.
 */
export interface Scene {
  readonly place: Place
  readonly characters: readonly [Character] | readonly [Character, Character]
  readonly variation: number
}

export function sampleIndividual(random: Random): Individual {
  const kind = random.pick(KINDS)
  const traits = Object.fromEntries(TRAITS.map(trait => [trait, random.uniform()])) as Record<Trait, number>
  const coat = random.pick(COATS)
  const accessory =
    random.uniform() < 0.75 ? { what: random.pick(ACCESSORIES), colour: random.pick(ACCESSORY_COLOURS) } : undefined
  const looks = { coat, eyes: random.pick(EYES), traits, ...(accessory && { accessory }) }
  const second = random.pick(COATS.filter(colour => colour !== coat))
  if (kind === 'person') return { kind, pattern: random.pick(HAIRSTYLES), second, ...looks }
  const pattern = random.pick(PATTERNS)
  return pattern === 'plain' ? { kind, pattern, ...looks } : { kind, pattern, second, ...looks }
}

/** A scene with these individuals (one or two); place, actions and sides are drawn unless given. */
export function sampleScene(
  random: Random,
  individuals: readonly [Individual] | readonly [Individual, Individual],
  wish: { place?: Place; action?: Action; side?: Side } = {},
): Scene {
  const sides = individuals.length === 2 ? random.shuffle(['left', 'right'] as Side[]) : [random.pick(SIDES)]
  if (wish.side && individuals.length === 1) sides[0] = wish.side
  const characters = individuals.map((individual, i) => ({
    individual,
    action: (i === 0 ? wish.action : undefined) ?? random.pick(ACTIONS),
    side: sides[i] as Side,
  }))
  return {
    place: wish.place ?? random.pick(PLACES),
    characters: characters as unknown as Scene['characters'],
    variation: random.integer(2 ** 31),
  }
}

/** The named attributes in which a lookalike may differ. */
const LOOKALIKE_CHANGES = ['coat', 'pattern', 'second', 'eyes', 'accessory', 'accessoryColour', 'kind'] as const

/**
 * Somebody who differs from `of` in exactly `changes` named attributes (1 or 2), with the same continuous traits but for
 * a little noise: the hard negative.
 */
export function sampleLookalike(random: Random, of: Individual, changes: 1 | 2): Individual {
  const possible = LOOKALIKE_CHANGES.filter(change => {
    if (change === 'second') return of.second !== undefined
    if (change === 'accessoryColour') return of.accessory !== undefined
    if (change === 'kind') return of.kind !== 'person'
    return true
  })
  const looks: Record<string, unknown> = { ...of, traits: { ...of.traits } }
  const other = <T>(all: readonly T[], ...not: unknown[]) => random.pick(all.filter(one => !not.includes(one)))
  // Taking an accessory off and recolouring it are one change: never both.
  let chosen: string[]
  do chosen = random.shuffle([...possible]).slice(0, changes)
  while (chosen.includes('accessory') && chosen.includes('accessoryColour'))
  for (const change of chosen) {
    if (change === 'kind') looks.kind = other(KINDS, of.kind, 'person')
    else if (change === 'coat') looks.coat = other(COATS, of.coat, of.second)
    else if (change === 'second') looks.second = other(COATS, of.coat, of.second, looks.coat)
    else if (change === 'eyes') looks.eyes = other(EYES, of.eyes)
    else if (change === 'accessoryColour')
      looks.accessory = { ...of.accessory, colour: other(ACCESSORY_COLOURS, of.accessory?.colour) }
    else if (change === 'accessory') {
      const what = other([undefined, ...ACCESSORIES], of.accessory?.what)
      if (what) looks.accessory = { what, colour: of.accessory?.colour ?? random.pick(ACCESSORY_COLOURS) }
      else delete looks.accessory
    } else if (change === 'pattern') {
      looks.pattern = other(of.kind === 'person' ? HAIRSTYLES : PATTERNS, of.pattern)
      if (looks.pattern !== 'plain') looks.second ??= other(COATS, of.coat, looks.coat)
    }
  }
  if (looks.pattern === 'plain') delete looks.second
  const traits = looks.traits as Record<Trait, number>
  for (const trait of TRAITS) traits[trait] = Math.min(1, Math.max(0, traits[trait] + 0.05 * random.normal()))
  return looks as unknown as Individual
}
