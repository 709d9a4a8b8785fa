import { describe, expect, it } from 'vitest'
import { Graph } from '../../graph/graph.ts'
import { createRandom } from '../../random.ts'
import { createSession, float32, int64 } from '../../runtime/session.ts'
import { type Scene, type Side, sampleIndividual, sampleScene } from '../scene.ts'
import { FORESIGHT_WEIGHT, foresee, foresightLoss, HORIZONS } from './foresight.ts'

const SIDE = 16
const random = createRandom('foresight')
const scene = sampleScene(random, [sampleIndividual(random)])
const [character] = scene.characters
const standing = (side: Side): Scene => ({ ...scene, characters: [{ ...character, side, action: 'sitting' }] })
/** Columns in which somebody is foreseen from the first row. */
const columns = (answers: readonly (readonly number[] | undefined)[]) =>
  Array.from({ length: SIDE }, (_, column) => column).filter(column => answers[column]?.at(-1) === 1)
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('what is asked beside the words of a drawing', () => {
  it('foresees from the first row on which side somebody will be', async () => {
    const [left, middle, right] = await Promise.all(
      (['left', 'middle', 'right'] as const).map(async side => columns(await foresee(standing(side), 64, SIDE))),
    )
    expect(mean(left!)).toBeLessThan(mean(middle!))
    expect(mean(middle!)).toBeLessThan(mean(right!))
    expect(left).not.toContain(15)
    expect(right).not.toContain(0)
  })

  it('counts down the rows to the first that shows somebody, and asks nothing below it', async () => {
    const answers = await foresee(standing('middle'), 64, SIDE)
    const [column] = columns(answers).slice(3)
    const down = Array.from({ length: SIDE }, (_, row) => answers[row * SIDE + column!])
    const top = down.findIndex(one => one?.[0] === 1)
    expect(top).toBeGreaterThan(0)
    down.forEach((one, row) => {
      expect(one).toEqual(row > top ? undefined : HORIZONS.map(rows => Number(top - row < rows)))
    })
  })

  it('asks at every word of an empty column, always in vain', async () => {
    const answers = await foresee(standing('left'), 64, SIDE)
    for (let row = 0; row < SIDE; row++) expect(answers[row * SIDE + 15]).toEqual([0, 0, 0, 0])
  })

  it('weighs the cross-entropy of all answers, and nothing where nothing is asked', async () => {
    const graph = new Graph()
    const hidden = graph.input('hidden', 'float32', [3, 2])
    const positions = graph.input('positions', 'int64', ['F'])
    const labels = graph.input('labels', 'int64', ['G'])
    // Two values for each horizon; only the first component of a state counts, for "yes".
    const weight = Float32Array.from({ length: 4 * HORIZONS.length }, (_, i) => (i % 4 === 2 ? 1 : 0))
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
    const yes = (x: number) => Math.log(1 + Math.exp(-x))
    expect(await loss([1, 2], [1, 1, 1, 1, 0, 0, 0, 1])).toBeCloseTo(
      FORESIGHT_WEIGHT * (4 * yes(2) + 3 * yes(1) + yes(-1)),
      4,
    )
    expect(await loss([], [])).toBe(0)
    await session.close()
  })
})
