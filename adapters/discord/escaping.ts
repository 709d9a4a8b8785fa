/**
 * The bot's texts as Discord's Markdown, and back: people see what was said, with `**bold**` bold and nothing else marked
 * up, linked or made into a mention. A backslash before punctuation is taken away by every client.
 */
import { splitText } from '../shared/split-text.ts'

/** Characters in a message, UTF-16. */
const longestContent = 2000

/** What means something wherever it stands: emphasis, code, links, mentions, emoji of a server, times. */
const anywhere = /[\\*_`<[]|~{2,}|\|{2,}/
/** `:name:` becomes an emoji, `https:` a link. */
const colons = /:(?=[^\s:]+:|\/\/)/
const everyone = /@(?=everyone|here)/
const special = new RegExp([anywhere, colons, everyone].map(({ source }) => source).join('|'), 'g')

/** What means something at the beginning of a line: headings, small print, quotations, lists. */
const atLineStart = /^([^\S\n]*)([#>+-]|\d+(?=[.)]))/gm

/** A text as Markdown that shows it as it is. */
export function escapeMarkdown(text: string): string {
  return spansOf(text)
    .map(({ text: span, bold }) => (bold ? `**${escapeSpan(span)}**` : escapeSpan(span)))
    .join('')
}

/** Two bold spans side by side are one: Discord would take the marks between them for something else. */
function spansOf(text: string): { text: string; bold: boolean }[] {
  const spans: { text: string; bold: boolean }[] = []
  for (const [i, part] of text.split(/\*\*(.+?)\*\*/s).entries()) {
    const bold = i % 2 === 1
    const last = spans.at(-1)
    if (part === '') continue
    if (last?.bold && bold) last.text += part
    else spans.push({ text: part, bold })
  }
  return spans
}

function escapeSpan(span: string): string {
  return span
    .replace(special, found => [...found].map(character => `\\${character}`).join(''))
    .replace(atLineStart, (_, space: string, mark: string) =>
      /\d/.test(mark) ? `${space}${mark}\\` : `${space}\\${mark}`,
    )
}

/** A text as the contents of messages, in order; none when it is blank. */
export function contentsOf(text: string, room = longestContent): string[] {
  return splitAt(text, room, room)
}

/** Marks take room, and how much is known only when it is known where a part ends. */
function splitAt(text: string, limit: number, room: number): string[] {
  return splitText(text, limit).flatMap(part => {
    const content = escapeMarkdown(part)
    if (content.length <= room) return [content]
    return splitAt(part, Math.max(16, Math.min(limit - 1, Math.floor((part.length * room) / content.length))), room)
  })
}

/** A content of the bot's own, as it was said. */
export function unescapeMarkdown(content: string): string {
  return content.replace(/\\([!-/:-@[-`{-~])/g, '$1')
}
