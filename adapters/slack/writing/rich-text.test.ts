import type { types } from '@slack/bolt'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SlackBlock } from '../reading/message.ts'
import { ownText, spansOf, spansOfMrkdwn } from '../reading/text.ts'
import { compose } from './compose.ts'
import { fallbackText, richText, wellFormed } from './rich-text.ts'

type Element = types.RichTextText | types.RichTextUserMention
const elementsOf = (block: types.RichTextBlock) => (block.elements[0] as types.RichTextSection).elements as Element[]
const textsOf = (block: types.RichTextBlock) => elementsOf(block).flatMap(each => (each.type === 'text' ? [each] : []))
const boldless = (text: string) => text.replace(/\*\*(.+?)\*\*/gs, '$1')

/** Names, facts and answers, of which some try to be more. */
const anything = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        '<@U1>',
        '<!channel>',
        '<!everyone>',
        '@here',
        '*',
        '**',
        '_',
        '~',
        '`',
        '&lt;',
        '&',
        '<',
        '>',
        '<https://a.b|c>',
        '<#C1>',
        ':m:',
        '\n',
        ' ',
        'Mắm',
        '🐈',
        '\ud83d',
        '\udc08',
        '\0',
      ),
      { maxLength: 30 },
    )
    .map(parts => parts.join('')),
)

describe('any text whatever', () => {
  it('is shown as it is, but for what is bold', () => {
    fc.assert(
      fc.property(anything, text => {
        const shown = textsOf(richText(text))
        expect(shown.map(each => each.text).join('')).toBe(boldless(wellFormed(text)))
        for (const each of shown) expect(each.text).not.toBe('')
      }),
    )
  })

  it('notifies nobody but those whom it is told to', () => {
    fc.assert(
      fc.property(anything, fc.subarray(['U7', 'U8']), (text, mentions) => {
        const users = elementsOf(richText(text, mentions)).flatMap(each => (each.type === 'user' ? [each.user_id] : []))
        expect(users).toEqual(mentions)
        const said = fallbackText(text, mentions)
        expect(said.match(/<[^>]*>/g) ?? []).toEqual(mentions.map(id => `<@${id}>`))
        expect(spansOfMrkdwn(said).flatMap(span => ('user' in span ? [span.user] : []))).toEqual(mentions)
      }),
    )
  })

  it('can be sent', () => {
    fc.assert(
      fc.property(anything, text => {
        for (const part of compose({ text, mentions: ['U7'] }, 'turn', [])) {
          expect(() => encodeURIComponent(part.text)).not.toThrow()
          expect(() => encodeURIComponent(JSON.stringify(part.blocks))).not.toThrow()
          expect(part.text).not.toBe('')
        }
      }),
    )
  })

  it('is read back as it was said', () => {
    const words = fc.string({ unit: fc.constantFrom('a', 'Mắm', '<', '&', '*', '_', '\n', '🐈'), minLength: 1 })
    fc.assert(
      fc.property(words, words, (one, two) => {
        const text = `x${one}**b${two}b**`
        const blocks = compose({ text, mentions: ['U7'] }, 'turn', [])[0]!.blocks as unknown as SlackBlock[]
        const own = ownText({ ts: '1.0', blocks }, id => id)
        expect(own.replaceAll('**', '')).toBe(boldless(text).replaceAll('**', ''))
        expect(spansOf({ ts: '1.0', blocks }).some(span => 'text' in span && span.bold)).toBe(true)
      }),
    )
  })
})

describe('a long text', () => {
  it('takes several messages, each with its bold and within Slack’s limits', () => {
    const text = Array.from({ length: 2000 }, (_, i) => (i % 7 ? `word${i}` : `**bold${i}**`)).join(' ')
    const parts = compose({ text, buttons: [{ action: 'go', label: 'Go' }] }, 'turn', [])
    expect(parts.length).toBeGreaterThan(3)
    const shown = parts.flatMap(({ blocks }) => textsOf(blocks[0] as types.RichTextBlock))
    for (const { blocks } of parts) {
      const length = textsOf(blocks[0] as types.RichTextBlock).reduce((sum, each) => sum + each.text.length, 0)
      expect(length).toBeLessThanOrEqual(3000)
    }
    const words = shown.flatMap(each => each.text.split(/\s+/).filter(Boolean))
    expect(words).toEqual(text.replaceAll('*', '').split(' '))
    expect(shown.filter(({ style }) => style?.bold).length).toBe(Math.ceil(2000 / 7))
    expect(parts.map(({ blocks }) => blocks.some(({ type }) => type === 'actions'))).toEqual(
      parts.map((_, i) => i === parts.length - 1),
    )
  })
})
