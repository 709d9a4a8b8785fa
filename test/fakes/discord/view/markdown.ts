/** Discord's Markdown as a client shows it, down to plain text and what of it is bold. */

/** Names for what is mentioned by id. */
export interface Names {
  user(id: string): string | undefined
  role(id: string): string | undefined
  channel(id: string): string | undefined
}

export interface Rendered {
  readonly text: string
  readonly bold: readonly string[]
}

interface Span {
  readonly text: string
  readonly bold: boolean
}

interface Context {
  readonly names: Names
  readonly bold: boolean
  /** At the beginning of a line. */
  readonly fresh: boolean
}

interface Rule {
  readonly pattern: RegExp
  readonly atLineStart?: boolean
  spans(match: RegExpMatchArray, context: Context): Span[]
}

/** A few of the names that a client turns into pictures. */
const emoji: Readonly<Record<string, string>> = { m: 'Ⓜ️', cat: '🐱', dog: '🐶', heart: '❤️', smile: '😄', joy: '😂' }

const plain = (text: string, { bold }: Context): Span[] => [{ text, bold }]
const inner = (text: string, context: Context, over: Partial<Context> = {}) =>
  parse(text, { ...context, fresh: false, ...over })

/** In this order; the patterns are those of the client's parser. */
const rules: readonly Rule[] = [
  {
    pattern: /^```(?:[a-z0-9_+\-.#]+?\n)?\n*([^\n][\s\S]*?)\n*```/i,
    spans: ([, code], context) => plain(code!, context),
  },
  {
    atLineStart: true,
    pattern: /^ *>>> ([\s\S]*)/,
    spans: ([, quoted], context) => inner(quoted!, context, { fresh: true }),
  },
  {
    atLineStart: true,
    pattern: /^(?: *> [^\n]*(?:\n(?= *> )|$|(?=\n)))+/,
    spans: ([quoted], context) => inner(quoted.replace(/^ *> /gm, ''), context, { fresh: true }),
  },
  { atLineStart: true, pattern: /^(?:#{1,3}|-#) +([^\n]+)/, spans: ([, line], context) => inner(line!, context) },
  {
    atLineStart: true,
    pattern: /^( *)([*-]|\d+\.) +(?=\S)/,
    spans: ([, indent, mark], context) => plain(`${indent}${/\d/.test(mark!) ? mark : '•'} `, context),
  },
  { pattern: /^\\([^0-9A-Za-z\s])/, spans: ([, escaped], context) => plain(escaped!, context) },
  { pattern: /^<(https?:\/\/[^ >]+)>/, spans: ([, url], context) => plain(url!, context) },
  { pattern: /^https?:\/\/[^\s<]+[^<.,:;"'\]\s]/, spans: ([url], context) => plain(url, context) },
  {
    pattern: /^\[((?:\\.|[^[\]\\])+)\]\(<?https?:\/\/[^\s)>]+>?(?: +"[^"]*")?\)/,
    spans: ([, label], context) => inner(label!, context),
  },
  { pattern: /^<@!?(\d+)>/, spans: ([raw, id], context) => plain(name(context.names.user(id!), '@', raw), context) },
  { pattern: /^<@&(\d+)>/, spans: ([raw, id], context) => plain(name(context.names.role(id!), '@', raw), context) },
  { pattern: /^<#(\d+)>/, spans: ([raw, id], context) => plain(name(context.names.channel(id!), '#', raw), context) },
  { pattern: /^<a?:(\w+):\d+>/, spans: ([, id], context) => plain(`:${id}:`, context) },
  { pattern: /^<\/([^:>]+):\d+>/, spans: ([, command], context) => plain(`/${command}`, context) },
  {
    pattern: /^<t:(-?\d+)(?::[a-zA-Z])?>/,
    spans: ([, seconds], context) => plain(new Date(Number(seconds) * 1000).toUTCString(), context),
  },
  { pattern: /^:([a-z0-9_+-]+):/i, spans: ([raw, shortcut], context) => plain(emoji[shortcut!] ?? raw, context) },
  { pattern: /^(`+)([\s\S]*?[^`])\1(?!`)/, spans: ([, , code], context) => plain(code!.trim(), context) },
  {
    pattern: /^\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)/,
    spans: ([, text], context) => inner(text!, context, { bold: true }),
  },
  { pattern: /^__((?:\\[\s\S]|[^\\])+?)__(?!_)/, spans: ([, text], context) => inner(text!, context) },
  {
    pattern:
      /^\b_((?:__|\\[\s\S]|[^\\_])+?)_\b|^\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)/,
    spans: ([, low, high], context) => inner((low ?? high)!, context),
  },
  { pattern: /^~~([\s\S]+?)~~(?!_)/, spans: ([, text], context) => inner(text!, context) },
  { pattern: /^\|\|([\s\S]+?)\|\|/, spans: ([, text], context) => inner(text!, context) },
]

const name = (found: string | undefined, mark: string, raw: string) => (found === undefined ? raw : mark + found)

function parse(source: string, context: Context): Span[] {
  const spans: Span[] = []
  let { fresh } = context
  for (let rest = source; rest; ) {
    const found = matching(rest, fresh)
    const [raw] = found?.match ?? rest.match(/^[0-9A-Za-z\u00c0-\uffff]+ *|^[\s\S]/)!
    spans.push(...(found ? found.rule.spans(found.match, { ...context, fresh }) : plain(raw, context)))
    fresh = raw.endsWith('\n')
    rest = rest.slice(raw.length)
  }
  return spans
}

function matching(rest: string, fresh: boolean): { rule: Rule; match: RegExpMatchArray } | undefined {
  for (const rule of rules) {
    const match = rule.atLineStart && !fresh ? undefined : rest.match(rule.pattern)
    if (match) return { rule, match }
  }
  return undefined
}

export function renderMarkdown(source: string, names: Names): Rendered {
  const spans = parse(source, { names, bold: false, fresh: true })
  const bold: string[] = []
  for (const [i, span] of spans.entries()) {
    if (!span.bold) continue
    if (spans[i - 1]?.bold) bold.push(bold.pop()! + span.text)
    else bold.push(span.text)
  }
  return { text: spans.map(({ text }) => text).join(''), bold }
}
