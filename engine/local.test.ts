import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Engine, Lesson } from './engine.ts'
import { FamiliarError } from './errors.ts'
import type { TeachJob } from './learning/teach.ts'
import { createLocalEngine } from './local.ts'

const golden = fileURLToPath(new URL('../test/golden/chameleon-a', import.meta.url))

/** What happened, in order; lessons that only step take the place of real ones. */
const log: string[] = []
vi.mock('./learning/teach.ts', () => ({
  teach: async (_: unknown, lesson: Lesson, job: TeachJob) => {
    log.push(`${lesson.name} begins`)
    for (let step = 0; step < 200; step++) {
      await new Promise(resolve => setTimeout(resolve, 1))
      await job.giveWay?.()
      if (job.signal?.aborted) {
        log.push(`${lesson.name} is cancelled`)
        throw new FamiliarError('CANCELLED', 'Cancelled')
      }
      log.push(`${lesson.name} steps`)
      if (lesson.name === 'short' && step === 2) break
    }
    log.push(`${lesson.name} ends`)
    return lesson
  },
}))

const lesson = (name: string): Lesson => ({ name, kind: 'pet', photos: [] })

let engine: Engine
beforeAll(async () => {
  engine = await createLocalEngine({ modelFolder: golden, device: 'cpu' })
})
afterAll(() => engine.close())

describe('createLocalEngine', () => {
  it('says what it runs', () => {
    expect(engine.model).toMatchObject({ name: 'chameleon-a', device: 'cpu', drawnWorldOnly: false })
    expect(engine.model.fingerprint).toMatch(/^[0-9a-f]{16}$/)
  })

  it('holds its weights as it is asked to, and is the same model', async () => {
    const cacheFolder = await mkdtemp(join(tmpdir(), 'weights-'))
    const weights = { kind: 'int4', cacheFolder } as const
    const smaller = await createLocalEngine({ modelFolder: golden, modelName: 'small', device: 'cpu', weights })
    expect(smaller.model).toMatchObject({
      name: 'small',
      weights: { kind: 'int4', reason: 'WEIGHTS=int4 asks for it' },
    })
    expect(smaller.model.fingerprint).toBe(engine.model.fingerprint)
    await smaller.reply({ text: 'is the cat here?' })
    await smaller.close()
    await rm(cacheFolder, { recursive: true })
  })

  it('gives one lesson after another, and replies before lessons', async () => {
    log.length = 0
    const first = engine.teach(lesson('short'))
    const second = engine.teach(lesson('long'))
    await first
    await vi.waitFor(() => expect(log).toContain('long steps'))
    const steps = () => log.filter(entry => entry === 'long steps').length
    const replying = engine.reply({ text: 'is the cat here?' })
    const before = steps()
    await replying
    // The step that was under way may have ended meanwhile.
    expect(steps() - before).toBeLessThanOrEqual(1)
    await second
    expect(log.indexOf('long begins')).toBeGreaterThan(log.indexOf('short ends'))
    expect(steps()).toBe(200)
  })

  it('cancels a lesson that waits or runs, and goes on with the next', async () => {
    log.length = 0
    const controllers = [new AbortController(), new AbortController()]
    const running = engine.teach(lesson('running'), { signal: controllers[0]?.signal })
    const waiting = engine.teach(lesson('waiting'), { signal: controllers[1]?.signal })
    const third = engine.teach(lesson('short'))
    await vi.waitFor(() => expect(log).toContain('running steps'))
    controllers[1]?.abort()
    // At once, although the lesson before it goes on.
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(log.at(-1)).toBe('running steps')
    controllers[0]?.abort()
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' })
    await third
    expect(log).not.toContain('waiting begins')
    expect(log).toContain('short ends')
  })

  it('ends a lesson when it is closed', async () => {
    const other = await createLocalEngine({ modelFolder: golden, device: 'cpu' })
    const cut = expect(other.teach(lesson('cut'))).rejects.toMatchObject({ code: 'CANCELLED' })
    await vi.waitFor(() => expect(log).toContain('cut steps'))
    await other.close()
    await cut
  })
})
