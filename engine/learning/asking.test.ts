import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ModelContext, openContext } from '../answering/context.ts'
import { speak } from '../answering/speaking.ts'
import { createRandom } from '../random.ts'
import { askModel } from './asking.ts'

const questions = ['what is it?', 'where is the cat, in a few words?', 'how big is it?', 'why?', 'what colour is it?']

describe.each([
  ['chameleon-a', {}],
  ['janus-a', {}],
  // Where several words are made in a run.
  ['janus-a', { cachePlace: 'loop' }],
] as const)('asking %s, %j', (name, options) => {
  let context: ModelContext
  let view: number[]
  beforeAll(async () => {
    const folder = fileURLToPath(new URL(`../../test/golden/${name}`, import.meta.url))
    context = await openContext(folder, { device: 'cpu', threads: 1, ...options })
    const random = createRandom(name)
    view = Array.from({ length: context.model.pictures.codesPerPicture }, () =>
      random.integer(context.model.config.vq.codes),
    )
  })
  afterAll(() => context.model.close())

  it('answers several questions as each alone', async () => {
    const { model, template } = context
    const expected: string[] = []
    for (const text of questions) {
      const cache = model.language.cache()
      const ids = [...template.begin([view]), ...template.userTurn({ text, behindPictures: true })]
      const { logits } = await model.language.read(cache, [ids])
      const words: number[] = []
      await speak(context, cache, logits, { maxWords: 32, word: id => words.push(id) })
      expected.push(template.decode(words).split('\n')[0]!.trim())
    }
    expect(new Set(expected).size).toBeGreaterThan(1)
    expect(await askModel(context, view, questions, {})).toEqual(expected)
  })

  it('is cancelled between two words', async () => {
    const controller = new AbortController()
    let steps = 0
    const giveWay = async () => {
      if (++steps === 4) controller.abort()
    }
    const asking = askModel(context, view, questions, { signal: controller.signal, giveWay })
    await expect(asking).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(steps).toBe(4)
  })
})
