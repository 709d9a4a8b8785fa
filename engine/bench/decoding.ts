/**
 * How fast words follow one another as answering makes them: `Language.continue`, with the choosing of a text or of a drawing that is
 * guided. Where the cache lives in a loop, one run makes several words, and its time is theirs together.
 */
import type { Choosing } from '../models/choosing.ts'
import type { KvCache } from '../models/kv-cache.ts'
import type { ReadOptions } from '../models/language.ts'
import type { MultimodalModel } from '../models/multimodal.ts'
import { createRandom } from '../random.ts'
import { drawnWords, textWord, textWords, words } from './examples.ts'
import { type TimedRuns, timedRuns } from './timing.ts'

/** The times are those of one word. */
export interface Decoded extends TimedRuns {
  /** C: positions behind which a word was made, in the middle of those that were timed. */
  readonly past: number
}

/** The likeliest word, again and again, behind `past` others; at least `count` are timed. */
export async function decodeText(
  model: MultimodalModel,
  { past, count, signal }: { past: number; count: number; signal?: AbortSignal },
): Promise<Decoded> {
  const word = textWord(model)
  const cache = model.language.cache(1, past + count + 1)
  await model.language.read(cache, [words(past, word)])
  const among = Int32Array.from({ length: textWords(model) }, (_, id) => id)
  const choosing = { among, choices: [{ row: 0 }], reads: [0] }
  return follow(model, cache, { first: word(), choosing, head: 'words', count, left: count, signal })
}

/**
 * Codes in the middle of a picture, which stand for all: what a step reads grows evenly.
 * @param cache of two rows that hold the request and what stands in for it without guidance
 */
export async function decodeDrawing(
  model: MultimodalModel,
  cache: KvCache,
  { count }: { count: number },
): Promise<Decoded> {
  const { codes, word } = await drawnWords(model)
  const total = model.pictures.codesPerPicture
  const random = createRandom('drawing')
  const before = words(Math.max(1, Math.floor((total - count) / 2)), () => word(random.integer(codes)))
  await model.language.read(cache, [before, before])
  const { guidance, temperature, topP } = model.generationDefaults
  const choice = { row: 0, without: 1, guidance, temperature, topP, random }
  const choosing = { among: words(codes, word), choices: [choice], reads: [0, 0] }
  const left = total - before.length
  return follow(model, cache, { first: word(0), choosing, head: 'pictures', count: Math.min(count, left), left })
}

interface Following {
  readonly first: number
  readonly choosing: Choosing
  readonly head: ReadOptions['head']
  /** Words that are timed, at least. */
  readonly count: number
  /** Words that an answer would still have: a run makes no more. */
  readonly left: number
  readonly signal?: AbortSignal
}

async function follow(
  { language }: MultimodalModel,
  cache: KvCache,
  { first, choosing, head, count, left, signal }: Following,
): Promise<Decoded> {
  const { among, reads } = choosing
  let next = reads.map(() => first)
  const run = async () => {
    const chosen = await language.continue(cache, next, choosing, { head, steps: left })
    next = reads.map(choice => among[chosen.at(-1)?.[choice] as number] as number)
    return chosen.length
  }
  const timed = await timedRuns(count, run, signal)
  return { ...timed, past: (cache.lengths[0] as number) - timed.steps / 2 }
}
