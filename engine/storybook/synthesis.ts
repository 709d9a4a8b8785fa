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
/** How those who are asked for are called in the request. */
const NAMES = ['sks', 'skt']

/** The log-likelihood of each picture's words as a drawing of whom it is taken to show, in nats. */
export async function synthesisLogLikelihoods(
  context: Pick<ModelContext, 'model' | 'template'>,
  all: readonly Taken[],
  stepping: Stepping = {},
): Promise<number[]> {
  const sums: number[] = []
  for (const taken of all) {
    await nextStep(stepping)
    sums.push(await logLikelihood(context, taken))
  }
  return sums
}

/** Of one picture in a run: its logits are 6 MB, and more of them side by side take memory and save no time. */
async function logLikelihood(
  { model, template }: Pick<ModelContext, 'model' | 'template'>,
  { scene, characters, codes }: Taken,
): Promise<number> {
  const { language } = model
  const prompt = [
    ...template.begin(),
    ...template.userTurn({ concepts: NAMES.slice(0, characters.length), text: requestOf(scene) }),
    ...template.answerStart(
      'drawing',
      characters.map((_, slot) => slot),
    ),
  ]
  const picture = template.pictureWords(codes)
  const cache = language.cache(1, prompt.length + picture.length)
  await language.read(cache, [prompt], joinRows(characters))
  // What is drawn is predicted from what stands before it, beginning with the word that begins a picture.
  const before = [template.words.beginPicture, ...picture.slice(0, -1)]
  const { logits, words, first } = await language.read(cache, [before], undefined, { want: 'all', head: 'pictures' })
  cache.dispose()
  return picture.reduce((sum, word, at) => {
    const row = logits.subarray(at * words, (at + 1) * words)
    return sum + (row[word - first] as number) - logSumExp(row)
  }, 0)
}

/** A request for the whole scene, always in the same words. */
function requestOf({ place, characters }: ReadPicture): string {
  const where = PLACE_PHRASES[place][0] as string
  const each = characters.map(
    ({ action, side }, i) => `${NAMES[i]} ${ACTION_PHRASES[action][0]} ${SIDE_PHRASES[side][0]}`,
  )
  return fill(DRAWING_REQUESTS[0] as string, { name: each.join(' and '), scene: where })
}
