/** Dialogues behind a picture: captions, profiles, attributes, and who of the defined ones is in it. */

import {
  BRIEF_CAPTION_REQUESTS,
  CAPTION_REQUESTS,
  fill,
  PROFILE_REQUESTS,
  RECOGNITION_NO,
  RECOGNITION_QUESTIONS,
  RECOGNITION_YES,
  STRANGER_ANSWERS,
  SUBJECT_QUESTIONS,
  type Topic,
  WHO_ANSWERS,
  WHO_NOBODY,
  WHO_QUESTIONS,
} from '../../learning/templates.ts'
import type { Random } from '../../random.ts'
import { type Character, type Individual, type Scene, sampleIndividual } from '../scene.ts'
import { caption, joined } from './captions.ts'
import { introduce, lookalike } from './introductions.ts'
import { MIXED, type SeeingMixture } from './mixtures.ts'
import {
  blurred,
  countTokens,
  type Dialogue,
  type Exchange,
  type Named,
  pickNames,
  reply,
  restate,
  say,
  turns,
  weighted,
} from './pieces.ts'
import { smallTalkExchange } from './talking.ts'
import { answer, changed, claim, claimQuestion, differencePhrase, differences, question, topicsOf } from './topics.ts'

/** How to speak of a character so that it is clear who is meant: `the cat`, `the left cat`, `the orange cat`. */
export function refer(scene: Scene, index: number, random: Random): string {
  const { individual, side } = scene.characters[index] as Character
  const other = scene.characters[1 - index]
  if (!other) return individual.kind !== 'person' && random.uniform() < 0.12 ? 'it' : `the ${individual.kind}`
  if (other.individual.kind !== individual.kind)
    return random.uniform() < 0.25 ? `the ${side} ${individual.kind}` : `the ${individual.kind}`
  if (individual.kind !== 'person' && other.individual.coat !== individual.coat && random.uniform() < 0.4)
    return `the ${individual.coat} ${individual.kind}`
  return `the ${side} ${individual.kind}`
}

const subjectOf = (scene: Scene, index: number) => ({
  ...(scene.characters[index] as Character),
  place: scene.place,
})
const anyIndex = (scene: Scene, random: Random) => random.integer(scene.characters.length)
const CIRCUMSTANCES: readonly Topic[] = ['action', 'place', 'side']
const NUMBERS = ['none', 'one', 'two'] as const
const PLURALS = { cat: 'cats', dog: 'dogs', rabbit: 'rabbits', bear: 'bears', fox: 'foxes', person: 'people' } as const
const COUNT_QUESTIONS = ['how many {things} are here?', 'how many {things} do you see?', 'how many {things} are there?']

/** It is possessive: its. */
const spoken = (text: string) => text.replace(/\bit's\b/g, 'its')

function captionExchange(scene: Scene, random: Random): Exchange {
  const brief = random.uniform() < 0.2
  return {
    user: [say(random.pick(brief ? BRIEF_CAPTION_REQUESTS : CAPTION_REQUESTS))],
    bot: [reply(caption(scene, random, { brief }))],
  }
}

function profileExchange(scene: Scene, random: Random): Exchange {
  let index = anyIndex(scene, random)
  // A sleeper's profile is partly a guess: rather somebody else's.
  if (scene.characters[index]?.action === 'sleeping' && random.uniform() < 0.8)
    index = scene.characters.length - 1 - index
  const { individual } = scene.characters[index] as Character
  let name = refer(scene, index, random)
  if (name === 'it') name = `the ${individual.kind}`
  return {
    user: [say(fill(random.pick(PROFILE_REQUESTS), { name }))],
    bot: [restate('tell', { name, individual })],
  }
}

function attributeExchange(scene: Scene, random: Random): Exchange {
  const index = anyIndex(scene, random)
  const subject = subjectOf(scene, index)
  const name = refer(scene, index, random)
  const topics = topicsOf(subject).filter(
    // "what is the cat?" would be answered by the question.
    topic =>
      (topic !== 'kind' || name === 'it') &&
      (topic !== 'coat' || !name.includes(subject.individual.coat)) &&
      (topic !== 'side' || !name.includes(subject.side)),
  )
  const topic = random.pick(topics)
  return {
    user: [say(spoken(question(topic, subject, name, random)))],
    bot: [reply(spoken(answer(topic, subject, name, random)))],
  }
}

/** What kind stands where: asked by position, since the kind is the answer. */
function kindExchange(scene: Scene, random: Random): Exchange {
  const { individual, side } = scene.characters[anyIndex(scene, random)] as Character
  const where = side === 'middle' ? 'in the middle' : `on the ${side}`
  const single = scene.characters.length === 1
  const text = single
    ? random.pick(['what animal is this?', 'what kind of animal is this?', 'who or what is this?', 'what is here?'])
    : random.pick([
        `what is ${where}?`,
        `what do you see ${where}?`,
        `what kind of animal is ${where}?`,
        `what is there ${where}?`,
      ])
  const person = individual.kind === 'person' && text.includes('animal')
  return {
    user: [say(text)],
    bot: [
      reply(
        person
          ? 'it is a person.'
          : random.pick([`a ${individual.kind}.`, `it is a ${individual.kind}.`, `this is a ${individual.kind}.`]),
      ),
    ],
  }
}

function countExchange(scene: Scene, random: Random): Exchange {
  const kinds = scene.characters.map(({ individual }) => individual.kind)
  const asked =
    random.uniform() < 0.4 ? undefined : random.uniform() < 0.7 ? random.pick(kinds) : sampleIndividual(random).kind
  const count = asked ? kinds.filter(kind => kind === asked).length : kinds.length
  const things = asked ? PLURALS[asked] : 'animals or people'
  return {
    user: [say(fill(random.pick(COUNT_QUESTIONS), { things }))],
    bot: [reply(`${NUMBERS[count]}.`)],
  }
}

function yesNoExchange(scene: Scene, random: Random): Exchange {
  const index = anyIndex(scene, random)
  const subject = subjectOf(scene, index)
  let name = refer(scene, index, random)
  const topics = topicsOf(subject).filter(topic => topic !== 'accessory' || subject.individual.accessory)
  let topic = random.pick(topics)
  if (topic === 'kind')
    name =
      scene.characters.length === 1 ? 'it' : `the one ${subject.side === 'middle' ? 'in' : 'on'} the ${subject.side}`
  if ((topic === 'coat' && name.includes(subject.individual.coat)) || (topic === 'side' && name.includes(subject.side)))
    topic = 'accessory'
  const yes = random.uniform() < 0.5 && !(topic === 'accessory' && !subject.individual.accessory)
  const asked = yes ? subject : changed(topic, subject, random)
  const short = random.uniform() < 0.2
  const truth = `${name} ${claim(topic, subject, random)}.`
  return {
    user: [say(claimQuestion(claim(topic, asked, random), name, random))],
    bot: [reply(short && yes ? 'yes.' : `${yes ? 'yes' : 'no'}, ${truth}`)],
  }
}

/** Somebody visibly not in the scene, and whom of it to compare with: mostly a lookalike of one who is there. */
export function sampleAbsent(scene: Scene, random: Random, hard: boolean): { individual: Individual; like: number } {
  for (;;) {
    let like = anyIndex(scene, random)
    const of = (scene.characters[like] as Character).individual
    const individual = hard ? lookalike(random, of, random.uniform() < 0.65 ? 1 : 2) : sampleIndividual(random)
    if (scene.characters.some((_, i) => differences(individual, subjectOf(scene, i)).length === 0)) continue
    if (!hard && individual.kind !== of.kind && scene.characters[1 - like]?.individual.kind === individual.kind)
      like = 1 - like
    return { individual, like }
  }
}

/** What differs from the character that the absent one could be taken for. */
export function differing(scene: Scene, absent: Individual, like: number, random: Random): string {
  const subject = subjectOf(scene, like)
  const { kind } = subject.individual
  const topics = differences(absent, subject)
  if (topics[0] === 'kind') {
    if (scene.characters.length === 1) return random.pick([`this is a ${kind}`, `it is a ${kind}`, `i see a ${kind}`])
    return random.pick([
      `there is a ${kind}`,
      `i see ${joined(scene.characters.map(one => `a ${one.individual.kind}`))}`,
    ])
  }
  let who = refer(scene, like, random)
  if (scene.characters.length === 1 && random.uniform() < 0.6)
    who = kind !== 'person' && random.uniform() < 0.6 ? 'it' : `this ${kind}`
  return differencePhrase(absent, subject, topics, who, random)
}

/** Names already given to the scene's characters in this dialogue, by index. */
type Cast = (Named | undefined)[]

/** A character under a name, the one it has had in this dialogue or a new one; how exactly it is known varies. */
function nameSomebody(scene: Scene, cast: Cast, index: number, random: Random, not: readonly string[] = []): Named {
  const known = cast[index]
  if (known && !not.includes(known.name) && random.uniform() < 0.5) return known
  const taken = [...not, ...cast.map(one => one?.name ?? '')]
  const { individual } = scene.characters[index] as Character
  const named = {
    name: pickNames(random, 1, taken)[0] as string,
    individual: random.uniform() < 0.5 ? blurred(individual, random, 0.03) : individual,
  }
  cast[index] ??= named
  return named
}

function presenceExchange(scene: Scene, cast: Cast, random: Random): Exchange {
  const present = random.uniform() < 0.5
  const absent = present ? undefined : sampleAbsent(scene, random, random.uniform() < 0.75)
  const named = absent
    ? {
        name: pickNames(
          random,
          1,
          cast.map(one => one?.name ?? ''),
        )[0] as string,
        individual: absent.individual,
      }
    : nameSomebody(scene, cast, anyIndex(scene, random), random)
  const { name } = named
  const known = introduce([named], random)
  let text = fill(random.pick(present ? RECOGNITION_YES : RECOGNITION_NO), { name })
  if (absent) {
    const phrase = differing(scene, absent.individual, absent.like, random)
    text = random.uniform() < 0.6 ? `no, ${phrase}.` : `${text} ${phrase}.`
  }
  return {
    user: [...known.pieces, say(fill(random.pick(RECOGNITION_QUESTIONS), { name }))],
    bot: [...known.restated('tell'), reply(text)],
  }
}

/** Which of two known ones is here; at times nobody is known. The question names nobody, so nothing is restated. */
function whoExchange(scene: Scene, cast: Cast, random: Random): Exchange {
  if (random.uniform() < 0.1) return { user: [say(random.pick(WHO_QUESTIONS))], bot: [reply(random.pick(WHO_NOBODY))] }
  const characters = random.shuffle(scene.characters.map((_, i) => i))
  const present = characters.slice(0, random.integer(3))
  const named: { who: Named; here: boolean }[] = []
  for (const index of present)
    named.push({
      who: nameSomebody(
        scene,
        cast,
        index,
        random,
        named.map(one => one.who.name),
      ),
      here: true,
    })
  while (named.length < 2) {
    const { individual } = sampleAbsent(scene, random, random.uniform() < 0.5)
    const taken = [...named.map(one => one.who.name), ...cast.map(one => one?.name ?? '')]
    named.push({ who: { name: pickNames(random, 1, taken)[0] as string, individual }, here: false })
  }
  random.shuffle(named)
  const here = named.filter(one => one.here).map(one => one.who.name)
  const known = introduce(
    named.map(one => one.who),
    random,
    { stranger: 0 },
  )
  return {
    user: [...known.pieces, say(random.pick(WHO_QUESTIONS))],
    bot: [reply(here.length > 0 ? fill(random.pick(WHO_ANSWERS), { name: joined(here) }) : random.pick(WHO_NOBODY))],
  }
}

/** About a named one: what it is doing, what it wears, which side it is on. */
function namedExchange(scene: Scene, cast: Cast, random: Random): Exchange {
  const index = anyIndex(scene, random)
  const subject = subjectOf(scene, index)
  const absent = random.uniform() < 0.12
  const named = absent
    ? {
        name: pickNames(
          random,
          1,
          cast.map(one => one?.name ?? ''),
        )[0] as string,
        individual: sampleAbsent(scene, random, random.uniform() < 0.5).individual,
      }
    : nameSomebody(scene, cast, index, random)
  const { name } = named
  const topic = absent || random.uniform() < 0.7 ? random.pick(CIRCUMSTANCES) : random.pick(topicsOf(subject))
  const known = introduce([named], random)
  return {
    user: [...known.pieces, say(question(topic, subject, name, random))],
    bot: [...known.restated('tell'), reply(absent ? `${name} is not here.` : answer(topic, subject, name, random))],
  }
}

/** A name that was never made known. */
function strangerExchange(random: Random): Exchange {
  const [name] = pickNames(random, 1) as [string]
  const templates = random.uniform() < 0.7 ? RECOGNITION_QUESTIONS : SUBJECT_QUESTIONS.action
  return {
    user: [say(fill(random.pick(templates), { name }))],
    bot: [reply(fill(random.pick(STRANGER_ANSWERS), { name }))],
  }
}

/** One question about what the scene shows, with its answer. */
function seeingExchange(scene: Scene, cast: Cast, random: Random, mixture: SeeingMixture): Exchange {
  const kind = weighted(random, mixture)
  switch (kind) {
    case 'presence':
      return presenceExchange(scene, cast, random)
    case 'attribute':
      return attributeExchange(scene, random)
    case 'yesNo':
      return yesNoExchange(scene, random)
    case 'profile':
      return profileExchange(scene, random)
    case 'caption':
      return captionExchange(scene, random)
    case 'who':
      return whoExchange(scene, cast, random)
    case 'named':
      return namedExchange(scene, cast, random)
    case 'kind':
      return kindExchange(scene, random)
    case 'count':
      return countExchange(scene, random)
    case 'stranger':
      return strangerExchange(random)
    case 'smallTalk':
      return smallTalkExchange(random)
  }
}

export interface SeeingOptions {
  readonly cast?: Cast
  readonly maxTurns?: number
  readonly mixture?: SeeingMixture
}

/** Questions about the scene as closed turns, as many as fit into `maxTokens`. */
export function seeingTurns(
  scene: Scene,
  random: Random,
  maxTokens: number,
  { cast = [], maxTurns = Number.POSITIVE_INFINITY, mixture = MIXED }: SeeingOptions = {},
): Dialogue {
  const dialogue: Dialogue = []
  let left = maxTokens
  const asked = new Set<string>()
  // A few that did not fit mean that hardly anything will.
  for (let misses = 0, count = 0; misses < 4 && count < maxTurns; ) {
    const next = seeingExchange(scene, cast, random, mixture)
    const text = next.user.map(piece => (piece.type === 'text' ? piece.text : '')).join(' ')
    const exchange = turns(next)
    const cost = countTokens(exchange)
    if (cost > left || asked.has(text)) misses++
    else {
      asked.add(text)
      dialogue.push(...exchange)
      left -= cost
      count++
    }
  }
  return dialogue
}

/** A picture and then as many questions about it as fit into `maxTokens` text tokens (the picture counts nothing). */
export function seeingDialogue(random: Random, scene: Scene, maxTokens: number, mixture = MIXED): Dialogue {
  return [{ type: 'image', scene, loss: true }, ...seeingTurns(scene, random, maxTokens, { mixture })]
}
