import { describe, expect, it } from 'vitest'
import { mentionsIn, plainText, spansOf, spansOfMrkdwn } from './text.ts'

const names: Record<string, string> = { U1: 'Lan Anh', U2: 'Bình' }
const nameOf = (id: string) => names[id] ?? id
const read = (mrkdwn: string) => plainText(spansOfMrkdwn(mrkdwn), nameOf, 'UBOT')

describe('Slack’s mrkdwn', () => {
  it.each([
    ['a &amp; b &lt;c&gt; &amp;amp;', 'a & b <c> &amp;'],
    ['<@U1> and <@U2|binh>, hi', '@Lan Anh and @Bình, hi'],
    ['see <https://a.b/c?d=1&amp;e=2> or <https://a.b|a.b>', 'see https://a.b/c?d=1&e=2 or a.b'],
    ['<mailto:a@b.c|a@b.c> <#C1|pets> <#C2>', 'a@b.c #pets #channel'],
    ['<!here> <!subteam^S1|@keepers> <!subteam^S2> <!date^1^{date}|today>', '@here @keepers @group today'],
    ['1 < 2 <b>c</b> <3 <@> <#x', '1 < 2 <b>c</b> <3 <@> <#x'],
    ['', ''],
  ])('%s', (mrkdwn, plain) => expect(read(mrkdwn)).toBe(plain))

  it.each([
    ['<@UBOT> draw Mắm', 'draw Mắm'],
    ['<@UBOT>, draw', 'draw'],
    ['hey <@UBOT>: draw', 'hey draw'],
    ['draw Mắm <@UBOT>', 'draw Mắm'],
    ['and\n<@UBOT> now', 'and\nnow'],
    ['<@UBOT>', ''],
  ])('takes the mention of the bot out of “%s”', (mrkdwn, plain) => expect(read(mrkdwn)).toBe(plain))

  it('tells who is mentioned, once', () => {
    expect(mentionsIn(spansOfMrkdwn('<@U1> <@U2> <@U1>'))).toEqual(['U1', 'U2'])
    expect(mentionsIn(spansOfMrkdwn('&lt;@U1&gt;'))).toEqual([])
  })
})

describe('rich text, as people’s clients send it', () => {
  const section = (...elements: object[]) => ({ type: 'rich_text_section', elements })
  const text = (text: string, style?: object) => ({ type: 'text', text, ...(style && { style }) })
  const readBlocks = (...elements: object[]) =>
    plainText(spansOf({ ts: '1.0', text: 'not this', blocks: [{ type: 'rich_text', elements }] }), nameOf, 'UBOT')

  it('has emoji as characters, links as typed, and marks nothing', () => {
    const said = readBlocks(
      section(
        { type: 'user', user_id: 'UBOT' },
        text(' look at '),
        text('Mắm', { bold: true }),
        text(' '),
        { type: 'emoji', name: 'black_cat', unicode: '1f408-200d-2b1b' },
        { type: 'emoji', name: 'partyparrot' },
        text(' '),
        { type: 'link', url: 'https://a.b/c' },
        text(' & '),
        { type: 'link', url: 'https://a.b', text: 'a.b' },
        text(' '),
        { type: 'broadcast', range: 'here' },
        text(' '),
        { type: 'user', user_id: 'U1' },
      ),
    )
    expect(said).toBe('look at Mắm 🐈‍⬛:partyparrot: https://a.b/c & a.b @here @Lan Anh')
  })

  it('keeps lists, quotations and code in lines of their own', () => {
    const list = (style: string) => ({
      type: 'rich_text_list',
      style,
      elements: [section(text('one')), section(text('two'))],
    })
    const said = readBlocks(
      section(text('these:\n')),
      list('bullet'),
      list('ordered'),
      { type: 'rich_text_quote', elements: [text('she\nsleeps')] },
      { type: 'rich_text_preformatted', elements: [text('a = *b*')] },
    )
    expect(said).toBe('these:\n• one\n• two\n1. one\n2. two\n> she\n> sleeps\na = *b*')
  })
})
