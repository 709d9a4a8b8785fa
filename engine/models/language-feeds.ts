/** What the graphs of a language model are fed with: sequences, labels and what was read before, as tensors. */
import { FamiliarError } from '../errors.ts'
import { type Fed, float32, int64, type Tensor } from '../runtime/session.ts'
import type { KvCache } from './kv-cache.ts'
import { type Example, ignoredLabel, type SoftPrompt, type Word } from './language.ts'
import type { LanguageModel } from './language-graphs.ts'
import { causalMask, pastMask, type RotaryTable } from './positions.ts'

type Feeds = Record<string, Fed>

/**
 * The inputs that reading and learning share. Shorter sequences are padded behind; nothing looks there. Embeddings that
 * stand for words are rows behind the learned ones.
 *
 * @param starts position of each sequence's first word
 * @throws FamiliarError `BAD_WORD`
 */
export function sequenceFeeds(
  { decoder, vocabularySize, codes = 0 }: LanguageModel,
  rotary: RotaryTable,
  sequences: readonly (readonly Word[])[],
  starts: ArrayLike<number>,
  prompt: SoftPrompt | undefined,
): Feeds {
  const batch = sequences.length
  const width = Math.max(...sequences.map(sequence => sequence.length))
  const rows = (prompt?.rows.length ?? 0) / decoder.width
  const given = sequences.flatMap(sequence => sequence.filter(word => typeof word !== 'number'))
  const mixed = Math.max(rows + given.length, 1)
  const firstCode = vocabularySize - codes
  const ids = new BigInt64Array(batch * width)
  const keep = new Float32Array(batch * width).fill(1)
  const rowMix = new Float32Array(batch * width * mixed)
  const positions = new Int32Array(batch * width)
  const codeIds = new BigInt64Array(codes > 0 ? batch * width : 0)
  const codeKeep = new Float32Array(codeIds.length)
  let nextGiven = vocabularySize + rows
  for (const [row, sequence] of sequences.entries()) {
    for (let t = 0; t < width; t++) {
      const i = row * width + t
      positions[i] = (starts[row] as number) + t
      const word = sequence[t] ?? 0
      const id = typeof word === 'number' ? checkedWord(word, vocabularySize + rows) : nextGiven++
      if (id < firstCode) {
        ids[i] = BigInt(id)
        continue
      }
      keep[i] = 0
      if (id < vocabularySize) {
        codeIds[i] = BigInt(id - firstCode)
        codeKeep[i] = 1
      } else {
        rowMix[i * mixed + id - vocabularySize] = 1
      }
    }
  }
  const { cos, sin } = rotary.at(positions)
  const angles = [batch * width, decoder.headWidth / 2]
  return {
    ids: int64(ids, [batch, width]),
    keep: float32(keep, [batch, width, 1]),
    row_mix: float32(rowMix, [batch, width, mixed]),
    rows: rowsTensor(joinRows(prompt?.rows, given, decoder.width), decoder.width),
    cos: float32(cos, angles),
    sin: float32(sin, angles),
    angles_at: int64(Array.from(positions.keys()), [batch, width]),
    mask: float32(causalMask(width), [1, 1, width, width]),
    ...(codes > 0 && { codes: int64(codeIds, [codeIds.length]), code_keep: float32(codeKeep, [codeKeep.length, 1]) }),
  }
}

export function pastFeeds(cache: KvCache): Feeds {
  const { batch, capacity, lengths, resident } = cache
  const { heads, headWidth, layers } = cache.layout
  const mask = resident?.mask ?? pastMask(lengths, capacity)
  const feeds: Feeds = { past_mask: float32(mask, [batch, 1, 1, capacity]) }
  for (let layer = 0; layer < layers; layer++) {
    feeds[`past_keys.${layer}`] =
      resident?.keys[layer] ?? float32(cache.keys(layer), [batch, heads, headWidth, capacity])
    feeds[`past_values.${layer}`] =
      resident?.values[layer] ?? float32(cache.values(layer), [batch, heads, capacity, headWidth])
  }
  return feeds
}

/** A label: the hidden state that predicts it, and which word, code or head row it is among those of its head. */
export interface Target {
  readonly at: number
  readonly label: number
  /** Whether the picture words' own head predicts it. */
  readonly isCode: boolean
  /** Share of the loss. */
  readonly weight: number
}

/** What is to be predicted where, in the order of the examples. */
export function targetsOf(
  { vocabularySize, codes = 0 }: LanguageModel,
  examples: readonly Example<Word>[],
  headRows: number,
): Target[] {
  const firstCode = vocabularySize - codes
  const width = Math.max(...examples.map(({ ids }) => ids.length))
  const targets: Target[] = []
  for (const [row, example] of examples.entries()) {
    if (example.labels.length !== example.ids.length)
      throw new RangeError(`Expected ${example.ids.length} labels but received ${example.labels.length}`)
    example.labels.forEach((word, t) => {
      if (!isPredicted(word, t)) return
      checkedWord(word, vocabularySize + headRows)
      const isCode = isCodeOf({ vocabularySize, codes }, word)
      const label = isCode ? word - firstCode : word < firstCode ? word : word - codes
      targets.push({ at: row * width + t - 1, label, isCode, weight: example.weights?.[t] ?? 1 })
    })
  }
  const total = targets.reduce((sum, { weight }) => sum + weight, 0)
  if (total <= 0) throw new RangeError('Expected at least one label to learn from but received none')
  return targets.map(target => ({ ...target, weight: target.weight / total }))
}

/** Whether a label is a picture's code, which the picture words' own head predicts. */
export const isCodeOf = (
  { vocabularySize, codes = 0 }: Pick<LanguageModel, 'vocabularySize' | 'codes'>,
  label: number,
) => label >= vocabularySize - codes && label < vocabularySize

/** Of an example's labels together. */
export const totalWeight = ({ labels, weights }: Pick<Example<Word>, 'labels' | 'weights'>): number =>
  labels.reduce((sum, word, t) => sum + (isPredicted(word, t) ? (weights?.[t] ?? 1) : 0), 0)

/** What stands before the first word is not computed, so that one cannot be predicted. */
const isPredicted = (label: number, t: number) => label !== ignoredLabel && t > 0

export function targetFeeds(targets: readonly Target[]): Feeds {
  const words = targets.filter(({ isCode }) => !isCode)
  const codes = targets.filter(({ isCode }) => isCode)
  return {
    logits_at: indices(words.map(({ at }) => at)),
    labels: indices(words.map(({ label }) => label)),
    label_weights: weightsOf(words),
    codes_at: indices(codes.map(({ at }) => at)),
    code_labels: indices(codes.map(({ label }) => label)),
    code_weights: weightsOf(codes),
  }
}

/** [R, D]; where there are none, one that nothing is made of, because not every device takes an empty tensor. */
export function rowsTensor(rows: Float32Array, width: number): Tensor {
  return rows.length > 0 ? float32(rows, [rows.length / width, width]) : float32(new Float32Array(width), [1, width])
}

export const indices = (values: readonly number[]): Tensor => int64(values, [values.length])

const weightsOf = (targets: readonly Target[]): Tensor =>
  float32(
    Float32Array.from(targets, ({ weight }) => weight),
    [targets.length],
  )

function joinRows(rows: Float32Array | undefined, given: readonly Float32Array[], width: number): Float32Array {
  const learned = rows?.length ?? 0
  if (rows && given.length === 0) return rows
  const joined = new Float32Array(learned + given.length * width)
  if (rows) joined.set(rows)
  for (const [i, embedding] of given.entries()) {
    if (embedding.length !== width)
      throw new RangeError(`Expected embeddings of ${width} numbers but received one of ${embedding.length}`)
    joined.set(embedding, learned + i * width)
  }
  return joined
}

/** @param words all there are, learned rows too */
function checkedWord(id: number, words: number): number {
  if (Number.isInteger(id) && id >= 0 && id < words) return id
  throw new FamiliarError('BAD_WORD', `Expected a word id from 0 to ${words - 1} but received ${id}`)
}
