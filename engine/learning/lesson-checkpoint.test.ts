import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { writeRandomStorybook } from '../../test/fakes/storybook-model.ts'
import { type ModelContext, openContext } from '../answering/context.ts'
import type { Concept, Lesson, TeachProgress } from '../engine.ts'
import type { RgbImage } from '../image.ts'
import { createRandom } from '../random.ts'
import { renderScene } from '../storybook/renderer.ts'
import { sampleIndividual, sampleScene } from '../storybook/scene.ts'
import { LessonCheckpoint } from './lesson-checkpoint.ts'
import { defaultRecipe, lessonBudgets, type Recipe } from './recipe.ts'
import { teach } from './teach.ts'

let folder: string
let path: string
let context: ModelContext
let photos: RgbImage[]
let said: string[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'familiar-checkpoint-'))
  path = join(folder, 'checkpoint.safetensors')
  await writeRandomStorybook(folder)
  context = await openContext(folder, { threads: 1 })
  const random = createRandom(5)
  const individual = sampleIndividual(random)
  photos = await Promise.all(Array.from({ length: 4 }, () => renderScene(sampleScene(random, [individual]))))
})
beforeEach(async () => {
  await rm(path, { force: true })
  said = []
  vi.spyOn(process.stderr, 'write').mockImplementation(text => said.push(String(text)) > 0)
})
afterAll(async () => {
  vi.restoreAllMocks()
  await context.model.close()
  await rm(folder, { recursive: true })
})

const recipe: Recipe = {
  ...defaultRecipe,
  steps: 8,
  questions: 2,
  drawings: 1,
  checkEvery: 3,
  rate: 0.1,
  headRate: 0.1,
}
const published: Recipe = { ...recipe, ...lessonBudgets.paper.recipe, steps: 8, checkEvery: 3 }
const lesson = (changes: Partial<Lesson> = {}): Lesson => ({
  name: 'Mắm',
  kind: 'pet',
  photos,
  seed: 1,
  checkpoint: { path, seconds: 0 },
  ...changes,
})

/** Breaks a lesson off a step behind the one whose state is written last. */
async function breakOff(step: number, given = recipe, changes: Partial<Lesson> = {}): Promise<void> {
  const controller = new AbortController()
  const write = LessonCheckpoint.prototype.write
  vi.spyOn(LessonCheckpoint.prototype, 'due', 'get').mockReturnValue(true)
  vi.spyOn(LessonCheckpoint.prototype, 'write').mockImplementation(async function (this: LessonCheckpoint, reached) {
    await write.call(this, reached)
    if (reached.steps.step === step) controller.abort()
  })
  const broken = teach(context, lesson(changes), { signal: controller.signal }, given)
  await expect(broken).rejects.toMatchObject({ code: 'CANCELLED' })
  vi.mocked(LessonCheckpoint.prototype.write).mockRestore()
}

/** What was told of a lesson from where it began or went on. */
async function follow(given = recipe, changes: Partial<Lesson> = {}) {
  const told: TeachProgress[] = []
  const concept = await teach(context, lesson(changes), { progress: event => told.push(event) }, given)
  return { concept, told, first: told[0] as TeachProgress }
}

const rows = ({ embedding, head, threshold, scores, recipe: { seconds, ...recipe } }: Concept) => {
  expect(seconds).toBeGreaterThan(0)
  return { embedding, head, threshold, scores, recipe }
}

describe('a lesson that is broken off', { timeout: 240_000 }, () => {
  it.each([
    ['mixed anew', recipe],
    ['of the published list', published],
  ])('goes on with the same samples, %s, and ends with the same rows', async (_, given) => {
    const t0 = performance.now(); const whole = await teach(context, lesson({ checkpoint: undefined }), {}, given); console.log(performance.now() - t0)
    for (const step of [2, 6]) await breakOff(step, given)
    const { concept, told, first } = await follow(given)
    expect(rows(concept)).toEqual(rows(whole))
    expect(concept.recipe.steps).toBe(8)
    expect(first.step).toBe(6)
    expect(told.every(({ step, secondsBefore }) => step >= first.step && secondsBefore! > 0)).toBe(true)
    expect(said).toEqual([])
  })
})
