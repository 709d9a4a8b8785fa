import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Concept, Engine, Lesson, TeachProgress } from '../../engine/engine.ts'
import { FamiliarError } from '../../engine/errors.ts'
import type { RgbImage } from '../../engine/image.ts'
import { conceptPhotos } from '../concepts/retained-photos.ts'
import { openStorage, type Storage } from '../storage/storage.ts'
import type { TeachingEvents, TeachingJob, TeachingQueue, TeachingRequest } from './teaching.ts'
import { createTeachingQueue, type TeachingOptions } from './teaching-queue.ts'

const photo = (seed: number): RgbImage => ({
  width: 5,
  height: 3,
  data: Uint8Array.from({ length: 45 }, (_, index) => (index * seed * 37) % 256),
})
const photos = [photo(1), photo(2), photo(3)]

function request(name: string, more: Partial<TeachingRequest> = {}): TeachingRequest {
  return {
    tenant: 'web:local',
    place: { tenant: 'web:local', channel: 'general', direct: false },
    name,
    kind: 'pet',
    by: { id: 'U1', name: 'Anna', locale: 'vi' },
    seed: 7,
    photos,
    awaitsConsent: false,
    ...more,
  }
}

/** The engine keeps how far the lesson has come. */
async function reach(number: number): Promise<void> {
  await vi.waitFor(() => expect(engine.lessons).toHaveLength(number))
  const { path } = engine.lessons[number - 1]!.checkpoint!
  await writeFile(path, 'how far')
  // Of a process that was killed while it wrote.
  await writeFile(`${path}.tmp`, 'how')
}

/** An engine whose lessons end when a test says so, and which obeys a signal as the real one does. */
class FakeEngine implements Pick<Engine, 'teach'> {
  readonly lessons: Lesson[] = []
  #end: ((end: Concept | Error) => void) | undefined
  progress: (progress: TeachProgress) => void = () => {}

  teach: Engine['teach'] = (lesson, { progress, signal } = {}) => {
    this.lessons.push(lesson)
    this.progress = progress ?? this.progress
    return new Promise((resolve, reject) => {
      this.#end = end => (end instanceof Error ? reject(end) : resolve(end))
      const cancel = () => reject(new FamiliarError('CANCELLED', 'The lesson was cancelled'))
      if (signal?.aborted) cancel()
      signal?.addEventListener('abort', cancel)
    })
  }

  get names(): string[] {
    return this.lessons.map(({ name }) => name)
  }

  async end(number: number, end: Concept | Error = concept): Promise<void> {
    await vi.waitFor(() => expect(this.lessons).toHaveLength(number))
    this.#end!(end)
  }
}

const deviceLost = () => new FamiliarError('DEVICE_LOST', 'Expected webgpu to go on but its device was lost')

const concept = { name: 'Mắm', description: 'a cream cat' } as Concept

/** Notes what it is told. */
class Listener implements TeachingEvents {
  readonly told: string[] = []
  readonly progresses: TeachProgress[] = []
  readonly errors: Error[] = []
  beforeStored: (job: TeachingJob) => Promise<void> = async () => {}

  waiting(job: TeachingJob, position: number): void {
    this.told.push(`${job.name} ${position}`)
  }
  progress(_job: TeachingJob, progress: TeachProgress): void {
    this.progresses.push(progress)
  }
  interrupted(job: TeachingJob): void {
    this.told.push(`${job.name} interrupted`)
  }
  async learned(job: TeachingJob, learned: Concept): Promise<void> {
    await this.beforeStored(job)
    this.told.push(`${job.name} learned ${learned.description}`)
  }
  async ended(job: TeachingJob, how: { cancelledBy: string } | { error: Error }): Promise<void> {
    if ('error' in how) this.errors.push(how.error)
    this.told.push(
      'cancelledBy' in how
        ? `${job.name} cancelled by ${how.cancelledBy}`
        : `${job.name} failed ${(how.error as Partial<FamiliarError>).code}`,
    )
  }

  async hears(...lines: string[]): Promise<void> {
    await vi.waitFor(() => expect(this.told).toEqual(lines))
  }
}

let dataDir: string
let storage: Storage
let engine: FakeEngine
let listener: Listener
let queue: TeachingQueue
let problems: Error[]

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'familiar-teaching-'))
  storage = await openStorage({ dataDir })
  problems = []
  begin()
})
afterEach(async () => {
  await queue.close()
  await storage.close()
  await rm(dataDir, { recursive: true })
  expect(problems).toEqual([])
})

/** A new process on the same data. */
function begin(options: TeachingOptions = {}): void {
  engine = new FakeEngine()
  listener = new Listener()
  queue = createTeachingQueue(storage, engine, { report: ({ error }) => problems.push(error), ...options })
}

/** Kills the process: it never ends anything any more. */
async function restart(options: TeachingOptions = {}): Promise<void> {
  begin(options)
  await queue.start(listener)
}

const foldersLeft = () => readdir(join(dataDir, 'jobs')).catch(() => [])
const recordsLeft = async () => (await storage.store('jobs').entries()).length
const gone = () =>
  vi.waitFor(async () => {
    expect(await recordsLeft()).toBe(0)
    expect(await foldersLeft()).toEqual([])
  })

describe('a teaching queue', () => {
  it('teaches one after the other, in order, and tells positions, progress and ends', async () => {
    await queue.start(listener)
    const a = await queue.add(request('A'))
    const b = await queue.add(request('B'))
    const c = await queue.add(request('C', { tenant: 'web:2' }))
    expect(a).toMatchObject({ name: 'A', state: 'queued', photos: 3, attempts: 0, seed: 7, by: { name: 'Anna' } })
    await listener.hears('B 1', 'C 2')
    expect([a, b, c].map(({ id }) => queue.position(id))).toEqual([0, 1, 2])
    expect(queue.list().map(({ name, state }) => `${name} ${state}`)).toEqual(['A running', 'B queued', 'C queued'])
    expect(queue.list('web:2').map(({ name }) => name)).toEqual(['C'])

    const progress: TeachProgress = { phase: 'learning', step: 1, steps: 2, secondsLeft: 1 }
    await vi.waitFor(() => expect(engine.lessons).toHaveLength(1))
    engine.progress(progress)
    expect(listener.progresses).toEqual([progress])
    const checkpoint = { path: join(dataDir, 'jobs', a.id, 'checkpoint.safetensors') }
    expect(engine.lessons[0]).toEqual({ name: 'A', kind: 'pet', photos, seed: 7, checkpoint })

    await engine.end(1)
    await engine.end(2, new FamiliarError('NOT_A_DRAWING', 'Expected a drawing but received a photo'))
    await engine.end(3)
    await listener.hears(
      'B 1',
      'C 2',
      'A learned a cream cat',
      'C 1',
      'B failed NOT_A_DRAWING',
      'C learned a cream cat',
    )
    expect(listener.errors[0]!.message).toBe('Expected a drawing but received a photo')
    await gone()
    expect(queue.list()).toEqual([])
    expect(queue.find(a.id)).toBeUndefined()
    expect(queue.position(a.id)).toBeUndefined()
  })

  it('keeps the photos while the job lasts, exactly as they were', async () => {
    const { id } = await queue.add(request('A'))
    expect(await queue.photos(id)).toEqual(photos)
    expect(await queue.photos('unknown')).toEqual([])
    expect(await queue.cancel(id, 'U1')).toBe(true)
    expect(await queue.photos(id)).toEqual([])
    expect(await foldersLeft()).toEqual([])
  })

  it('moves the photos to the concept when they are to be kept, and only when it was learned', async () => {
    await restart({ retainPhotos: true })
    const { id } = await queue.add(request('Mắm'))
    await reach(1)
    await engine.end(1)
    await gone()
    await queue.add(request('Bo'))
    await reach(2)
    await engine.end(2, new Error('a bug'))
    await gone()
    expect(await storage.files.list(`${conceptPhotos('web:local', 'MẮM')}/${id}`)).toEqual(['1.png', '2.png', '3.png'])
    expect(await storage.files.list(conceptPhotos('web:local', 'Bo'))).toEqual([])
  })

  it('adds nothing when the disk is full', async () => {
    await queue.start(listener)
    await storage.files.write('jobs', Buffer.from('not a folder'))
    await expect(queue.add(request('A'))).rejects.toMatchObject({ code: 'CANNOT_WRITE' })
    await storage.files.remove('jobs')
    vi.spyOn(storage.store('jobs'), 'set').mockRejectedValueOnce(new FamiliarError('CANNOT_WRITE', 'Expected'))
    await expect(queue.add(request('B'))).rejects.toMatchObject({ code: 'CANNOT_WRITE' })
    expect(queue.list()).toEqual([])
    expect(await foldersLeft()).toEqual([])
  })

  it('ends a lesson whose concept cannot be stored, and goes on', async () => {
    await queue.start(listener)
    listener.beforeStored = async job => {
      if (job.name === 'A') throw new FamiliarError('CANNOT_WRITE', 'Expected to write but the disk is full')
    }
    await queue.add(request('A'))
    await queue.add(request('B'))
    await engine.end(1)
    await engine.end(2)
    await listener.hears('B 1', 'A failed CANNOT_WRITE', 'B learned a cream cat')
    await gone()
  })

  it('survives listeners that throw', async () => {
    await queue.start({
      waiting: () => {
        throw new Error('waiting')
      },
      progress: () => {
        throw new Error('progress')
      },
      interrupted: () => {
        throw new Error('interrupted')
      },
      learned: async () => {},
      ended: () => {
        throw new Error('ended')
      },
    })
    await queue.add(request('A'))
    const b = await queue.add(request('B'))
    await vi.waitFor(() => expect(engine.lessons).toHaveLength(1))
    engine.progress({ phase: 'learning', step: 1, steps: 2, secondsLeft: 1 })
    await queue.cancel(b.id, 'U1')
    await engine.end(1, deviceLost())
    await engine.end(2)
    await gone()
    expect(problems.splice(0).map(({ message }) => message)).toEqual(['waiting', 'progress', 'ended', 'interrupted'])
  })
})

describe('cancelling', () => {
  it('works while a job waits and while it runs, once', async () => {
    await queue.start(listener)
    const [a, b, c] = [await queue.add(request('A')), await queue.add(request('B')), await queue.add(request('C'))]
    await vi.waitFor(() => expect(engine.lessons).toHaveLength(1))
    const progressOfA = engine.progress
    await reach(1)
    expect(await queue.cancel(b.id, 'U2')).toBe(true)
    expect(await queue.cancel(b.id, 'U2')).toBe(false)
    expect(queue.position(c.id)).toBe(1)
    expect(await queue.cancel(a.id, 'U3')).toBe(true)
    progressOfA({ phase: 'learning', step: 1, steps: 2, secondsLeft: 1 })
    await engine.end(2)
    await listener.hears('B 1', 'C 2', 'B cancelled by U2', 'C 1', 'A cancelled by U3', 'C learned a cream cat')
    expect(listener.progresses).toEqual([])
    expect(engine.names).toEqual(['A', 'C'])
    expect(await queue.cancel('unknown', 'U1')).toBe(false)
    await gone()
  })

  it('is final as soon as it has resolved, whatever happens then', async () => {
    const a = await queue.add(request('A'))
    expect(await queue.cancel(a.id, 'U1')).toBe(true)
    expect(queue.find(a.id)).toBeUndefined()
    await restart()
    await listener.hears('A cancelled by U1')
    expect(engine.lessons).toEqual([])
    await gone()
  })

  it('comes too late once the concept is being stored, and says so when that is done', async () => {
    await queue.start(listener)
    let release = () => {}
    const storing = new Promise<void>(resolve => {
      listener.beforeStored = () => {
        resolve()
        return new Promise(resolve => (release = resolve))
      }
    })
    const a = await queue.add(request('A'))
    await engine.end(1)
    await storing
    let cancelled: boolean | undefined
    const cancelling = queue.cancel(a.id, 'U1').then(result => (cancelled = result))
    await sleep(20)
    expect(cancelled).toBeUndefined()
    release()
    await cancelling
    expect(cancelled).toBe(false)
    await listener.hears('A learned a cream cat')
    await gone()
  })
})

describe('consent', () => {
  it('is waited for without holding anybody up', async () => {
    await queue.start(listener)
    const chi = await queue.add(request('Chi', { kind: 'person', depicts: 'U9', awaitsConsent: true }))
    const bo = await queue.add(request('Bo'))
    expect(chi).toMatchObject({ state: 'consent', depicts: 'U9' })
    expect(queue.position(chi.id)).toBeUndefined()
    expect(queue.list().map(({ name }) => name)).toEqual(['Bo', 'Chi'])
    await vi.waitFor(() => expect(engine.names).toEqual(['Bo']))
    expect(await queue.agree(chi.id)).toMatchObject({ id: chi.id, state: 'queued' })
    // Pressed twice.
    expect(await queue.agree(chi.id)).toMatchObject({ id: chi.id })
    expect(queue.position(chi.id)).toBe(1)
    await engine.end(1)
    await engine.end(2)
    await listener.hears('Chi 1', 'Bo learned a cream cat', 'Chi learned a cream cat')
    expect(await queue.agree(bo.id)).toBeUndefined()
    expect(engine.names).toEqual(['Bo', 'Chi'])
    await gone()
  })

  it('survives a restart, given or not', async () => {
    const given = await queue.add(request('Given', { awaitsConsent: true }))
    const open = await queue.add(request('Open', { awaitsConsent: true }))
    await queue.agree(given.id)
    await restart()
    await vi.waitFor(() => expect(engine.names).toEqual(['Given']))
    expect(queue.find(open.id)).toMatchObject({ state: 'consent' })
  })

  it('is withdrawn by cancelling', async () => {
    await queue.start(listener)
    const chi = await queue.add(request('Chi', { awaitsConsent: true }))
    expect(await queue.cancel(chi.id, 'U9')).toBe(true)
    await listener.hears('Chi cancelled by U9')
    expect(await queue.agree(chi.id)).toBeUndefined()
    await gone()
  })

  it('that does not come ends the job, while the process runs and after it did not', async () => {
    await restart({ consentHours: 50 / 3_600_000 })
    await queue.add(request('Chi', { depicts: 'U9', awaitsConsent: true }))
    await listener.hears('Chi failed CONSENT_EXPIRED')
    expect(listener.errors[0]).toBeInstanceOf(FamiliarError)
    expect(listener.errors[0]!.message).toMatch(/^Expected the consent of .*"Chi".* within .* hours but received none$/)
    await gone()

    // Nobody runs while the time passes.
    begin()
    await queue.add(request('Dan', { awaitsConsent: true }))
    await sleep(60)
    await restart({ consentHours: 50 / 3_600_000 })
    await listener.hears('Dan failed CONSENT_EXPIRED')
    expect(listener.errors[0]!.message).toMatch(/^Expected an answer about "Dan" within .* hours but received none$/)
    await gone()
  })

  it('that comes too late is none', async () => {
    begin()
    const chi = await queue.add(request('Chi', { awaitsConsent: true }))
    await sleep(60)
    begin({ consentHours: 50 / 3_600_000 })
    const started = queue.start(listener)
    await started
    expect(await queue.agree(chi.id)).toBeUndefined()
    await listener.hears('Chi failed CONSENT_EXPIRED')
    expect(engine.lessons).toEqual([])
  })

  it('is not taken as given when it cannot be written', async () => {
    await queue.start(listener)
    const chi = await queue.add(request('Chi', { awaitsConsent: true }))
    vi.spyOn(storage.store('jobs'), 'set').mockRejectedValueOnce(new FamiliarError('CANNOT_WRITE', 'Expected'))
    await expect(queue.agree(chi.id)).rejects.toMatchObject({ code: 'CANNOT_WRITE' })
    expect(queue.find(chi.id)).toMatchObject({ state: 'consent' })
    expect(await queue.agree(chi.id)).toMatchObject({ id: chi.id })
    await vi.waitFor(() => expect(engine.names).toEqual(['Chi']))
  })
})

describe('after a restart', () => {
  it('jobs are taken up in order, the one that was running first', async () => {
    await queue.start(listener)
    const [a, b, c] = [await queue.add(request('A')), await queue.add(request('B')), await queue.add(request('C'))]
    const card = { place: a.place, message: 'M1' }
    await queue.attach(b.id, card)
    await queue.attach('unknown', card)
    await vi.waitFor(() => expect(engine.lessons).toHaveLength(1))

    begin()
    // Before the earlier jobs are known.
    await queue.add(request('D'))
    await queue.start(listener)
    expect(queue.list().map(({ name }) => name)).toEqual(['A', 'B', 'C', 'D'])
    await listener.hears('B 1', 'C 2', 'D 3')
    expect(queue.find(b.id)).toMatchObject({ ...b, card })
    expect(queue.find(a.id)).toMatchObject({ attempts: 2, state: 'running' })
    expect(queue.find(c.id)).toMatchObject({ attempts: 0 })
    for (let n = 1; n <= 4; n++) await engine.end(n)
    await gone()
    expect(engine.names).toEqual(['A', 'B', 'C', 'D'])
    expect(engine.lessons[0]!.photos).toEqual(photos)
  })

  it('a lesson that took the process down twice is not begun a third time', async () => {
    await queue.start(listener)
    await queue.add(request('A'))
    await queue.add(request('B'))
    await vi.waitFor(() => expect(engine.names).toEqual(['A']))
    await restart()
    await vi.waitFor(() => expect(engine.names).toEqual(['A']))
    await restart()
    await vi.waitFor(() => expect(engine.names).toEqual(['B']))
    expect(listener.told).toContain('A failed LESSON_CRASHED')
    expect(listener.errors[0]!.message).toBe(
      'Expected the lesson of "A" to come to its end but it was broken off 2 times; it is not begun again',
    )
  })

  it('a lesson that was broken off by an orderly end has lost no attempt', async () => {
    await queue.start(listener)
    const a = await queue.add(request('A'))
    for (let time = 0; time < 4; time++) {
      await vi.waitFor(() => expect(engine.names).toEqual(['A']))
      await queue.close()
      expect(listener.told).toEqual([])
      await restart()
      expect(queue.find(a.id)).toBeDefined()
    }
    await engine.end(1)
    await listener.hears('A learned a cream cat')
  })

  it('what was learned but not stored is learned again; what was stored is not', async () => {
    await queue.start(listener)
    let stored = 0
    listener.beforeStored = () => new Promise(() => stored++)
    await queue.add(request('A'))
    await engine.end(1)
    await vi.waitFor(() => expect(stored).toBe(1))
    await restart({ retainPhotos: true })
    await vi.waitFor(() => expect(engine.names).toEqual(['A']))
    // It dies between the end's record and the deletion of the job.
    vi.spyOn(storage.store('jobs'), 'delete').mockReturnValueOnce(new Promise(() => {}))
    await engine.end(1)
    await listener.hears('A learned a cream cat')
    await vi.waitFor(async () => expect(await foldersLeft()).toEqual([]))
    await restart({ retainPhotos: true })
    await gone()
    expect(engine.lessons).toEqual([])
    expect(listener.told).toEqual([])
    expect(await storage.files.list(conceptPhotos('web:local', 'A'))).toHaveLength(1)
  })

  it('an end that nobody was told of is told', async () => {
    await queue.start({ ...quiet, ended: () => new Promise(() => {}) })
    const a = await queue.add(request('A'))
    const b = await queue.add(request('B'))
    await queue.cancel(b.id, 'U5')
    await engine.end(1, new FamiliarError('NOT_A_DRAWING', 'Expected a drawing but received a photo'))
    await vi.waitFor(() => expect(queue.find(a.id)).toBeUndefined())
    await restart()
    await listener.hears('A failed NOT_A_DRAWING', 'B cancelled by U5')
    expect(listener.errors[0]).toBeInstanceOf(FamiliarError)
    await gone()
  })

  it('leftovers without a record are swept, and a job without its photos ends', async () => {
    const a = await queue.add(request('A'))
    await rm(join(dataDir, 'jobs', a.id, '2.png'))
    const b = await queue.add(request('B'))
    await writeFile(join(dataDir, 'jobs', b.id, '1.png'), 'not a picture')
    await storage.files.write('jobs/leftover/1.png', Buffer.from('x'))
    await restart()
    await vi.waitFor(() => expect(listener.errors).toHaveLength(2))
    expect(listener.errors[0]!.message).toBe('Expected the 3 photos of "A" but found 2; show them again')
    expect(listener.errors[1]!.message).toBe('Expected the 3 photos of "B" but found 2; show them again')
    await gone()
    expect(engine.lessons).toEqual([])
  })
})

const quiet: TeachingEvents = {
  waiting: () => {},
  progress: () => {},
  interrupted: () => {},
  learned: async () => {},
  ended: async () => {},
}

describe('an engine', () => {
  const crash = () => new FamiliarError('ENGINE_CRASHED', 'Expected the engine to finish but its process ended')

  it('that crashes in a lesson is given one more try, and no third', async () => {
    await queue.start(listener)
    await queue.add(request('A'))
    await engine.end(1, crash())
    await engine.end(2)
    await listener.hears('A learned a cream cat')
    await queue.add(request('B'))
    await engine.end(3, crash())
    await engine.end(4, crash())
    await listener.hears('A learned a cream cat', 'B failed LESSON_CRASHED')
    await gone()
  })

  it('whose device was lost is given the lesson again, as often as it takes, and whoever waits is told', async () => {
    await queue.start(listener)
    const { id } = await queue.add(request('A'))
    await reach(1)
    await engine.end(1, deviceLost())
    await engine.end(2, deviceLost())
    await vi.waitFor(() => expect(engine.lessons).toHaveLength(3))
    expect(new Set(engine.lessons.map(({ checkpoint }) => checkpoint!.path)).size).toBe(1)
    expect(await readFile(engine.lessons[2]!.checkpoint!.path, 'utf8')).toBe('how far')
    expect(queue.find(id)).toMatchObject({ state: 'running', attempts: 1 })
    await engine.end(3)
    await listener.hears('A interrupted', 'A interrupted', 'A learned a cream cat')
    expect(engine.lessons.every(({ photos: given }) => given.length === photos.length)).toBe(true)
    await gone()
  })

  it('that was closed first loses no job', async () => {
    await queue.start(listener)
    const a = await queue.add(request('A'))
    await engine.end(1, new FamiliarError('ENGINE_CLOSED', 'Expected an open engine but it was closed'))
    await vi.waitFor(() => expect(queue.find(a.id)).toMatchObject({ state: 'queued', attempts: 0 }))
    await queue.close()
    await restart()
    await vi.waitFor(() => expect(engine.names).toEqual(['A']))
  })

  it('is given the time that a lesson may take', async () => {
    await restart({ length: 'quick', seconds: 5 })
    await queue.add(request('A'))
    await vi.waitFor(() => expect(engine.lessons[0]).toMatchObject({ length: 'quick', seconds: 5 }))
  })
})
