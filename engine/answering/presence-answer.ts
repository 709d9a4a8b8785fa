/**
 * Yes or no to the question whether a picture shows somebody who was taught. The model says either, but how sure it has to be
 * differs from concept to concept: a lesson has measured that on pictures it held back. What recognition knows counts here as well.
 */
import type { Concept } from '../engine.ts'
import type { PictureView } from '../models/multimodal.ts'
import { likeliest, logit, logSumExp } from '../models/sampling.ts'
import type { ModelContext } from './context.ts'
import { splitAtNames } from './names.ts'
import { answerWords } from './presence.ts'
import type { Stepping } from './steps.ts'

const picture = '(?:picture|photo|image|drawing|scene|pic|one)s?'
const shown = `(?:here|there|(?:in|on) (?:this|that|the|these|those|it)(?: ${picture})?|in (?:the )?${picture})`
/** Who is asked for stands as `@`: several as `@ and @`. */
const somebody = '@(?:(?:,| and| or) @)*'
const ways = [
  `(?:is|are) ${somebody} ${shown}`,
  `(?:is|are) (?:this|that|it|these|those|they) ${somebody}`,
  `(?:do|can|could|did) (?:you|we|i) (?:see|spot|find|recogni[sz]e) ${somebody}(?: ${shown})?`,
  `does (?:this|that|the|it)(?: ${picture})? (?:show|have|contain) ${somebody}`,
].map(way => new RegExp(`^(?:and |so |but |hey |please )*${way}(?: too| as well| also| please)?$`, 'u'))

/** Whether a text asks if those it names are in a picture: `And is Mắm in this one?`, not `is Mắm in the snow?`. */
export function asksPresence(text: string, names: readonly string[]): boolean {
  const spans = splitAtNames(text, names)
  const asked = spans.map(span => ('concept' in span ? '@' : span.words.toLowerCase())).join('')
  const plain = asked
    .replace(/[?!.\s]+$/u, '')
    .trim()
    .replace(/\s+/gu, ' ')
  return plain.includes('@') && ways.some(way => way.test(plain))
}

/**
 * The word with which the answer begins: a yes or no by the concepts' thresholds, where the model is about to say either.
 * Nothing where it is not, or where several are asked for and nothing tells them apart.
 *
 * @param logits of the answer's first word
 * @param concepts those who are asked for
 */
export async function presenceAnswer(
  { template, likeness }: ModelContext,
  logits: Float32Array,
  pictures: readonly PictureView[],
  concepts: readonly Concept[],
  stepping: Stepping = {},
): Promise<number | undefined> {
  const { yes, no } = answerWords(template)
  const first = likeliest(logits, id => template.ordinary(id))
  if (![...yes, ...no].includes(first)) return undefined
  if (concepts.length > 1 && !likeness) return undefined
  const of = (ids: readonly number[]) => logSumExp(ids.map(id => logits[id] as number))
  const odds = of(yes) - of(no)
  const alike = await likeness?.(pictures, concepts, { ...stepping, together: true, closely: true })
  const present = concepts.every(({ threshold }, i) => {
    const evidence = Math.max(...pictures.map((_, p) => odds + (alike?.[p]?.[i] ?? 0)))
    return evidence >= logit(threshold)
  })
  return likeliest(logits, id => (present ? yes : no).includes(id))
}
