import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeRandomStorybook } from '../../test/fakes/storybook-model.ts'
import { type ModelContext, openContext } from '../answering/context.ts'
import type { Lesson, TeachProgress } from '../engine.ts'
import type { RgbImage } from '../image.ts'
import { createRandom } from '../random.ts'
import { renderScene } from '../storybook/renderer.ts'
import { sampleIndividual, sampleScene } from '../storybook/scene.ts'
import { readConcept, writeConcept } from './concept-file.ts'
import { defaultRecipe } from './recipe.ts'
import { teach } from './teach.ts'

let folder: string
let context: ModelContext
let photos: RgbImage[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'familiar-teach-'))
  await writeRandomStorybook(folder)
  context = await openContext(folder, { threads: 1 })
  const random = createRandom(5)
  const individual = sampleIndividual(random)
  photos = await Promise.all(Array.from({ length: 4 }, () => renderScene(sampleScene(random, [individual]))))
})
afterAll(async () => {
  await context.model.close()
  await rm(folder, { recursive: true })
})

const lesson = (changes: Partial<Lesson> = {}): Lesson => ({ name: 'Mắm', kind: 'pet', photos, seed: 1, ...changes })
const recipe = { ...defaultRecipe, steps: 6, questions: 2, drawings: 1, checkEvery: 3 }

describe('teach', () => {
  it('ends with a whole concept that is no worse than its start', async () => {
    const events: TeachProgress[] = []
    const concept = await teach(context, lesson(), { progress: event => events.push(event) }, recipe)
    const file = join(folder, 'concept.safetensors')
    await writeConcept(file, concept)
    expect(await readConcept(file)).toEqual(concept)
    const { start, kept } = concept.scores
    expect(kept.recognition).toBeGreaterThanOrEqual(start.recognition)
    expect(kept.loss).toBeLessThanOrEqual(start.loss)
    expect(concept.tokens).toBe(16)
    expect(concept.description).toMatch(/^an? /)
    expect([...new Set(events.map(({ phase }) => phase))]).toEqual(['looking', 'imagining', 'learning', 'checking'])
    expect(events.some(({ preview }) => preview?.width === 32)).toBe(true)
    expect(Math.max(...events.map(({ secondsLeft }) => secondsLeft))).toBeLessThanOrEqual(90)
  })

  it('is repeatable by seed', async () => {
    const once = await teach(context, lesson(), {}, recipe)
    const again = await teach(context, lesson(), {}, recipe)
    expect(again.embedding).toEqual(once.embedding)
    expect(again.head).toEqual(once.head)
    expect(again.threshold).toBe(once.threshold)
  })

  it('teaches from three photos by holding out other views', async () => {
    const concept = await teach(context, lesson({ photos: photos.slice(0, 3) }), {}, recipe)
    expect(concept.recipe.photos).toBe(3)
  })

  it('stops learning in time and keeps what it has', async () => {
    const concept = await teach(context, lesson({ seconds: 0.01 }), {}, { ...recipe, steps: 10_000 })
    expect(concept.recipe.steps).toBe(0)
    expect(concept.scores.kept).toEqual(concept.scores.start)
  })

  it('leaves out steps whose gradient is not finite, counts them, and keeps what is good', async () => {
    expect((await teach(context, lesson(), {}, recipe)).recipe.skippedSteps).toBe(0)
    // The first step throws the rows so far away that nothing can be computed with them.
    const concept = await teach(context, lesson(), {}, { ...recipe, rate: Number.POSITIVE_INFINITY })
    expect(concept.recipe).toMatchObject({ steps: recipe.steps, keptStep: 0, skippedSteps: recipe.steps - 1 })
    expect(concept.embedding.every(Number.isFinite)).toBe(true)
  })

  it('can be cancelled in every phase', async () => {
    for (const phase of ['looking', 'imagining', 'learning', 'checking'] as const) {
      const controller = new AbortController()
      const job = {
        signal: controller.signal,
        progress: (event: TeachProgress) => {
          if (event.phase === phase) controller.abort()
        },
      }
      await expect(teach(context, lesson(), job, recipe), phase).rejects.toMatchObject({ code: 'CANCELLED' })
    }
  })

  it('gives way between steps', async () => {
    let asked = 0
    const giveWay = async () => {
      asked++
    }
    await teach(context, lesson(), { giveWay }, recipe)
    expect(asked).toBeGreaterThan(recipe.steps)
  })

  it('teaches a model that is of no drawn world from what it draws itself', async () => {
    const other = await openContext(fileURLToPath(new URL('../../test/golden/chameleon-a', import.meta.url)), {
      threads: 1,
    })
    try {
      const concept = await teach(other, lesson(), {}, { ...recipe, steps: 2, checkEvery: 1 })
      expect(concept.width).toBe(other.model.config.decoder.width)
      expect(concept.description).not.toBe('')
    } finally {
      await other.model.close()
    }
  })

  it('refuses a wrong number of photos, copies and names that cannot be used', async () => {
    const refused = { code: 'BAD_LESSON' }
    await expect(teach(context, lesson({ photos: photos.slice(0, 2) }))).rejects.toMatchObject(refused)
    const copies = [photos[0]!, photos[0]!, photos[1]!]
    await expect(teach(context, lesson({ photos: copies }))).rejects.toMatchObject(refused)
    await expect(teach(context, lesson({ name: '' }))).rejects.toMatchObject(refused)
  })
})
