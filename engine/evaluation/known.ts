/**
 * Ways in which a subject can be known to the model, asked the same things: by a taught concept, or by a description in
 * words (the prompt-only baseline).
 */

import { drawBest } from '../answering/candidates.ts'
import type { ModelContext } from '../answering/context.ts'
import type { Drawing } from '../answering/drawing.ts'
import { presenceEvidence, presenceQuestions, readPicture } from '../answering/presence.ts'
import type { UserTurn } from '../answering/prompt.ts'
import { reply } from '../answering/reply.ts'
import { chooseSelfPrompt } from '../answering/self-prompt.ts'
import { joinRows } from '../answering/soft-prompt.ts'
import { nextStep, type Stepping } from '../answering/steps.ts'
import type { Concept, Reply } from '../engine.ts'
import type { RgbImage } from '../image.ts'
import { fill } from '../learning/templates.ts'
import { logit } from '../models/sampling.ts'

export type Known =
  | { readonly name: string; readonly concept: Concept }
  /** `facts` describe it: `kiki is an orange cat with green eyes.` */
  | { readonly name: string; readonly facts: readonly string[] }

const conceptsOf = (known: Known) => ('concept' in known ? [known.concept] : [])

/** The definitions or the description, then a text that names the subject. */
const turnOf = (known: Known, text: string): UserTurn =>
  'concept' in known ? { concepts: [known.name], text } : { facts: known.facts, text }

/** Whether each picture (codes) shows the subject: log-odds from which the threshold is taken off. */
export async function presence(
  context: ModelContext,
  pictures: readonly (readonly number[])[],
  known: Known,
  stepping: Stepping,
): Promise<number[]> {
  if ('concept' in known) {
    const odds = await presenceEvidence(context, pictures, [known.concept], stepping)
    return odds.map(([one]) => (one as number) - logit(known.concept.threshold))
  }
  const { model, template } = context
  const sequences = presenceQuestions.map(question =>
    template.userTurn(turnOf(known, fill(question, { name: known.name }))),
  )
  const [yes, no] = ['yes', 'no'].map(word => template.text(word)[0] as number) as [number, number]
  const results: number[] = []
  for (const codes of pictures) {
    await nextStep(stepping)
    const seen = await readPicture(context, codes)
    const cache = await seen.select(sequences.map(() => 0))
    const { logits, words } = await model.language.read(cache, sequences)
    cache.dispose()
    const odds = sequences.map((_, row) => logits[row * words + yes]! - logits[row * words + no]!)
    results.push(odds.reduce((sum, one) => sum + one, 0) / odds.length)
  }
  return results
}

/** The model's whole answer. */
export function ask(
  context: ModelContext,
  known: Known,
  text: string,
  images: readonly RgbImage[],
  { signal }: Stepping,
): Promise<Reply> {
  const facts = 'facts' in known ? known.facts : []
  return reply(context, { text, images, concepts: conceptsOf(known), facts, seed: 1 }, { signal })
}

/** Draws what is asked, one drawing for each text, and says of which the model chose to draw by itself. */
export async function draw(
  context: ModelContext,
  known: Known,
  texts: readonly string[],
  stepping: Stepping,
): Promise<{ images: RgbImage[]; chosen: boolean[] }> {
  const { model, template } = context
  const softPrompt = joinRows(conceptsOf(known))
  const slots = conceptsOf(known).map((_, slot) => slot)
  const asked = texts.map(text => [...template.begin(), ...template.userTurn(turnOf(known, text))])
  const chosen: boolean[] = []
  for (const ids of asked) {
    await nextStep(stepping)
    const { logits } = await model.language.read(model.language.cache(1, ids.length), [ids], softPrompt)
    const choice = chooseSelfPrompt(logits, template, slots, true)
    chosen.push(choice.half === 'none' ? choice.word === template.words.beginPicture : choice.half === 'drawing')
  }
  const concepts = conceptsOf(known)
  const drawings: Drawing[] = []
  for (const [i, ids] of asked.entries()) {
    const prompt = [...ids, ...template.answerStart('drawing', slots)]
    const cache = model.language.cache(1, prompt.length)
    await model.language.read(cache, [prompt], softPrompt)
    drawings.push(await drawBest(context, cache, i + 1, { text: texts[i] as string, concepts }, stepping))
  }
  return { images: drawings.map(({ image }) => image), chosen }
}
