import { describe, expect, it } from 'vitest'
import { individualOf, kindWordOf } from './subject-kinds.ts'

describe('the word for what a subject is', () => {
  it.each([
    ['pet', ['a fluffy orange Cat on a sofa'], 'cat'],
    ['pet', ['a puppy beside a cat'], 'dog'],
    ['pet', ['an animal, two kittens'], 'cat'],
    ['pet', ['a dog', 'it is a fox', 'a dog with a bone'], 'dog'],
    ['thing', ['a stuffed animal'], 'plush toy'],
    ['person', ['a woman with glasses'], 'woman'],
  ] as const)('of a %s, said to be %j, is %s', (kind, answers, word) => {
    expect(kindWordOf(kind, answers)).toBe(word)
  })

  it.each([
    ['pet', 'animal'],
    ['person', 'person'],
    ['thing', 'object'],
    ['place', 'place'],
  ] as const)('of a %s that has none on the list is %s', (kind, word) => {
    expect(kindWordOf(kind, ['zxq', '', 'concatenation', 'Bo'])).toBe(word)
  })

  it('is all that a drawn individual takes from the subject', () => {
    const drawn = Array.from({ length: 24 }, (_, i) => individualOf('pet', 'cat', i))
    expect(new Set(drawn).size).toBe(12)
    for (const one of drawn) expect(one).toMatch(/^an? [a-z- ]*cat$/)
    expect(individualOf('pet', 'anything', 0)).toBe('a car')
  })
})
