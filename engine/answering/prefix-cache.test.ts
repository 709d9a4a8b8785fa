import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { randomConcept } from '../../test/fakes/concept.ts'
import type { Concept, Turn } from '../engine.ts'
import type { RgbImage } from '../image.ts'
import type { Word } from '../models/language.ts'
import { type ModelContext, openContext } from './context.ts'
import { PrefixCache } from './prefix-cache.ts'
import { reply } from './reply.ts'
import { joinRows } from './soft-prompt.ts'

const golden = (name: string) => fileURLToPath(new URL(`../../test/golden/${name}`, import.meta.url))

describe.each(['chameleon-a', 'janus-a'])('beginnings of prompts to %s', name => {
  let context: ModelContext
  let bo: Concept
  let mam: Concept
  let images: RgbImage[]

  beforeAll(async () => {
    const opened = await openContext(golden(name), { device: 'cpu', threads: 1 })
    context = { ...opened, generation: { ...opened.generation, maxNewTokens: 8 } }
    bo = randomConcept(context, 'Bo')
    mam = randomConcept(context, 'Mam')
    images = [37, 41].map(step => ({
      width: 40,
      height: 30,
      data: Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * step) % 256),
    }))
  })
  afterAll(() => context.model.close())

  /** Replies, and how many positions the model read for each. */
  async function replies(turns: readonly Turn[], prefixes: () => PrefixCache) {
    const { language } = context.model
    const spy = vi.spyOn(language, 'read')
    const results = []
    for (const turn of turns) {
      spy.mockClear()
      const answer = await reply({ ...context, prefixes: prefixes() }, { ...turn, seed: 1 })
      const lengths = spy.mock.calls.map(([, sequences]) => (sequences[0] as readonly Word[]).length)
      results.push({ answer, read: lengths.filter(length => length > 1).reduce((sum, length) => sum + length, 0) })
    }
    spy.mockRestore()
    return results
  }

  it('are read once, and replies are the same, bit for bit, as without them', async () => {
    const [image, other] = images as [RgbImage, RgbImage]
    const turns: Turn[] = [
      { text: 'is Bo here?', concepts: [bo] },
      { text: 'draw Bo in the snow.', concepts: [bo], drawing: true },
      { text: 'is Bo here?', concepts: [{ ...mam, name: 'Bo' }] },
      { text: 'is Bo here?', concepts: [bo], images: [image] },
      { text: 'is Mam here?', concepts: [mam], images: [image] },
      { text: 'is Mam here?', concepts: [mam], images: [other] },
      { text: 'is Bo here?', concepts: [bo], images: [image], earlier: [{ from: 'user', text: 'hello' }] },
    ]
    const one = new PrefixCache(context.model.language, 2000)
    const fresh = await replies(turns, () => new PrefixCache(context.model.language))
    const kept = await replies(turns, () => one)
    const again = await replies(turns, () => one)
    expect(kept.map(({ answer }) => answer)).toEqual(fresh.map(({ answer }) => answer))
    expect(again.map(({ answer }) => answer)).toEqual(fresh.map(({ answer }) => answer))
    const saved = kept.map(({ read }, i) => fresh[i]!.read - read)
    // Neither another subject of the same name nor another picture is taken for what is kept.
    expect([saved[0], saved[2], saved[3], saved[5]]).toEqual([0, 0, 0, 0])
    expect(saved[1]).toBeGreaterThan(0)
    expect(saved[4]).toBeGreaterThan(0)
    for (const [i, { read }] of again.slice(0, 6).entries()) expect(read, `turn ${i}`).toBeLessThan(fresh[i]!.read)
  })

  it('are given up in the order of their last use, within the limit', async () => {
    const { template, model } = context
    const prefixes = new PrefixCache(model.language, 96)
    const empty = model.language.cache()
    const spy = vi.spyOn(model.language, 'read')
    const read = async (concept: Concept) => {
      spy.mockClear()
      const ids = [...template.begin(), ...template.userTurn({ concepts: ['sks'], text: 'is sks here?' })]
      const end = template.begin().length + template.definition(0).length
      expect(end).toBeLessThanOrEqual(48)
      await prefixes.read(ids, [end], joinRows([concept]), ids.length)
      expect(prefixes.bytes).toBeLessThanOrEqual((96 * empty.bytes) / empty.capacity)
      return spy.mock.calls.length
    }
    const third = randomConcept(context, 'Third')
    const runs = []
    for (const concept of [bo, mam, bo, third, bo, mam]) runs.push(await read(concept))
    expect(runs).toEqual([2, 2, 1, 2, 1, 2])
    spy.mockRestore()
  })
})
