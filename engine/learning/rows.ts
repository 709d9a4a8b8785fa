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

/** A word's row, [D]. */
type RowTable = (word: number) => Float32Array

/** The model's rows for its words: what they are in the input, and what predicts them. */
export interface RowTables {
  readonly embedding: RowTable
  readonly head: RowTable
}

type ModelTables = Pick<MultimodalModel, 'folder' | 'tables'> & { config: Pick<MultimodalModel['config'], 'decoder'> }

/** Whole tables, for a model whose tables are small. */
export async function readRowTables({ folder, tables, config }: ModelTables): Promise<RowTables> {
  const { width } = config.decoder
  const checkpoint = await openCheckpoint(folder)
  const table = (numbers: Float32Array): RowTable => {
    return word => numbers.subarray(word * width, (word + 1) * width)
  }
  const embedding = table(await checkpoint.readFloat32(tables.embeddings))
  const isTied = tables.head === tables.embeddings
  return { embedding, head: isTied ? embedding : table(await checkpoint.readFloat32(tables.head)) }
}

/** Of some words alone: the whole tables of a model of real size are gigabytes. */
async function readRows({ folder, tables, config }: ModelTables, words: Iterable<number>): Promise<RowTables> {
  const { width } = config.decoder
  const checkpoint = await openCheckpoint(folder)
  const read = new Map<number, { embedding: Float32Array; head: Float32Array }>()
  for (const word of new Set(words)) {
    const row = (key: string) => checkpoint.readFloat32(key, width, word * width)
    read.set(word, { embedding: await row(tables.embeddings), head: await row(tables.head) })
  }
  const table = (name: 'embedding' | 'head'): RowTable => {
    return word => read.get(word)?.[name] as Float32Array
  }
  return { embedding: table('embedding'), head: table('head') }
}

/** @returns rows and head rows, [1 + 2k, D] each */
export async function startRows(context: ModelContext, start: RowStart): Promise<SoftPrompt> {
  const mixtures = mixturesOf(start)
  return mixedRows(
    context,
    start,
    await readRows(
      context.model,
      mixtures.flat().map(({ word }) => word),
    ),
  )
}

const mixturesOf = ({ identifier, drawing, language }: RowStart) => [identifier, ...drawing, ...language]

export function mixedRows(
  { model, template }: Pick<ModelContext, 'model' | 'template'>,
  start: RowStart,
  { embedding, head }: RowTables,
): SoftPrompt {
  const mixtures = mixturesOf(start)
  if (mixtures.length !== template.rowsPerConcept) {
    const message = `Expected ${template.rowsPerConcept} rows to start from but received ${mixtures.length}`
    throw new FamiliarError('BAD_LESSON', message)
  }
  const { width } = model.config.decoder
  const rows = mixed(embedding, width, mixtures)
  const headRows = mixed(head, width, mixtures)
  // The word that stands in for the name must not be said in its stead: a tie is broken for the row.
  for (let d = 0; d < width; d++) headRows[d]! *= IDENTIFIER_EMPHASIS
  return { rows, headRows }
}

/** Σ share · row of the word, for each mixture. */
function mixed(table: RowTable, width: number, mixtures: readonly WordMixture[]): Float32Array {
  const rows = new Float32Array(mixtures.length * width)
  for (const [row, mixture] of mixtures.entries())
    for (const { word, share } of mixture) {
      const from = table(word)
      for (let d = 0; d < width; d++) rows[row * width + d]! += share * from[d]!
    }
  return rows
}
