/** Which taught name a text may mean that names nobody, and which names begin as somebody types. */
import { namedIn, nameKey } from '../../engine/answering/names.ts'
import { didYouMean, folded, visible } from '../concepts/names.ts'
import { commonWords } from './common-words.ts'

/** A word of a text that may be meant as a name. */
export interface Suggestion {
  readonly word: string
  readonly name: string
}

/** Words of a text that are compared with names; a longer text says more than a name. */
const mostWords = 40

/** Where a text that names nobody comes close to a name: "mam" to Mắm, "Biscit" to Biscuit; everyday words never do. */
export function suggestName(text: string, names: readonly string[]): Suggestion | undefined {
  if (namedIn(text, names).length > 0) return undefined
  const words = (visible(text).match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).slice(0, mostWords)
  const byLength = new Map<number, string[]>()
  for (const name of names) {
    const length = name.split(/\s+/).length
    byLength.set(length, [...(byLength.get(length) ?? []), name])
  }
  for (const [length, some] of [...byLength].sort(([a], [b]) => b - a))
    for (let from = 0; from + length <= words.length; from++) {
      const run = words.slice(from, from + length)
      if (run.every(word => commonWords.has(nameKey(word)))) continue
      const word = run.join(' ')
      const name = didYouMean(word, some)
      if (name !== undefined) return { word, name }
    }
  return undefined
}

/** Names that match what is typed so far, accents or not: those that begin so before those that have it inside. */
export function completeName(typed: string, names: readonly string[]): string[] {
  const key = folded(typed)
  const begins = names.filter(name => folded(name).startsWith(key))
  return [...begins, ...names.filter(name => !begins.includes(name) && folded(name).includes(key))]
}
