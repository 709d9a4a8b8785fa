/** A graph chooses the words that this process chooses. */
import { describe, expect, it } from 'vitest'
import { Graph } from '../graph/graph.ts'
import { cast } from '../graph/operators/index.ts'
import { createRandom } from '../random.ts'
import { createSession, float32, int64 } from '../runtime/session.ts'
import { type Choosing, choose } from './choosing.ts'
import { choosingFeeds, chosen } from './choosing-graph.ts'

const words = 300
const rows = 4
/** Logits with many equals among them, so that their order matters. */
const logits = (seed: number) => {
  const random = createRandom(seed)
  return Float32Array.from({ length: rows * words }, () => Math.round(8 * random.normal()) / 4)
}

async function session() {
  const graph = new Graph()
  const index = chosen(graph, graph.input('logits', 'float32', ['B', 'A']), graph.input('step', 'int64', []))
  graph.output('index', cast(index, 'float32'))
  return createSession(graph, { threads: 1 })
}

describe('a word', () => {
  it('is drawn by the same number from the same words, guided or not', async () => {
    const { run, close } = await session()
    const among = Array.from({ length: words }, (_, word) => word)
    const choosing = (seed: number): Choosing => {
      const random = createRandom(`${seed}/shape`)
      const choice = (row: number, topP: number) => ({
        row,
        without: random.integer(rows),
        guidance: 1 + 4 * random.uniform(),
        temperature: 0.3 + random.uniform(),
        topP,
        random: createRandom(`${seed}/${row}`),
      })
      return { among, reads: [], choices: [choice(0, 1), choice(1, random.uniform()), choice(2, 0.9)] }
    }
    const seen = new Set<number>()
    for (let seed = 0; seed < 200; seed++) {
      const given = logits(seed)
      const here = choose(choosing(seed), { logits: given, words, first: 0 })
      const feeds = choosingFeeds(choosing(seed), 1)
      const { index } = await run({ ...feeds, logits: float32(given, [rows, words]), step: int64([0], []) })
      expect([...(index!.data as Float32Array)], `seed ${seed}`).toEqual(here)
      for (const one of here) seen.add(one)
    }
    expect(seen.size).toBeGreaterThan(100)
    await close()
  })

  it('is the likeliest, the first of equals, where nothing is drawn', async () => {
    const { run, close } = await session()
    const among = Array.from({ length: words }, (_, word) => word)
    const choosing: Choosing = { among, reads: [], choices: [{ row: 3 }, { row: 0 }] }
    for (let seed = 0; seed < 20; seed++) {
      const given = logits(seed)
      const first = [3, 0].map(row => {
        const own = [...given.subarray(row * words, (row + 1) * words)]
        return own.indexOf(Math.max(...own))
      })
      expect(choose(choosing, { logits: given, words, first: 0 })).toEqual(first)
      const feeds = { ...choosingFeeds(choosing, 1), logits: float32(given, [rows, words]), step: int64([0], []) }
      expect([...((await run(feeds)).index!.data as Float32Array)]).toEqual(first)
    }
    await close()
  })

  it('is drawn at each step by the next number', async () => {
    const { run, close } = await session()
    const choice = () => ({ row: 0, random: createRandom('steps') })
    const among = Array.from({ length: words }, (_, word) => word)
    const given = logits(1)
    const feeds = choosingFeeds({ among, reads: [], choices: [choice()] }, 5)
    const one = choice()
    for (let step = 0; step < 5; step++) {
      const here = choose({ among, reads: [], choices: [one] }, { logits: given, words, first: 0 })
      const { index } = await run({ ...feeds, logits: float32(given, [rows, words]), step: int64([step], []) })
      expect([...(index!.data as Float32Array)]).toEqual(here)
    }
    await close()
  })
})
