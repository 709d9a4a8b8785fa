/** Sentences that are remembered of somebody: who is whose brother, who likes what; and questions that they answer. */
import type { Random } from '../../random.ts'

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
const HOMES = [
  'in a house',
  'in a garden',
  'in a village',
  'in a castle',
  'in a tent',
  'in a cave',
  'in a barn',
  'in a tower',
  'in the city',
  'in the mountains',
  'on a farm',
  'on a boat',
]
const AGES = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve']
const JOBS = ['baker', 'doctor', 'teacher', 'painter', 'sailor', 'singer', 'farmer', 'writer', 'nurse', 'pilot']

/** A sentence that is remembered of somebody, and questions that it answers. */
export interface Fact {
  readonly sentence: string
  readonly asks: readonly { readonly questions: readonly string[]; readonly answers: readonly string[] }[]
}

export function sampleFact(name: string, other: string, random: Random): Fact {
  switch (random.integer(5)) {
    case 0: {
      const relation = random.pick(RELATIONS)
      return {
        sentence: `${name} is ${other}'s ${relation}.`,
        asks: [
          {
            questions: [
              `who is ${other}'s ${relation}?`,
              `do you know ${other}'s ${relation}?`,
              `what is the name of ${other}'s ${relation}?`,
            ],
            answers: [`${name}.`, `${name} is ${other}'s ${relation}.`, `${other}'s ${relation} is ${name}.`],
          },
          {
            questions: [`whose ${relation} is ${name}?`],
            answers: [`${other}'s.`, `${name} is ${other}'s ${relation}.`],
          },
          {
            questions: [`is ${name} ${other}'s ${relation}?`],
            answers: ['yes.', `yes, ${name} is ${other}'s ${relation}.`],
          },
        ],
      }
    }
    case 1: {
      const liked = random.pick(LIKED)
      const verb = random.pick(['likes', 'loves'])
      return {
        sentence: `${name} ${verb} ${liked}.`,
        asks: [
          {
            questions: [`what does ${name} like?`, `what does ${name} love?`, `do you know what ${name} likes?`],
            answers: [`${liked}.`, `${name} ${verb} ${liked}.`],
          },
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
        asks: [
          {
            questions: [`how old is ${name}?`, `what is ${name}'s age?`, `do you know how old ${name} is?`],
            answers: [`${years}.`, `${name} is ${years}.`],
          },
        ],
      }
    }
    case 3: {
      const home = random.pick(HOMES)
      return {
        sentence: `${name} lives ${home}.`,
        asks: [
          {
            questions: [`where does ${name} live?`, `where is ${name}'s home?`, `do you know where ${name} lives?`],
            answers: [`${home}.`, `${name} lives ${home}.`],
          },
          { questions: [`who lives ${home}?`], answers: [`${name}.`, `${name} does.`] },
        ],
      }
    }
    default: {
      const job = random.pick(JOBS)
      return {
        sentence: `${name} is a ${job}.`,
        asks: [
          {
            questions: [`what is ${name}'s job?`, `what does ${name} work as?`],
            answers: [`${job}.`, `${name} is a ${job}.`],
          },
          { questions: [`who is a ${job}?`, `who is the ${job}?`], answers: [`${name}.`, `${name} is a ${job}.`] },
        ],
      }
    }
  }
}
