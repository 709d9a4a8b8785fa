import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { leaningTo, randomConcept } from '../../test/fakes/concept.ts'
import type { Concept, ReplyProgress, Turn } from '../engine.ts'
import type { RgbImage } from '../image.ts'
import { type ModelContext, openContext } from './context.ts'
import { converse } from './conversation.ts'
import { reply } from './reply.ts'
import type { ConceptRows } from './soft-prompt.ts'

const golden = fileURLToPath(new URL('../../test/golden/chameleon-a', import.meta.url))

let context: ModelContext
let bo: Concept
let cat: Concept
let image: RgbImage

beforeAll(async () => {
  const opened = await openContext(golden, { device: 'cpu', threads: 1 })
  context = { ...opened, generation: { ...opened.generation, maxNewTokens: 24 } }
  bo = randomConcept(context, 'Bo')
  cat = randomConcept(context, 'Cat')
  const data = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * 37) % 256)
  image = { width: 40, height: 30, data }
})
afterAll(() => context.model.close())

const conversation = (turn: Turn) =>
  converse(context.template, turn, [], { maxLength: 256, maxPositions: 256, words: 24, drawing: 66 })

async function leaning(turn: Turn, half: 'drawing' | 'language'): Promise<Turn> {
  const { ids, concepts } = conversation(turn)
  return { ...turn, concepts: await leaningTo(context, concepts, ids, half) }
}

describe('reply', () => {
  it('is the same, bit for bit, with and without concepts that are not named', async () => {
    const turn: Turn = { text: 'is the dog here?', images: [image], seed: 1 }
    const alone = await reply(context, turn)
    expect(alone.selfPrompt).toBe('none')
    expect(await reply(context, { ...turn, concepts: [bo] })).toEqual(alone)
    expect(alone.text.length).toBeGreaterThan(0)
  })

  it('chooses words, restates the understanding half and streams what it says', async () => {
    const turn = await leaning({ text: 'is Bo here?', concepts: [bo] }, 'language')
    const events: ReplyProgress[] = []
    const answer = await reply(context, turn, { progress: event => events.push(event) })
    expect(answer.selfPrompt).toBe('language')
    expect(answer.image).toBeUndefined()
    expect(events.map(event => (event.type === 'text' ? event.delta : '')).join('')).toBe(answer.text)
    expect(answer.text.length).toBeGreaterThan(0)
  })

  it('chooses to draw, and draws the same again by the same seed only', async () => {
    const turn = await leaning({ text: 'draw Bo in the snow.', concepts: [bo], seed: 3 }, 'drawing')
    const events: ReplyProgress[] = []
    const drawing = await reply(context, turn, { progress: event => events.push(event) })
    expect(drawing).toMatchObject({
      selfPrompt: 'drawing',
      text: '',
      altText: 'Drawing of Bo in the snow, AI-generated',
      seed: 3,
    })
    expect(drawing.image?.data.length).toBe(16 * 16 * 3)
    expect(events.at(0)).toEqual({ type: 'drawing', done: 0, total: 64 })
    expect(events.at(-1)).toEqual({ type: 'drawing', done: 64, total: 64 })
    expect(events.length).toBe(9)
    expect((await reply(context, turn)).image).toEqual(drawing.image)
    expect((await reply(context, { ...turn, seed: 4 })).image).not.toEqual(drawing.image)
  })

  it('chooses among drawings by those who are to be drawn, not by others who were spoken of', async () => {
    const earlier = [{ from: 'user', text: 'cat is here' }] as const
    const turn = await leaning({ text: 'draw Bo.', concepts: [bo, cat], earlier, seed: 3 }, 'drawing')
    const compared: (readonly ConceptRows[])[] = []
    const likeness: ModelContext['likeness'] = async (pictures, concepts) => {
      compared.push(concepts)
      return pictures.map(() => concepts.map(() => 0))
    }
    const drawing = await reply({ ...context, generation: { ...context.generation, candidates: 2 }, likeness }, turn)
    expect(drawing.image).toBeDefined()
    expect(conversation(turn).concepts).toHaveLength(2)
    expect(compared.map(concepts => concepts.map(one => (one as Concept).name))).toEqual([['Bo']])
  })

  it('answers and draws with two concepts', async () => {
    const asked = await leaning({ text: 'is bo the cat?', concepts: [bo, cat] }, 'language')
    expect((await reply(context, asked)).selfPrompt).toBe('language')
    const requested = await leaning({ text: 'draw cat and bo', concepts: [bo, cat], seed: 1 }, 'drawing')
    expect(await reply(context, requested)).toMatchObject({
      selfPrompt: 'drawing',
      altText: 'Drawing of Cat and Bo, AI-generated',
    })
  })

  it('refuses what it cannot answer with one sentence', async () => {
    const five = Array.from({ length: 5 }, () => image)
    await expect(reply(context, { text: 'who?', images: five })).rejects.toMatchObject({
      code: 'BAD_TURN',
      message: 'Expected 0 to 4 pictures but received 5',
    })
    await expect(reply(context, { text: '  ' })).rejects.toMatchObject({ code: 'BAD_TURN' })
    await expect(reply(context, { text: 'the cat is here. '.repeat(60) })).rejects.toThrow(
      'Expected a message of at most',
    )
    const foreign = { ...bo, modelFingerprint: 'another' }
    await expect(reply(context, { text: 'is bo here?', concepts: [foreign] })).rejects.toMatchObject({
      code: 'FOREIGN_CONCEPT',
    })
  })

  it('stops when it is cancelled', async () => {
    const turn = await leaning({ text: 'draw bo', concepts: [bo] }, 'drawing')
    const controller = new AbortController()
    const cancelled = reply(context, turn, {
      signal: controller.signal,
      progress: event => event.type === 'drawing' && event.done > 0 && controller.abort(),
    })
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(reply(context, turn, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('says what to do about a photo when it knows drawings only', async () => {
    const drawn: ModelContext = { ...context, drawnWorld: { drawnWorldOnly: true, reconstructionLimit: 1e-6 } }
    const answer = await reply(drawn, { text: 'what is this?', images: [image] })
    expect(answer).toMatchObject({ selfPrompt: 'none', text: expect.stringContaining('MODEL=janus-pro-1b') })
    const lenient: ModelContext = { ...context, drawnWorld: { drawnWorldOnly: true, reconstructionLimit: 10 } }
    expect((await reply(lenient, { text: 'what is this?', images: [image] })).text).not.toContain('MODEL')
  })

  it('lets others have their turn between words', async () => {
    let turns = 0
    let counting = true
    const count = () => {
      turns++
      if (counting) setImmediate(count)
    }
    setImmediate(count)
    await reply(context, await leaning({ text: 'draw bo', concepts: [bo] }, 'drawing'))
    counting = false
    expect(turns).toBeGreaterThan(60)
  })
})

describe('converse', () => {
  it('defines the concepts that are named, now or before, and restates those of the question', () => {
    const { concepts, named } = conversation({
      text: 'is bo here?',
      concepts: [cat, bo],
      earlier: [{ from: 'user', text: 'the cat is in snow.' }],
    })
    expect(concepts.map(({ name }) => name)).toEqual(['Bo', 'Cat'])
    expect(named).toEqual([0])
  })

  it('leaves out the oldest turns when there is no room, and keeps the order of the others', () => {
    const earlier = Array.from({ length: 40 }, (_, i) => ({
      from: i % 2 === 0 ? ('user' as const) : ('bot' as const),
      text: i === 39 ? 'yes.' : 'the cat is here.',
    }))
    const { ids } = conversation({ text: 'is the cat here?', earlier })
    const { template } = context
    expect(ids.length).toBeLessThanOrEqual(256 - 66)
    const end = [...template.text('yes.'), template.words.endTurn, ...template.userTurn({ text: 'is the cat here?' })]
    expect(ids.slice(-end.length)).toEqual(end)
    expect(ids[0]).toBe(template.words.begin)
    expect(ids.filter(id => id === template.words.endTurn).length).toBeGreaterThan(5)
  })
})
