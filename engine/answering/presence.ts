/** Whether pictures show concepts, as numbers. Teaching calibrates with the same functions. */
import { fill, RECOGNITION_QUESTIONS } from '../learning/templates.ts'
import type { KvCache } from '../models/kv-cache.ts'
import { rowBytes } from '../models/kv-columns.ts'
import type { PictureView } from '../models/multimodal.ts'
import { logSumExp } from '../models/sampling.ts'
import type { ModelContext } from './context.ts'
import type { PromptTemplate } from './prompt.ts'
import { rowsThatFit } from './rows-that-fit.ts'
import { type ConceptRows, joinRows } from './soft-prompt.ts'
import { nextStep, type Stepping } from './steps.ts'

/** Wordings whose log-odds are averaged: one alone is noisier than the difference between lookalikes. */
export const presenceQuestions: readonly string[] = [
  'is {name} here?',
  'is {name} in this picture?',
  'do you see {name}?',
].filter(question => RECOGNITION_QUESTIONS.includes(question))

/** Questions asked in one run where memory allows: each needs a copy of its picture's keys and values. */
const mostTogether = 16

/** Stands for the concept in slot 0, whatever it is called: an identifier has no spelling. */
const anyName = 'sks'

/**
 * Log-odds of yes against no, for each picture and each concept, behind its restated u half: [picture][concept].
 * A picture is read once, whatever the number of concepts.
 */
export async function presenceLogOdds(
  context: ModelContext,
  pictures: readonly PictureView[],
  concepts: readonly ConceptRows[],
  {
    questions = presenceQuestions,
    freeMemory,
    ...stepping
  }: Stepping & { readonly questions?: readonly string[]; readonly freeMemory?: number } = {},
): Promise<number[][]> {
  const { template, model } = context
  const asked = questions.map(question => presenceQuestion(template, question))
  const { yes, no } = answerWords(template)
  const results = pictures.map(() => concepts.map(() => 0))
  if (concepts.length === 0) return results
  for (const [p, picture] of pictures.entries()) {
    const seen = await readPicture(context, picture)
    const room = (seen.lengths[0] as number) + Math.max(...asked.map(ids => ids.length))
    const together = Math.min(mostTogether, rowsThatFit(rowBytes(seen.layout, room), freeMemory))
    // Whole concepts at a time, so that a run's soft prompt holds the rows that it needs and no others.
    const conceptsTogether = Math.max(1, Math.floor(together / asked.length))
    for (let from = 0; from < concepts.length; from += conceptsTogether) {
      const some = concepts.slice(from, from + conceptsTogether)
      const all = some.flatMap((_, slot) => asked.map(ids => atSlot(template, ids, slot)))
      for (let first = 0; first < all.length; first += together) {
        await nextStep(stepping)
        const sequences = all.slice(first, first + together)
        const cache = await seen.select(
          sequences.map(() => 0),
          room,
        )
        const { logits, words } = await model.language.read(cache, sequences, joinRows(some))
        cache.dispose()
        for (const row of sequences.keys()) {
          const at = (ids: readonly number[]) => logSumExp(ids.map(id => logits[row * words + id] as number))
          const concept = from + Math.floor((first + row) / asked.length)
          ;(results[p] as number[])[concept]! += (at(yes) - at(no)) / asked.length
        }
      }
    }
    seen.dispose()
  }
  return results
}

/**
 * Log-odds that each picture shows each concept: [picture][concept]. A model that reads pictures better than it compares
 * them takes more steps: its yes or no, and how alike what it reads is to the concept, looked at closely.
 */
export async function presenceEvidence(
  context: ModelContext,
  pictures: readonly PictureView[],
  concepts: readonly ConceptRows[],
  stepping: Stepping = {},
): Promise<number[][]> {
  return addLikeness(context, await presenceLogOdds(context, pictures, concepts, stepping), pictures, concepts, {
    ...stepping,
    closely: true,
  })
}

/** The second step, on top of log-odds of yes against no [picture][concept]; without it for a model that has none. */
export async function addLikeness(
  { likeness }: Pick<ModelContext, 'likeness'>,
  odds: readonly (readonly number[])[],
  pictures: readonly PictureView[],
  concepts: readonly ConceptRows[],
  options: Stepping & { readonly closely?: boolean },
): Promise<number[][]> {
  const alike = await likeness?.(pictures, concepts, options)
  return odds.map((row, p) => row.map((one, c) => one + (alike?.[p]?.[c] ?? 0)))
}

/** The keys and values of `<s> picture`: what everything that is asked about a picture begins with. */
export async function readPicture(
  { model, template }: Pick<ModelContext, 'model' | 'template'>,
  picture: PictureView,
): Promise<KvCache> {
  const cache = model.language.cache(1)
  await model.language.read(cache, [template.begin([picture])])
  return cache
}

/** What follows the picture, with the concept in slot 0, up to where yes or no is said. */
function presenceQuestion(template: PromptTemplate, question: string): number[] {
  const text = fill(question, { name: anyName })
  return [
    ...template.userTurn({ concepts: [anyName], text, behindPictures: true }),
    ...template.answerStart('language', [0]),
  ]
}

/** The same sequence about the concept in another slot. */
const atSlot = (template: PromptTemplate, ids: readonly number[], slot: number) =>
  ids.map(id => (id < template.vocabularySize ? id : id + slot * template.rowsPerConcept))

/** The words of the two answers, as `yes` and, where the model has capitals, `Yes`. */
export function answerWords(template: PromptTemplate): { yes: number[]; no: number[] } {
  const either = (lower: string, upper: string) => {
    const capital = template.said(upper)
    return [
      ...new Set([
        template.said(lower)[0] as number,
        ...(template.decode(capital) === upper ? capital.slice(0, 1) : []),
      ]),
    ]
  }
  return { yes: either('yes', 'Yes'), no: either('no', 'No') }
}
