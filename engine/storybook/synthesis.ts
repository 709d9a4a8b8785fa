/**
 * Reading by drawing (analysis by synthesis): how likely a picture is as the model's own drawing of somebody. What is asked of a
 * picture is answered with one word that has looked at all of it; here each of the picture's words says how well somebody
 * fits. The two err at different things, so that they know more together.
 */
import type { ModelContext } from '../answering/context.ts'
import { type ConceptRows, joinRows } from '../answering/soft-prompt.ts'
import { nextStep, type Stepping } from '../answering/steps.ts'
import { DRAWING_REQUESTS, fill } from '../learning/templates.ts'
import { logSumExp } from '../models/sampling.ts'
import { ACTION_PHRASES, PLACE_PHRASES, SIDE_PHRASES } from './language/captions.ts'
import type { ReadPicture } from './reading.ts'

/** A picture, and who its characters are taken for, from left to right. */
export interface Taken {
  readonly codes: readonly number[]
  /** What they do in it, and where. */
  readonly scene: ReadPicture
  readonly characters: readonly ConceptRows[]
}

/**
 * A picture's words are far from independent: where somebody begins a word too early, much of what follows is unlikely. So
 * a difference of log-likelihoods counts this much beside what was read (docs/learning.md).
 */
export const SYNTHESIS_WEIGHT = 0.4
/** Pictures looked at in one run: their logits are 4 MB each. */
const BATCH = 4
/** How those who are asked for are called in the request. */
const NAMES = ['sks', 'skt']

/** The log-likelihood of each picture's words as a drawing of whom it is taken to show, in nats. */
export async function synthesisLogLikelihoods(
  context: Pick<ModelContext, 'model' | 'template'>,
  all: readonly Taken[],
  stepping: Stepping = {},
): Promise<number[]> {
  const sums: number[] = []
  for (let from = 0; from < all.length; from += BATCH) {
    await nextStep(stepping)
    sums.push(...(await together(context, all.slice(from, from + BATCH))))
  }
  return sums
}

async function together(
  { model, template }: Pick<ModelContext, 'model' | 'template'>,
  batch: readonly Taken[],
): Promise<number[]> {
  const { language } = model
  let slots = 0
  const prompts = batch.map(({ scene, characters }) => {
    const first = slots
    slots += characters.length
    const named = characters.map((_, slot) => slot)
    const ids = [
      ...template.begin(),
      ...template.userTurn({ concepts: NAMES.slice(0, characters.length), text: requestOf(scene) }),
      ...template.answerStart('drawing', named),
    ]
    return ids.map(id => (id < template.vocabularySize ? id : id + first * template.rowsPerConcept))
  })
  const pictures = batch.map(({ codes }) => template.pictureWords(codes))
  const room = Math.max(...prompts.map(ids => ids.length)) + Math.max(...pictures.map(words => words.length))
  const cache = language.cache(batch.length, room)
  await language.read(cache, prompts, joinRows(batch.flatMap(({ characters }) => characters)))
  // What is drawn is predicted from what stands before it, beginning with the word that begins a picture.
  const before = pictures.map(words => [template.words.beginPicture, ...words.slice(0, -1)])
  const reading = await language.read(cache, before, undefined, { want: 'all', head: 'pictures' })
  cache.dispose()
  let at = 0
  return pictures.map(words => {
    let sum = 0
    for (const word of words) {
      const logits = reading.logits.subarray(at * reading.words, (at + 1) * reading.words)
      sum += (logits[word - reading.first] as number) - logSumExp(logits)
      at++
    }
    return sum
  })
}

/** A request for the whole scene, always in the same words. */
function requestOf({ place, characters }: ReadPicture): string {
  const where = PLACE_PHRASES[place][0] as string
  const each = characters.map(
    ({ action, side }, i) => `${NAMES[i]} ${ACTION_PHRASES[action][0]} ${SIDE_PHRASES[side][0]}`,
  )
  return fill(DRAWING_REQUESTS[0] as string, { name: each.join(' and '), scene: where })
}
