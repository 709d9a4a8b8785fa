/** Where a text names concepts. Names are whole words in any script; this file knows nothing of models. */

/** A part of a text: words as they are, or the concept (its place in the list) that is named there. */
export type Span = { readonly words: string } | { readonly concept: number }

/** Scripts that put no spaces between words: there a name is found inside a run of letters, too. */
const unspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u

/**
 * Splits a text where it names one of these concepts: NFC, in upper or lower case, the longest name first, never inside
 * another word (`Mắm's` is Mắm and `'s`; `Mắmy` is nobody).
 */
export function splitAtNames(text: string, names: readonly string[]): Span[] {
  const normal = text.normalize('NFC')
  const pattern = namePattern(names)
  if (!pattern) return normal === '' ? [] : [{ words: normal }]
  const keys = names.map(nameKey)
  const spans: Span[] = []
  let from = 0
  for (const match of normal.matchAll(pattern)) {
    const concept = keys.indexOf(nameKey(match[0]))
    if (concept < 0) continue
    if (match.index > from) spans.push({ words: normal.slice(from, match.index) })
    spans.push({ concept })
    from = match.index + match[0].length
  }
  if (from < normal.length) spans.push({ words: normal.slice(from) })
  return spans
}

/** The concepts that a text names (places in the list), in the order of their first naming. */
export function namedIn(text: string, names: readonly string[]): number[] {
  return [...new Set(splitAtNames(text, names).flatMap(span => ('concept' in span ? [span.concept] : [])))]
}

/** What two spellings of one name have in common. */
export const nameKey = (name: string) => name.normalize('NFC').trim().replace(/\s+/g, ' ').toUpperCase().toLowerCase()

function namePattern(names: readonly string[]): RegExp | undefined {
  const alternatives = names
    .map(name => name.normalize('NFC').trim())
    .filter(name => name !== '')
    .sort((a, b) => b.length - a.length)
    .map(name => {
      const escaped = name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replace(/\s+/g, '\\s+')
      // \b knows ASCII letters only and would find "ắm" inside "Mắm".
      return unspaced.test(name) ? escaped : `(?<![\\p{L}\\p{M}\\p{N}])${escaped}(?![\\p{L}\\p{M}\\p{N}])`
    })
  return alternatives.length > 0 ? new RegExp(alternatives.join('|'), 'giu') : undefined
}
