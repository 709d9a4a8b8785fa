/**
 * Lessons that are broken off with the real engine in its process and the real queue: the engine is killed, the bot ends and
 * is started again, a lesson is cancelled. What is learned in the end is what would have been learned at one go.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Concept, Engine, TeachProgress } from '../../engine/engine.ts'
import { type EngineHost, startEngineHost } from '../../engine/host/client.ts'
import type { RgbImage } from '../../engine/image.ts'
import { createRandom } from '../../engine/random.ts'
import { renderScene } from '../../engine/storybook/renderer.ts'
import { sampleIndividual, sampleScene } from '../../engine/storybook/scene.ts'
import type { TeachingQueue, TeachingRequest } from '../../src/jobs/teaching.ts'
import { createTeachingQueue } from '../../src/jobs/teaching-queue.ts'
import { openStorage, type Storage } from '../../src/storage/storage.ts'
import { keptStep } from '../kept-step.ts'
import { patience } from './stage.ts'

vi.setConfig({ testTimeout: 3 * patience * 1000, hookTimeout: patience * 1000 })

const modelFolder = fileURLToPath(new URL('../golden/chameleon-a', import.meta.url))
let dataDir: string
let photos: RgbImage[]
let storage: Storage
let host: EngineHost
let queue: TeachingQueue
/** What the bot that runs now was told. */
let told: TeachProgress[]
const concepts: Concept[] = []

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'familiar-interrupted-'))
  const random = createRandom(5)
  const individual = sampleIndividual(random)
  photos = await Promise.all(Array.from({ length: 4 }, () => renderScene(sampleScene(random, [individual]))))
  await start()
})
afterEach(() => expect(readdir(join(dataDir, 'jobs'))).resolves.toEqual([]))
afterAll(async () => {
  await stop()
  await rm(dataDir, { recursive: true })
})

async function start(): Promise<void> {
  storage = await openStorage({ dataDir })
  const lessons = { galleryFolder: join(dataDir, 'galleries') }
  host = await startEngineHost({ modelFolder, device: 'cpu', lessons })
  // Lessons of so small a model are over before the usual time between two checkpoints.
  const teach: Engine['teach'] = (lesson, job) =>
    host.teach({ ...lesson, checkpoint: { ...lesson.checkpoint!, seconds: 0 } }, job)
  queue = createTeachingQueue(storage, { teach })
  told = []
  await queue.start({
    waiting: () => {},
    progress: (_, progress) => told.push(progress),
    interrupted: () => {},
    learned: async (_, concept) => void concepts.push(concept),
    ended: async () => {},
  })
}

async function stop(): Promise<void> {
  await queue.close()
  await host.close()
  await storage.close()
}

const request = (name: string): TeachingRequest => ({
  tenant: 'web:local',
  place: { tenant: 'web:local', channel: 'general', direct: false },
  name,
  kind: 'pet',
  by: { id: 'U1', name: 'Anna', locale: 'vi' },
  seed: 1,
  photos,
  awaitsConsent: false,
})

const checkpoint = (id: string) => join(dataDir, 'jobs', id, 'checkpoint.safetensors')

const until = async (there: () => boolean) => {
  while (!there()) await sleep(20)
}

it('an engine that is killed and a bot that is started again cost little of a lesson and change nothing of it', async () => {
  await queue.add(request('Mắm'))
  await until(() => concepts.length === 1)
  const { id } = await queue.add(request('Mắm'))
  const killedAt = await keptStep(checkpoint(id), 2)
  process.kill(host.pid!, 'SIGKILL')
  await until(() => told.at(-1)!.secondsBefore !== undefined)
  expect(told.at(-1)).toMatchObject({ phase: 'looking' })
  expect(told.at(-1)!.step).toBeGreaterThanOrEqual(killedAt)

  const stoppedAt = await keptStep(checkpoint(id), told.at(-1)!.step + 2)
  await stop()
  await start()
  await until(() => told.length > 0)
  expect(told[0]).toMatchObject({ phase: 'looking' })
  expect(told[0]!.step).toBeGreaterThanOrEqual(stoppedAt)
  expect(told[0]!.secondsLeft).toBeLessThan(1_800)
  await until(() => concepts.length === 2)
  const [whole, broken] = concepts.map(({ recipe: { seconds, ...recipe }, ...concept }) => ({ ...concept, recipe }))
  expect(broken).toEqual(whole)
  await until(() => queue.list().length === 0)
  await until(() => !existsSync(join(dataDir, 'jobs', id)))
})

it('a lesson that is cancelled leaves nothing', async () => {
  const { id } = await queue.add(request('Bo'))
  await keptStep(checkpoint(id), 1)
  expect(await queue.cancel(id, 'U1')).toBe(true)
  expect(existsSync(join(dataDir, 'jobs', id))).toBe(false)
  // The engine has come to its end with it when it takes the next.
  const { id: next } = await queue.add(request('Bo'))
  await keptStep(checkpoint(next), 1)
  expect(existsSync(join(dataDir, 'jobs', id))).toBe(false)
  expect(await queue.cancel(next, 'U1')).toBe(true)
})
