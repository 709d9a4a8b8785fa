/**
 * The jobs that this process knows, and whoever listens to what becomes of them. A change is on the disk before anybody
 * counts on it. An end is written first, then told, then deleted, so that every job's end is told at least once. It
 * knows nothing of when a job runs.
 */
import type { Concept, TeachProgress } from '../../engine/engine.ts'
import type { Tenant } from '../conversation/chat.ts'
import { fromEnd, toEnd } from './job-errors.ts'
import type { JobEnd, JobStore, StoredJob } from './job-store.ts'
import type { TeachingEvents } from './teaching.ts'

/** A job's line in the book. */
export interface Entry {
  /** As it is; on the disk when the last `change` has resolved. */
  readonly stored: StoredJob
  /** Fires when the job is to end. */
  readonly abort: AbortController
  /** Set at once when the job is to end, before that is written. */
  readonly ending: boolean
}

type OwnEntry = { -readonly [Key in keyof Entry]: Entry[Key] } & {
  /** The position that was told last; 0 runs. */
  told?: number
  /** Writes of its record wait for one another, so that the last one wins. */
  writing: Promise<unknown>
}

/** Told of what went wrong beside a job's own course, such as a listener that threw. */
export type Report = (problem: { readonly job: string; readonly error: Error }) => void

type How = Parameters<TeachingEvents['ended']>[1]

export class JobBook {
  readonly #store: JobStore
  readonly #retainPhotos: boolean
  readonly #report: Report
  readonly #entries = new Map<string, OwnEntry>()
  /** Ends that are being told. */
  readonly #telling = new Set<Promise<void>>()
  #events: TeachingEvents | undefined

  constructor(store: JobStore, retainPhotos: boolean, report: Report) {
    this.#store = store
    this.#retainPhotos = retainPhotos
    this.#report = report
  }

  /** From now on everything is told. */
  listen(events: TeachingEvents): void {
    this.#events = events
  }

  enter(stored: StoredJob): Entry {
    const { id } = stored.job
    const known = this.#entries.get(id)
    if (known) return known
    const abort = new AbortController()
    const entry: OwnEntry = { stored, abort, ending: stored.end !== undefined, writing: Promise.resolve() }
    this.#entries.set(id, entry)
    return entry
  }

  /** A job that has not ended. */
  find(id: string): Entry | undefined {
    const entry = this.#entries.get(id)
    return entry?.ending ? undefined : entry
  }

  /** Jobs that have not ended: the one that runs, those in line, those that wait for consent. */
  list(tenant?: Tenant): readonly Entry[] {
    const ranks = { running: 0, queued: 1, consent: 2 }
    return [...this.#entries.values()]
      .filter(({ ending, stored }) => !ending && (tenant === undefined || stored.job.tenant === tenant))
      .sort((a, b) => ranks[a.stored.job.state] - ranks[b.stored.job.state] || a.stored.order - b.stored.order)
  }

  /** Changes a job at once, and resolves when the change is on the disk. @throws FamiliarError `CANNOT_WRITE` */
  change(entry: Entry, change: Partial<StoredJob>): Promise<void> {
    const own = this.#own(entry)
    own.stored = { ...own.stored, ...change }
    const write = () => this.#store.write(own.stored)
    const written = own.writing.then(write, write)
    own.writing = written
    return written
  }

  /**
   * Ends a job, whatever it is doing: nothing but its end is told of it any more.
   *
   * @returns whether it had not ended already, once that is on the disk
   */
  async end(entry: Entry, end: JobEnd, how?: How): Promise<boolean> {
    if (entry.ending) return false
    this.#own(entry).ending = true
    entry.abort.abort()
    // On a full disk it ends all the same; the next process would miss its photos and end it again.
    await this.change(entry, { end }).catch(error => this.report(entry.stored.job.id, error))
    if (!('learned' in end)) await this.#removePhotos(entry, end)
    const told = this.tellEnd(entry, how)
    this.tellPositions()
    // What was learned leaves only its photos to be seen to; telling people may take a platform's time.
    if ('learned' in end) await told
    return true
  }

  fail(entry: Entry, error: Error): Promise<boolean> {
    return this.end(entry, toEnd(error), { error })
  }

  /** Tells how a job has ended, once somebody listens, and then deletes what is left of it. */
  async tellEnd(entry: Entry, how?: How): Promise<void> {
    const { end } = entry.stored
    if (!this.#events || !end) return
    const told = this.#tellEnd(this.#events, entry, end, how).catch(error => this.report(entry.stored.job.id, error))
    this.#telling.add(told)
    await told
    this.#telling.delete(told)
  }

  async #tellEnd(events: TeachingEvents, entry: Entry, end: JobEnd, how?: How): Promise<void> {
    const { job } = entry.stored
    try {
      if ('error' in end) await events.ended(job, how ?? { error: fromEnd(end) })
      else if ('cancelledBy' in end) await events.ended(job, end)
    } catch (error) {
      this.report(job.id, error)
    }
    await this.#removePhotos(entry, end)
    await this.#store.delete(job.id)
    this.#entries.delete(job.id)
  }

  /** A concept was learned; the job ends when whoever listens has stored it. @throws what the listener throws */
  async learned(entry: Entry, concept: Concept): Promise<void> {
    await this.#events?.learned(entry.stored.job, concept)
    await this.end(entry, { learned: true })
  }

  progress(entry: Entry, progress: TeachProgress): void {
    if (!entry.ending) this.#tell(entry, events => events.progress(entry.stored.job, progress))
  }

  interrupted(entry: Entry): void {
    if (!entry.ending) this.#tell(entry, events => events.interrupted(entry.stored.job))
  }

  /** Tells every job in line whose position is another than when it was told last. */
  tellPositions(): void {
    if (!this.#events) return
    let position = 0
    for (const entry of this.list()) {
      const own = this.#own(entry)
      const { state } = entry.stored.job
      if (state === 'running') own.told = 0
      if (state !== 'queued') continue
      position++
      if (own.told === position) continue
      own.told = position
      const now = position
      this.#tell(entry, events => events.waiting(entry.stored.job, now))
    }
  }

  /** Resolves when everything is written and every end is told. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#entries.values()].map(({ writing }) => writing))
    await Promise.all(this.#telling)
  }

  report(job: string, thrown: unknown): void {
    this.#report({ job, error: asError(thrown) })
  }

  /** What a listener throws is no reason for the job to fail. */
  #tell(entry: Entry, tell: (events: TeachingEvents) => void): void {
    try {
      if (this.#events) tell(this.#events)
    } catch (error) {
      this.report(entry.stored.job.id, error)
    }
  }

  async #removePhotos({ stored: { job } }: Entry, end: JobEnd): Promise<void> {
    const kept = 'learned' in end && this.#retainPhotos
    const removed = kept ? this.#store.retainPhotos(job) : this.#store.deletePhotos(job.id)
    await removed.catch(error => this.report(job.id, error))
  }

  /** Only this file changes an entry. */
  #own(entry: Entry): OwnEntry {
    return entry as OwnEntry
  }
}

export const asError = (thrown: unknown) => (thrown instanceof Error ? thrown : new Error(String(thrown)))
