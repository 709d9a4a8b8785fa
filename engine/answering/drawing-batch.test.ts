/** With the built-in model: what is drawn together is what each would be alone. */
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Reply, ReplyProgress } from '../engine.ts'
import { createLocalEngine } from '../local.ts'
import type { KvCache } from '../models/kv-cache.ts'
import { type ModelContext, openContext } from './context.ts'
import { DrawingBatch, type DrawnWords } from './drawing-batch.ts'
import { reply } from './reply.ts'

const modelFolder = fileURLToPath(new URL('../../models/storybook', import.meta.url))
const requests = ['Draw a cat.', 'Draw a white rabbit with a red hat in the snow.', 'Draw a fox at the beach.']

let context: ModelContext
let total: number
/** What was asked for, each behind a cache of its own, and the codes that are drawn alone. */
const caches: KvCache[] = []
const alone: number[][] = []

const asked = (at: number, given: Partial<DrawnWords> = {}): DrawnWords => ({
  ...context.generation,
  cache: caches[at] as KvCache,
  seeds: [at + 1],
  ...given,
})

beforeAll(async () => {
  context = await openContext(modelFolder, { device: 'cpu', threads: 1 })
  const { model, template } = context
  total = model.pictures.codesPerPicture
  for (const [at, text] of requests.entries()) {
    const ids = [...template.begin(), ...template.userTurn({ text })]
    const cache = model.language.cache(1, ids.length)
    await model.language.read(cache, [ids])
    caches.push(cache)
    alone.push(...(await new DrawingBatch(context).draw(asked(at))))
  }
}, 300_000)
afterAll(() => context.model.close())
afterEach(() => vi.restoreAllMocks())

describe('DrawingBatch', () => {
  it('draws together what it draws alone, with hardly more runs of the model than for one', async () => {
    const read = vi.spyOn(context.model.language, 'read')
    const batch = new DrawingBatch(context)
    const drawn = await Promise.all(requests.map((_, at) => batch.draw(asked(at))))
    expect(drawn.flat()).toEqual(alone)
    // One more each for those without a request.
    expect(read).toHaveBeenCalledTimes(total + requests.length)
  }, 300_000)

  it('lets one join in the middle, and tells each how far it is', async () => {
    const batch = new DrawingBatch(context)
    const progress: [number, number][] = []
    let second: Promise<number[][]> | undefined
    const first = batch.draw(
      asked(0, {
        progress: done => {
          progress.push([0, done])
          if (done > 0 && !second) second = batch.draw(asked(1, { progress: done => progress.push([1, done]) }))
        },
      }),
    )
    expect(await first).toEqual([alone[0]])
    expect(await second).toEqual([alone[1]])
    const of = (at: number) => progress.filter(([whose]) => whose === at).map(([, done]) => done)
    const side = Math.sqrt(total)
    for (const at of [0, 1]) expect(of(at)).toEqual(Array.from({ length: side + 1 }, (_, row) => row * side))
    // The second was under way before the first was done.
    const ends = progress.findIndex(([whose, done]) => whose === 0 && done === total)
    expect(progress.slice(0, ends).filter(([whose]) => whose === 1).length).toBeGreaterThan(side / 2)
  }, 300_000)

  it('cancels one without the others, whether it is drawn or waits', async () => {
    const controller = new AbortController()
    const batch = new DrawingBatch(context, () => 0)
    const progress = (done: number) => void (done > total / 2 && controller.abort())
    const drawn = batch.draw(asked(0, { signal: controller.signal, progress }))
    const waits = batch.draw(asked(1, { signal: controller.signal }))
    const stays = batch.draw(asked(2))
    await expect(drawn).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(waits).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(await stays).toEqual([alone[2]])

    const another = new AbortController()
    const both = new DrawingBatch(context)
    const abort = (done: number) => void (done > total / 2 && another.abort())
    const left = both.draw(asked(0, { signal: another.signal, progress: abort }))
    const goesOn = both.draw(asked(1))
    await expect(left).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(await goesOn).toEqual([alone[1]])
  }, 300_000)

  it('draws one after the other where memory is short', async () => {
    const read = vi.spyOn(context.model.language, 'read')
    const batch = new DrawingBatch(context, () => 0)
    const ended: number[] = []
    const drawn = await Promise.all(
      requests.slice(0, 2).map(async (_, at) => {
        const codes = await batch.draw(asked(at))
        ended.push(at)
        return codes
      }),
    )
    expect(drawn.flat()).toEqual(alone.slice(0, 2))
    expect(ended).toEqual([0, 1])
    expect(read).toHaveBeenCalledTimes(2 * (total + 1))
  }, 300_000)

  it('ends every drawing when the model fails, and draws again afterwards', async () => {
    const batch = new DrawingBatch(context)
    const read = vi.spyOn(context.model.language, 'read')
    const progress = (done: number) => void (done > 0 && read.mockRejectedValueOnce(new Error('device lost')))
    const drawn = [batch.draw(asked(0, { progress })), batch.draw(asked(1))]
    for (const each of drawn) await expect(each).rejects.toThrow('device lost')
    read.mockRestore()
    expect(await batch.draw(asked(2))).toEqual([alone[2]])
  }, 300_000)
})

it('draws and says the same where the cache lives in a loop, with fewer runs of the model', async () => {
  const loops = await openContext(modelFolder, { device: 'cpu', threads: 1, cachePlace: 'loop' })
  const run = vi.spyOn(loops.model.language, 'continue')
  const progress: number[] = []
  const batch = new DrawingBatch(loops)
  const drawn = requests.map((_, at) => batch.draw(asked(at, { progress: done => at === 0 && progress.push(done) })))
  expect((await Promise.all(drawn)).flat()).toEqual(alone)
  expect(run).toHaveBeenCalledTimes(Math.ceil(total / 32))
  const side = Math.sqrt(total)
  expect(progress).toEqual(Array.from({ length: side + 1 }, (_, row) => row * side))
  const controller = new AbortController()
  const abort = (done: number) => done > 0 && controller.abort()
  await expect(batch.draw(asked(0, { signal: controller.signal, progress: abort }))).rejects.toMatchObject({
    code: 'CANCELLED',
  })

  const said = async (one: ModelContext) => {
    const deltas: string[] = []
    const told = await reply(
      one,
      { text: 'What does a white rabbit with a red hat look like?' },
      { progress: e => e.type === 'text' && deltas.push(e.delta) },
    )
    return { text: told.text, deltas }
  }
  const expected = await said(context)
  expect(expected.deltas.length).toBeGreaterThan(8)
  expect(await said(loops)).toEqual(expected)
  await loops.model.close()
}, 300_000)

it('answers several people at once with the pictures that each would get alone', async () => {
  const engine = await createLocalEngine({ modelFolder, device: 'cpu' })
  const ask = (text: string, seed: number, events: ReplyProgress[] = []) =>
    engine.reply({ text, drawing: true, seed }, { progress: event => events.push(event) })
  const expected: Reply[] = []
  for (const [at, text] of requests.entries()) expected.push(await ask(text, at))
  const events = requests.map((): ReplyProgress[] => [])
  const together = await Promise.all(requests.map((text, at) => ask(text, at, events[at])))
  for (const [at, { image, seed }] of together.entries()) {
    expect(seed).toBe(at)
    expect(image?.width).toBeGreaterThan(0)
    expect(Buffer.from(image!.data).equals(Buffer.from(expected[at]!.image!.data))).toBe(true)
    expect(events[at]?.at(-1)).toEqual({ type: 'drawing', done: total, total })
  }
  await engine.close()
}, 300_000)
