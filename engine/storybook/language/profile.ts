/**
 * An individual in 15 words: the words' form of a soft prompt's half. This file knows which word says what in which
 * slot; it knows neither sentences nor the tokeniser.
 *
 * Colours have a word of their own in each slot (`greencoat`, `greeneyes`), so that a slot's embedding says what it is
 * about wherever it stands. Continuous traits lie between anchor words.
 */
import {
  ACCESSORIES,
  ACCESSORY_COLOURS,
  type Accessory,
  type AccessoryColour,
  COATS,
  type Coat,
  EYES,
  type Eyes,
  HAIRSTYLES,
  type Hairstyle,
  type Individual,
  KINDS,
  type Kind,
  PATTERNS,
  type Pattern,
  TRAITS,
  type Trait,
} from '../scene.ts'

/** What the words of a profile say, in order. */
export const PROFILE_SLOTS = [
  'kind',
  'coat',
  'pattern',
  'second',
  'eyes',
  'accessoryColour',
  'accessory',
  ...TRAITS,
] as const

/** A point between two words: weight·E[word] + (1−weight)·E[other], weight ≥ .5, so that `word` is the nearest word. */
export interface SoftWord {
  readonly word: string
  readonly other: string
  readonly weight: number
}

/** Words for a trait's 0, .5 and 1. */
export const TRAIT_ANCHORS: Readonly<Record<Trait, readonly [string, string, string]>> = {
  shade: ['darkshade', 'midshade', 'lightshade'],
  warmth: ['coolhue', 'midhue', 'warmhue'],
  build: ['slimbuild', 'midbuild', 'plumpbuild'],
  head: ['smallhead', 'midhead', 'largehead'],
  ears: ['shortears', 'midears', 'longears'],
  tail: ['shorttail', 'midtail', 'longtail'],
  eyeSize: ['smalleyes', 'mideyes', 'largeeyes'],
  mark: ['lowmark', 'midmark', 'highmark'],
}

const NO_SECOND = 'nosecond'
const NO_ACCESSORY = 'bare'
const NO_COLOUR = 'nocolour'
const coatWord = (colour: string) => `${colour}coat`
const secondWord = (colour: string) => `${colour}second`
const eyesWord = (colour: string) => `${colour}eyes`
const accessoryColourWord = (colour: string) => `${colour}thing`

/** The words that can stand in each slot, in the order of PROFILE_SLOTS. */
export const SLOT_WORDS: readonly (readonly string[])[] = [
  KINDS,
  COATS.map(coatWord),
  [...PATTERNS, ...HAIRSTYLES],
  [...COATS.map(secondWord), NO_SECOND],
  EYES.map(eyesWord),
  [...ACCESSORY_COLOURS.map(accessoryColourWord), NO_COLOUR],
  [...ACCESSORIES, NO_ACCESSORY],
  ...TRAITS.map(trait => TRAIT_ANCHORS[trait]),
]

const exactly = (word: string): SoftWord => ({ word, other: word, weight: 1 })

function between([low, middle, high]: readonly [string, string, string], value: number): SoftWord {
  const doubled = 2 * Math.min(1, Math.max(0, value))
  const [from, to, share] = doubled <= 1 ? [low, middle, doubled] : [middle, high, doubled - 1]
  return share >= 0.5 ? { word: to, other: from, weight: share } : { word: from, other: to, weight: 1 - share }
}

/** The individual's 15 words, in the order of PROFILE_SLOTS. */
export function profile(individual: Individual): SoftWord[] {
  const { kind, coat, pattern, second, eyes, accessory, traits } = individual
  return [
    exactly(kind),
    exactly(coatWord(coat)),
    exactly(pattern),
    exactly(second ? secondWord(second) : NO_SECOND),
    exactly(eyesWord(eyes)),
    exactly(accessory ? accessoryColourWord(accessory.colour) : NO_COLOUR),
    exactly(accessory ? accessory.what : NO_ACCESSORY),
    ...TRAITS.map(trait => between(TRAIT_ANCHORS[trait], traits[trait])),
  ]
}

/** An individual as far as it could be read; traits are 0, .5 or 1. */
export interface PartialIndividual {
  kind?: Kind
  coat?: Coat
  pattern?: Pattern | Hairstyle
  second?: Coat
  eyes?: Eyes
  accessory?: { what: Accessory; colour: AccessoryColour }
  traits: Partial<Record<Trait, number>>
}

const lookup = <T extends string>(values: readonly T[], wordOf: (value: T) => string) =>
  new Map(values.map(value => [wordOf(value), value]))
const KIND_OF = lookup(KINDS, kind => kind)
const COAT_OF = lookup(COATS, coatWord)
const PATTERN_OF = lookup<Pattern | Hairstyle>([...PATTERNS, ...HAIRSTYLES], pattern => pattern)
const SECOND_OF = lookup(COATS, secondWord)
const EYES_OF = lookup(EYES, eyesWord)
const ACCESSORY_COLOUR_OF = lookup(ACCESSORY_COLOURS, accessoryColourWord)
const ACCESSORY_OF = lookup(ACCESSORIES, what => what)

/** Reads a profile's words back. A word that does not belong in its slot leaves the attribute out. */
export function readProfile(words: readonly string[]): PartialIndividual {
  const at = <T>(slot: (typeof PROFILE_SLOTS)[number], values: ReadonlyMap<string, T>) =>
    values.get(words[PROFILE_SLOTS.indexOf(slot)] ?? '')
  const read: PartialIndividual = { traits: {} }
  const kind = at('kind', KIND_OF)
  const coat = at('coat', COAT_OF)
  const pattern = at('pattern', PATTERN_OF)
  const second = at('second', SECOND_OF)
  const eyes = at('eyes', EYES_OF)
  const colour = at('accessoryColour', ACCESSORY_COLOUR_OF)
  const what = at('accessory', ACCESSORY_OF)
  if (kind) read.kind = kind
  if (coat) read.coat = coat
  if (pattern) read.pattern = pattern
  if (second) read.second = second
  if (eyes) read.eyes = eyes
  if (what && colour) read.accessory = { what, colour }
  for (const trait of TRAITS) {
    const anchor = TRAIT_ANCHORS[trait].indexOf(words[PROFILE_SLOTS.indexOf(trait)] ?? '')
    if (anchor >= 0) read.traits[trait] = anchor / 2
  }
  return read
}
