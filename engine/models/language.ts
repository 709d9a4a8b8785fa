/**
 * A language model at work: its sessions, and the feeds they take. Sequences are lists of word ids; id V + r
 * is learned row r of the soft prompt that is given with them, in what is read and in what is predicted. In what is read
 * an embedding may stand for a word.
 *
 * It knows nothing of text or sampling, and of pictures only that a model may have a head of their own for their words.
 */
import type { DeviceTensor } from '../runtime/device-tensor.ts'
import { float32, type Tensor, type Traffic } from '../runtime/session.ts'
import { type CachePlace, cachePlaceFor } from './cache-place.ts'
import { type Choosing, choose } from './choosing.ts'
import { continuingFeeds } from './continuing-graph.ts'
import { KvCache, type LateRow, type RowSource, recallRows } from './kv-cache.ts'
import type { KvLayout } from './kv-columns.ts'
import { indices, pastFeeds, rowsTensor, sequenceFeeds, targetFeeds, targetsOf, totalWeight } from './language-feeds.ts'
import { type LanguageModel, readingGraph } from './language-graphs.ts'
import { floats, joinColumns, lossesInOrder, meanOf } from './language-results.ts'
import { type LanguageSessionOptions, LanguageSessions } from './language-sessions.ts'
import { RotaryTable } from './positions.ts'

/**
 * Learned rows [R, D]: what stands in the input for word V + r, and what predicts it. Head rows may be left out (an empty
 * array): then only the V words are predicted.
 */
export interface SoftPrompt {
  readonly rows: Float32Array
  readonly headRows: Float32Array
}

/** A position of a sequence: a word's id, or what a vision tower saw there, [D]. */
export type Word = number | Float32Array

export interface Reading {
  /** [P, words]: of word `first` and those behind it. */
  readonly logits: Float32Array
  /**
   * V, or V + R with head rows. With picture words of their own head: V − K without head rows; with them V + R, and −∞ for
   * the K between; K when it is their head that was asked.
   */
  readonly words: number
  /** 0, or V − K when the picture words' own head was asked. */
  readonly first: number
  /** [B·T, D], behind the last norm, where these were wanted. */
  readonly hidden: Float32Array
}

export interface ReadOptions {
  /**
   * Logits behind the `last` position of each sequence (P = B), or behind `all` of them, sequence after sequence; or the hidden
   * `states` of all of them and no logits (P = 0).
   */
  readonly want?: 'last' | 'all' | 'states'
  /** Whether a word or a picture's goes on; alike for a model with one head. */
  readonly head?: 'words' | 'pictures'
}

/** What a lesson shows: `labels[t]` is the word expected at t, predicted from what stands before it; −100 for none. */
export interface Example<W extends Word = number> {
  readonly ids: readonly W[]
  readonly labels: readonly number[]
  /** How much each label counts; all alike when left out. */
  readonly weights?: readonly number[]
  /** What was read before, without any learned row. Only what stands behind it is computed. */
  readonly past?: RowSource | LateRow
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

/** Words of one run where the cache lives in a loop: few of a text, which is read as it is written. */
const stepsInRun = { words: 8, pictures: 32 }

export class Language {
  readonly model: LanguageModel
  readonly #sessions: LanguageSessions
  readonly #rotary: RotaryTable
  readonly #place: CachePlace
  readonly #together: number

  constructor(model: LanguageModel, options: LanguageSessionOptions) {
    this.model = model
    this.#sessions = new LanguageSessions(model, options)
    this.#place = options.cachePlace ?? cachePlaceFor(options.device)
    this.#together = options.learning?.together ?? Number.POSITIVE_INFINITY
    this.#rotary = new RotaryTable(model.decoder.headWidth, model.decoder.rotaryBase)
  }

  /** Looks whether every weight is there, without loading any. @throws FamiliarError as `checkpointWeights` */
  check(): void {
    readingGraph(this.model)
  }

  /** How its keys and values lie. */
  get layout(): KvLayout {
    const { layers, keyValueHeads: heads, headWidth } = this.model.decoder
    return { layers, heads, headWidth }
  }

  /** An empty cache for this model. */
  cache(batch = 1, room?: number): KvCache {
    // Room that is not filled would go to the device and be passed over there.
    const needed = this.#place === 'device' ? 1 : room
    return new KvCache(this.layout, batch, needed)
  }

  /** Reads sequences behind what the cache holds, one for each of its rows, and adds them to it. */
  async read(
    cache: KvCache,
    sequences: readonly (readonly Word[])[],
    prompt?: SoftPrompt,
    options: NonNullable<ReadOptions['want']> | ReadOptions = 'last',
  ): Promise<Reading> {
    const { decoder, vocabularySize, codes = 0 } = this.model
    const { want = 'last', head = 'words' } = typeof options === 'string' ? { want: options } : options
    const fromPictures = head === 'pictures' && codes > 0
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
    const feeds = sequenceFeeds(this.model, this.#rotary, sequences, cache.lengths, prompt)
    feeds.logits_at = indices(want === 'states' || fromPictures ? [] : at)
    feeds.codes_at = indices(want !== 'states' && fromPictures ? at : [])
    feeds.hidden_at = indices(want === 'states' ? at : [])
    const headRows = prompt?.headRows ?? new Float32Array()
    const headCount = headRows.length / decoder.width
    feeds.head_rows = rowsTensor(headRows, decoder.width)
    if (this.#place === 'device') cache.trim()
    Object.assign(feeds, pastFeeds(cache))
    const { results, kept } = await (await this.#sessions.reading()).runKeeping(feeds)
    const { layers } = cache.layout
    const each = <T>(of: (name: string) => T, name: string) =>
      Array.from({ length: layers }, (_, layer) => of(`${name}.${layer}`))
    if (this.#place === 'device') {
      const tensor = (name: string) => kept[name] as DeviceTensor
      cache.keep(each(tensor, 'keys'), each(tensor, 'values'), width, counts)
    } else {
      const numbers = (name: string) => floats(results[name])
      cache.append(each(numbers, 'keys'), each(numbers, 'values'), width, counts)
    }
    const hidden = floats(results.hidden)
    if (fromPictures)
      return { logits: floats(results.code_logits), words: codes, first: vocabularySize - codes, hidden }
    const logits = floats(results.logits)
    if (headCount === 0 || want === 'states') return { logits, words: vocabularySize - codes, first: 0, hidden }
    const joined = joinColumns(logits, floats(results.row_logits), at.length, codes)
    return { logits: joined, words: vocabularySize + headCount, first: 0, hidden }
  }

  /**
   * Reads a word in each row, chooses what follows and goes on with that, for as many steps as one run makes: one, or several where
   * the cache lives in a loop. What was chosen last has not been read.
   *
   * @param words what each row reads first
   * @param options.steps at most
   * @returns for each step, for each choice an index into the words that were to choose among
   */
  async continue(
    cache: KvCache,
    words: readonly number[],
    choosing: Choosing,
    { prompt, head = 'words', steps }: Pick<ReadOptions, 'head'> & { prompt?: SoftPrompt; steps: number },
  ): Promise<number[][]> {
    if (this.#place !== 'loop') {
      const sequences = words.map(word => [word])
      return [choose(choosing, await this.read(cache, sequences, prompt, { head }))]
    }
    const { decoder, codes = 0 } = this.model
    const feeds = {
      ...pastFeeds(cache),
      ...continuingFeeds(this.model, cache.layout, this.#rotary, {
        words,
        choosing,
        steps: Math.min(steps, stepsInRun[head]),
        lengths: cache.lengths,
        rows: (prompt?.rows.length ?? 0) / decoder.width,
        fromPictures: head === 'pictures' && codes > 0,
      }),
      rows: rowsTensor(prompt?.rows ?? new Float32Array(), decoder.width),
      head_rows: rowsTensor(prompt?.headRows ?? new Float32Array(), decoder.width),
    }
    const results = await (await this.#sessions.continuing()).run(feeds)
    const made = (results.chosen as Tensor).shape[0] as number
    const each = (name: string) => Array.from({ length: decoder.layers }, (_, i) => floats(results[`${name}.${i}`]))
    cache.append(each('keys'), each('values'), made, new Int32Array(cache.batch).fill(made))
    const count = choosing.choices.length
    const chosen = floats(results.chosen)
    return Array.from({ length: made }, (_, step) => Array.from(chosen.subarray(step * count, (step + 1) * count)))
  }

  /**
   * The loss of a batch of examples and its gradients with respect to the soft prompt. Nothing is changed.
   * @param most examples of one run; as many as memory allows when left out
   */
  async learn(
    examples: readonly Example<Word>[],
    prompt: SoftPrompt,
    most: number = Number.POSITIVE_INFINITY,
  ): Promise<Learning> {
    const together = Math.min(most, this.#together)
    if (examples.length <= together) return this.#learnTogether(examples, prompt)
    const parts: { weight: number; learned: Learning }[] = []
    for (let from = 0; from < examples.length; from += together) {
      const some = examples.slice(from, from + together)
      const weight = some.reduce((sum, example) => sum + totalWeight(example), 0)
      if (weight > 0) parts.push({ weight, learned: await this.#learnTogether(some, prompt) })
    }
    return meanOf(parts)
  }

  async #learnTogether(examples: readonly Example<Word>[], prompt: SoftPrompt): Promise<Learning> {
    const { decoder } = this.model
    const learned = prompt.rows.length
    const headRows = prompt.headRows.length / decoder.width
    const targets = targetsOf(this.model, examples, headRows)
    const ids = examples.map(example => example.ids)
    const empty = { cache: this.cache(1, 1), row: 0 }
    const past = await KvCache.stack(await recallRows(examples.map(example => example.past ?? empty)))
    const feeds = sequenceFeeds(this.model, this.#rotary, ids, past.lengths, prompt)
    Object.assign(feeds, pastFeeds(past), targetFeeds(targets))
    if (headRows > 0) feeds.head_rows = float32(prompt.headRows, [headRows, decoder.width])
    const results = await (await this.#sessions.learning(headRows > 0)).run(feeds)
    past.dispose()
    return {
      loss: floats(results.loss)[0] as number,
      losses: lossesInOrder(targets, floats(results.losses), floats(results.code_losses)),
      rowGradient: floats(results.grad_rows).subarray(0, learned),
      headRowGradient: headRows > 0 ? floats(results.grad_head_rows) : new Float32Array(),
    }
  }

  /** Bytes that the sessions' runs were fed with and returned so far: on a GPU what crossed to it and back. */
  traffic(): Promise<Traffic> {
    return this.#sessions.traffic()
  }

  /** Gives back what learning needs; the next lesson takes it again. */
  endLesson(): Promise<void> {
    return this.#sessions.endLesson()
  }

  close(): Promise<void> {
    return this.#sessions.close()
  }
}
