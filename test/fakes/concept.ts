/** Concepts with random rows for tests on random models, and heads that make the model choose a word. */
import type { ModelContext } from '../../engine/answering/context.ts'
import { joinRows } from '../../engine/answering/soft-prompt.ts'
import type { Concept } from '../../engine/engine.ts'
import type { Word } from '../../engine/models/language.ts'
import { createRandom } from '../../engine/random.ts'

export function randomConcept(context: ModelContext, name: string, seed: number | string = name): Concept {
  const random = createRandom(seed)
  const { tokens, rowsPerConcept } = context.template
  const { width } = context.model.config.decoder
  const rows = (scale: number) => Float32Array.from({ length: rowsPerConcept * width }, () => scale * random.normal())
  return {
    name,
    kind: 'pet',
    modelFingerprint: context.fingerprint,
    tokens,
    width,
    embedding: rows(0.5),
    head: rows(0.01),
    description: 'somebody',
    threshold: 0.5,
    scores: { start: { recognition: 0.5, loss: 2 }, kept: { recognition: 0.5, loss: 2 } },
    recipe: {},
  }
}

/**
 * The concepts with the head rows of their halves turned so that behind `ids` the first word of the half is the likeliest.
 * Heads have no part in what a model has in mind there, so that turning them changes nothing else.
 */
export async function leaningTo(
  context: ModelContext,
  concepts: readonly Concept[],
  ids: readonly Word[],
  half: 'drawing' | 'language',
): Promise<Concept[]> {
  const { language } = context.model
  const { hidden } = await language.read(language.cache(), [ids], joinRows(concepts), 'states')
  const row = half === 'drawing' ? 1 : 1 + context.template.tokens
  return concepts.map(concept => {
    const head = Float32Array.from(concept.head)
    head.set(
      hidden.slice(-concept.width).map(value => 100 * value),
      row * concept.width,
    )
    return { ...concept, head }
  })
}
