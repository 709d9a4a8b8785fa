/** The model asked about a picture: several questions, each as if it were the first. */
import type { ModelContext } from '../answering/context.ts'
import { readPicture } from '../answering/presence.ts'
import { rowsThatFit } from '../answering/rows-that-fit.ts'
import { speakInRows } from '../answering/speaking.ts'
import { nextStep, type Stepping } from '../answering/steps.ts'
import { rowBytes } from '../models/kv-columns.ts'
import type { PictureView } from '../models/multimodal.ts'

const ANSWER_WORDS = 32

/** Questions answered in the same runs where memory allows: each needs a copy of the picture's keys and values. */
const mostTogether = 4

/** What the model answers about a picture, each in one line and of at most 32 words. */
export async function askModel(
  context: ModelContext,
  picture: PictureView,
  questions: readonly string[],
  stepping: Stepping,
): Promise<string[]> {
  const { model, template } = context
  await nextStep(stepping)
  const seen = await readPicture(context, picture)
  const asked = questions.map(text => template.userTurn({ text, behindPictures: true }))
  const room = (seen.lengths[0] as number) + Math.max(...asked.map(({ length }) => length)) + ANSWER_WORDS
  const together = Math.min(mostTogether, rowsThatFit(rowBytes(seen.layout, room)))
  const answers: string[] = []
  for (let from = 0; from < asked.length; from += together) {
    const some = asked.slice(from, from + together)
    const rows = some.map(() => 0)
    const cache = await seen.select(rows, room)
    const reading = await model.language.read(cache, some)
    const spoken = await speakInRows(context, cache, reading, { maxWords: ANSWER_WORDS, ...stepping })
    cache.dispose()
    answers.push(...spoken.map(words => template.decode(words).split('\n')[0]!.trim()))
  }
  seen.dispose()
  return answers
}
