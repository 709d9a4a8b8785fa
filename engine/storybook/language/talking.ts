/** Dialogues without a picture: what defined ones look like, what is said of them, and small talk. */
import {
  DESCRIBE_ANSWERS,
  DESCRIBE_QUESTIONS,
  DRAWING_REQUESTS,
  fill,
  STRANGER_ANSWERS,
  type Topic,
} from '../../learning/templates.ts'
import type { Random } from '../../random.ts'
import { ACTIONS, type Individual, PLACES, SIDES, sampleIndividual } from '../scene.ts'
import { describe, scenePhrase } from './captions.ts'
import { type Fact, sampleFact } from './facts.ts'
import { introduce, lookalike } from './introductions.ts'
import {
  countTokens,
  type Dialogue,
  type Exchange,
  type Named,
  pickNames,
  reply,
  say,
  turns,
  weighted,
} from './pieces.ts'
import { SMALL_TALK } from './smalltalk.ts'
import { answer, changed, claim, claimQuestion, question, type Subject, topicsOf } from './topics.ts'

const UNKNOWN_ANSWERS = ["i don't know.", "sorry, i don't know.", "i don't know that."]
const UNKNOWN_QUESTIONS = [
  'how old is {name}?',
  'where does {name} live?',
  'what does {name} like?',
  "who is {name}'s brother?",
  "who is {name}'s friend?",
  "what is {name}'s job?",
  'when was {name} born?',
  'what does {name} eat?',
  "what is {name}'s favourite colour?",
  'what is {name} thinking?',
  'who taught {name} to swim?',
  'why is {name} happy?',
  'is {name} hungry?',
] as const

const sampleNamed = (random: Random): Named => ({
  name: random.pick(pickNames(random, 1)),
  individual: sampleIndividual(random),
})

function attributeExchange(random: Random): Exchange {
  const named = sampleNamed(random)
  const known = introduce([named], random)
  const subject: Subject = named
  const topic = random.pick(topicsOf(subject))
  return {
    user: [...known.pieces, say(question(topic, subject, named.name, random))],
    bot: [...known.restated('tell'), reply(answer(topic, subject, named.name, random))],
  }
}

function yesNoExchange(random: Random): Exchange {
  const named = sampleNamed(random)
  const known = introduce([named], random)
  const subject: Subject = named
  const topic = random.pick(topicsOf(subject).filter(one => one !== 'accessory' || named.individual.accessory))
  const yes = random.uniform() < 0.5
  const asked = claim(topic, yes ? subject : changed(topic, subject, random), random)
  const truth = `${named.name} ${claim(topic, subject, random)}.`
  return {
    user: [...known.pieces, say(claimQuestion(asked, named.name, random))],
    bot: [...known.restated('tell'), reply(`${yes ? 'yes' : 'no'}, ${truth}`)],
  }
}

function describeExchange(random: Random): Exchange {
  const named = sampleNamed(random)
  const known = introduce([named], random)
  const value = describe(named.individual, random)
  return {
    user: [...known.pieces, say(fill(random.pick(DESCRIBE_QUESTIONS), { name: named.name }))],
    bot: [...known.restated('tell'), reply(fill(random.pick(DESCRIBE_ANSWERS), { name: named.name, value }))],
  }
}

/** Which of two: both are named, so both are restated. */
function comparisonExchange(random: Random): Exchange {
  const [one, other] = pickNames(random, 2) as [string, string]
  const first = sampleIndividual(random)
  const second = random.uniform() < 0.5 ? sampleIndividual(random) : lookalike(random, first, 2)
  const pair: [Named, Named] = [
    { name: one, individual: first },
    { name: other, individual: second },
  ]
  const claims = pair.map(({ individual }) => claimsOf(individual, random))
  const all = [...new Set(claims.flat())]
  const asked = random.pick(all)
  const holders = pair.filter((_, i) => claims[i]?.includes(asked)).map(({ name }) => name)
  const order = random.shuffle([one, other])
  const who = `${order[0]} or ${order[1]}`
  const verb = asked.startsWith('is ') ? 'is' : 'does'
  const holding = holders.length === 2 ? 'both.' : random.pick([`${holders[0]}.`, `${holders[0]} ${verb}.`])
  const known = introduce(pair, random, { stranger: 0 })
  return {
    user: [...known.pieces, say(random.uniform() < 0.6 ? `who ${asked}, ${who}?` : `${who}: who ${asked}?`)],
    bot: [...known.restated('tell', order), reply(holding)],
  }
}

/** Claims that can be compared word by word. */
function claimsOf(individual: Individual, random: Random): string[] {
  const subject: Subject = { individual }
  return topicsOf(subject)
    .filter(topic => topic !== 'accessoryColour' && (topic !== 'accessory' || individual.accessory))
    .map(topic => claim(topic, subject, random))
}

/** Somebody asked about without a picture: where is bo, what is bo doing? */
function unseenExchange(random: Random): Exchange {
  const named = sampleNamed(random)
  const known = introduce([named], random)
  const topic: Topic = random.pick(['action', 'place', 'side'])
  const subject: Subject = {
    ...named,
    action: random.pick(ACTIONS),
    side: random.pick(SIDES),
    place: random.pick(PLACES),
  }
  return {
    user: [...known.pieces, say(question(topic, subject, named.name, random))],
    bot: [...known.restated('tell'), reply(random.pick(['i see no picture.', 'i see no picture here.']))],
  }
}

/** Facts in words, with the definitions of those they are about or without; the answer stands in one of them, or nowhere. */
function factExchange(random: Random): Exchange {
  const names = pickNames(random, 3) as [string, string, string]
  const facts = [sampleFact(names[0], names[1], random)]
  if (random.uniform() < 0.6) facts.push(sampleFact(names[1], names[2], random))
  const concept = random.uniform() < 0.5
  const people = names.slice(0, 1 + random.integer(2)).map(name => ({ name, individual: sampleIndividual(random) }))
  const told = facts.map(fact => fact.sentence).join(' ')
  const unknown = random.uniform() < 0.15
  // A question whose topic is not among the facts' sentences has no answer.
  const ask = random.pick(random.pick(facts).asks)
  let asked = random.pick(ask.questions)
  let answered = random.pick(ask.answers)
  if (unknown) {
    asked = fill(random.pick(UNKNOWN_QUESTIONS), { name: random.uniform() < 0.5 ? names[2] : names[0] })
    if (facts.some(fact => fact.asks.some(one => one.questions.includes(asked))))
      answered = factAnswer(facts, asked, random)
    else answered = random.pick(UNKNOWN_ANSWERS)
  } else answered = factAnswer(facts, asked, random)
  const words = asked.split(/[^\p{L}]+/u)
  const known = introduce(concept ? people : [], random, { inWords: 0, stranger: 0, fact: 0 })
  const restated = people.map(({ name }) => name).filter(name => concept && words.includes(name))
  restated.sort((one, other) => words.indexOf(one) - words.indexOf(other))
  return {
    user: [...known.pieces, say(`${told} ${asked}`)],
    bot: [...known.restated('tell', restated), reply(answered)],
  }
}

/** Two facts may answer the same question: the first one does. */
function factAnswer(facts: readonly Fact[], asked: string, random: Random): string {
  for (const fact of facts)
    for (const ask of fact.asks) if (ask.questions.includes(asked)) return random.pick(ask.answers)
  return random.pick(UNKNOWN_ANSWERS)
}

/** About somebody known, of whom it was never said. */
function unknownExchange(random: Random): Exchange {
  const named = sampleNamed(random)
  const known = introduce([named], random, { fact: 0 })
  return {
    user: [...known.pieces, say(fill(random.pick(UNKNOWN_QUESTIONS), { name: named.name }))],
    bot: [...known.restated('tell'), reply(random.pick(UNKNOWN_ANSWERS))],
  }
}

/** A name that was never made known cannot be described or drawn. */
function strangerExchange(random: Random): Exchange {
  const [name] = pickNames(random, 1) as [string]
  const { action, side, place } = { action: random.pick(ACTIONS), side: random.pick(SIDES), place: random.pick(PLACES) }
  const scene = scenePhrase({ individual: sampleIndividual(random), action, side }, place, random, {
    action: random.uniform() < 0.5,
    place: random.uniform() < 0.7,
  })
  const templates = random.uniform() < 0.5 ? DESCRIBE_QUESTIONS : DRAWING_REQUESTS
  return {
    user: [say(fill(random.pick(templates), { name, scene }))],
    bot: [reply(fill(random.pick(STRANGER_ANSWERS), { name }))],
  }
}

export function smallTalkExchange(random: Random): Exchange {
  const { says, answers } = random.pick(SMALL_TALK)
  return { user: [say(random.pick(says))], bot: [reply(random.pick(answers))] }
}

/** One exchange that needs no picture. */
export function talkingExchange(random: Random): Exchange {
  const kind = weighted(random, {
    attribute: 30,
    yesNo: 16,
    describe: 12,
    comparison: 8,
    fact: 16,
    unknown: 4,
    unseen: 2,
    stranger: 2,
    smallTalk: 12,
  })
  switch (kind) {
    case 'attribute':
      return attributeExchange(random)
    case 'yesNo':
      return yesNoExchange(random)
    case 'describe':
      return describeExchange(random)
    case 'comparison':
      return comparisonExchange(random)
    case 'fact':
      return factExchange(random)
    case 'unknown':
      return unknownExchange(random)
    case 'unseen':
      return unseenExchange(random)
    case 'stranger':
      return strangerExchange(random)
    case 'smallTalk':
      return smallTalkExchange(random)
  }
}

/** Exchanges without any picture, as many as fit into `maxTokens`. */
export function textDialogue(random: Random, maxTokens: number): Dialogue {
  const dialogue: Dialogue = []
  let left = maxTokens
  for (let misses = 0; misses < 4; ) {
    const exchange = turns(talkingExchange(random))
    const cost = countTokens(exchange)
    if (cost > left) misses++
    else {
      dialogue.push(...exchange)
      left -= cost
    }
  }
  return dialogue
}
