/**
 * Self-prompting: the first word of an answer says which half of the named concepts it needs. The other k − 1 words of
 * the half are known then, and so are the halves of the other concepts, so that choosing costs one word.
 */

import { likeliest } from '../models/sampling.ts'
import type { Half, PromptTemplate } from './prompt.ts'

export type Choice =
  /** A half of the named concepts, to be restated. */
  | { readonly half: Half }
  /** No concept is used: the answer is a picture, or words that begin with this one. */
  | { readonly half: 'none'; readonly word: number }

/**
 * @param logits behind the question, [V + R]
 * @param slots concepts that may be used
 * @param draws whether the model can draw
 * @param beginsPictures whether it may also begin a picture without any concept
 */
export function chooseSelfPrompt(
  logits: Float32Array,
  template: PromptTemplate,
  slots: readonly number[],
  draws: boolean,
  beginsPictures = draws,
): Choice {
  const halves = new Map<number, Half>()
  for (const slot of slots) {
    if (draws) halves.set(template.half('drawing', slot, 1)[0] as number, 'drawing')
    halves.set(template.half('language', slot, 1)[0] as number, 'language')
  }
  const { beginPicture } = template.words
  const word = likeliest(
    logits,
    id =>
      halves.has(id) ||
      template.ordinary(id) ||
      (beginsPictures && id === beginPicture) ||
      isIdentifier(id, slots, template),
  )
  const half = halves.get(word)
  if (half) return { half }
  // A picture without its restatement would be one of somebody else.
  if (word === beginPicture && slots.length > 0) return { half: 'drawing' }
  return { half: 'none', word }
}

const isIdentifier = (id: number, slots: readonly number[], template: PromptTemplate) =>
  id >= template.vocabularySize && slots.some(slot => template.identifier(slot) === id)
