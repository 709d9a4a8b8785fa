import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { writeRandomStorybook } from '../../test/fakes/storybook-model.ts'
import { type ModelContext, openContext } from '../answering/context.ts'
import { writeSafetensors } from '../checkpoints/safetensors.ts'
import type { CheckpointPlace, Concept, Lesson, LessonSources, TeachProgress } from '../engine.ts'
import type { RgbImage } from '../image.ts'
import { createRandom } from '../random.ts'
import { renderScene } from '../storybook/renderer.ts'
import { sampleIndividual, sampleScene } from '../storybook/scene.ts'
import { LessonCheckpoint, lessonDigest, type Reached } from './lesson-checkpoint.ts'
import { defaultRecipe, lessonBudgets, type Recipe } from './recipe.ts'
import { teach } from './teach.ts'

let folder: string
let path: string
let contexts: Record<'drawings' | 'photos', ModelContext>
let photos: RgbImage[]
let said: string[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'familiar-checkpoint-'))
  path = join(folder, 'checkpoint.safetensors')
  await writeRandomStorybook(folder)
  const golden = fileURLToPath(new URL('../../test/golden/chameleon-a', import.meta.url))
  const open = (folder: string) => openContext(folder, { threads: 1 })
  contexts = { drawings: await open(folder), photos: await open(golden) }
  const random = createRandom(5)
  const individual = sampleIndividual(random)
  photos = await Promise.all(Array.from({ length: 4 }, () => renderScene(sampleScene(random, [individual]))))
})
beforeEach(() => {
  said = []
  vi.spyOn(process.stderr, 'write').mockImplementation(text => said.push(String(text)) > 0)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(path, { force: true, recursive: true })
})
afterAll(async () => {
  for (const context of Object.values(contexts)) await context.model.close()
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
const published: Recipe = { ...lessonBudgets.paper.recipe, steps: 8, checkEvery: 3 }
const lesson = (): Lesson => ({ name: 'Mắm', kind: 'pet', photos, seed: 1, length: 'standard' })

describe('a lesson that is broken off', { timeout: 400_000 }, () => {
  it.each([
    ['drawings', recipe],
    ['photos', recipe],
    ['photos', published],
  ] as const)('goes on with the same samples, and ends with the same rows: of %s', async (which, given) => {
    const context = contexts[which]
    vi.spyOn(LessonCheckpoint.prototype, 'due', 'get').mockReturnValue(true)
    const sources: LessonSources = { galleryFolder: join(folder, 'galleries') }
    /** States before each step; @param last the one that is written last, a step before the lesson is cancelled. */
    const live = async (place: CheckpointPlace, last?: number) => {
      const states: Reached['steps'][] = []
      const told: TeachProgress[] = []
      const controller = new AbortController()
      const write = LessonCheckpoint.prototype.write
      const spy = vi.spyOn(LessonCheckpoint.prototype, 'write').mockImplementation(async function (
        this: LessonCheckpoint,
        reached,
      ) {
        states.push(structuredClone(reached.steps))
        await write.call(this, reached)
        if (reached.steps.step === last) controller.abort()
      })
      const job = { signal: controller.signal, progress: (event: TeachProgress) => told.push(event) }
      const concept = await teach(context, { ...lesson(), checkpoint: place }, job, given, sources).catch(error => {
        expect(error).toMatchObject({ code: 'CANCELLED' })
      })
      spy.mockRestore()
      return { states, told, concept }
    }
    const whole = await live({ path })
    await rm(path)
    expect((await live({ path }, 2)).concept).toBeUndefined()
    const broken = await live({ path }, 5)
    expect(broken.states.map(({ step }) => step)).toEqual([2, 3, 4, 5])
    const { states, told, concept } = await live({ path })
    expect(states).toEqual(whole.states.slice(5))
    expect(learned(concept!)).toEqual(learned(whole.concept!))
    expect(concept!.recipe.steps).toBe(8)
    expect(concept!.recipe.keptStep).toBeGreaterThan(0)
    expect(told.map(({ step }) => step)).toEqual([...told.map(({ step }) => step)].sort())
    expect(told[0]).toMatchObject({ phase: 'looking', step: 5 })
    expect(new Set(told.map(({ secondsBefore }) => secondsBefore)).size).toBe(1)
    const before = broken.told[0]!.secondsBefore!
    expect(told[0]!.secondsBefore).toBeGreaterThan(before)
    expect(said).toEqual([])
  })
})

const learned = ({ recipe: { seconds, ...recipe }, ...concept }: Concept) => ({ ...concept, recipe })

/** Some state; the arrays stand for rows and moments. */
const reached = (step = 7): Reached => {
  const prompt = { rows: Float32Array.of(1, 2.5, -3), headRows: Float32Array.of(0.1) }
  const score = { presence: 0.3, recognition: 1 / 3, loss: 2, threshold: -0.5 }
  const moments = { rows: { step, first: Float32Array.of(1e-9), second: new Float32Array() }, headRows: { step: 0 } }
  const best = { prompt, step: 3, score }
  const steps = { start: prompt, first: score, prompt, best, moments, step, skipped: 1, looks: 2, shown: 0.25 }
  return { steps, clock: { seconds: 9, used: 8_000, preparing: 3_000, step, pace: 100 } }
}

describe('a checkpoint', () => {
  it('keeps what was reached and what was prepared', async () => {
    const first = await LessonCheckpoint.open({ path }, 'mine')
    expect(first.reached).toBeUndefined()
    const pictures = [{ codes: [1, 2], feature: Float32Array.of(0.5, -1) }]
    expect(await first.prepared('pictures', async () => pictures)).toBe(pictures)
    await first.write(reached(6))
    await first.write(reached())
    const again = await LessonCheckpoint.open({ path }, 'mine')
    expect(again.reached).toEqual(reached())
    const never = () => Promise.reject(new Error('prepared twice'))
    expect(await again.prepared('pictures', never)).toEqual(pictures)
    expect(await again.prepared('answers', async () => ['a cat'])).toEqual(['a cat'])
    expect((await LessonCheckpoint.open({ path }, 'mine')).reached).toEqual(reached())
    expect(said).toEqual([])
  })

  it('of another lesson, or a damaged one, counts as none, which is said', async () => {
    await (await LessonCheckpoint.open({ path }, 'mine')).write(reached())
    const whole = await readFile(path)
    const changed = (at: number) => {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= 1
      return bytes
    }
    const files: [string, Buffer][] = [
      ['theirs', whole],
      ['mine', changed(whole.length - 1)],
      ['mine', changed(whole.indexOf('"state"') + 30)],
      ['mine', Buffer.from(String(whole).replace('"version":"1"', '"version":"9"'))],
      ['mine', whole.subarray(0, whole.length - 3)],
      ['mine', whole.subarray(0, 100)],
      ['mine', Buffer.alloc(0)],
    ]
    for (const [lesson, bytes] of files) {
      await writeFile(path, bytes)
      expect((await LessonCheckpoint.open({ path }, lesson)).reached).toBeUndefined()
      expect(said.splice(0)).toEqual([
        expect.stringMatching(/^familiar: a lesson that was broken off begins again: Exp/),
      ])
    }
    await writeFile(path, whole)
    expect((await LessonCheckpoint.open({ path }, 'mine')).reached).toEqual(reached())
  })

  it('is written every 20 seconds, and less often where that would take more than a hundredth of the time', async () => {
    let now = 1_000
    let passes = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (now += passes))
    const checkpoint = await LessonCheckpoint.open({ path }, 'mine')
    now += 19_999
    expect(checkpoint.due).toBe(false)
    now += 1
    expect(checkpoint.due).toBe(true)
    // Between its beginning and its end.
    passes = 500
    await checkpoint.write(reached())
    passes = 0
    now += 49_999
    expect(checkpoint.due).toBe(false)
    now += 1
    expect(checkpoint.due).toBe(true)
    await checkpoint.write(reached())
    now += 20_000
    expect(checkpoint.due).toBe(true)
    expect((await LessonCheckpoint.open(undefined, 'mine')).due).toBe(false)
  })

  it('that cannot be written is said once; one whose folder is gone is nobody’s any more', async () => {
    await mkdir(path)
    const full = await LessonCheckpoint.open({ path }, 'mine')
    said = []
    await full.write(reached())
    await full.write(reached())
    expect(said).toEqual([
      expect.stringMatching(/^familiar: how far a lesson has come cannot be kept: Expected to write/),
    ])
    said = []
    const cancelled = await LessonCheckpoint.open({ path: join(folder, 'gone', 'checkpoint') }, 'mine')
    await cancelled.write(reached())
    expect(said).toEqual([])
  })

  it('belongs to what decides what is learned', async () => {
    const { standard, quick } = lessonBudgets
    const context = contexts.photos
    const given = [context, lesson(), defaultRecipe, standard, {}] as const
    const own = await lessonDigest(...given)
    const converted = join(folder, 'converted')
    await mkdir(converted)
    await writeSafetensors(join(converted, 'model.safetensors'), {}, { format: 'pt', weights: 'int8' })
    const other = { ...photos[3]!, data: photos[3]!.data.with(0, photos[3]!.data[0]! ^ 1) }
    const changes: Parameters<typeof lessonDigest>[] = [
      [{ ...context, fingerprint: 'f00d' }, ...given.slice(1)],
      [{ ...context, model: { ...context.model, folder: converted } }, ...given.slice(1)],
      ...[{ photos: photos.slice(1) }, { photos: [...photos.slice(0, 3), other] }, { seed: 2 }, { name: 'Bo' }].map(
        change => [context, { ...lesson(), ...change }, ...given.slice(2)],
      ),
      [context, { ...lesson(), kind: 'thing' }, ...given.slice(2)],
      [context, lesson(), { ...defaultRecipe, rate: 0.03 }, standard, {}],
      [context, lesson(), defaultRecipe, quick, {}],
      [context, lesson(), defaultRecipe, standard, { pictureFolder: '/pictures' }],
      [context, lesson(), defaultRecipe, standard, { teacher: { url: 'http://teacher.example', model: 'large' } }],
    ] as Parameters<typeof lessonDigest>[]
    const digests = await Promise.all(changes.map(change => lessonDigest(...change)))
    expect(new Set([own, ...digests]).size).toBe(changes.length + 1)
    const elsewhere = { ...lesson(), seconds: 5, checkpoint: { path } }
    expect(await lessonDigest(context, elsewhere, defaultRecipe, standard, { galleryFolder: '/galleries' })).toBe(own)
  })
})
