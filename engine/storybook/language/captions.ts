/**
 * Scenes and individuals in natural sentences, worded in many ways. Says only what the picture shows: a sleeper's eyes
 * are never mentioned.
 */
import type { Random } from '../../random.ts'
import type { Accessory, AccessoryColour, Action, Character, Individual, Place, Scene, Side } from '../scene.ts'

export const PLACE_PHRASES: Readonly<Record<Place, readonly string[]>> = {
  beach: ['at the beach', 'on the beach', 'at the beach', 'at a beach'],
  forest: ['in the forest', 'in the woods', 'in a forest', 'in the forest'],
  snow: ['in the snow', 'in snow', 'in the snow'],
  desert: ['in the desert', 'in a desert', 'in the desert'],
  city: ['in the city', 'in a city', 'in town', 'in the city'],
  bedroom: ['in the bedroom', 'in a bedroom', 'in the bedroom'],
  moon: ['on the moon'],
  sea: ['in the sea', 'in the ocean', 'in the sea'],
}
export const ACTION_PHRASES: Readonly<Record<Action, readonly string[]>> = {
  standing: ['standing', 'standing', 'standing', 'standing still'],
  sitting: ['sitting', 'sitting', 'sitting', 'seated', 'sitting down'],
  sleeping: ['sleeping', 'sleeping', 'sleeping', 'asleep'],
  running: ['running', 'running', 'running', 'dashing'],
  jumping: ['jumping', 'jumping', 'jumping', 'leaping'],
  playing: ['playing'],
}
const ACTION_VERBS: Readonly<Record<Action, string>> = {
  standing: 'stands',
  sitting: 'sits',
  sleeping: 'sleeps',
  running: 'runs',
  jumping: 'jumps',
  playing: 'plays',
}
export const SIDE_PHRASES: Readonly<Record<Side, readonly string[]>> = {
  left: ['on the left', 'on the left', 'on the left side', 'to the left'],
  middle: ['in the middle', 'in the middle', 'in the center', 'in the centre'],
  right: ['on the right', 'on the right', 'on the right side', 'to the right'],
}

/** What a pattern's second colour is the colour of; of a person, the shirt. */
export const SECOND_NOUNS: Readonly<Record<string, string>> = {
  striped: 'stripes',
  spotted: 'spots',
  bellied: 'belly',
  patched: 'patches',
}
export const secondNoun = (individual: Individual): string =>
  individual.kind === 'person' ? 'shirt' : (SECOND_NOUNS[individual.pattern] as string)

const PLURALS: ReadonlySet<string> = new Set(['glasses', 'stripes', 'spots', 'patches', 'eyes'])
/** `are` with a plural noun, `is` with any other. */
export const areOf = (noun: string): 'are' | 'is' => (PLURALS.has(noun) ? 'are' : 'is')

/** With a or an before it. */
export const withArticle = (words: string): string => `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`

export function accessoryPhrase(accessory: { what: Accessory; colour: AccessoryColour }): string {
  const words = `${accessory.colour} ${accessory.what}`
  return accessory.what === 'glasses' ? words : withArticle(words)
}

/** How a person's hair is worn, with its colour or without: `short brown hair`, `brown hair in a bun`. */
export function hairPhrase(hairstyle: string, colour = ''): string {
  const words = hairstyle === 'bun' ? `${colour} hair in a bun` : `${hairstyle} ${colour} hair`
  return words.replace(/\s+/g, ' ').trim()
}

/** `a`, `a and b`, `a, b and c` */
export function joined(parts: readonly string[]): string {
  if (parts.length < 2) return parts[0] ?? ''
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

/** A random permutation half of the time, so that most sentences keep the usual order. */
function reordered<T>(random: Random, items: T[]): T[] {
  return random.uniform() < 0.4 ? random.shuffle(items) : items
}

/**
 * What a person would write of an individual: `an orange striped cat with white stripes, green eyes and a red hat`.
 * `brief` leaves out features at random, at least one; `eyes: false` leaves out the eyes.
 */
export function describe(
  individual: Individual,
  random: Random,
  { brief = false, eyes = true }: { brief?: boolean; eyes?: boolean } = {},
): string {
  const { kind, coat, pattern, second, accessory } = individual
  let noun: string
  let features: string[] = []
  if (kind === 'person') {
    noun = 'a person'
    features.push(`with ${hairPhrase(pattern, coat)}`)
    features.push(`${random.uniform() < 0.3 ? 'wearing' : 'with'} ${withArticle(`${second} shirt`)}`)
  } else if (pattern === 'plain') {
    noun = withArticle(`${random.uniform() < 0.4 ? 'plain ' : ''}${coat} ${kind}`)
  } else {
    const wording = random.uniform()
    const feature =
      pattern === 'bellied' ? `with ${withArticle(`${second} belly`)}` : `with ${second} ${secondNoun(individual)}`
    if (wording < 0.3 && !brief) noun = withArticle(`${coat} and ${second} ${pattern} ${kind}`)
    else if (wording < 0.65) {
      noun = withArticle(`${coat} ${kind}`)
      features.push(feature)
    } else {
      noun = withArticle(`${coat} ${pattern} ${kind}`)
      features.push(feature)
    }
  }
  if (eyes) features.push(`with ${individual.eyes} eyes`)
  if (accessory) features.push(`${random.uniform() < 0.35 ? 'wearing' : 'with'} ${accessoryPhrase(accessory)}`)
  if (brief) {
    const share = random.uniform()
    features = features.slice(1 - random.integer(2)).filter(() => random.uniform() < share)
  }
  return features.length === 0 ? noun : `${noun} ${grouped(reordered(random, features))}`
}

/** Joins features, with and wearing each said once: `with a belly, green eyes and wearing a hat`. */
function grouped(features: readonly string[]): string {
  const withs = features.filter(feature => feature.startsWith('with ')).map(feature => feature.slice(5))
  const worn = features.filter(feature => feature.startsWith('wearing ')).map(feature => feature.slice(8))
  const clauses: string[] = []
  if (withs.length > 0) clauses.push(`with ${joined(withs)}`)
  if (worn.length > 0) clauses.push(`wearing ${joined(worn)}`)
  if (features[0]?.startsWith('wearing ')) clauses.reverse()
  return clauses.length === 2 ? `${clauses[0]}, ${clauses[1]}` : (clauses[0] ?? '')
}

/** Which of a character's circumstances to word. */
export interface Circumstances {
  readonly action?: boolean
  readonly side?: boolean
  readonly place?: boolean
}

/** `sleeping on the left in the snow`, as far as wished; may be empty. */
export function scenePhrase(character: Character, place: Place, random: Random, say: Circumstances): string {
  const where: string[] = []
  if (say.side) where.push(random.pick(SIDE_PHRASES[character.side]))
  if (say.place) where.push(random.pick(PLACE_PHRASES[place]))
  if (random.uniform() < 0.2) where.reverse()
  const action = say.action ? [random.pick(ACTION_PHRASES[character.action])] : []
  return [...action, ...where].join(' ')
}

/** Everything that can be seen in the scene (`brief`: some of it), in a sentence or two. */
export function caption(scene: Scene, random: Random, { brief = false }: { brief?: boolean } = {}): string {
  const [first, second] = scene.characters
  const description = ({ individual, action }: Character) =>
    describe(individual, random, { brief, eyes: action !== 'sleeping' })
  const place = random.pick(PLACE_PHRASES[scene.place])
  const omit = brief ? 0.5 : 0
  const says = (character: Character, withPlace: boolean, verb: boolean) => {
    const say = { side: random.uniform() >= omit, place: withPlace, action: false }
    const action = verb ? ACTION_VERBS[character.action] : `is ${random.pick(ACTION_PHRASES[character.action])}`
    return `${action} ${scenePhrase(character, scene.place, random, say)}`.trim()
  }
  const wording = random.integer(4)
  const verb = wording === 1
  if (second === undefined) {
    const subject = description(first)
    if (wording === 0) return `${place}, ${subject} ${says(first, false, verb)}.`
    if (wording === 2)
      return `${subject} ${scenePhrase(first, scene.place, random, { action: true, side: !brief, place: true })}.`
    return `${subject} ${says(first, true, verb)}.`
  }
  const [one, other] = random.uniform() < 0.5 ? [first, second] : [second, first]
  if (wording === 0)
    return `${place}, ${description(one)} ${says(one, false, false)} and ${description(other)} ${says(other, false, false)}.`
  if (wording === 2)
    return `on the ${one.side}, ${description(one)} is ${random.pick(ACTION_PHRASES[one.action])}. on the ${other.side}, ${description(other)} is ${random.pick(ACTION_PHRASES[other.action])}. they are ${place}.`
  return `${description(one)} ${says(one, false, verb)} and ${description(other)} ${says(other, true, verb)}.`
}
