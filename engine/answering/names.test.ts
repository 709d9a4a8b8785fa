import { describe, expect, it } from 'vitest'
import { namedIn, splitAtNames } from './names.ts'

describe('splitAtNames', () => {
  it('finds whole names in any script and case, and the possessive behind them', () => {
    const names = ['Mắm', 'Bo', 'Bo Two', 'さくら', 'A-B.C']
    expect(splitAtNames("Is mắm's hat here?", names)).toEqual([
      { words: 'Is ' },
      { concept: 0 },
      { words: "'s hat here?" },
    ])
    // Decomposed, as some keyboards write it.
    expect(namedIn('draw MẮM'.normalize('NFD'), names)).toEqual([0])
    expect(namedIn('Bobby and Mắmy have a turbo', names)).toEqual([])
    expect(namedIn('mắm? ắm', ['ắm'])).toEqual([0])
    expect(namedIn('mắm', ['ắm'])).toEqual([])
  })

  it('prefers the longest name, and keeps the order of naming without repeats', () => {
    expect(namedIn('bo  two meets bo, Bo Two!', ['Bo', 'Bo Two'])).toEqual([1, 0])
  })

  it('finds names inside a run of letters where a script has no spaces', () => {
    expect(namedIn('これはさくらですか', ['さくら'])).toEqual([0])
  })

  it('takes signs in names as they are', () => {
    expect(namedIn('who is A-B.C?', ['A-B.C'])).toEqual([0])
    expect(namedIn('who is A-BxC?', ['A-B.C'])).toEqual([])
  })

  it('leaves a text without names whole', () => {
    expect(splitAtNames('hello', [])).toEqual([{ words: 'hello' }])
    expect(splitAtNames('', ['Bo'])).toEqual([])
  })
})
