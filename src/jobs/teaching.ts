/**
 * Lessons as jobs: queued with their position known, one at a time, cancellable while they wait and while they run, taken up
 * again after a restart. A job is a record in a store, and its photos lie in a folder of its own until it has ended, beside
 * how far it has come; this file knows nothing of messages and cards, it only tells whoever listens what became of a job.
 */
import type { Concept, SubjectKind, TeachProgress } from '../../engine/engine.ts'
import type { RgbImage } from '../../engine/image.ts'
import type { MessageRef, Place, Tenant } from '../conversation/chat.ts'
import type { Locale } from '../texts/texts.ts'

export interface TeachingJob {
  readonly id: string
  readonly tenant: Tenant
  /** Where it was asked for and where its end is told. */
  readonly place: Place
  readonly name: string
  readonly kind: SubjectKind
  readonly by: { readonly id: string; readonly name: string; readonly locale: Locale }
  /** Of a person: the member it depicts. */
  readonly depicts?: string
  /** Whoever posted the photos, when that is not who asks: their word is needed, too. */
  readonly photosBy?: { readonly id: string; readonly name: string; readonly locale: Locale }
  /** A sentence to remember about it, when it has been taught. */
  readonly facts?: string
  readonly seed: number
  readonly photos: number
  /** ISO 8601. */
  readonly asked: string
  /** `consent`: waits for somebody's word and holds nobody up. */
  readonly state: 'consent' | 'queued' | 'running'
  /** How often it was begun; a lesson that took the process down twice is not begun a third time. */
  readonly attempts: number
  /** The message that shows it. */
  readonly card?: MessageRef
}

export type TeachingRequest = Omit<TeachingJob, 'id' | 'photos' | 'asked' | 'state' | 'attempts' | 'card'> & {
  readonly photos: readonly RgbImage[]
  /** Wait for `agree` before queueing. */
  readonly awaitsConsent: boolean
}

/** What becomes of a job. Each is called for jobs of this process and for those that an earlier one left. */
export interface TeachingEvents {
  /** Its position changed: 1 is next. */
  waiting(job: TeachingJob, position: number): void
  progress(job: TeachingJob, progress: TeachProgress): void
  /** The device that it was learned on was lost; it is taken up again, on what is left. */
  interrupted(job: TeachingJob): void
  /** Learned; the job ends when this resolves, and is taken up again if the process dies before. */
  learned(job: TeachingJob, concept: Concept): Promise<void>
  /** Ended without a concept: it was cancelled, or `error` says why it failed. */
  ended(job: TeachingJob, how: { readonly cancelledBy: string } | { readonly error: Error }): Promise<void>
}

export interface TeachingQueue {
  /** Writes the job and its photos, then queues it. @throws FamiliarError `CANNOT_WRITE` */
  add(request: TeachingRequest): Promise<TeachingJob>
  /** Whoever was asked agrees: the job is queued. Resolves to it, or to nothing when it is no longer there. */
  agree(id: string): Promise<TeachingJob | undefined>
  /** Cancels a job in any state. Resolves to whether it was there. */
  cancel(id: string, by: string): Promise<boolean>
  find(id: string): TeachingJob | undefined
  /** Jobs in the order in which they will run; those that wait for consent come last. */
  list(tenant?: Tenant): readonly TeachingJob[]
  /** 0 runs, 1 is next; undefined for one that waits for consent or is not there. */
  position(id: string): number | undefined
  /** Remembers the message that shows a job. */
  attach(id: string, card: MessageRef): Promise<void>
  photos(id: string): Promise<readonly RgbImage[]>
  /** Takes up what an earlier process left, and begins to work. */
  start(events: TeachingEvents): Promise<void>
  /** Stops working; jobs are kept for the next start. */
  close(): Promise<void>
}
