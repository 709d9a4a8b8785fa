import { describe, expect, it } from 'vitest'
import { completeName, suggestName } from './suggestions.ts'

const names = ['Mắm', 'Bo', 'Biscuit', 'Đào', 'Bo Two', 'Milo', 'An']

describe('a word that comes close to a name', () => {
  it.each([
    ['where is mam today?', 'mam', 'Mắm'],
    ['draw Biscit in the snow', 'Biscit', 'Biscuit'],
    ['dao đang làm gì?', 'dao', 'Đào'],
    ['MAM!', 'MAM', 'Mắm'],
  ])('%s', (text, word, name) => expect(suggestName(text, names)).toEqual({ word, name }))

  it.each([
    'where is Mắm, not mam?',
    'is bo here',
    'would you like milk',
    'will you?',
    'what is an anteater',
    '',
    'vẽ ăn',
    '🐱',
  ])('not in %j', text => expect(suggestName(text, names)).toBeUndefined())
})

it('completes names, accents or not, those that begin so first', () => {
  expect(completeName('m', names)).toEqual(['Mắm', 'Milo'])
  expect(completeName('MA', names)).toEqual(['Mắm'])
  expect(completeName('o', names)).toEqual(['Bo', 'Đào', 'Bo Two', 'Milo'])
  expect(completeName('', names)).toEqual(names)
})
