/** Concepts as one soft prompt: slot after slot, each its identifier, g and u rows. */
import type { Concept } from '../engine.ts'
import { FamiliarError } from '../errors.ts'
import type { SoftPrompt } from '../models/language.ts'

/** A concept's rows [1 + 2k, D], at the input and at the output: all that reading a prompt needs of it. */
export type ConceptRows = Pick<Concept, 'embedding' | 'head'>

/** Rows of slot 0, then of slot 1, …; undefined when there are no concepts. */
export function joinRows(concepts: readonly ConceptRows[]): SoftPrompt | undefined {
  if (concepts.length === 0) return undefined
  const join = (parts: readonly Float32Array[]) => {
    const joined = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
      joined.set(part, at)
      at += part.length
    }
    return joined
  }
  return { rows: join(concepts.map(({ embedding }) => embedding)), headRows: join(concepts.map(({ head }) => head)) }
}

/** @throws FamiliarError `FOREIGN_CONCEPT` when a concept was learned on another base model */
export function requireOwn(concepts: readonly Concept[], fingerprint: string, tokens: number, width: number): void {
  for (const concept of concepts) {
    const own = concept.modelFingerprint === fingerprint && concept.tokens === tokens && concept.width === width
    if (own) continue
    throw new FamiliarError(
      'FOREIGN_CONCEPT',
      `Expected "${concept.name}" to be taught on the model that is running (${fingerprint}) but it was taught on another one (${concept.modelFingerprint}); teach it again`,
    )
  }
}
