import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { leaningTo, randomConcept } from '../test/fakes/concept.ts'
import { type ModelContext, openContext } from './answering/context.ts'
import { converse } from './answering/conversation.ts'
import type { Concept, Engine, Lesson, ReplyProgress, TeachProgress } from './engine.ts'
import type { RgbImage } from './image.ts'
import { readConcept, writeConcept } from './learning/concept-file.ts'
import { LessonExamples } from './learning/examples.ts'
import type { SubjectPicture } from './learning/gallery.ts'
import { PictureMemory } from './learning/picture-memory.ts'
import { defaultRecipe, lessonBudgets } from './learning/recipe.ts'
import { teach } from './learning/teach.ts'
import { createLocalEngine } from './local.ts'
import { createRandom } from './random.ts'
import { renderScene } from './storybook/renderer.ts'
import { sampleIndividual, sampleScene } from './storybook/scene.ts'

const golden = fileURLToPath(new URL('../test/golden/janus-a', import.meta.url))
const recipe = { ...defaultRecipe, steps: 4, questions: 2, drawings: 1, checkEvery: 2 }

let scratch: string
let context: ModelContext
let photos: RgbImage[]
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'familiar-janus-'))
  context = await openContext(golden, { device: 'cpu', threads: 1 })
  const random = createRandom(5)
  const individual = sampleIndividual(random)
  photos = await Promise.all(Array.from({ length: 4 }, () => renderScene(sampleScene(random, [individual]))))
})
afterAll(async () => {
  await context.model.close()
  await rm(scratch, { recursive: true })
})

const lesson = (changes: Partial<Lesson> = {}): Lesson => ({
  name: 'Mắm',
  kind: 'pet',
  photos,
  seed: 1,
  length: 'quick',
  ...changes,
})

describe('teaching a random Janus-Pro', () => {
  it('ends with a whole concept that is no worse than its start', async () => {
    const events: TeachProgress[] = []
    const concept = await teach(context, lesson(), { progress: event => events.push(event) }, recipe)
    const file = join(scratch, 'concept.safetensors')
    await writeConcept(file, concept)
    expect(await readConcept(file)).toEqual(concept)
    expect(concept).toMatchObject({ width: 32, tokens: 16, recipe: { steps: 4, photos: 4 } })
    expect(concept.embedding).toHaveLength(33 * 32)
    const { start, kept } = concept.scores
    expect(kept.recognition).toBeGreaterThanOrEqual(start.recognition)
    expect(kept.loss).toBeLessThanOrEqual(start.loss)
    expect([...new Set(events.map(({ phase }) => phase))]).toEqual(['looking', 'imagining', 'learning', 'checking'])
    expect(events.find(({ preview }) => preview)?.preview).toMatchObject({ width: 8, height: 8 })
  })

  it('is repeatable by seed, and cancelled in every phase', async () => {
    const once = await teach(context, lesson(), {}, recipe)
    const again = await teach(context, lesson(), {}, recipe)
    expect(again.embedding).toEqual(once.embedding)
    expect(again.threshold).toBe(once.threshold)
    for (const phase of ['looking', 'imagining', 'learning', 'checking'] as const) {
      const controller = new AbortController()
      const progress = (event: TeachProgress) => event.phase === phase && controller.abort()
      const cut = teach(context, lesson(), { signal: controller.signal, progress }, recipe)
      await expect(cut, phase).rejects.toMatchObject({ code: 'CANCELLED' })
    }
  })

  it('finds the pictures that an earlier lesson drew, and learns the same from them', async () => {
    const sources = { galleryFolder: join(scratch, 'galleries') }
    const first = await teach(context, lesson(), {}, recipe, sources)
    const model = join(sources.galleryFolder, context.fingerprint)
    const kept = async () =>
      Promise.all((await readdir(model)).map(async name => [name, (await stat(join(model, name))).mtimeMs]))
    const before = await kept()
    expect(before.map(([name]) => name)).toEqual(['animal.safetensors', 'anything.safetensors'])
    const second = await teach(context, lesson(), {}, recipe, sources)
    expect(second.embedding).toEqual(first.embedding)
    expect(await kept()).toEqual(before)
  })

  it('stops when no better rows come, and takes no more time than it is given', async () => {
    const still = { ...recipe, steps: 100, rate: 0, headRate: 0, pull: 0, checkEvery: 2, patience: 3 }
    const concept = await teach(context, lesson(), {}, still)
    expect(concept.recipe).toMatchObject({ steps: 6, keptStep: 0 })
    expect((await teach(context, lesson({ seconds: 0.01 }), {}, still)).recipe.steps).toBe(0)
  })

  it('learns from the published samples, whose pictures are not all remembered', async () => {
    const published = { ...lessonBudgets.paper.recipe, steps: 6, checkEvery: 3 }
    const concept = await teach(context, lesson(), {}, published)
    expect(concept.recipe).toMatchObject({ steps: 6, rate: 1e-3 })
  })

  it('learns to draw through the image head, and nothing of where a picture begins', async () => {
    const { template, model } = context
    const codes = Array.from({ length: 16 }, (_, i) => (i * 7) % 96)
    const picture: SubjectPicture = {
      codes,
      view: [],
      request: () => 'draw {name}.',
      ask: () => ({ question: '', answer: '' }),
    }
    const memory = new PictureMemory(context)
    const none = { likenesses: [], softPositives: [], others: [] }
    const examples = new LessonExamples(template, memory, picture, [picture], none)
    const example = examples.drawing(picture, createRandom(1))
    const firstCode = model.config.vocabularySize - 96
    expect(example.labels.filter(label => label !== -100)).toEqual([
      ...template.half('drawing', 0),
      ...codes.map(code => firstCode + code),
    ])

    const concept = randomConcept(context, 'Bo')
    const prompt = { rows: concept.embedding, headRows: concept.head }
    const pictured = example.labels.map(label => (label >= firstCode && label < firstCode + 96 ? label : -100))
    const { losses, rowGradient, headRowGradient } = await model.language.learn(
      [{ ...example, labels: pictured }],
      prompt,
    )
    expect(losses).toHaveLength(16)
    const drawingRow = rowGradient.subarray(16 * 32, 17 * 32)
    expect(drawingRow.some(value => Math.abs(value) > 1e-6)).toBe(true)
    expect(headRowGradient.every(value => value === 0)).toBe(true)
  })
})

describe('an engine on a random Janus-Pro', () => {
  let engine: Engine
  let bo: Concept
  beforeAll(async () => {
    engine = await createLocalEngine({ modelFolder: golden, device: 'cpu' })
    bo = randomConcept(context, 'Bo')
  })
  afterAll(() => engine.close())

  /** The concept leaning to words or to a picture behind what is asked. */
  async function leaning(text: string, images: readonly RgbImage[], half: 'drawing' | 'language') {
    const views = images.length > 0 ? ((await context.model.see?.(images)) ?? []) : []
    const limits = { maxLength: 512, maxPositions: 512, words: 8, drawing: 18 }
    const { ids, concepts } = converse(context.template, { text, concepts: [bo] }, views, limits)
    return leaningTo(context, concepts, ids, half)
  }

  it('answers about a picture, and about another one otherwise', async () => {
    const [photo] = photos
    const concepts = await leaning('is Bo here?', [photo!], 'language')
    const deltas: string[] = []
    const progress = (event: ReplyProgress) => event.type === 'text' && deltas.push(event.delta)
    const answer = await engine.reply({ text: 'is Bo here?', images: [photo!], concepts }, { progress })
    expect(answer.selfPrompt).toBe('language')
    expect(answer.text).not.toBe('')
    expect(deltas.join('')).toBe(answer.text)
    const dark: RgbImage = { width: 30, height: 50, data: new Uint8Array(30 * 50 * 3) }
    const [light, other] = [
      await engine.reply({ text: 'what is it?', images: [photo!] }),
      await engine.reply({ text: 'what is it?', images: [dark] }),
    ]
    expect(light.selfPrompt).toBe('none')
    expect(light.text).not.toBe(other.text)
  })

  it('draws a concept, the same by the same seed only, and stops between codes', async () => {
    const concepts = await leaning('draw Bo.', [], 'drawing')
    const turn = { text: 'draw Bo.', concepts, seed: 3 }
    const events: ReplyProgress[] = []
    const drawing = await engine.reply(turn, { progress: event => events.push(event) })
    expect(drawing).toMatchObject({ selfPrompt: 'drawing', image: { width: 8, height: 8 } })
    expect(events.at(-1)).toEqual({ type: 'drawing', done: 16, total: 16 })
    expect((await engine.reply(turn)).image).toEqual(drawing.image)
    expect((await engine.reply({ ...turn, seed: 4 })).image).not.toEqual(drawing.image)
    const controller = new AbortController()
    const progress = (event: ReplyProgress) => event.type === 'drawing' && event.done > 0 && controller.abort()
    const cut = engine.reply(turn, { signal: controller.signal, progress })
    await expect(cut).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('draws without a concept when it is told to, and only then', async () => {
    const told = await engine.reply({ text: 'draw a cat.', drawing: true, seed: 1 })
    expect(told).toMatchObject({ selfPrompt: 'none', text: '', image: { width: 8, height: 8 } })
    expect((await engine.reply({ text: 'draw a cat.' })).image).toBeUndefined()
  })

  it('recognises by what its tower sees', async () => {
    const other = randomConcept(context, 'Mo')
    const found = await engine.recognise(photos[0]!, [bo, other])
    expect(found.map(({ concept }) => concept).sort()).toEqual(['Bo', 'Mo'])
    const dark: RgbImage = { width: 8, height: 8, data: new Uint8Array(8 * 8 * 3) }
    expect(await engine.recognise(dark, [bo, other])).not.toEqual(found)
  })
})
