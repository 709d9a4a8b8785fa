/**
 * Where a soft prompt's rows begin: as points between the model's own words, in the embeddings and in the head, so that
 * the concept is usable before the first step. Row 0 is the identifier, then k for drawing, then k for understanding.
 */
import type { ModelContext } from '../answering/context.ts'
import { openCheckpoint } from '../checkpoints/checkpoint.ts'
import { FamiliarError } from '../errors.ts'
import type { SoftPrompt } from '../models/language.ts'
import type { RowStart, WordMixture } from './gallery.ts'

const IDENTIFIER_EMPHASIS = 1.1

/** @returns rows and head rows, [1 + 2k, D] each */
export async function startRows({ model, template }: ModelContext, start: RowStart): Promise<SoftPrompt> {
  const mixtures = [start.identifier, ...start.drawing, ...start.language]
  if (mixtures.length !== template.rowsPerConcept) {
    const message = `Expected ${template.rowsPerConcept} rows to start from but received ${mixtures.length}`
    throw new FamiliarError('BAD_LESSON', message)
  }
  const checkpoint = await openCheckpoint(model.folder)
  const { width } = model.config.decoder
  const { tables } = model
  const embeddings = await checkpoint.readFloat32(tables.embeddings)
  const rows = mixed(embeddings, width, mixtures)
  const head = tables.head === tables.embeddings ? embeddings : await checkpoint.readFloat32(tables.head)
  const headRows = mixed(head, width, mixtures)
  // The word that stands in for the name must not be said in its stead: a tie is broken for the row.
  for (let d = 0; d < width; d++) headRows[d]! *= IDENTIFIER_EMPHASIS
  return { rows, headRows }
}

/** Σ share · table[word], for each mixture. */
function mixed(table: Float32Array, width: number, mixtures: readonly WordMixture[]): Float32Array {
  const rows = new Float32Array(mixtures.length * width)
  for (const [row, mixture] of mixtures.entries())
    for (const { word, share } of mixture) {
      const from = word * width
      for (let d = 0; d < width; d++) rows[row * width + d]! += share * table[from + d]!
    }
  return rows
}
