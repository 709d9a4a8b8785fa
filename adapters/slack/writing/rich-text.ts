/**
 * The bot's texts as Slack's rich text, which shows every character as it is: nothing in a text is mark-up, a link, an emoji
 * or a mention, but for `**bold**` and those who are to be notified.
 */
import type { types } from '@slack/bolt'

export function richText(text: string, mentions: readonly string[] = []): types.RichTextBlock {
  const elements: types.RichTextElement[] = mentions.flatMap(user_id => [{ type: 'user', user_id }, plain(' ')])
  const spans = wellFormed(text).split(/\*\*(.+?)\*\*/s)
  for (const [index, span] of spans.entries())
    if (span !== '') elements.push(index % 2 ? { ...plain(span), style: { bold: true } } : plain(span))
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }
}

const plain = (text: string): types.RichTextText => ({ type: 'text', text })

/** Characters of a text that is shown where there are no blocks, in notifications. */
const longestFallback = 1000

/** What notifications say: Slack's mrkdwn, in which three characters begin something else. */
export function fallbackText(text: string, mentions: readonly string[] = []): string {
  const bare = text.replace(/\*\*(.+?)\*\*/gs, '$1')
  return [...mentions.map(id => `<@${id}>`), escaped(shortened(bare, longestFallback))].join(' ')
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Half a character cannot be sent. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\uFFFD')

/** A text that can be sent, and no longer than Slack takes it. */
export function shortened(text: string, longest: number): string {
  return wellFormed(text.length <= longest ? text : `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`)
}
