/**
 * What people write, as plain text: blocks of rich text where there are some, for these have emoji as characters and
 * links as they were typed, and Slack's mrkdwn where there are none.
 */
import type { SlackBlock, SlackMessage } from './message.ts'

/** A stretch of text, or somebody who is mentioned. */
export type Span = { readonly text: string; readonly bold?: boolean } | { readonly user: string }

interface RichElement {
  readonly type: string
  readonly elements?: readonly RichElement[]
  readonly text?: string
  readonly url?: string
  readonly user_id?: string
  readonly name?: string
  readonly unicode?: string
  readonly range?: string
  readonly style?: unknown
}

export function spansOf({ blocks, text = '' }: SlackMessage): Span[] {
  const rich = blocks?.filter(({ type }) => type === 'rich_text') ?? []
  return rich.length > 0 ? joined(rich.map(spansOfRichText)) : spansOfMrkdwn(text)
}

function spansOfRichText({ elements }: SlackBlock): Span[] {
  return joined((elements as readonly RichElement[]).map(spansOfPart))
}

/** A paragraph, a list, a quotation or code. */
function spansOfPart({ type, elements = [], style }: RichElement): Span[] {
  if (type === 'rich_text_list') {
    const mark = (index: number) => (style === 'ordered' ? `${index + 1}. ` : '• ')
    return joined(elements.map((item, index) => [{ text: mark(index) }, ...(item.elements ?? []).flatMap(spanOf)]))
  }
  const spans = elements.flatMap(spanOf)
  if (type !== 'rich_text_quote') return spans
  return [
    { text: '> ' },
    ...spans.map(span => ('text' in span ? { ...span, text: span.text.replaceAll('\n', '\n> ') } : span)),
  ]
}

function spanOf({ type, text, url, user_id, name, unicode, range, style }: RichElement): Span[] {
  switch (type) {
    case 'text':
      return [{ text: text ?? '', ...(isBold(style) && { bold: true }) }]
    case 'link':
      return [{ text: text || (url ?? '').replace(/^mailto:/, '') }]
    case 'emoji':
      return [{ text: characters(unicode) ?? `:${name}:` }]
    case 'user':
      return user_id ? [{ user: user_id }] : []
    case 'broadcast':
      return [{ text: `@${range}` }]
    case 'channel':
      return [{ text: '#channel' }]
    case 'usergroup':
      return [{ text: '@group' }]
    default:
      return []
  }
}

const isBold = (style: unknown) => (style as { bold?: boolean } | undefined)?.bold === true

/** `1f408-200d-2b1b` as the emoji that it means. */
function characters(unicode: string | undefined): string | undefined {
  return unicode && String.fromCodePoint(...unicode.split('-').map(hex => Number.parseInt(hex, 16)))
}

/** Each in a line of its own. */
function joined(parts: readonly (readonly Span[])[]): Span[] {
  const spans: Span[] = []
  for (const part of parts.filter(({ length }) => length > 0)) {
    const last = spans.at(-1)
    if (last && !('text' in last && last.text.endsWith('\n'))) spans.push({ text: '\n' })
    spans.push(...part)
  }
  return spans
}

/** Mentions, channels, special words and links; anything else in angle brackets was typed so. */
const control = /<(?:([@#])([A-Z0-9]+)|(!)([a-z][^>|]*)|([a-z][a-z0-9+.-]*:[^>|]*))(?:\|([^>]*))?>/gi

/** https://docs.slack.dev/messaging/formatting-message-text */
export function spansOfMrkdwn(mrkdwn: string): Span[] {
  const spans: Span[] = []
  let at = 0
  for (const match of mrkdwn.matchAll(control)) {
    const [whole, sign, id = '', special, word = '', link = '', label] = match
    if (match.index > at) spans.push({ text: unescaped(mrkdwn.slice(at, match.index)) })
    at = match.index + whole.length
    if (sign === '@') spans.push({ user: id })
    else if (sign === '#') spans.push({ text: `#${unescaped(label || 'channel')}` })
    else if (special) spans.push({ text: unescaped(label ?? `@${word.replace(/^subteam\^.*/, 'group')}`) })
    else spans.push({ text: unescaped(label ?? link.replace(/^mailto:/, '')) })
  }
  if (at < mrkdwn.length) spans.push({ text: unescaped(mrkdwn.slice(at)) })
  return spans
}

const unescaped = (text: string) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

/** Ids of those who are mentioned. */
export const mentionsIn = (spans: readonly Span[]): string[] => [
  ...new Set(spans.flatMap(span => ('user' in span ? [span.user] : []))),
]

/**
 * The text with `@name` for those who are mentioned. The bot's own mention is taken out, with a comma or colon behind it,
 * and no more space is left than stood on one side of it.
 */
export function plainText(spans: readonly Span[], nameOf: (user: string) => string, botUserId: string): string {
  // A character that nobody can type, for nobody's text may look like the mention.
  const bot = '\uE000'
  const text = spans
    .map(span => {
      if ('text' in span) return span.text.replaceAll(bot, '')
      return span.user === botUserId ? bot : `@${nameOf(span.user)}`
    })
    .join('')
  return text
    .replace(new RegExp(`(\\s*)${bot}[,:]?(\\s*)`, 'g'), (_, before: string, after: string) =>
      before && after ? wider(before, after) : '',
    )
    .trim()
}

/** A line break is wider than any space. */
function wider(before: string, after: string): string {
  const lines = before.split('\n').length - after.split('\n').length
  return lines > 0 || (lines === 0 && before.length > after.length) ? before : after
}

/** What the bot itself has said, as it said it: bold in `**`, without those whom it notified in front. */
export function ownText(message: SlackMessage, nameOf: (user: string) => string): string {
  const spans = spansOf(message)
  const first = spans.findIndex(span => 'text' in span && span.text.trim() !== '')
  return spans
    .slice(Math.max(0, first))
    .map(span => {
      if ('user' in span) return `@${nameOf(span.user)}`
      return span.bold ? `**${span.text}**` : span.text
    })
    .join('')
    .trim()
}
