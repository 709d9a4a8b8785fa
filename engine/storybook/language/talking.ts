/** Dialogues without a picture: what defined ones look like, what is said of them, and small talk. */
import { DESCRIBE_ANSWERS, DESCRIBE_QUESTIONS, fill, type Topic } from '../../learning/templates.ts'
import type { Random } from '../../random.ts'
import { ACTIONS, type Individual, PLACES, sampleIndividual, sampleLookalike, SIDES } from '../scene.ts'
import { describe } from './captions.ts'
import {
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
import { SMALL_TALK } from './smalltalk.ts'
import { answer, changed, claim, claimQuestion, question, type Subject, topicsOf } from './topics.ts'

const UNKNOWN_ANSWERS = ["i don't know.", "sorry, i don't know.", "i don't know that."]
const RELATIONS = [
  'brother',
  'sister',
  'friend',
  'mother',
  'father',
  'neighbour',
  'cousin',
  'owner',
  'son',
  'daughter',
  'uncle',
  'aunt',
] as const
const LIKED = [
  'fish',
  'milk',
  'cheese',
  'apples',
  'carrots',
  'honey',
  'cake',
  'cookies',
  'bananas',
  'berries',
  'music',
  'books',
  'rain',
  'sunshine',
  'balls',
  'bones',
  'chicken',
  'pizza',
  'naps',
  'swimming',
  'dancing',
  'football',
] as const
const HOMES = ['a house', 'a garden', 'a village', 'a castle', 'a tent', 'a cave', 'a barn', 'a tower', 'the city', 'the mountains', 'a farm', 'a boat']
const AGES = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve']
const JOBS = ['baker', 'doctor', 'teacher', 'painter', 'sailor', 'singer', 'farmer', 'writer', 'nurse', 'pilot']

/** A sentence that is remembered of somebody, and questions that it answers. */
interface Fact {
  readonly sentence: string
  readonly asks: readonly { readonly questions: readonly string[]; readonly answers: readonly string[] }[]
}

function sampleFact(name: string, other: string, random: Random): Fact {
  switch (random.integer(5)) {
    case 0: {
      const relation = random.pick(RELATIONS)
      return {
        sentence: `${name} is ${other}'s ${relation}.`,
        asks: [
          {
            questions: [`who is ${other}'s ${relation}?`, `do you know ${other}'s ${relation}?`, `what is the name of ${other}'s ${relation}?`],
            answers: [`${name}.`, `${name} is ${other}'s ${relation}.`, `${other}'s ${relation} is ${name}.`],
          },
          { questions: [`whose ${relation} is ${name}?`], answers: [`${other}'s.`, `${name} is ${other}'s ${relation}.`] },
          { questions: [`is ${name} ${other}'s ${relation}?`], answers: ['yes.', `yes, ${name} is ${other}'s ${relation}.`] },
        ],
      }
    }
    case 1: {
      const liked = random.pick(LIKED)
      const verb = random.pick(['likes', 'loves'])
      return {
        sentence: `${name} ${verb} ${liked}.`,
        asks: [
          { questions: [`what does ${name} like?`, `what does ${name} love?`, `do you know what ${name} likes?`], answers: [`${liked}.`, `${name} ${verb} ${liked}.`] },
          { questions: [`who likes ${liked}?`, `who loves ${liked}?`], answers: [`${name}.`, `${name} does.`] },
          { questions: [`does ${name} like ${liked}?`], answers: ['yes.', `yes, ${name} ${verb} ${liked}.`] },
        ],
      }
    }
    case 2: {
      const age = random.pick(AGES)
      const years = `${age} ${age === 'one' ? 'year' : 'years'} old`
      return {
        sentence: `${name} is ${years}.`,
        asks: [{ questions: [`how old is ${name}?`, `what is ${name}'s age?`, `do you know how old ${name} is?`], answers: [`${years}.`, `${name} is ${years}.`] }],
      }
    }
    case 3: {
      const home = random.pick(HOMES)
      return {
        sentence: `${name} lives in ${home}.`,
        asks: [
          { questions: [`where does ${name} live?`, `where is ${name}'s home?`, `do you know where ${name} lives?`], answers: [`in ${home}.`, `${name} lives in ${home}.`] },
          { questions: [`who lives in ${home}?`], answers: [`${name}.`, `${name} does.`] },
        ],
      }
    }
    default: {
      const job = random.pick(JOBS)
      return {
        sentence: `${name} is a ${job}.`,
        asks: [
          { questions: [`what is ${name}'s job?`, `what does ${name} work as?`], answers: [`${job}.`, `${name} is a ${job}.`] },
          { questions: [`who is a ${job}?`, `who is the ${job}?`], answers: [`${name}.`, `${name} is a ${job}.`] },
        ],
      }
    }
  }
}

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

/** Definitions of the named and, with the chance given, of somebody else before them. */
function defined(named: readonly Named[], random: Random, chance = 0.15) {
  if (random.uniform() >= chance) return named.map(define)
  const [name] = pickNames(random, 1, named.map(one => one.name)) as [string]
  return [{ name, individual: sampleIndividual(random) }, ...named].map(define)
}

const sampleNamed = (random: Random): Named => ({ name: random.pick(pickNames(random, 1)), individual: sampleIndividual(random) })

function attributeExchange(random: Random): Exchange {
  const named = sampleNamed(random)
  const subject: Subject = named
  const topic = random.pick(topicsOf(subject))
  return {
    user: [...defined([named], random), say(question(topic, subject, named.name, random))],
    bot: [restate('tell', named), reply(answer(topic, subject, named.name, random))],
  }
}

function yesNoExchange(random: Random): Exchange {
  const named = sampleNamed(random)
  const subject: Subject = named
  const topic = random.pick(topicsOf(subject).filter(one => one !== 'accessory' || named.individual.accessory))
  const yes = random.uniform() < 0.5
  const asked = claim(topic, yes ? subject : changed(topic, subject, random), random)
  const truth = `${named.name} ${claim(topic, subject, random)}.`
  return {
    user: [...defined([named], random), say(claimQuestion(asked, named.name, random))],
    bot: [restate('tell', named), reply(`${yes ? 'yes' : 'no'}, ${truth}`)],
  }
}

function describeExchange(random: Random): Exchange {
  const named = sampleNamed(random)
  const value = describe(named.individual, random)
  return {
    user: [...defined([named], random), say(fill(random.pick(DESCRIBE_QUESTIONS), { name: named.name }))],
    bot: [restate('tell', named), reply(fill(random.pick(DESCRIBE_ANSWERS), { name: named.name, value }))],
  }
}

/** Which of two: both are named, so both are restated. */
function comparisonExchange(random: Random): Exchange {
  const [one, other] = pickNames(random, 2) as [string, string]
  const first = sampleIndividual(random)
  const second = random.uniform() < 0.5 ? sampleIndividual(random) : sampleLookalike(random, first, 2)
  const pair: [Named, Named] = [
    { name: one, individual: first },
    { name: other, individual: second },
  ]
  const claims = pair.map(({ individual }) => claimsOf(individual, random))
  const all = [...new Set(claims.flat())]
  const asked = random.pick(all)
  const holders = pair.filter((_, i) => claims[i]?.includes(asked)).map(({ name }) => name)
  const order = random.shuffle([one, other])
  const whoText = random.uniform() < 0.6 ? `who ${asked}, ${order[0]} or ${order[1]}?` : `${order[0]} or ${order[1]}: who ${asked}?`
  const verb = asked.split(' ')[0]
  const does = verb === 'is' ? 'is' : 'does'
  const holding = holders.length === 2 ? 'both.' : random.pick([`${holders[0]}.`, `${holders[0]} ${does}.`])
  const restated = order.map(name => restate('tell', pair.find(one => one.name === name) as Named))
  return { user: [...pair.map(define), say(whoText)], bot: [...restated, reply(holding)] }
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
  const topic: Topic = random.pick(['action', 'place', 'side'])
  const subject: Subject = { ...named, action: random.pick(ACTIONS), side: random.pick(SIDES), place: random.pick(PLACES) }
  return {
    user: [...defined([named], random), say(question(topic, subject, named.name, random))],
    bot: [restate('tell', named), reply(random.pick(['i see no picture.', 'i see no picture here.']))],
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
    if (facts.some(fact => fact.asks.some(one => one.questions.includes(asked)))) answered = factAnswer(facts, asked, random)
    else answered = random.pick(UNKNOWN_ANSWERS)
  } else answered = factAnswer(facts, asked, random)
  const words = asked.split(/[^\p{L}]+/u)
  const restated = concept ? people.filter(({ name }) => words.includes(name)).sort((a, b) => words.indexOf(a.name) - words.indexOf(b.name)) : []
  return {
    user: [...(concept ? people.map(define) : []), say(`${told} ${asked}`)],
    bot: [...restated.map(named => restate('tell', named)), reply(answered)],
  }
}

/** Two facts may answer the same question: the first one does. */
function factAnswer(facts: readonly Fact[], asked: string, random: Random): string {
  for (const fact of facts)
    for (const ask of fact.asks) if (ask.questions.includes(asked)) return random.pick(ask.answers)
  return random.pick(UNKNOWN_ANSWERS)
}

/** About somebody defined, of whom it was never said. */
function unknownExchange(random: Random): Exchange {
  const named = sampleNamed(random)
  const isDefined = random.uniform() < 0.7
  const text = fill(random.pick(UNKNOWN_QUESTIONS), { name: named.name })
  return {
    user: [...(isDefined ? defined([named], random) : []), say(text)],
    bot: [...(isDefined ? [restate('tell', named)] : []), reply(random.pick(UNKNOWN_ANSWERS))],
  }
}

/** A name that was never defined. */
function strangerExchange(random: Random): Exchange {
  const [name] = pickNames(random, 1) as [string]
  const text = fill(random.pick(DESCRIBE_QUESTIONS), { name })
  return { user: [say(text)], bot: [reply(fill(random.pick(["i don't know {name}.", "i don't know {name} yet."]), { name }))] }
}

function smallTalkExchange(random: Random): Exchange {
  const { says, answers } = random.pick(SMALL_TALK)
  return { user: [say(random.pick(says))], bot: [reply(random.pick(answers))] }
}

/** One exchange that needs no picture. */
export function talkingExchange(random: Random): Exchange {
  const kind = weighted(random, { attribute: 30, yesNo: 16, describe: 12, comparison: 8, fact: 16, unknown: 4, unseen: 2, stranger: 2, smallTalk: 12 })
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
