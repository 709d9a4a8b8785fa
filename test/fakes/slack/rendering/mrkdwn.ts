/** Slack's mark-up as a client shows it: pieces of plain text, bold or not. */

export interface Piece {
  readonly text: string
  readonly bold: boolean
}
/** Names of people and channels by id. */
export interface Names {
  user(id: string): string | undefined
  channel(id: string): string | undefined
}

/** Some of the emoji that clients know; others stay as they are typed. */
const emoji: Readonly<Record<string, string>> = {
  '+1': '👍',
  bear: '🐻',
  cat: '🐱',
  dog: '🐶',
  heart: '❤️',
  m: 'Ⓜ️',
  o: '⭕',
  rabbit: '🐰',
  smile: '😄',
  tada: '🎉',
  warning: '⚠️',
  wave: '👋',
  white_check_mark: '✅',
  x: '❌',
}

export function withEmoji(text: string): string {
  return text.replace(/:([a-z0-9_+-]+):/g, (typed, name: string) => emoji[name] ?? typed)
}

export function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

/** A mark counts where it is not inside of a word, nor doubled. */
const span = (mark: string) => {
  const word = `[\\p{L}\\p{N}_${mark}]`
  const inner = `(?![\\s${mark}])([^\\n]*?[^\\s${mark}])`
  return new RegExp(`(?<!${word})[${mark}]${inner}[${mark}](?!${word})`, 'u')
}

const marks = [
  { pattern: span('*'), bold: true },
  { pattern: span('_'), bold: false },
  { pattern: span('~'), bold: false },
]

export function mrkdwnPieces(text: string, names: Names): Piece[] {
  const code = /```\n?([\s\S]+?)\n?```|`([^`\n]+)`/g
  const pieces: Piece[] = []
  let end = 0
  for (const match of text.matchAll(code)) {
    pieces.push(...styled(unquoted(text.slice(end, match.index)), false, names))
    pieces.push({ text: unescaped(withReferences(match[1] ?? match[2]!, names)), bold: false })
    end = match.index + match[0].length
  }
  pieces.push(...styled(unquoted(text.slice(end)), false, names))
  return pieces.filter(piece => piece.text !== '')
}

/** A line that begins with `>` is set off, and loses the sign. */
function unquoted(text: string): string {
  return text.replace(/^&gt; ?/gm, '')
}

function styled(text: string, bold: boolean, names: Names): Piece[] {
  const matches = marks.map(mark => ({ ...mark, match: mark.pattern.exec(text) })).filter(({ match }) => match)
  const first = matches.sort((a, b) => a.match!.index - b.match!.index)[0]
  if (!first) return [{ text: withEmoji(unescaped(withReferences(text, names))), bold }]
  const { index, 0: whole, 1: inner } = first.match!
  return [
    ...styled(text.slice(0, index), bold, names),
    ...styled(inner!, bold || first.bold, names),
    ...styled(text.slice(index + whole.length), bold, names),
  ]
}

/** What stands in angle brackets, as it is read. */
function withReferences(text: string, names: Names): string {
  return text.replace(/<([^<>\s]+?(?:\|[^<>]*)?)>/g, (whole, inner: string) => {
    const [target, label] = inner.split(/\|(.*)/s) as [string, string?]
    const user = /^@([UW]\w+)$/.exec(target)
    if (user) return `@${names.user(user[1]!) ?? 'unknown'}`
    const channel = /^#(C\w+)$/.exec(target)
    if (channel) return `#${names.channel(channel[1]!) ?? 'unknown'}`
    if (/^!(here|channel|everyone)$/.test(target)) return `@${target.slice(1)}`
    if (target.startsWith('!')) return label ?? whole
    return /^(https?:|mailto:)/.test(target) ? (label ?? target.replace(/^mailto:/, '')) : whole
  })
}
