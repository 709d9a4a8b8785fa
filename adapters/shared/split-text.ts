/**
 * Long texts in parts that a platform takes: 2,000 characters on Discord, 3,000 in a block on Slack. Of mark-up it knows
 * `**bold**`, and it keeps together what escaping makes of one character, `\*` or `&amp;`: escape first, then split.
 */

/** What is never torn: a grapheme, an escaped one, or a mark that has no partner. */
interface Unit {
  readonly text: string
  readonly bold: boolean
}

const mark = '**'
const escapes = /\\[!-/:-@[-`{-~]|&(?:amp|lt|gt);|\*\*/g

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const words = new Intl.Segmenter('en', { granularity: 'word' })

/**
 * Parts of at most `limit` UTF-16 units that, one after another, say the same. They end where a paragraph, a line, a sentence
 * or a word ends, and its white space is left out; never within a grapheme, unless one alone is longer than a part. Bold
 * spans are closed at the end of a part and opened again in the next. No part is blank: a blank text has none.
 *
 * @param limit at least 16
 */
export function splitText(text: string, limit: number): string[] {
  if (text.trim() === '') return []
  if (text.length <= limit) return [text]
  const units = unitsOf(text, limit - 2 * mark.length)
  const ends = endsOf(units)
  const parts: string[] = []
  for (let start = 0; start < units.length; ) {
    if (isBlank(units[start])) {
      start++
      continue
    }
    const end = partEnd(units, ends, start, limit)
    parts.push(written(units.slice(start, end)))
    start = end
  }
  return parts
}

const isBlank = (unit: Unit | undefined) => unit?.text.trim() === ''

function unitsOf(text: string, longest: number): Unit[] {
  return text
    .split(/\*\*(.+?)\*\*/s)
    .flatMap((span, i) =>
      pieces(span).flatMap(piece => torn(piece, longest).map(text => ({ text, bold: i % 2 === 1 }))),
    )
}

function pieces(span: string): string[] {
  const inside = new Set<number>()
  for (const { index, 0: whole } of span.matchAll(escapes))
    for (let at = index + 1; at < index + whole.length; at++) inside.add(at)
  const starts = Array.from(segments(graphemes, span), ({ index }) => index).filter(index => !inside.has(index))
  return starts.map((start, i) => span.slice(start, starts[i + 1]))
}

const windowLength = 500

/** A text's segments, window by window: each of V8's segment objects carries a copy of the text that it is of. */
function* segments(segmenter: Intl.Segmenter, text: string): Generator<{ index: number; isWordLike?: boolean }> {
  for (let at = 0; at < text.length; ) {
    const end = at + windowLength
    const last = end >= text.length
    const found = [...segmenter.segment(last ? text.slice(at) : text.slice(at, end).replace(/[\ud800-\udbff]$/, ''))]
    // The last one may go on behind the window.
    if (!last && found.length > 1) found.pop()
    for (const { index, isWordLike } of found) yield { index: at + index, isWordLike }
    at += found.at(-1)!.index + found.at(-1)!.segment.length
  }
}

/** A grapheme that is longer than a part, by its code points. */
function torn(piece: string, longest: number): string[] {
  if (piece.length <= longest) return [piece]
  const parts = ['']
  for (const point of piece)
    if (parts.at(-1)!.length + point.length > longest) parts.push(point)
    else parts.push(parts.pop()! + point)
  return parts
}

/** Before which units a part may end, and how well. */
interface Ends {
  readonly paragraphs: ReadonlySet<number>
  readonly lines: ReadonlySet<number>
  readonly sentences: ReadonlySet<number>
  readonly spaces: ReadonlySet<number>
  /** Within what has no spaces: a link, or a script that does without. */
  readonly words: ReadonlySet<number>
}

function endsOf(units: readonly Unit[]): Ends {
  const unitAt = new Map<number, number>()
  let plain = ''
  for (const [index, { text }] of units.entries()) {
    unitAt.set(plain.length, index)
    plain += text
  }
  const before = (found: Iterable<{ readonly index: number }>) =>
    new Set(Array.from(found, ({ index }) => unitAt.get(index) ?? -1))
  const spaces = [...plain.matchAll(/\s+/g)]
  const withLines = (count: number) => spaces.filter(([space]) => space.split('\n').length > count)
  return {
    paragraphs: before(withLines(2)),
    lines: before(withLines(1)),
    sentences: before(
      spaces.filter(({ index }) => /[.!?…。！？]["'”’)\]]*$/.test(plain.slice(Math.max(0, index - 4), index))),
    ),
    spaces: before(spaces),
    words: before([...segments(words, plain)].filter(({ isWordLike }) => isWordLike)),
  }
}

/** Where the part that begins at `start` ends: the best end in its second half, or the last one that there is. */
function partEnd(units: readonly Unit[], ends: Ends, start: number, limit: number): number {
  let fits = start + 1
  let length = 0
  for (let index = start; index < units.length; index++) {
    const unit = units[index]!
    length += unit.text.length
    if (unit.bold && !(index > start && units[index - 1]!.bold)) length += 2 * mark.length
    // White space at the end is left out.
    if (!isBlank(unit) && length > limit) break
    fits = Math.max(fits, index + 1)
  }
  if (fits === units.length) return fits
  const last = (among: ReadonlySet<number>, after: number) => {
    for (let end = fits; end > after; end--) if (among.has(end)) return end
    return undefined
  }
  const half = start + (fits - start) / 2
  return (
    last(ends.paragraphs, half) ??
    last(ends.lines, half) ??
    last(ends.sentences, half) ??
    last(ends.spaces, start) ??
    last(ends.words, start) ??
    fits
  )
}

function written(units: readonly Unit[]): string {
  let text = ''
  let bold = false
  for (const unit of units.slice(0, units.findLastIndex(unit => !isBlank(unit)) + 1)) {
    if (unit.bold !== bold) text += mark
    bold = unit.bold
    text += unit.text
  }
  return bold ? text + mark : text
}
