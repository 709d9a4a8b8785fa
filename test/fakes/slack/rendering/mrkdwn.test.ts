/** Slack's mark-up as people read it. */
import { describe, expect, it } from 'vitest'
import { mrkdwnPieces } from './mrkdwn.ts'

const names = { user: (id: string) => ({ U1: 'Lan Anh' })[id], channel: (id: string) => ({ C1: 'family' })[id] }
const read = (text: string) =>
  mrkdwnPieces(text, names)
    .map(piece => piece.text)
    .join('')
const bold = (text: string) =>
  mrkdwnPieces(text, names)
    .filter(piece => piece.bold)
    .map(piece => piece.text)

describe('mrkdwn', () => {
  it.each([
    ['a *b* _c_ ~d~', 'a b c d'],
    ['2*3*4 and snake_case_name', '2*3*4 and snake_case_name'],
    ['* not bold * and *neither', '* not bold * and *neither'],
    ['`*code*` ```_block_```', '*code* _block_'],
    ['a &amp; b &lt;c&gt; &amp;lt;', 'a & b <c> &lt;'],
    ['&gt; set off\nnot', 'set off\nnot'],
    ['<@U1> <@U2> <#C1> <!channel> <!subteam^S1|@team>', '@Lan Anh @unknown #family @channel @team'],
    ['<https://a.b|there> <https://a.b>', 'there https://a.b'],
    [':m: :cat: :no_such_one: 12:30:45', 'Ⓜ️ 🐱 :no_such_one: 12:30:45'],
  ])('%s', (typed, shown) => expect(read(typed)).toBe(shown))

  it('bold may hold other mark-up, and be held', () => {
    expect(bold('*Mắm* and *<@U1> _too_*')).toEqual(['Mắm', '@Lan Anh ', 'too'])
    expect(bold('_all *inner* of_')).toEqual(['inner'])
    expect(bold('**two stars**')).toEqual([])
  })
})
