import { describe, expect, it } from 'vitest'
import { Graph } from '../../graph/graph.ts'
import { createRandom } from '../../random.ts'
import { createSession, float32, int64 } from '../../runtime/session.ts'
import { type Character, sampleIndividual } from '../scene.ts'
import { INSIGHT_WEIGHT, insightLoss, insightOf, insights, TOPIC_COUNT } from './insight.ts'
import { TOPICS, topicLabels } from './probe.ts'

const random = createRandom('insight')
const [left, right] = [
  { individual: sampleIndividual(random), side: 'left', action: 'standing' },
  { individual: sampleIndividual(random), side: 'right', action: 'sleeping' },
] as const satisfies readonly Character[]

describe('what is asked of the words that show somebody', () => {
  it('is who it is: of whoever shows in the word', () => {
    const masks = [
      [true, false, false, true],
      [false, false, true, true],
    ]
    const [one, other] = [topicLabels(left), topicLabels(right)]
    expect(one).not.toEqual(other)
    expect(insights([left, right], masks)).toEqual([one, undefined, other, one])
  })

  it('lays the labels out by topic, and does not count eyes that are shut', () => {
    const [open, shut] = [topicLabels(left), topicLabels(right)]
    const { positions, labels, counts } = insightOf([
      { position: 4, labels: open },
      { position: 9, labels: shut },
    ])
    expect([...positions]).toEqual([4n, 9n])
    expect(labels).toHaveLength(2 * TOPIC_COUNT)
    const topics = Object.keys(TOPICS)
    const eyes = topics.indexOf('eyes')
    const weights: Record<string, number> = { pattern: 2.5, second: 2.5, eyes: 1.5 }
    for (let topic = 0; topic < TOPIC_COUNT; topic++) {
      expect(Number(labels[2 * topic])).toBe(open[topic])
      expect(Number(labels[2 * topic + 1])).toBe(topic === eyes ? 0 : shut[topic])
      const weight = weights[topics[topic]!] ?? 1
      expect([...counts.subarray(2 * topic, 2 * topic + 2)]).toEqual([weight, topic === eyes ? 0 : weight])
    }
  })

  it('weighs the cross-entropy of the topics that count, and nothing where nothing is asked', async () => {
    const graph = new Graph()
    const hidden = graph.input('hidden', 'float32', [2, 1])
    const asked = {
      positions: graph.input('positions', 'int64', ['K']),
      labels: graph.input('labels', 'int64', [TOPIC_COUNT, 'K']),
      counts: graph.input('counts', 'float32', [TOPIC_COUNT, 'K']),
    }
    // The state speaks for each topic's first value.
    const weight = (size: number) => Float32Array.from({ length: size }, (_, i) => (i === 0 ? 1 : 0))
    const weights = (_: string, shape: readonly number[]) => graph.constant(weight(shape[0] as number), shape)
    graph.output('loss', insightLoss(weights, hidden, asked))
    const session = await createSession(graph)
    const loss = async (words: Parameters<typeof insightOf>[0]) => {
      const { positions, labels, counts } = insightOf(words)
      const feeds = {
        hidden: float32([0, 2], [2, 1]),
        positions: int64(positions, [words.length]),
        labels: int64(labels, [TOPIC_COUNT, words.length]),
        counts: float32(counts, [TOPIC_COUNT, words.length]),
      }
      return (await session.run(feeds)).loss?.data[0]
    }
    const topics = Object.keys(TOPICS)
    const sizes = Object.values(TOPICS).map(({ length }) => length)
    const weighed = (size: number, topic: number) =>
      size * ({ pattern: 2.5, second: 2.5, eyes: 1.5 }[topics[topic]!] ?? 1)
    const first = sizes
      .map(size => -Math.log(Math.exp(2) / (Math.exp(2) + size - 1)))
      .reduce((sum, loss, topic) => sum + weighed(loss, topic), 0)
    const zeros = sizes.map(() => 0)
    expect(await loss([{ position: 1, labels: zeros }])).toBeCloseTo(INSIGHT_WEIGHT * first, 4)
    const kindOnly = zeros.map((_, topic) => (topic === 0 ? 1 : -1))
    expect(await loss([{ position: 0, labels: kindOnly }])).toBeCloseTo(INSIGHT_WEIGHT * Math.log(sizes[0]!), 4)
    expect(await loss([])).toBe(0)
    await session.close()
  })
})
