/** Dialogues behind a picture: captions, profiles, attributes, and who of the defined ones is in it. */
import {
  BRIEF_CAPTION_REQUESTS,
  CAPTION_REQUESTS,
  fill,
  PROFILE_REQUESTS,
  RECOGNITION_NO,
  RECOGNITION_QUESTIONS,
  RECOGNITION_YES,
  type Topic,
  WHO_ANSWERS,
  WHO_NOBODY,
  WHO_QUESTIONS,
} from '../../learning/templates.ts'
import type { Random } from '../../random.ts'
import { type Character, type Individual, type Scene, sampleIndividual, sampleLookalike } from '../scene.ts'
import { caption, joined } from './captions.ts'
import {
  blurred,
  countTokens,
  type Dialogue,
  define,
  type Exchange,
  type Named,
  pickNames,
  reply,
  restate,
  say,
  turns,
  weighted,
} from './pieces.ts'
import { answer, changed, claim, claimQuestion, differencePhrase, differences, question, topicsOf } from './topics.ts'

/** How to speak of a character so that it is clear who is meant: `the cat`, `the left cat`, `the orange cat`. */
export function refer(scene: Scene, index: number, random: Random): string {
  const { individual, side } = scene.characters[index] as Character
  const other = scene.characters[1 - index]
  if (!other) return random.uniform() < 0.12 ? 'it' : `the ${individual.kind}`
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
  const index = anyIndex(scene, random)
  const { individual } = scene.characters[index] as Character
  let name = refer(scene, index, random)
  if (name === 'it') name = `the ${individual.kind}`
  return {
    user: [say(fill(random.pick(PROFILE_REQUESTS), { name }))],
    bot: [restate('tell', { name, individual })],
  }
}

/** In a picture of one, place and side are asked less often than looks, which are harder to see. */
function pickTopic(topics: readonly Topic[], random: Random): Topic {
  return random.pick(topics)
}

function attributeExchange(scene: Scene, random: Random): Exchange {
  const index = anyIndex(scene, random)
  const subject = subjectOf(scene, index)
  const name = refer(scene, index, random)
  const topics = topicsOf(subject).filter(
    // "what is the cat?" would be answered by the question.
    topic => (topic !== 'kind' || name === 'it') && (topic !== 'coat' || !name.includes(subject.individual.coat)) && (topic !== 'side' || !name.includes(subject.side)),
  )
  const topic = pickTopic(topics, random)
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
    : random.pick([`what is ${where}?`, `what do you see ${where}?`, `what kind of animal is ${where}?`, `what is there ${where}?`])
  const person = individual.kind === 'person' && text.includes('animal')
  return {
    user: [say(text)],
    bot: [reply(person ? 'it is a person.' : random.pick([`a ${individual.kind}.`, `it is a ${individual.kind}.`, `this is a ${individual.kind}.`]))],
  }
}

function countExchange(scene: Scene, random: Random): Exchange {
  const kinds = scene.characters.map(({ individual }) => individual.kind)
  const asked = random.uniform() < 0.4 ? undefined : random.uniform() < 0.7 ? random.pick(kinds) : sampleIndividual(random).kind
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
  let topic = pickTopic(topics, random)
  if (topic === 'kind') name = scene.characters.length === 1 ? 'it' : `the one ${subject.side === 'middle' ? 'in' : 'on'} the ${subject.side}`
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

/** Somebody who is not in the scene, mostly a lookalike of one who is, and visibly so. */
export function sampleAbsent(scene: Scene, random: Random, hard: boolean): { individual: Individual; like: number } {
  for (;;) {
    const like = anyIndex(scene, random)
    const of = (scene.characters[like] as Character).individual
    const individual = hard
      ? sampleLookalike(random, of, random.uniform() < 0.65 ? 1 : 2)
      : sampleIndividual(random)
    if (scene.characters.every((_, i) => differences(individual, subjectOf(scene, i)).length > 0)) return { individual, like }
  }
}

/** The "no" that names what differs from the character it could be taken for. */
function refusal(scene: Scene, absent: Individual, like: number, name: string, random: Random): string {
  const subject = subjectOf(scene, like)
  const topics = differences(absent, subject)
  const pronoun = scene.characters.length === 1 && random.uniform() < 0.4
  const who = pronoun ? 'it' : scene.characters.length === 1 && random.uniform() < 0.5 ? `this ${subject.individual.kind}` : refer(scene, like, random)
  const phrase = topics[0] === 'kind' && scene.characters.length === 1 ? `this is a ${subject.individual.kind}` : topics[0] === 'kind' ? `there is a ${subject.individual.kind}` : differencePhrase(absent, subject, topics, who, random)
  return random.uniform() < 0.6 ? `no, ${phrase}.` : `${fill(random.pick(RECOGNITION_NO), { name })} ${phrase}.`
}

/** Definitions of a turn: sometimes others stand before those who are named. */
function definitions(named: readonly Named[], random: Random, chance: number) {
  const distractors = random.uniform() < chance ? [{ name: pickNames(random, 1, named.map(one => one.name))[0] as string, individual: sampleIndividual(random) }] : []
  return [...distractors, ...named].map(define)
}

function presenceExchange(scene: Scene, random: Random): Exchange {
  const [name] = pickNames(random, 1) as [string]
  const text = say(fill(random.pick(RECOGNITION_QUESTIONS), { name }))
  if (random.uniform() < 0.5) {
    const { individual } = random.pick<Character>(scene.characters)
    const named = { name, individual: random.uniform() < 0.4 ? blurred(individual, random) : individual }
    return {
      user: [...definitions([named], random, 0.08), text],
      bot: [restate('tell', named), reply(fill(random.pick(RECOGNITION_YES), { name }))],
    }
  }
  const { individual, like } = sampleAbsent(scene, random, random.uniform() < 0.75)
  const named = { name, individual }
  return {
    user: [...definitions([named], random, 0.08), text],
    bot: [restate('tell', named), reply(refusal(scene, individual, like, name, random))],
  }
}

function whoExchange(scene: Scene, random: Random): Exchange {
  const names = pickNames(random, 2)
  const present = random.shuffle([0, 1]).slice(0, Math.min(scene.characters.length, random.integer(3)))
  const used = scene.characters.length === 1 ? [0] : random.shuffle([0, 1])
  const named = names.map((name, i) => {
    const which = present.includes(i) ? used[present.indexOf(i)] : undefined
    const individual = which === undefined ? sampleAbsent(scene, random, random.uniform() < 0.5).individual : blurred((scene.characters[which] as Character).individual, random, 0.02)
    return { name, individual }
  })
  const here = named.filter((_, i) => present.includes(i)).map(({ name }) => name)
  return {
    user: [...named.map(define), say(random.pick(WHO_QUESTIONS))],
    bot: [reply(here.length > 0 ? fill(random.pick(WHO_ANSWERS), { name: joined(here) }) : random.pick(WHO_NOBODY))],
  }
}

/** About a named one: what it is doing, what it wears, which side it is on. */
function namedExchange(scene: Scene, random: Random): Exchange {
  const [name] = pickNames(random, 1) as [string]
  const index = anyIndex(scene, random)
  const subject = subjectOf(scene, index)
  const absent = random.uniform() < 0.12
  const individual = absent ? sampleAbsent(scene, random, random.uniform() < 0.5).individual : blurred(subject.individual, random, 0.02)
  const named = { name, individual }
  const topics: Topic[] = ['action', 'place', 'side']
  const topic = absent || random.uniform() < 0.7 ? random.pick(topics) : pickTopic(topicsOf(subject), random)
  const text = absent ? `${name} is not here.` : answer(topic, subject, name, random)
  return {
    user: [...definitions([named], random, 0.08), say(question(topic, subject, name, random))],
    bot: [restate('tell', named), reply(text)],
  }
}

/** One question about what the scene shows, with its answer. */
export function seeingExchange(scene: Scene, random: Random): Exchange {
  const kind = weighted(random, { presence: 40, attribute: 18, yesNo: 11, profile: 8, caption: 8, who: 5, named: 7, kind: 2, count: 2 })
  switch (kind) {
    case 'presence':
      return presenceExchange(scene, random)
    case 'attribute':
      return attributeExchange(scene, random)
    case 'yesNo':
      return yesNoExchange(scene, random)
    case 'profile':
      return profileExchange(scene, random)
    case 'caption':
      return captionExchange(scene, random)
    case 'who':
      return whoExchange(scene, random)
    case 'named':
      return namedExchange(scene, random)
    case 'kind':
      return kindExchange(scene, random)
    case 'count':
      return countExchange(scene, random)
  }
}

/** Questions about the scene as closed turns, as many as fit into `maxTokens`. */
export function seeingTurns(scene: Scene, random: Random, maxTokens: number, maxTurns = Number.POSITIVE_INFINITY): Dialogue {
  const dialogue: Dialogue = []
  let left = maxTokens
  // A few that did not fit mean that hardly anything will.
  for (let misses = 0, count = 0; misses < 4 && count < maxTurns; ) {
    const exchange = turns(seeingExchange(scene, random))
    const cost = countTokens(exchange)
    if (cost > left) misses++
    else {
      dialogue.push(...exchange)
      left -= cost
      count++
    }
  }
  return dialogue
}

/** A picture and then as many questions about it as fit into `maxTokens` text tokens (the picture counts nothing). */
export function seeingDialogue(random: Random, scene: Scene, maxTokens: number): Dialogue {
  return [{ type: 'image', scene, loss: true }, ...seeingTurns(scene, random, maxTokens)]
}
