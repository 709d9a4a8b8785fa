import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderMarkdown } from '../../test/fakes/discord/view/markdown.ts'
import { contentsOf, escapeMarkdown, unescapeMarkdown } from './escaping.ts'

/** Every id is somebody's, so that no mention goes unnoticed. */
const names = { user: () => 'somebody', role: () => 'a role', channel: () => 'a channel' }
const shown = (content: string) => renderMarkdown(content, names)

/** A text of the bot as it is to be read: bold spans, one behind the other, are one. */
function meant(text: string): { text: string; bold: string[] } {
  const parts = text.split(/\*\*(.+?)\*\*/s)
  const bold: string[] = []
  let open = false
  for (const [i, part] of parts.entries()) {
    if (i % 2 === 1) bold.push(open ? bold.pop()! + part : part)
    if (part !== '') open = i % 2 === 1
  }
  return { text: parts.join(''), bold }
}

const odd = [
  ...[
    '*',
    '**',
    '***',
    '_',
    '__',
    '~',
    '~~',
    '`',
    '```',
    '|',
    '||',
    '\\',
    '>',
    '>>> ',
    '> ',
    '# ',
    '### ',
    '-# ',
    '- ',
  ],
  ...['+ ', '1. ', '12.', '[', ']', '(', ')', '<', '>', ':', ':m:', ':cat:', '::', '@', '@everyone', '@here', '<@1>'],
  ...[
    '<@!2>',
    '<@&3>',
    '<#4>',
    '<:cat:5>',
    '<a:cat:5>',
    '<t:0:R>',
    '</teach:6>',
    'http://a.b/c_d_e',
    'https://x.y?*z*',
  ],
  ...[
    '[k](https://a.b)',
    '<https://a.b>',
    '\n',
    '\n\n',
    ' ',
    '  ',
    '&amp;',
    '!',
    '=',
    '--',
    '---',
    'a',
    'Mắm',
    '🐈',
    '中',
  ],
]
const texts = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...odd) }, fc.string({ unit: 'grapheme', maxLength: 4 })), {
    maxLength: 12,
  })
  .map(parts => parts.join(''))

describe('a text on Discord', () => {
  it.each([
    ['a *b* _c_ `d` ~~e~~ ||f||', 'a \\*b\\* \\_c\\_ \\`d\\` \\~\\~e\\~\\~ \\|\\|f\\|\\|'],
    ['Ask **Mắm**: 12:30, e-mail, 3.5 % (a) #1 ~5 | x', 'Ask **Mắm**: 12:30, e-mail, 3.5 % (a) #1 ~5 | x'],
    ['# one\n- two\n3. three\n> four', '\\# one\n\\- two\n3\\. three\n\\> four'],
    ['<@1> @everyone :m: https://a.b', '\\<@1> \\@everyone \\:m: https\\://a.b'],
    ['**a****b**', '**ab**'],
  ])('%j is written %j', (text, content) => expect(escapeMarkdown(text)).toBe(content))

  it('is shown as it is, whatever is in it; only ** is bold', () => {
    fc.assert(
      fc.property(texts, text => {
        expect(shown(escapeMarkdown(text))).toEqual(meant(text))
      }),
      { numRuns: 3000 },
    )
  })

  it('mentions nobody', () => {
    fc.assert(
      fc.property(texts, text => {
        const found: string[] = []
        const listen = (kind: string) => (id: string) => {
          found.push(`${kind} ${id}`)
          return undefined
        }
        renderMarkdown(escapeMarkdown(text), { user: listen('user'), role: listen('role'), channel: listen('channel') })
        expect(found).toEqual([])
      }),
    )
  })

  it('is read back as it was said', () => {
    fc.assert(
      fc.property(texts, text => {
        fc.pre(!/\*{4}/.test(text))
        expect(unescapeMarkdown(escapeMarkdown(text))).toBe(text)
      }),
    )
  })

  it('goes out whole, in messages of at most 2,000 characters', () => {
    const long = fc.array(texts, { minLength: 20, maxLength: 300 }).map(parts => parts.join(' '))
    const bare = (text: string) => text.replace(/\s+/g, '')
    fc.assert(
      fc.property(long, text => {
        const contents = contentsOf(text)
        for (const content of contents) {
          expect(content.length).toBeLessThanOrEqual(2000)
          expect(content.trim()).not.toBe('')
        }
        expect(bare(contents.map(content => shown(content).text).join(''))).toBe(bare(meant(text).text))
      }),
      { numRuns: 60 },
    )
  })

  it('that is blank is no message', () => expect(contentsOf(' \n ')).toEqual([]))
})
