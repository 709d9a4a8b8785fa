/** A message's text: line breaks, `**bold**` of the bot's, and names with an @ made visible. Everything else is as it is. */
import type { WirePerson } from '../../wire.ts'
import { boldSpans } from '../state/bold.ts'

interface RichTextProps {
  readonly text: string
  readonly people: readonly WirePerson[]
  readonly botName: string
  /** What people write is shown as they wrote it. */
  readonly fromBot: boolean
}

export function RichText({ text, people, botName, fromBot }: RichTextProps) {
  if (text === '') return null
  const names = fromBot ? [] : [botName, ...people.map(({ name }) => name)]
  const spans = fromBot ? boldSpans(text) : [{ text, bold: false }]
  return (
    <p class="text" dir="auto">
      {spans.map((span, i) => (span.bold ? <strong key={i}>{span.text}</strong> : withNames(span.text, names)))}
    </p>
  )
}

function withNames(text: string, names: readonly string[]) {
  if (names.length === 0) return text
  const quoted = [...names]
    .sort((a, b) => b.length - a.length)
    .map(name => name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
  const mention = new RegExp(`(?<![\\p{L}\\p{M}\\p{N}@])(@(?:${quoted.join('|')}))(?![\\p{L}\\p{M}\\p{N}])`, 'iu')
  return text.split(mention).map((part, i) =>
    i % 2 === 1 ? (
      <span key={i} class="mention">
        {part}
      </span>
    ) : (
      part
    ),
  )
}
