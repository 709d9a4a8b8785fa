/**
 * The teaching queue in this process: when a job's consent has come or not, whose turn it is, and what is to be done with
 * a lesson that was broken off. What is known of a job, and telling it, is the job book's.
 */
import { randomUUID } from 'node:crypto'
import PQueue from 'p-queue'
import type { Concept, Engine, Lesson, LessonLength } from '../../engine/engine.ts'
import type { RgbImage } from '../../engine/image.ts'
import type { MessageRef, Tenant } from '../conversation/chat.ts'
import type { Storage } from '../storage/storage.ts'
import { asError, type Entry, JobBook, type Report } from './job-book.ts'
import { noConsent, photosGone, tooOften } from './job-errors.ts'
import { JobStore } from './job-store.ts'
import type { TeachingEvents, TeachingJob, TeachingQueue, TeachingRequest } from './teaching.ts'

export interface TeachingOptions {
  /** Keep photos beside the concept (RETAIN_PHOTOS); they are deleted after the lesson otherwise. */
  readonly retainPhotos?: boolean
  /** How long a depicted member has for an answer; default 24. */
  readonly consentHours?: number
  /** How much a lesson may cost, and how long it may learn, in seconds; the engine's own defaults otherwise. */
  readonly length?: LessonLength
  readonly seconds?: number
  readonly report?: Report
}

/** Jobs can be added at once; nothing is known of earlier ones, and nothing runs or is told, before `start`. */
export function createTeachingQueue(
  storage: Storage,
  engine: Pick<Engine, 'teach'>,
  options: TeachingOptions = {},
): TeachingQueue {
  return new StoredTeachingQueue(new JobStore(storage), engine, options)
}

/** A lesson that has taken the engine or the whole process down so often is not begun again. */
const mostAttempts = 2
/** A timer's longest wait in milliseconds; one that is longer would end at once. */
const longestTimer = 2 ** 31 - 1

class StoredTeachingQueue implements TeachingQueue {
  readonly #store: JobStore
  readonly #book: JobBook
  readonly #engine: Pick<Engine, 'teach'>
  readonly #limits: Pick<Lesson, 'length' | 'seconds'>
  readonly #consentHours: number
  readonly #line = new PQueue({ concurrency: 1 })
  readonly #timers = new Map<string, NodeJS.Timeout>()
  /** What the lesson that has just been learned is waiting for, by its job's id. */
  readonly #saving = new Map<string, Promise<void>>()
  #started = false
  #closing = false
  #lastOrder = 0

  constructor(store: JobStore, engine: Pick<Engine, 'teach'>, options: TeachingOptions) {
    const { retainPhotos = false, consentHours = 24, length, seconds, report = () => {} } = options
    this.#store = store
    this.#book = new JobBook(store, retainPhotos, report)
    this.#engine = engine
    this.#limits = { ...(length && { length }), ...(seconds !== undefined && { seconds }) }
    this.#consentHours = consentHours
  }

  async add({ photos, awaitsConsent, ...request }: TeachingRequest): Promise<TeachingJob> {
    const job: TeachingJob = {
      ...request,
      id: randomUUID(),
      photos: photos.length,
      asked: new Date().toISOString(),
      state: awaitsConsent ? 'consent' : 'queued',
      attempts: 0,
    }
    const stored = { job, order: this.#nextOrder() }
    await this.#store.create(stored, photos)
    this.#place(this.#book.enter(stored))
    this.#book.tellPositions()
    return job
  }

  async agree(id: string): Promise<TeachingJob | undefined> {
    const entry = this.#book.find(id)
    if (entry?.stored.job.state !== 'consent') return entry?.stored.job
    if (this.#consentLeft(entry) <= 0) {
      await this.#expire(entry)
      return undefined
    }
    const { job, order } = entry.stored
    this.#stopTimer(id)
    try {
      await this.#book.change(entry, { job: { ...job, state: 'queued' }, order: this.#nextOrder() })
    } catch (error) {
      await this.#book.change(entry, { job, order }).catch(() => {})
      this.#awaitConsent(entry)
      throw error
    }
    // Cancelled while that was written.
    if (entry.ending) return undefined
    this.#enqueue(entry)
    this.#book.tellPositions()
    return entry.stored.job
  }

  async cancel(id: string, by: string): Promise<boolean> {
    const saving = this.#saving.get(id)
    if (saving) {
      // Too late; but whoever cancels, then forgets the concept, must find it there.
      await saving.catch(() => {})
      return false
    }
    const entry = this.#book.find(id)
    this.#stopTimer(id)
    return entry ? this.#book.end(entry, { cancelledBy: by }) : false
  }

  find(id: string): TeachingJob | undefined {
    return this.#book.find(id)?.stored.job
  }

  list(tenant?: Tenant): readonly TeachingJob[] {
    return this.#book.list(tenant).map(({ stored }) => stored.job)
  }

  position(id: string): number | undefined {
    const state = this.find(id)?.state
    if (state === 'running') return 0
    if (state !== 'queued') return undefined
    return (
      1 +
      this.list()
        .filter(job => job.state === 'queued')
        .findIndex(job => job.id === id)
    )
  }

  async attach(id: string, card: MessageRef): Promise<void> {
    const entry = this.#book.find(id)
    if (entry) await this.#book.change(entry, { job: { ...entry.stored.job, card } })
  }

  async photos(id: string): Promise<readonly RgbImage[]> {
    return this.#book.find(id) ? this.#store.photos(id) : []
  }

  async start(events: TeachingEvents): Promise<void> {
    const earlier = await this.#store.load()
    this.#book.listen(events)
    this.#started = true
    const entries = earlier.map(stored => {
      this.#lastOrder = Math.max(this.#lastOrder, stored.order)
      // One that was running when its process ended comes first in line.
      const state = stored.job.state === 'running' ? 'queued' : stored.job.state
      return this.#book.enter({ ...stored, job: { ...stored.job, state } })
    })
    for (const entry of entries) {
      if (entry.stored.end) void this.#book.tellEnd(entry)
      else if (!entry.ending) this.#place(entry)
    }
    this.#book.tellPositions()
  }

  async close(): Promise<void> {
    this.#closing = true
    this.#line.pause()
    this.#line.clear()
    for (const id of [...this.#timers.keys()]) this.#stopTimer(id)
    for (const { abort } of this.#book.list()) abort.abort()
    // What was learned is still stored, and ends are still told.
    await this.#line.onPendingZero()
    await this.#book.settled()
  }

  /** Behind all others, those included that an earlier process left and that are not known yet. */
  #nextOrder(): number {
    this.#lastOrder = Math.max(this.#lastOrder + 1, Date.now())
    return this.#lastOrder
  }

  #place(entry: Entry): void {
    if (entry.stored.job.state === 'consent') this.#awaitConsent(entry)
    else this.#enqueue(entry)
  }

  #awaitConsent(entry: Entry): void {
    const wait = Math.min(Math.max(this.#consentLeft(entry), 0), longestTimer)
    const look = () => (this.#consentLeft(entry) <= 0 ? void this.#expire(entry) : this.#awaitConsent(entry))
    const { id } = entry.stored.job
    this.#stopTimer(id)
    this.#timers.set(id, setTimeout(look, wait).unref())
  }

  #stopTimer(id: string): void {
    clearTimeout(this.#timers.get(id))
    this.#timers.delete(id)
  }

  #consentLeft({ stored }: Entry): number {
    return Date.parse(stored.job.asked) + this.#consentHours * 3_600_000 - Date.now()
  }

  async #expire(entry: Entry): Promise<void> {
    this.#stopTimer(entry.stored.job.id)
    await this.#book.fail(entry, noConsent(entry.stored.job, this.#consentHours))
  }

  /** In line; jobs that are added before the start are placed by it, behind earlier ones. */
  #enqueue(entry: Entry): void {
    if (!this.#started || this.#closing) return
    void this.#line.add(() => this.#run(entry)).catch(error => this.#book.report(entry.stored.job.id, error))
  }

  async #run(entry: Entry): Promise<void> {
    while (!entry.ending && !this.#closing) {
      const { job } = entry.stored
      try {
        if (job.attempts >= mostAttempts) throw tooOften(job)
        const concept = await this.#teach(entry)
        if (!entry.ending) await this.#save(entry, concept)
        return
      } catch (thrown) {
        if (entry.ending) return
        const error = asError(thrown)
        const { code } = error as { code?: string }
        if (this.#closing || code === 'ENGINE_CLOSED') return this.#putBack(entry)
        if (code === 'ENGINE_CRASHED') continue
        // No fault of the lesson's either, and no loop: the engine gives a device up that is lost again.
        if (code === 'DEVICE_LOST') {
          await this.#putBack(entry).catch(error => this.#book.report(job.id, error))
          this.#book.interrupted(entry)
          continue
        }
        await this.#book.fail(entry, error)
      }
    }
  }

  async #teach(entry: Entry): Promise<Concept> {
    const { job } = entry.stored
    const begun = this.#book.change(entry, { job: { ...job, state: 'running', attempts: job.attempts + 1 } })
    this.#book.tellPositions()
    await begun
    const photos = await this.#store.photos(job.id)
    if (photos.length !== job.photos) throw photosGone(job, photos.length)
    const { name, kind, seed } = job
    return this.#engine.teach(
      { name, kind, photos, seed, ...this.#limits, checkpoint: { path: this.#store.checkpoint(job.id) } },
      { signal: entry.abort.signal, progress: progress => this.#book.progress(entry, progress) },
    )
  }

  async #save(entry: Entry, concept: Concept): Promise<void> {
    const { id } = entry.stored.job
    const saved = this.#book.learned(entry, concept)
    this.#saving.set(id, saved)
    await saved.finally(() => this.#saving.delete(id))
  }

  /** For the next process or device; that this one ends is not the lesson's fault. */
  async #putBack(entry: Entry): Promise<void> {
    const { job } = entry.stored
    await this.#book.change(entry, { job: { ...job, state: 'queued', attempts: job.attempts - 1 } })
  }
}
