import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ModelContext, openContext } from '../answering/context.ts'
import { createRandom } from '../random.ts'
import { findCandidates } from './candidates.ts'

let context: ModelContext
beforeAll(async () => {
  const golden = fileURLToPath(new URL('../../test/golden/janus-a', import.meta.url))
  context = await openContext(golden, { device: 'cpu', threads: 1 })
})
afterAll(() => context.model.close())

const size = { softPositives: 1, described: 6, hard: 1, easy: 1, heldOut: { hard: 1, easy: 1 } }
async function described(timeUsed?: () => number) {
  const width = context.model.config.decoder.width
  const subject = {
    kind: 'pet',
    word: 'cat',
    description: 'a grey cat',
    photos: [],
    feature: new Float32Array(width),
  } as const
  const found = await findCandidates(context, subject, size, createRandom(1), { ...(timeUsed && { timeUsed }) })
  return found.described.map(({ codes }) => codes)
}

describe('pictures from a description', () => {
  it('are as many as there is time for, the same ones', async () => {
    const all = await described()
    expect(all).toHaveLength(6)
    let used = 0
    const slow = () => {
      const before = used
      used += 0.1
      return before
    }
    // Before the first four, behind them, and before the next: those would end beyond a quarter of the time.
    expect(await described(slow)).toEqual(all.slice(0, 4))
    expect(await described(() => 0.14)).toEqual(all)
    expect(await described(() => 0.16)).toEqual([])
  })
})
