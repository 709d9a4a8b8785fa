/** Answers in words: the likeliest word, one after another, until the model ends its turn. */
import type { KvCache } from '../models/kv-cache.ts'
import type { Reading, SoftPrompt } from '../models/language.ts'
import { likeliest } from '../models/sampling.ts'
import type { ModelContext } from './context.ts'
import type { PromptTemplate } from './prompt.ts'
import { nextStep, type Stepping } from './steps.ts'

export interface SpeakOptions extends Stepping {
  readonly softPrompt?: SoftPrompt
  /** Slots of concepts that may be named. */
  readonly slots?: readonly number[]
  /** Whether the answer may go over into a picture. */
  readonly mayDraw?: boolean
  /** A first word that has been chosen already. */
  readonly first?: number
  readonly maxWords: number
  readonly word?: (id: number) => void
}

/**
 * Speaks behind a cache of one row.
 * @param logits for the next word, [V + R]
 * @returns why it ended: `picture` when the model begins to draw
 */
export async function speak(
  { model, template }: ModelContext,
  cache: KvCache,
  logits: Float32Array,
  { softPrompt, slots = [], mayDraw = false, first, maxWords, word, ...stepping }: SpeakOptions,
): Promise<'end' | 'picture'> {
  const { beginPicture } = template.words
  const identifiers = new Set(slots.map(slot => template.identifier(slot)))
  const said = (id: number) => template.ordinary(id) || identifiers.has(id) || (mayDraw && id === beginPicture)
  // An empty answer would be none.
  let next = [first ?? likeliest(logits, said)]
  const { ends, ...choosing } = choosingWords(template, logits.length, said, 1)
  const { among } = choosing
  for (let count = 0; count < maxWords; count++) {
    const id = next.shift() as number
    if (id === beginPicture) return 'picture'
    if (count > 0 && ends.has(id)) return 'end'
    word?.(id)
    if (count + 1 === maxWords) break
    if (next.length > 0) continue
    await nextStep(stepping)
    const options = { prompt: softPrompt, steps: maxWords - count - 1 }
    const chosen = await model.language.continue(cache, [id], choosing, options)
    next = chosen.map(([index]) => among[index as number] as number)
  }
  return 'end'
}

/**
 * Speaks behind each row of a cache, as if it were alone, all of them in the same runs.
 * @param logits for the next word of each row, [B, words]
 * @returns the words of each row, at least one and at most `maxWords`
 */
export async function speakInRows(
  { model, template }: Pick<ModelContext, 'model' | 'template'>,
  cache: KvCache,
  { logits, words }: Pick<Reading, 'logits' | 'words'>,
  { maxWords, ...stepping }: Pick<SpeakOptions, 'maxWords'> & Stepping,
): Promise<number[][]> {
  const rows = Array.from({ length: cache.batch }, (_, row) => row)
  const said = (id: number) => template.ordinary(id)
  const next = rows.map(row => likeliest(logits.subarray(row * words, (row + 1) * words), said))
  const spoken = next.map(id => [id])
  const { ends, ...choosing } = choosingWords(template, words, said, rows.length)
  const speaking = new Set(maxWords > 1 ? rows : [])
  while (speaking.size > 0) {
    await nextStep(stepping)
    const longest = Math.max(...spoken.map(({ length }) => length))
    const chosen = await model.language.continue(cache, next, choosing, { steps: maxWords - longest })
    for (const step of chosen)
      for (const row of rows) {
        // A row that has come to its end is read on with the others, and not listened to.
        const id = choosing.among[step[row] as number] as number
        next[row] = id
        if (!speaking.has(row)) continue
        if (ends.has(id)) speaking.delete(row)
        else if ((spoken[row] as number[]).push(id) === maxWords) speaking.delete(row)
      }
  }
  return spoken
}

/** The likeliest word in each of so many rows: one that is said, or the end. */
function choosingWords({ words }: PromptTemplate, count: number, said: (id: number) => boolean, rows: number) {
  const ends = new Set([words.endTurn, words.end])
  const among = Int32Array.from([...Array(count).keys()].filter(id => said(id) || ends.has(id)))
  const reads = Array.from({ length: rows }, (_, row) => row)
  return { ends, among, stops: new Set([...ends, words.beginPicture]), choices: reads.map(row => ({ row })), reads }
}
