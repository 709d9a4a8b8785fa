/** The model asked about a picture: several questions, each as if it were the first. */
import type { ModelContext } from '../answering/context.ts'
import { readPicture } from '../answering/presence.ts'
import { speak } from '../answering/speaking.ts'
import { nextStep, type Stepping } from '../answering/steps.ts'
import type { PictureView } from '../models/multimodal.ts'

const ANSWER_WORDS = 32

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
  const answers: string[] = []
  for (const text of questions) {
    const ids = template.userTurn({ text, behindPictures: true })
    const cache = await seen.select([0], (seen.lengths[0] as number) + ids.length + ANSWER_WORDS)
    const { logits } = await model.language.read(cache, [ids])
    const words: number[] = []
    await speak(context, cache, logits, { maxWords: ANSWER_WORDS, word: id => words.push(id), ...stepping })
    cache.dispose()
    answers.push(template.decode(words).split('\n')[0]!.trim())
  }
  seen.dispose()
  return answers
}
