/** An answer in words: the likeliest word, one after another, until the model ends its turn. */
import type { KvCache } from '../models/kv-cache.ts'
import type { SoftPrompt } from '../models/language.ts'
import { likeliest } from '../models/sampling.ts'
import type { ModelContext } from './context.ts'
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
  const { endTurn, end, beginPicture } = template.words
  const identifiers = new Set(slots.map(slot => template.identifier(slot)))
  const said = (id: number) => template.ordinary(id) || identifiers.has(id) || (mayDraw && id === beginPicture)
  // An empty answer would be none.
  let next = [first ?? likeliest(logits, said)]
  const ends = new Set([endTurn, end])
  const words = logits.keys()
  const among = Int32Array.from([...words].filter(id => said(id) || ends.has(id)))
  const stops = new Set([...ends, beginPicture])
  const choosing = { among, stops, choices: [{ row: 0 }], reads: [0] }
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
