import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitText } from './split-text.ts'

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Every letter that a reader sees, with whether it is bold; white space does not count. */
function read(text: string): string[] {
  return text.split(/\*\*(.+?)\*\*/s).flatMap((span, i) =>
    Array.from(graphemes.segment(span), ({ segment }) => segment)
      .filter(letter => letter.trim() !== '')
      .map(letter => (i % 2 ? `bold ${letter}` : letter)),
  )
}

/** Letters as chats have them: precomposed and combining Vietnamese, emoji of several code points, flags, scripts without spaces. */
const letter = fc.constantFrom(
  ...[
    'a',
    'ắ',
    'a\u0306\u0301',
    'e\u0323\u0302',
    'đ',
    '👩‍👩‍👧‍👦',
    '🏳️‍🌈',
    '🇻🇳',
    '👍🏽',
    '𝔐',
    '猫',
    'ภู',
    '한',
    '1',
    '_',
    '(',
    '.',
  ],
)
const space = fc.constantFrom(' ', ' ', ' ', '\n', '\n\n', '. ', '\r\n', '\t', '! ', '。')
const word = fc.array(letter, { minLength: 1, maxLength: 40 }).map(letters => letters.join(''))
const plain = fc
  .array(fc.tuple(word, space), { minLength: 1, maxLength: 30 })
  .map(pairs => pairs.map(([word, space]) => word + space).join(''))
const chat = fc
  .array(fc.tuple(plain, fc.boolean()), { minLength: 1, maxLength: 6 })
  .map(spans => spans.map(([text, bold]) => (bold ? `x**${text}**y` : text)).join(' '))
const limit = fc.integer({ min: 16, max: 400 })

describe('a long text', () => {
  it('says the same in parts that keep the limit, with whole letters and the same ones bold', () => {
    fc.assert(
      fc.property(chat, limit, (text, limit) => {
        const parts = splitText(text, limit)
        for (const part of parts) expect(part.length).toBeLessThanOrEqual(limit)
        expect(parts.flatMap(read)).toEqual(read(text))
      }),
      { numRuns: 300 },
    )
  })

  it('has no blank part, and fills at least half of each but the last where words are short', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,8}[.,]?( |\n|\n\n)$/), { minLength: 5, maxLength: 200 })
    fc.assert(
      fc.property(words, limit, (words, limit) => {
        const parts = splitText(words.join(''), limit)
        for (const part of parts) expect(part).toMatch(/\S/)
        for (const part of parts.slice(0, -1)) expect(part.length).toBeGreaterThanOrEqual(limit / 2 - 10)
      }),
    )
  })

  it('never tears what escaping made', () => {
    const escaped = fc
      .array(fc.constantFrom('\\*', '\\\\', '\\_', '&amp;', '&lt;', 'a', ' '), { minLength: 20, maxLength: 200 })
      .map(parts => parts.join(''))
    const atoms = (text: string) => text.match(/\\.|&\w+;|\S/gs) ?? []
    fc.assert(
      fc.property(escaped, fc.integer({ min: 16, max: 60 }), (text, limit) => {
        expect(splitText(text, limit).flatMap(atoms)).toEqual(atoms(text))
      }),
    )
  })

  it('takes any text whatever, and any limit from 16', () => {
    const all = (texts: readonly string[]) => texts.join('').replace(/[\s*]/g, '')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 300 }),
          fc.string({ unit: fc.constantFrom('*', ' ', 'a', '\n', '\\', '\u0301') }),
        ),
        fc.integer({ min: 16, max: 50 }),
        (text, limit) => {
          const parts = splitText(text, limit)
          for (const part of parts) expect(part.length).toBeLessThanOrEqual(limit)
          expect(all(parts)).toBe(all([text]))
          for (const part of parts) expect(part).not.toMatch(/\p{Cs}/u)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('ends a part where a paragraph, a line, a sentence or a word ends, in this order', () => {
    const words = 'Mắm lies there. Bo looks'
    expect(splitText(`${words}\non and\n\non, and sleeps.`, 36)).toEqual([`${words}\non and`, 'on, and sleeps.'])
    expect(splitText(`${words}\non and on, and sleeps.`, 36)).toEqual([words, 'on and on, and sleeps.'])
    expect(splitText(`${words} on and on, and sleeps.`, 27)).toEqual([
      'Mắm lies there.',
      'Bo looks on and on, and',
      'sleeps.',
    ])
    expect(splitText('Mắm nằm ngủ trên ghế sô-pha cả ngày', 20)).toEqual(['Mắm nằm ngủ trên ghế', 'sô-pha cả ngày'])
  })

  it('leaves a link whole that fits a part, and tears one that does not where a word ends', () => {
    const link = 'https://example.com/mam'
    expect(splitText(`look here: ${link}`, 30)).toEqual(['look here:', link])
    expect(splitText(link, 20)).toEqual(['https://example.com/', 'mam'])
  })

  it('closes a bold span and opens it again', () => {
    expect(splitText('I know **Mắm and Bo and Lan** by now', 24)).toEqual([
      'I know **Mắm and Bo**',
      '**and Lan** by now',
    ])
  })

  it('stays as it is when it fits, and is nothing when it is blank', () => {
    expect(splitText(' a\n', 16)).toEqual([' a\n'])
    expect(splitText('', 16)).toEqual([])
    expect(splitText(' \n'.repeat(50), 16)).toEqual([])
  })

  it('tears a letter only when it is longer than a part, and then between code points', () => {
    const parts = splitText(`a${'\u{1d167}'.repeat(20)}`, 16)
    expect(parts.join('')).toBe(`a${'\u{1d167}'.repeat(20)}`)
    for (const part of parts) expect(part).not.toMatch(/\p{Cs}/u)
  })

  it('of a hundred thousand characters takes no time to speak of', () => {
    const start = performance.now()
    splitText('Mắm sleeps. '.repeat(4000) + ' '.repeat(50_000) + '猫'.repeat(5000), 2000)
    expect(performance.now() - start).toBeLessThan(2000)
  })
})
