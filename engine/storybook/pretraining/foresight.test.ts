import { describe, expect, it } from 'vitest'
import { Graph } from '../../graph/graph.ts'
import { createSession, float32, int64 } from '../../runtime/session.ts'
import { FORESIGHT_WEIGHT, foresee, foresightLoss, QUESTIONS } from './foresight.ts'

describe('what is asked beside the words of a drawing', () => {
  it('is of each part whether it shows 0, 1, 2, 4 and 8 rows below in the same column, and nothing below the picture', () => {
    // A picture two words wide: somebody from the third row on at the left, a hat in the third row, no pattern.
    const [side, rows] = [2, 2]
    const somebody = [false, false, true, false]
    const worn = [false, false, true, false]
    const answers = foresee([somebody, worn, [false, false, false, false]], side)
    expect(answers).toHaveLength(side * rows)
    expect(answers.every(one => one.length === QUESTIONS)).toBe(true)
    const none = [0, 0, 0, 0, 0]
    expect(answers[0]).toEqual([0, 1, 0, 0, 0, 0, 1, 0, 0, 0, ...none])
    expect(answers[1]).toEqual([...none, ...none, ...none])
    expect(answers[2]).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, ...none])
  })

  it('reaches eight rows', () => {
    const side = 16
    const mask = Array.from({ length: side * side }, (_, i) => i === 10 * side + 3)
    const answers = foresee([mask, mask, mask], side)
    const asked = answers.flatMap((one, i) =>
      one.includes(1) ? [[i % side, Math.floor(i / side), one.indexOf(1)]] : [],
    )
    expect(asked).toEqual([
      [3, 2, 4],
      [3, 6, 3],
      [3, 8, 2],
      [3, 9, 1],
      [3, 10, 0],
    ])
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
