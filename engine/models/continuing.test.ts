/** Several words in one run are the words that one run each would make. */
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../random.ts'
import type { CachePlace } from './cache-place.ts'
import { Chameleon } from './chameleon/chameleon.ts'
import type { Choosing } from './choosing.ts'
import { Janus } from './janus/janus.ts'
import type { KvCache } from './kv-cache.ts'
import type { Language } from './language.ts'
import type { MultimodalModel } from './multimodal.ts'

const folder = (name: string) => fileURLToPath(new URL(`../../test/golden/${name}`, import.meta.url))

/** What one place makes of a beginning: indices of each step, the cache behind it, and how many bytes went in for a word. */
interface Made {
  readonly chosen: number[][]
  readonly runs: number
  readonly cache: KvCache
  readonly fed: number
}

interface Beginning {
  readonly sequences: readonly (readonly number[])[]
  readonly choosing: Choosing
  readonly head: 'words' | 'pictures'
  readonly steps: number
}

const models = [
  { name: 'chameleon-a', architecture: Chameleon, branches: false },
  { name: 'chameleon-c', architecture: Chameleon, branches: false },
  { name: 'janus-a', architecture: Janus, branches: false },
  { name: 'janus-b', architecture: Janus, branches: true },
] as const

describe.each(models)('$name, with branches: $branches', ({ name, architecture, branches }) => {
  const open = (cachePlace: CachePlace): Promise<MultimodalModel> =>
    architecture.open(folder(name), { device: 'cpu', threads: 1, cachePlace, branches })
  const promptOf = ({ model }: Language) => {
    const rows = Float32Array.from({ length: 3 * model.decoder.width }, (_, i) => Math.sin(i) / 5)
    return { rows, headRows: rows }
  }

  async function make(place: CachePlace, begin: (language: Language) => Beginning): Promise<Made> {
    const opened = await open(place)
    const { language } = opened
    const prompt = promptOf(language)
    const { sequences, choosing, head, steps } = begin(language)
    const { among, stops, reads } = choosing
    const cache = language.cache(sequences.length)
    await language.read(cache, sequences, prompt)
    const before = (await language.traffic()).fed
    const chosen: number[][] = []
    let runs = 0
    let words = reads.map(() => 5)
    const ended = () => chosen.at(-1)?.some(index => stops?.has(among[index] as number)) ?? false
    for (; chosen.length < steps && !ended(); runs++) {
      const options = { prompt, head, steps: steps - chosen.length }
      chosen.push(...(await language.continue(cache, words, choosing, options)))
      words = reads.map(choice => among[chosen.at(-1)?.[choice] as number] as number)
    }
    const fed = ((await language.traffic()).fed - before) / chosen.length
    await opened.close()
    return { chosen, runs, cache, fed }
  }

  /** Two guided drawings, one of all words and one of the likeliest, whose rows have different lengths. */
  const drawings = ({ model }: Language): Beginning => {
    const { vocabularySize, codes = 0 } = model
    const count = codes > 0 ? codes : 40
    const among = Array.from({ length: count }, (_, i) => vocabularySize - count + i)
    const choices = [
      { row: 0, without: 1, guidance: 3, temperature: 0.8, topP: 1, random: createRandom(1) },
      { row: 2, without: 3, guidance: 2, temperature: 1.3, topP: 0.7, random: createRandom(2) },
    ]
    const sequences = [[5, 6, vocabularySize, 7], [5, 6], [8, 9, 10], [11]]
    return { sequences, choosing: { among, choices, reads: [0, 0, 1, 1] }, head: 'pictures', steps: 70 }
  }

  it('draws the same codes, guided, from the same numbers', async () => {
    const [apart, together] = [await make('host', drawings), await make('loop', drawings)]
    expect(together.chosen).toEqual(apart.chosen)
    expect([apart.runs, together.runs]).toEqual([70, 3])
    expect(new Set(together.chosen.flat()).size).toBeGreaterThan(20)
    expect(together.cache.lengths).toEqual(apart.cache.lengths)
    const [ours, theirs] = [await together.cache.clone(), await apart.cache.clone()]
    for (const layer of [0, ours.layout.layers - 1]) {
      expect(largestDifference(ours.keys(layer), theirs.keys(layer))).toBeLessThan(1e-5)
      expect(largestDifference(ours.values(layer), theirs.values(layer))).toBeLessThan(1e-5)
    }
    // What was read before goes in three times instead of seventy.
    expect(together.fed).toBeLessThan(apart.fed / 10)
  })

  it('says the same words, learned rows too, until one after which nothing is said', async () => {
    const text =
      (stops: number[]) =>
      (language: Language): Beginning => {
        const { vocabularySize, codes = 0 } = language.model
        const words = Array.from({ length: vocabularySize - codes }, (_, id) => id)
        const among = [...words, vocabularySize, vocabularySize + 2]
        const choosing = { among, stops: new Set(stops), choices: [{ row: 0 }], reads: [0] }
        return { sequences: [[5, 6, vocabularySize, 7]], choosing, head: 'words', steps: 30 }
      }
    const said = (await make('host', text([]))).chosen.map(([index]) => index as number)
    // The last word that is new, so that the stop is far behind.
    const at = said.findLastIndex((index, i) => said.indexOf(index) === i)
    const stops = [said[at] as number]
    const [apart, together] = [await make('host', text(stops)), await make('loop', text(stops))]
    expect(together.chosen).toEqual(apart.chosen)
    expect(together.chosen.flat()).toEqual(said.slice(0, at + 1))
    expect(together.cache.lengths).toEqual(apart.cache.lengths)
    expect(together.runs).toBe(Math.ceil((at + 1) / 8))
  })
})

const largestDifference = (actual: Float32Array, expected: Float32Array) =>
  Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)))
