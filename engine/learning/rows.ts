/**
 * Where a soft prompt's rows begin: as points between the model's own words, in the embeddings and in the head, so that
 * the concept is usable before the first step. Row 0 is the identifier, then k for drawing, then k for understanding.
 */
import type { ModelContext } from '../answering/context.ts'
import { openCheckpoint } from '../checkpoints/checkpoint.ts'
import { FamiliarError } from '../errors.ts'
import type { SoftPrompt } from '../models/language.ts'
import type { MultimodalModel } from '../models/multimodal.ts'
import type { RowStart, WordMixture } from './gallery.ts'

const IDENTIFIER_EMPHASIS = 1.1

/** The model's rows for its words, [V, D] each: what they are in the input, and what predicts them. */
export interface RowTables {
  readonly embeddings: Float32Array
  readonly head: Float32Array
}

export async function readRowTables({
  folder,
  tables,
}: Pick<MultimodalModel, 'folder' | 'tables'>): Promise<RowTables> {
  const checkpoint = await openCheckpoint(folder)
  const embeddings = await checkpoint.readFloat32(tables.embeddings)
  const head = tables.head === tables.embeddings ? embeddings : await checkpoint.readFloat32(tables.head)
  return { embeddings, head }
}

/** @returns rows and head rows, [1 + 2k, D] each */
export async function startRows(context: ModelContext, start: RowStart): Promise<SoftPrompt> {
  return mixedRows(context, start, await readRowTables(context.model))
}

export function mixedRows(
  { model, template }: Pick<ModelContext, 'model' | 'template'>,
  start: RowStart,
  { embeddings, head }: RowTables,
): SoftPrompt {
  const mixtures = [start.identifier, ...start.drawing, ...start.language]
  if (mixtures.length !== template.rowsPerConcept) {
    const message = `Expected ${template.rowsPerConcept} rows to start from but received ${mixtures.length}`
    throw new FamiliarError('BAD_LESSON', message)
  }
  const { width } = model.config.decoder
  const rows = mixed(embeddings, width, mixtures)
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
