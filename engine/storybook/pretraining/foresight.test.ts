import { describe, expect, it } from 'vitest'
import { Graph } from '../../graph/graph.ts'
import { createRandom } from '../../random.ts'
import { createSession, float32, int64 } from '../../runtime/session.ts'
import { type Individual, type Scene, type Side, sampleIndividual, sampleScene } from '../scene.ts'
import { FORESIGHT_WEIGHT, foresee, foresightLoss, QUESTIONS, ROWS_BELOW, showsDetail } from './foresight.ts'

const SIDE = 16
const random = createRandom('foresight')
const { accessory: _, ...looks } = sampleIndividual(random)
const somebody = { ...looks, kind: 'cat', coat: 'white', pattern: 'plain', second: undefined } as Individual
const scene = sampleScene(random, [somebody])
const standing = (side: Side, individual = somebody): Scene => ({
  ...scene,
  characters: [{ individual, side, action: 'sitting' }],
})
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
/** Words in which a part is: 0 somebody, 1 what they wear, 2 their pattern. */
const wordsOf = (answers: readonly (readonly number[])[], part: number) =>
  answers.flatMap((one, i) => (one[part * ROWS_BELOW.length] === 1 ? [i] : []))

describe('what is asked beside the words of a drawing', () => {
  it('foresees from rows above on which side somebody will be', async () => {
    const columns = await Promise.all(
      (['left', 'middle', 'right'] as const).map(async side => {
        const answers = await foresee(standing(side), 64, SIDE)
        // Eight rows above the tenth.
        return Array.from({ length: SIDE }, (_, column) => column).filter(c => answers[2 * SIDE + c]?.[4] === 1)
      }),
    )
    const [left, middle, right] = columns.map(mean)
    expect(left).toBeLessThan(middle!)
    expect(middle).toBeLessThan(right!)
  })

  it('says at every word what the words of its column below it show, and nothing below the picture', async () => {
    const answers = await foresee(standing('middle'), 64, SIDE)
    expect(answers).toHaveLength(SIDE * SIDE)
    for (const [i, one] of answers.entries()) {
      expect(one).toHaveLength(QUESTIONS)
      ROWS_BELOW.forEach((rows, q) => {
        expect(one[q]).toBe(answers[i + rows * SIDE]?.[0] ?? 0)
      })
    }
  })

  it('tells what is worn and what is patterned apart from who is there', async () => {
    const glasses = { ...somebody, accessory: { what: 'hat', colour: 'black' } } as Individual
    const spotted = { ...somebody, pattern: 'spotted', second: 'black' } as Individual
    const [none, worn, patterned] = await Promise.all(
      [somebody, glasses, spotted].map(one => foresee(standing('left', one), 64, SIDE)),
    )
    expect(wordsOf(none!, 1)).toEqual([])
    expect(wordsOf(none!, 2)).toEqual([])
    const hat = wordsOf(worn!, 1)
    expect(hat.length).toBeGreaterThan(0)
    expect(hat.length).toBeLessThan(wordsOf(worn!, 0).length)
    expect(wordsOf(worn!, 2)).toEqual([])
    const spots = wordsOf(patterned!, 2)
    expect(spots.length).toBeGreaterThan(0)
    expect(wordsOf(patterned!, 0)).toEqual(expect.arrayContaining(spots))
    expect(wordsOf(patterned!, 1)).toEqual([])
    const detailed = (answers: readonly (readonly number[])[]) =>
      answers.flatMap((one, i) => (showsDetail(one) ? [i] : []))
    expect([none, worn, patterned].map(answers => detailed(answers!))).toEqual([[], hat, spots])
  })

  it('weighs the cross-entropy of all answers, and nothing where nothing is asked', async () => {
    const graph = new Graph()
    const hidden = graph.input('hidden', 'float32', [3, 2])
    const positions = graph.input('positions', 'int64', ['F'])
    const labels = graph.input('labels', 'int64', ['G'])
    // A row for no and one for yes of each question; only a state's first component counts, for yes.
    const weight = Float32Array.from({ length: 4 * QUESTIONS }, (_, i) => (i % 4 === 2 ? 1 : 0))
    graph.output(
      'loss',
      foresightLoss((_, shape) => graph.constant(weight, shape), hidden, positions, labels),
    )
    const session = await createSession(graph)
    const loss = async (at: number[], answers: number[]) => {
      const feeds = {
        hidden: float32([0, 9, 2, 9, -1, 9], [3, 2]),
        positions: int64(BigInt64Array.from(at, BigInt), [at.length]),
        labels: int64(BigInt64Array.from(answers, BigInt), [answers.length]),
      }
      return (await session.run(feeds)).loss?.data[0]
    }
    const missed = (x: number) => Math.log(1 + Math.exp(x))
    const all = (value: number) => new Array<number>(QUESTIONS).fill(value)
    expect(await loss([1, 2], [...all(1), 1, ...all(0).slice(1)])).toBeCloseTo(
      FORESIGHT_WEIGHT * (QUESTIONS * missed(-2) + missed(1) + (QUESTIONS - 1) * missed(-1)),
      3,
    )
    expect(await loss([], [])).toBe(0)
    await session.close()
  })
})
