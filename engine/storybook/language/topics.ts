/**
 * The attributes one can ask about: which apply to whom, what the answer is, and the claim it makes (`has green eyes`).
 * Knows single facts, not dialogues.
 */
import { fill, SUBJECT_ANSWERS, SUBJECT_QUESTIONS, type Topic } from '../../learning/templates.ts'
import type { Random } from '../../random.ts'
import {
  ACCESSORIES,
  ACCESSORY_COLOURS,
  ACTIONS,
  type Character,
  COATS,
  EYES,
  HAIRSTYLES,
  type Individual,
  KINDS,
  PATTERNS,
  PLACES,
  type Place,
  SIDES,
} from '../scene.ts'
import {
  ACTION_PHRASES,
  accessoryPhrase,
  areOf,
  hairPhrase,
  PLACE_PHRASES,
  SIDE_PHRASES,
  secondNoun,
  withArticle,
} from './captions.ts'

/** A subject as far as it is known: an individual, and in a picture also what it is doing and where. */
export interface Subject {
  readonly individual: Individual
  readonly action?: Character['action']
  readonly side?: Character['side']
  readonly place?: Place
}

const ANIMAL_TOPICS: readonly Topic[] = ['kind', 'coat', 'pattern']
const PERSON_TOPICS: readonly Topic[] = ['kind', 'hair', 'hairstyle', 'shirt']

/** What can be asked about the subject. The eyes of a sleeper in a picture cannot. */
export function topicsOf({ individual, action, side, place }: Subject): Topic[] {
  const topics = [...(individual.kind === 'person' ? PERSON_TOPICS : ANIMAL_TOPICS), 'accessory' as Topic]
  if (individual.kind !== 'person' && individual.second) topics.push('second')
  if (individual.accessory) topics.push('accessoryColour')
  if (action !== 'sleeping') topics.push('eyes')
  if (action) topics.push('action')
  if (place) topics.push('place')
  if (side) topics.push('side')
  return topics
}

/** What a colour is asked of: the stripes, the hat. */
function thingOf(topic: Topic, { individual }: Subject): string {
  if (topic === 'second') return secondNoun(individual)
  return individual.accessory?.what ?? ''
}

export function question(topic: Topic, subject: Subject, name: string, random: Random): string {
  const thing = thingOf(topic, subject)
  let template = random.pick(SUBJECT_QUESTIONS[topic])
  // Of a person one does not ask what animal it is.
  if (topic === 'kind' && subject.individual.kind === 'person')
    while (template.includes('animal')) template = random.pick(SUBJECT_QUESTIONS.kind)
  return fill(template, { name, thing, are: areOf(thing) })
}

/** The answer's content: `orange`, `a red hat`, `on the left`. */
export function topicValue(topic: Topic, { individual, action, side, place }: Subject, random: Random): string {
  switch (topic) {
    case 'kind':
      return withArticle(individual.kind)
    case 'coat':
    case 'hair':
      return individual.coat
    case 'pattern':
      return individual.pattern
    case 'second':
    case 'shirt':
      return individual.second as string
    case 'hairstyle':
      return hairPhrase(individual.pattern)
    case 'eyes':
      return individual.eyes
    case 'accessory':
      return individual.accessory ? accessoryPhrase(individual.accessory) : 'nothing'
    case 'accessoryColour':
      return individual.accessory?.colour as string
    case 'action':
      return random.pick(ACTION_PHRASES[action as keyof typeof ACTION_PHRASES])
    case 'place':
      return random.pick(PLACE_PHRASES[place as Place])
    case 'side':
      return random.pick(SIDE_PHRASES[side as keyof typeof SIDE_PHRASES])
  }
}

export function answer(topic: Topic, subject: Subject, name: string, random: Random): string {
  const thing = thingOf(topic, subject)
  const value = topicValue(topic, subject, random)
  return fill(random.pick(SUBJECT_ANSWERS[topic]), { name, thing, are: areOf(thing), value })
}

/** What is true of the subject, as a predicate: `is orange`, `has green eyes`, `wears a red hat`. */
export function claim(topic: Topic, subject: Subject, random: Random): string {
  const { individual } = subject
  const value = topicValue(topic, subject, random)
  switch (topic) {
    case 'hair':
      return `has ${value} hair`
    case 'hairstyle':
      return `has ${value}`
    case 'shirt':
      return `has ${withArticle(value)} shirt`
    case 'second': {
      const words = `${value} ${secondNoun(individual)}`
      return `has ${individual.pattern === 'bellied' ? withArticle(words) : words}`
    }
    case 'eyes':
      return `has ${value} eyes`
    case 'accessory':
    case 'accessoryColour':
      return `wears ${topicValue('accessory', subject, random)}`
    default:
      return `is ${value}`
  }
}

/** The claim as a yes/no question. */
export function claimQuestion(claimed: string, name: string, random: Random): string {
  const [verb, ...rest] = claimed.split(' ')
  const what = rest.join(' ')
  if (verb === 'is') return `is ${name} ${what}?`
  if (verb === 'has') return `does ${name} have ${what}?`
  return random.uniform() < 0.5 ? `does ${name} wear ${what}?` : `is ${name} wearing ${what}?`
}

/** The subject with the topic's attribute changed, or undefined where there is nothing to change it to. */
export function changed(topic: Topic, subject: Subject, random: Random): Subject {
  const { individual } = subject
  const other = <T>(all: readonly T[], ...not: unknown[]) => random.pick(all.filter(one => !not.includes(one)))
  const looks = (change: Partial<Individual>): Subject => ({
    ...subject,
    individual: { ...individual, ...change } as Individual,
  })
  switch (topic) {
    case 'kind':
      return looks({ kind: other(KINDS, individual.kind) } as Partial<Individual>)
    case 'coat':
    case 'hair':
      return looks({ coat: other(COATS, individual.coat) })
    case 'pattern':
      return looks({ pattern: other(PATTERNS, individual.pattern) } as Partial<Individual>)
    case 'hairstyle':
      return looks({ pattern: other(HAIRSTYLES, individual.pattern) } as Partial<Individual>)
    case 'second':
    case 'shirt':
      return looks({ second: other(COATS, individual.second, individual.coat) })
    case 'eyes':
      return looks({ eyes: other(EYES, individual.eyes) })
    case 'accessory':
      return looks({
        accessory: {
          what: other(ACCESSORIES, individual.accessory?.what),
          colour: individual.accessory?.colour ?? random.pick(ACCESSORY_COLOURS),
        },
      })
    case 'accessoryColour':
      return looks({
        accessory: {
          what: individual.accessory?.what ?? random.pick(ACCESSORIES),
          colour: other(ACCESSORY_COLOURS, individual.accessory?.colour),
        },
      })
    case 'action':
      return { ...subject, action: other(ACTIONS, subject.action) }
    case 'place':
      return { ...subject, place: other(PLACES, subject.place) }
    case 'side':
      return { ...subject, side: other(SIDES, subject.side) }
  }
}

/**
 * Topics in which two individuals differ as far as can be seen, the most telling first. Of different kinds, people apart,
 * coats and what is worn are still compared.
 */
export function differences(expected: Individual, seen: Subject): Topic[] {
  const { individual, action } = seen
  const person = individual.kind === 'person'
  if (expected.kind !== individual.kind && (person || expected.kind === 'person')) return ['kind']
  const topics: Topic[] = []
  if (expected.kind !== individual.kind) topics.push('kind')
  if (expected.coat !== individual.coat) topics.push(person ? 'hair' : 'coat')
  if (expected.pattern !== individual.pattern) topics.push(person ? 'hairstyle' : 'pattern')
  else if (expected.second !== individual.second) topics.push(person ? 'shirt' : 'second')
  if (person && expected.pattern !== individual.pattern && expected.second !== individual.second) topics.push('shirt')
  if (expected.accessory?.what !== individual.accessory?.what) topics.push('accessory')
  else if (expected.accessory?.colour !== individual.accessory?.colour) topics.push('accessoryColour')
  if (expected.eyes !== individual.eyes && action !== 'sleeping') topics.push('eyes')
  return topics
}

/**
 * Says how the one in the picture differs: `this cat has blue eyes`, `it wears a red hat, not a blue collar`. Up to two
 * topics.
 */
export function differencePhrase(
  expected: Individual,
  seen: Subject,
  topics: readonly Topic[],
  name: string,
  random: Random,
): string {
  const [first, second] = topics.slice(0, 2).map(topic => claim(topic, seen, random)) as [string, string?]
  if (second) {
    const [verb, ...rest] = second.split(' ')
    return `${name} ${first} and ${first.startsWith(`${verb} `) ? rest.join(' ') : second}`
  }
  const was = claim(topics[0] as Topic, { ...seen, individual: expected }, random)
  const contrast = random.uniform() < 0.3 && !was.endsWith('nothing')
  return `${name} ${first}${contrast ? `, not ${was.split(' ').slice(1).join(' ')}` : ''}`
}
