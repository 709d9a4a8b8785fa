import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { namedIn, nameKey } from '../../engine/answering/names.ts'
import { nameProblem } from '../../engine/learning/concept-file.ts'
import { cleanName, didYouMean, visible } from './names.ts'

const graphemes = (text: string) => [...new Intl.Segmenter().segment(text)].length

describe('cleanName', () => {
  it.each([
    ['Mắm', 'Mắm'],
    ['Mắm'.normalize('NFD'), 'Mắm'],
    ['  Bo \n\t Two ', 'Bo Two'],
    ['さくら', 'さくら'],
    ['小 白', '小 白'],
    ['R2-D2', 'R2-D2'],
    ["O'Neil", "O'Neil"],
    ['🐱', '🐱'],
    ['👩‍🚀', '👩‍🚀'],
    ['👨‍👩‍👧‍👦 family', '👨‍👩‍👧‍👦 family'],
    ['🇻🇳', '🇻🇳'],
    ['❤️', '❤️'],
    ['B\u200bo\u202e', 'Bo'],
    ['\ufeffBo\u2066\u00ad', 'Bo'],
    ['Bo\u200d', 'Bo'],
    ['Bo\ud83d', 'Bo'],
    ['Familiar Face', 'Familiar Face'],
    ['x'.repeat(32), 'x'.repeat(32)],
    ['ắ'.repeat(32).normalize('NFD'), 'ắ'.repeat(32)],
  ])('takes %j', (typed, name) => expect(cleanName(typed)).toBe(name))

  it.each([
    ['', 'Expected a name of 1 to 32 characters but received an empty one'],
    [' \u200b\u3164\u2800 ', 'Expected a name of 1 to 32 characters but received an empty one'],
    ['x'.repeat(200), 'Expected a name of 1 to 32 characters but received 200'],
    ['🐱'.repeat(33), 'Expected a name of 1 to 32 characters but received 33'],
    // 32 graphemes of several characters each are more than a concept file takes.
    ['👨‍👩‍👧‍👦'.repeat(10), 'Expected a name of 1 to 32 characters but received 70 characters'],
    ['?!', 'Expected a name with a letter, a number or an emoji but received "?!"'],
    ['Everyone', 'Expected a name but received "Everyone", which means something else here'],
    ['@here', 'Expected a name but received "@here", which means something else here'],
    ['/teach', 'Expected a name but received "/teach", which means something else here'],
    ['FAMILIAR\u200b', 'Expected a name but received "FAMILIAR", which means something else here'],
    ['mọi  người', 'Expected a name but received "mọi người", which means something else here'],
    ['B\u0007o', 'Expected a name of 1 to 32 characters but received one with control characters'],
  ])('refuses %j in one sentence', (typed, message) => {
    expect(() => cleanName(typed)).toThrow(expect.objectContaining({ code: 'BAD_NAME', message }))
  })

  it('takes nothing that it would change again, that a concept file refuses, or that no text can name', () => {
    const characters = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.string({
        unit: fc.constantFrom(
          'M',
          'ắ',
          'ắ'.normalize('NFD'),
          '\u200b',
          '\u200d',
          '🐱',
          '👩‍🚀',
          '\u0301',
          ' ',
          'bo',
          '白',
          '.',
          '\ufe0f',
        ),
      }),
    )
    fc.assert(
      fc.property(characters, typed => {
        let name: string
        try {
          name = cleanName(typed)
        } catch (error) {
          expect(error).toMatchObject({
            code: 'BAD_NAME',
            message: expect.stringMatching(/^Expected .* but received /s),
          })
          return
        }
        expect(cleanName(name)).toBe(name)
        expect(graphemes(name)).toBeLessThanOrEqual(32)
        expect(nameProblem(name)).toBeUndefined()
        expect(name).toBe(name.normalize('NFC'))
        expect(namedIn(`is "${name}" here?`, [name])).toEqual([0])
        expect(nameKey(cleanName(typed.normalize('NFD')))).toBe(nameKey(name))
      }),
      { numRuns: 500 },
    )
  })
})

describe('visible', () => {
  it('leaves nothing in a text that cannot be seen, but emoji whole', () => {
    expect(visible('draw\u200b M\u202eắ\u2069m 👩‍🚀 ❤️ now\u{e0041}')).toBe('draw Mắm 👩‍🚀 ❤️ now')
  })
})

describe('didYouMean', () => {
  const names = ['Mắm', 'Bo', 'Biscuit', 'Đào', 'さくら', 'Bo Two']

  it.each([
    ['mam', 'Mắm'],
    ['MÂM', 'Mắm'],
    ['dao', 'Đào'],
    ['biscit', 'Biscuit'],
    ['Biscutt', 'Biscuit'],
    ['bo too', 'Bo Two'],
    ['bó', 'Bo'],
  ])('takes %s for %s', (typed, name) => expect(didYouMean(typed, names)).toBe(name))

  it.each(['ba', 'mum', 'basket', '', 'draw'])('takes %j for nobody', typed =>
    expect(didYouMean(typed, names)).toBeUndefined(),
  )

  it('finds a name by its letters alone, whatever its accents', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'aáạâầăằđeéêệoôộơợuưựyỳ bcmn'), minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(letters, name => {
        const plain = name.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('đ', 'd')
        expect(didYouMean(plain.toUpperCase(), ['qqqqqqqqqqqqqq', name])).toBe(name)
      }),
    )
  })

  it('suggests the nearest', () => {
    expect(didYouMean('Marble', ['Marbles', 'Marblé', 'Garble'])).toBe('Marblé')
  })
})
