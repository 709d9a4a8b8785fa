/**
 * Which concepts are nearest to a picture, by the profiles that the model itself reads in it: a feature that needs nothing
 * stored and costs a few runs, however many concepts there are.
 */
import type { ModelContext } from '../answering/context.ts'
import type { ConceptRows } from '../answering/soft-prompt.ts'
import { openCheckpoint } from '../checkpoints/checkpoint.ts'
import type { PictureView } from '../models/multimodal.ts'
import { SLOT_WORDS } from './language/profile.ts'
import { TELL } from './language/vocabulary.ts'
import { readProfiles } from './reading.ts'

/** Whether a model speaks of profiles: it has the words for them. */
export function readsProfiles({ model }: Pick<ModelContext, 'model'>): boolean {
  const { vocabulary } = model.config
  return vocabulary.has(TELL) && SLOT_WORDS.every(words => words.every(word => vocabulary.has(word)))
}

/**
 * Orders concepts (places in the list), the nearest first, by how near their u rows lie to the picture's profiles: in each
 * slot the squared distance of the row from the expected embedding, in units of how far the slot's words lie apart.
 */
export function nearestByProfile({ model, template }: Pick<ModelContext, 'model' | 'template'>) {
  let embeddings: Promise<SlotEmbeddings> | undefined
  return async (picture: PictureView, concepts: readonly ConceptRows[]): Promise<number[]> => {
    embeddings ??= readSlotEmbeddings(model)
    const { rows, spread, width } = await embeddings
    const [read] = await readProfiles(model, template, [picture])
    const expected = (read?.characters ?? []).map(({ slots }) =>
      slots.map((probabilities, slot) => expectation(rows[slot] as Float32Array[], probabilities)),
    )
    // Row 0 names, k rows draw, and the first of those that tell marks them.
    const first = 1 + template.tokens + 1
    const slots = Math.min(SLOT_WORDS.length, template.tokens - 1)
    const distances = concepts.map(({ embedding }) => {
      const fromCharacter = expected.map(points => {
        let distance = 0
        for (let slot = 0; slot < slots; slot++) {
          const row = embedding.subarray((first + slot) * width, (first + slot + 1) * width)
          distance += squaredDistance(points[slot] as Float32Array, row) / (spread[slot] as number)
        }
        return distance
      })
      return Math.min(...fromCharacter)
    })
    return [...concepts.keys()].sort((a, b) => (distances[a] as number) - (distances[b] as number))
  }
}

interface SlotEmbeddings {
  /** [slot][word], D wide. */
  readonly rows: readonly Float32Array[][]
  /** Mean squared distance of a slot's words from their mean. */
  readonly spread: readonly number[]
  readonly width: number
}

async function readSlotEmbeddings(model: ModelContext['model']): Promise<SlotEmbeddings> {
  const { vocabulary, decoder } = model.config
  const { width } = decoder
  const table = await (await openCheckpoint(model.folder)).readFloat32('model.embed_tokens.weight')
  const rows = SLOT_WORDS.map(words =>
    words.map(word => {
      const at = (vocabulary.get(word) as number) * width
      return table.slice(at, at + width)
    }),
  )
  const spread = rows.map(words => {
    const alike = new Float32Array(words.length).fill(1 / words.length)
    const mean = expectation(words, alike)
    const total = words.reduce((sum, row) => sum + squaredDistance(row, mean), 0)
    return Math.max(total / words.length, Number.MIN_VALUE)
  })
  return { rows, spread, width }
}

function expectation(rows: readonly Float32Array[], probabilities: Float32Array): Float32Array {
  const sum = new Float32Array(rows[0]?.length ?? 0)
  for (const [word, row] of rows.entries())
    for (let i = 0; i < row.length; i++) sum[i]! += (probabilities[word] as number) * (row[i] as number)
  return sum
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2
  return sum
}
