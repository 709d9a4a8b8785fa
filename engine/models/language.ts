/**
 * A language model at work: sessions over its graphs, and the feeds they take. Sequences are lists of word ids; id V + r
 * is learned row r of the soft prompt that is given with them, in what is read and in what is predicted.
 *
 * It knows nothing of pictures, text or sampling.
 */
import { FamiliarError } from '../errors.ts'
import { createSession, float32, int64, type Session, type SessionOptions, type Tensor } from '../runtime/session.ts'
import { KvCache, type RowSource } from './kv-cache.ts'
import { type LanguageModel, learningGraph, readingGraph } from './language-graphs.ts'
import { causalMask, pastMask, RotaryTable } from './positions.ts'

/**
 * Learned rows [R, D]: what stands in the input for word V + r, and what predicts it. Head rows may be left out (an empty
 * array): then only the V words are predicted.
 */
export interface SoftPrompt {
  readonly rows: Float32Array
  readonly headRows: Float32Array
}

export interface Reading {
  /** [P, V + R], or [P, V] without head rows. */
  readonly logits: Float32Array
  /** V + R or V. */
  readonly words: number
  /** [P, D], behind the last norm. */
  readonly hidden: Float32Array
}

/** What a lesson shows: `labels[t]` is the word expected at t, predicted from what stands before it; −100 for none. */
export interface Example {
  readonly ids: readonly number[]
  readonly labels: readonly number[]
  /** How much each label counts; all alike when left out. */
  readonly weights?: readonly number[]
  /** What was read before, without any learned row. Only what stands behind it is computed. */
  readonly past?: RowSource
}

export interface Learning {
  /** Mean over the labels, by their weights. */
  readonly loss: number
  /** One for each label, in the order of the examples. */
  readonly losses: Float32Array
  /** [R, D]. */
  readonly rowGradient: Float32Array
  /** [R, D]; empty without head rows. */
  readonly headRowGradient: Float32Array
}

export const ignoredLabel = -100

export class Language {
  readonly model: LanguageModel
  readonly #options: SessionOptions
  readonly #rotary: RotaryTable
  #reading: Promise<Session> | undefined
  #learning: { key: string; session: Promise<Session> } | undefined

  constructor(model: LanguageModel, options: SessionOptions) {
    this.model = model
    this.#options = options
    this.#rotary = new RotaryTable(model.decoder.headWidth, model.decoder.rotaryBase)
  }

  /** An empty cache for this model. */
  cache(batch = 1, room?: number): KvCache {
    const { layers, keyValueHeads, headWidth } = this.model.decoder
    return new KvCache({ layers, heads: keyValueHeads, headWidth }, batch, room)
  }

  /**
   * Reads sequences behind what the cache holds, one for each of its rows, and adds them to it.
   *
   * @param want logits behind the `last` position of each sequence (P = B), or behind `all` of them, sequence after sequence
   */
  async read(
    cache: KvCache,
    sequences: readonly (readonly number[])[],
    prompt?: SoftPrompt,
    want: 'last' | 'all' = 'last',
  ): Promise<Reading> {
    const { decoder, vocabularySize } = this.model
    if (sequences.length !== cache.batch)
      throw new RangeError(`Expected ${cache.batch} sequences for the cache's rows but received ${sequences.length}`)
    const counts = sequences.map(sequence => sequence.length)
    const width = Math.max(...counts)
    if (Math.min(...counts) < 1) throw new RangeError('Expected at least one word to read but received none')
    const at = sequences.flatMap((_, row) => {
      const count = counts[row] as number
      const from = row * width
      return want === 'last' ? [from + count - 1] : Array.from({ length: count }, (_, t) => from + t)
    })
    const feeds = this.#feeds(sequences, cache.lengths, prompt, at)
    const headRows = prompt?.headRows ?? new Float32Array()
    const headCount = headRows.length / decoder.width
    feeds.head_rows = rowsTensor(headRows, decoder.width)
    Object.assign(feeds, pastFeeds(cache))
    this.#reading ??= createSession(readingGraph(this.model), this.#options)
    const results = await (await this.#reading).run(feeds)
    const { layers } = cache.layout
    const each = (name: string) => Array.from({ length: layers }, (_, layer) => floats(results[`${name}.${layer}`]))
    cache.append(each('keys'), each('values'), width, counts)
    const logits = floats(results.logits)
    return {
      logits: headCount > 0 ? joinColumns(logits, floats(results.row_logits), at.length) : logits,
      words: vocabularySize + headCount,
      hidden: floats(results.hidden),
    }
  }

  /** The loss of a batch of examples and its gradients with respect to the soft prompt. Nothing is changed. */
  async learn(examples: readonly Example[], prompt: SoftPrompt): Promise<Learning> {
    const { decoder } = this.model
    const rows = rowCount(prompt, decoder.width)
    const headRows = prompt.headRows.length / decoder.width
    const width = Math.max(...examples.map(({ ids }) => ids.length))
    const at: number[] = []
    const labels: number[] = []
    const weights: number[] = []
    for (const [row, example] of examples.entries()) {
      if (example.labels.length !== example.ids.length)
        throw new RangeError(`Expected ${example.ids.length} labels but received ${example.labels.length}`)
      example.labels.forEach((label, t) => {
        // What stands before the first word is not computed, so it cannot be predicted.
        if (label === ignoredLabel || t === 0) return
        at.push(row * width + t - 1)
        labels.push(this.#checked(label, headRows))
        weights.push(example.weights?.[t] ?? 1)
      })
    }
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    if (total <= 0) throw new RangeError('Expected at least one label to learn from but received none')
    const ids = examples.map(example => example.ids)
    const empty = { cache: this.cache(1, 1), row: 0 }
    const past = KvCache.stack(examples.map(example => example.past ?? empty))
    const feeds = this.#feeds(ids, past.lengths, prompt, at)
    Object.assign(feeds, pastFeeds(past))
    feeds.labels = int64(labels, [labels.length])
    feeds.label_weights = float32(
      weights.map(weight => weight / total),
      [weights.length],
    )
    if (headRows > 0) feeds.head_rows = float32(prompt.headRows, [headRows, decoder.width])
    const results = await (await this.#learningSession(rows, headRows)).run(feeds)
    return {
      loss: floats(results.loss)[0] as number,
      losses: floats(results.losses),
      rowGradient: rows > 0 ? floats(results.grad_rows) : new Float32Array(),
      headRowGradient: headRows > 0 ? floats(results.grad_head_rows) : new Float32Array(),
    }
  }

  /** Gives back what learning needs; the next lesson takes it again. */
  async endLesson(): Promise<void> {
    const session = this.#learning?.session
    this.#learning = undefined
    await (await session)?.close()
  }

  async close(): Promise<void> {
    await this.endLesson()
    const reading = this.#reading
    this.#reading = undefined
    await (await reading)?.close()
  }

  async #learningSession(rows: number, headRows: number): Promise<Session> {
    const key = `${rows}/${headRows}`
    if (this.#learning?.key !== key) {
      await this.endLesson()
      this.#learning = {
        key,
        session: createSession(learningGraph(this.model, Math.max(rows, 1), headRows), this.#options),
      }
    }
    return (this.#learning as { session: Promise<Session> }).session
  }

  /** The inputs that reading and learning share. Shorter sequences are padded behind; nothing looks there. */
  #feeds(
    sequences: readonly (readonly number[])[],
    starts: ArrayLike<number>,
    prompt: SoftPrompt | undefined,
    at: readonly number[],
  ): Record<string, Tensor> {
    const { decoder, vocabularySize } = this.model
    const batch = sequences.length
    const width = Math.max(...sequences.map(sequence => sequence.length))
    const rows = rowCount(prompt, decoder.width)
    const mixed = Math.max(rows, 1)
    const ids = new BigInt64Array(batch * width)
    const keep = new Float32Array(batch * width).fill(1)
    const rowMix = new Float32Array(batch * width * mixed)
    const positions = new Int32Array(batch * width)
    for (const [row, sequence] of sequences.entries()) {
      for (let t = 0; t < width; t++) {
        const i = row * width + t
        positions[i] = (starts[row] as number) + t
        const id = this.#checked(sequence[t] ?? 0, rows)
        if (id < vocabularySize) {
          ids[i] = BigInt(id)
        } else {
          keep[i] = 0
          rowMix[i * mixed + id - vocabularySize] = 1
        }
      }
    }
    const { cos, sin } = this.#rotary.at(positions)
    const angles = [batch, 1, width, decoder.headWidth]
    return {
      ids: int64(ids, [batch, width]),
      keep: float32(keep, [batch, width, 1]),
      row_mix: float32(rowMix, [batch, width, mixed]),
      rows: rowsTensor(prompt?.rows ?? new Float32Array(), decoder.width),
      cos: float32(cos, angles),
      sin: float32(sin, angles),
      mask: float32(causalMask(width), [1, 1, width, width]),
      logits_at: int64([...at], [at.length]),
    }
  }

  #checked(id: number, rows: number): number {
    const words = this.model.vocabularySize + rows
    if (Number.isInteger(id) && id >= 0 && id < words) return id
    throw new FamiliarError('BAD_WORD', `Expected a word id from 0 to ${words - 1} but received ${id}`)
  }
}

function pastFeeds(cache: KvCache): Record<string, Tensor> {
  const { batch, capacity, lengths } = cache
  const { heads, headWidth, layers } = cache.layout
  const feeds: Record<string, Tensor> = { past_mask: float32(pastMask(lengths, capacity), [batch, 1, 1, capacity]) }
  for (let layer = 0; layer < layers; layer++) {
    feeds[`past_keys.${layer}`] = float32(cache.keys(layer), [batch, heads, headWidth, capacity])
    feeds[`past_values.${layer}`] = float32(cache.values(layer), [batch, heads, capacity, headWidth])
  }
  return feeds
}

/** [R, D]; where there are none, one that nothing is made of, because not every device takes an empty tensor. */
function rowsTensor(rows: Float32Array, width: number): Tensor {
  return rows.length > 0 ? float32(rows, [rows.length / width, width]) : float32(new Float32Array(width), [1, width])
}

const rowCount = (prompt: SoftPrompt | undefined, width: number) => (prompt ? prompt.rows.length / width : 0)

const floats = (tensor: Tensor | undefined) => tensor?.data as Float32Array

/** [P, V] and [P, R] → [P, V + R]. */
function joinColumns(left: Float32Array, right: Float32Array, rows: number): Float32Array {
  const [a, b] = [left.length / rows, right.length / rows]
  const joined = new Float32Array(rows * (a + b))
  for (let row = 0; row < rows; row++) {
    joined.set(left.subarray(row * a, (row + 1) * a), row * (a + b))
    joined.set(right.subarray(row * b, (row + 1) * b), row * (a + b) + a)
  }
  return joined
}
