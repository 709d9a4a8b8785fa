/**
 * Lessons as people see them: every job of the teaching queue has one message that follows it from the first question to
 * its end, also over a restart of the bot. How a lesson ends well is `lesson-end.ts`; which words are used,
 * `lesson-card.ts`. The queue knows nothing of this.
 */
import type { LessonNotice, TeachProgress } from '../../engine/engine.ts'
import { FamiliarError } from '../../engine/errors.ts'
import type { TeachingEvents, TeachingJob, TeachingRequest } from '../jobs/teaching.ts'
import { speaker } from '../texts/texts.ts'
import type { Exchange, OutgoingPicture } from './chat.ts'
import { drawingPicture } from './drawing-picture.ts'
import { type Canceller, type Depicted, isQuestion, type Lost, lessonMessage, type Stage } from './lesson-card.ts'
import { endLesson } from './lesson-end.ts'
import { LiveMessage } from './live-message.ts'
import { withoutContent } from './logging.ts'
import { postOrTell } from './posting.ts'
import type { Services } from './services.ts'

/** How long closing waits for cards to say that their lessons are paused. */
const patience = 2_500

export type LessonNeeds = Pick<Services, 'engine' | 'library' | 'queue' | 'quotas' | 'platforms' | 'policy' | 'log'>

/** One job's message. */
interface Following {
  job: TeachingJob
  readonly resumed: boolean
  /** The person whom it shows, where somebody else teaches it. */
  depicted?: Depicted
  stage?: Stage
  /** Absent until the first message has been posted. */
  live?: LiveMessage
  preview?: OutgoingPicture
  readonly teacher?: string
  /** What went otherwise than it was set up. */
  notice?: LessonNotice
  lost?: Lost
  /** When it began to run, were it not for a break, and how far it has come. */
  since?: number
  share: number
}

export class Lessons {
  readonly #needs: LessonNeeds
  readonly #following = new Map<string, Following>()
  /** Messages of lessons that are over and still have something to show. */
  readonly #ending = new Set<LiveMessage>()
  #resuming = false
  #closing = false

  constructor(needs: LessonNeeds) {
    this.#needs = needs
  }

  /**
   * Queues a lesson and posts its message.
   * @param before what is to be asked before the job may be queued: whether it may replace what somebody (a name) taught,
   *   and the person whom it shows. Between the two, whoever posted its photos is asked
   * @throws FamiliarError `CANNOT_WRITE`
   */
  async begin(
    request: TeachingRequest,
    exchange: Exchange,
    before: { readonly replaces?: string; readonly asks?: Depicted } = {},
  ): Promise<TeachingJob> {
    const { queue } = this.#needs
    const job = await queue.add(request)
    const following = this.#follow(job)
    following.depicted = before.asks
    if (before.replaces !== undefined) following.stage = { type: 'replace', ownerName: before.replaces }
    else if (job.photosBy) following.stage = { type: 'photos' }
    else if (before.asks !== undefined) following.stage = { type: 'consent', person: before.asks }
    following.stage ??= this.#queued(job)
    try {
      const shown = following.stage
      const message = await exchange.say(lessonMessage(job, shown, following))
      const live = this.#live({ ...job, card: message })
      live.posted(message)
      // What comes about meanwhile is shown once, below: a question would call somebody twice.
      await queue.attach(job.id, message).finally(() => (following.live = live))
      // Whatever has come about since.
      if (following.stage !== shown) this.#show(following, following.stage)
    } catch (error) {
      // It is learned all the same, and its end is told.
      this.#needs.log.warn(withoutContent(error), 'a lesson’s card cannot be posted')
      following.live ??= this.#live(job)
      this.#show(following, following.stage)
    }
    return job
  }

  /** Asks whoever posted a lesson's photos, in a new message in the place of the lesson's. */
  askPhotos(job: TeachingJob): void {
    this.#ask(this.#follow(job), { type: 'photos' })
  }

  /** Asks the person whom a lesson shows, in a new message in the place of the lesson's. */
  askConsent(job: TeachingJob): void {
    const following = this.#follow(job)
    // After a restart nobody remembers more of a person than the id.
    this.#ask(following, { type: 'consent', person: following.depicted ?? { name: job.name, locale: job.by.locale } })
  }

  /** A job that waited for a word has been queued. */
  queued(job: TeachingJob): void {
    const following = this.#follow(job)
    if (following.stage === undefined || isQuestion(following.stage)) this.#show(following, this.#queued(job))
  }

  /** Takes up what an earlier process left, and shows what becomes of every job from now on. */
  async start(): Promise<void> {
    const { queue } = this.#needs
    this.#resuming = true
    await queue.start(this.events)
    for (const job of queue.list()) if (job.state !== 'consent') this.queued(job)
    this.#resuming = false
  }

  /** How far a job that runs has come, 0…1, and how long it will take, once that is known. */
  progressOf(job: string): { readonly share: number; readonly secondsLeft: number } | undefined {
    const stage = this.#following.get(job)?.stage
    return stage?.type === 'running' ? stage.progress : undefined
  }

  /** Stops the queue. Jobs are kept, and their messages say so. */
  async close(): Promise<void> {
    this.#closing = true
    await this.#needs.queue.close()
    const finishing = [...this.#ending].map(live => live.finish())
    for (const following of this.#following.values()) {
      if (
        following.stage?.type === 'waiting' ||
        following.stage?.type === 'running' ||
        following.stage?.type === 'finishing'
      )
        this.#show(following, { type: 'paused' })
      if (following.live) finishing.push(following.live.finish())
    }
    const late = new Promise<void>(resolve => setTimeout(resolve, patience).unref())
    await Promise.race([Promise.allSettled(finishing), late])
  }

  readonly events: TeachingEvents = {
    waiting: (job, position) => {
      if (!this.#closing) this.#show(this.#follow(job), this.#atPosition(job, position))
    },
    progress: (job, progress) => {
      if (!this.#closing) this.#progress(this.#follow(job), progress)
    },
    interrupted: job => {
      if (this.#closing) return
      const following = this.#follow(job)
      Object.assign(following, { lost: 'stopped', share: 0, since: undefined, preview: undefined })
      this.#show(following, { type: 'running' })
    },
    // What this throws is the lesson's failure, which the queue tells.
    learned: async (job, concept) => {
      const following = this.#follow(job)
      this.#show(following, { type: 'finishing' })
      await endLesson(job, concept, this.#needs, following.notice)
      this.#end(following, { type: 'learned' })
    },
    ended: async (job, how) => {
      const following = this.#follow(job)
      // What taught nothing and took no time from others is not counted.
      if ('error' in how || job.state !== 'running') await this.#needs.quotas.giveBack('teach', job.tenant, job.by.id)
      if ('error' in how) await this.#failed(following, how.error)
      else this.#end(following, { type: 'cancelled', by: cancellerOf(job, how.cancelledBy) })
    },
  }

  #queued(job: TeachingJob): Stage {
    return this.#atPosition(job, this.#needs.queue.position(job.id) ?? 0)
  }

  /** Whoever is next while nobody is taught is on the way. */
  #atPosition(job: TeachingJob, position: number): Stage {
    const running = this.#needs.queue.list().some(other => other.state === 'running' && other.id !== job.id)
    return position > 1 || (position === 1 && running) ? { type: 'waiting', position } : { type: 'running' }
  }

  #follow(job: TeachingJob): Following {
    let following = this.#following.get(job.id)
    if (!following) {
      // One that has a message, or is found at the start, was begun by an earlier process; any other is being begun.
      const resumed = this.#resuming || job.card !== undefined
      following = {
        job,
        resumed: resumed && job.state !== 'consent',
        share: 0,
        ...(resumed && { live: this.#live(job) }),
        teacher: this.#needs.policy.teacher,
      }
      this.#following.set(job.id, following)
    }
    following.job = job
    return following
  }

  #live(job: TeachingJob): LiveMessage {
    const { platforms, queue, log } = this.#needs
    return new LiveMessage({
      platform: () => platforms(job.tenant),
      log,
      place: job.place,
      person: job.by.id,
      message: job.card,
      moved: message => queue.attach(job.id, message),
    })
  }

  /** Nobody is called twice for one question. */
  #ask(following: Following, question: Stage): void {
    if (following.stage?.type !== question.type) this.#show(following, question)
  }

  #show(following: Following, stage: Stage): void {
    following.stage = stage
    following.live?.show(lessonMessage(following.job, stage, following))
  }

  #progress(following: Following, { phase, secondsLeft, secondsBefore, preview, notice }: TeachProgress): void {
    if (notice) {
      following.notice = notice
      this.#needs.log.warn({ job: following.job.id, reason: notice.message }, 'a teacher does not answer')
    }
    // Only now is it known where and on what it goes on.
    if (following.lost) {
      const where = this.#needs.engine.model.device === 'cpu' ? 'Elsewhere' : ''
      following.lost = `${secondsBefore === undefined ? 'again' : 'onward'}${where}`
    }
    const now = performance.now()
    following.since ??= now - 1000 * (secondsBefore ?? 0)
    const seconds = (now - following.since) / 1000
    // Estimates waver; what is shown never goes back.
    following.share = Math.max(following.share, Math.min(0.99, seconds / Math.max(0.001, seconds + secondsLeft)))
    const running: Stage = { type: 'running', progress: { phase, share: following.share, secondsLeft } }
    this.#show(following, running)
    if (!preview) return
    const altText = speaker(following.job.by.locale)('card.preview', { name: following.job.name })
    drawingPicture(preview, [following.job.name], altText).then(
      picture => {
        following.preview = picture
        if (following.stage?.type === 'running') this.#show(following, following.stage)
      },
      error => this.#needs.log.warn(withoutContent(error), 'a preview cannot be shown'),
    )
  }

  async #failed(following: Following, error: Error): Promise<void> {
    const { job } = following
    const { platforms, log } = this.#needs
    const say = speaker(job.by.locale)
    const expected = error instanceof FamiliarError
    if (!expected) log.error({ ...withoutContent(error), tenant: job.tenant, job: job.id }, 'a lesson failed')
    const reason = expected ? error.message : say('error.unknown')
    this.#end(following, { type: 'failed', reason })
    try {
      const text = say('lesson.failed', { name: job.name, reason })
      await postOrTell(platforms(job.tenant), job.place, job.by.id, { text, mentions: [job.by.id] })
    } catch (error) {
      log.warn({ ...withoutContent(error), tenant: job.tenant }, 'the end of a lesson cannot be told')
    }
  }

  #end(following: Following, stage: Stage): void {
    this.#show(following, stage)
    this.#following.delete(following.job.id)
    const { live } = following
    if (!live) return
    this.#ending.add(live)
    void live.settled().then(() => this.#ending.delete(live))
  }
}

function cancellerOf({ by, depicts, photosBy }: TeachingJob, cancelledBy: string): Canceller {
  if (cancelledBy === by.id) return 'asker'
  if (cancelledBy === photosBy?.id) return 'author'
  return cancelledBy === depicts ? 'depicted' : 'admin'
}
