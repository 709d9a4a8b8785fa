/** An answer in words: the likeliest word, one after another, until the model ends its turn. */
import type { KvCache } from '../models/kv-cache.ts'
import type { SoftPrompt } from '../models/language.ts'
import type { ModelContext } from './context.ts'
import { likeliest } from './sampling.ts'
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
  let next = first
  for (let count = 0; count < maxWords; count++) {
    // An empty answer would be none.
    const ends = (id: number) => count > 0 && (id === endTurn || id === end)
    const id: number =
      next ??
      likeliest(
        logits,
        one => template.ordinary(one) || identifiers.has(one) || ends(one) || (mayDraw && one === beginPicture),
      )
    next = undefined
    if (id === beginPicture) return 'picture'
    if (ends(id)) return 'end'
    word?.(id)
    if (count + 1 === maxWords) break
    await nextStep(stepping)
    logits = (await model.language.read(cache, [[id]], softPrompt)).logits
  }
  return 'end'
}
