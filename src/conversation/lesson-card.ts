/** What the message of a lesson shows at each of its stages. It only words things. */
import type { TeachProgress } from '../../engine/engine.ts'
import type { TeachingJob } from '../jobs/teaching.ts'
import { type Locale, type Say, speaker } from '../texts/texts.ts'
import type { Button, Card, OutgoingMessage, OutgoingPicture } from './chat.ts'
import { action } from './services.ts'

export type Stage =
  /** Asks whether the concept of that name is to be replaced. */
  | { readonly type: 'replace'; readonly ownerName: string }
  /** Asks whoever posted the photos. */
  | { readonly type: 'photos' }
  /** Asks the person whom it shows. */
  | { readonly type: 'consent'; readonly person: Depicted }
  | { readonly type: 'waiting'; readonly position: number }
  | { readonly type: 'running'; readonly progress?: Running }
  | { readonly type: 'finishing' }
  | { readonly type: 'learned' }
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'cancelled'; readonly by: Canceller }
  | { readonly type: 'paused' }

export interface Depicted {
  readonly name: string
  readonly locale: Locale
}

interface Running {
  readonly phase: TeachProgress['phase']
  readonly share: number
  readonly secondsLeft: number
}

/** Something has to be answered before it is queued. */
type Question = Extract<Stage, { type: 'replace' | 'photos' | 'consent' }>
export const isQuestion = (stage: Stage): stage is Question => ['replace', 'photos', 'consent'].includes(stage.type)

export type Canceller = 'asker' | 'depicted' | 'author' | 'admin'

/**
 * What became of it when a graphics device was lost: nothing yet, or it goes on where it was, or it has begun again;
 * `Elsewhere`: on the processor.
 */
export type Lost = 'stopped' | `${'onward' | 'again'}${'' | 'Elsewhere'}`

export interface Shown {
  /** It was begun in an earlier life of the bot. */
  readonly resumed: boolean
  readonly lost?: Lost
  readonly preview?: OutgoingPicture
  /** The host to which its photos are sent to be asked about. */
  readonly teacher?: string
}

export function lessonMessage(
  job: TeachingJob,
  stage: Stage,
  { resumed, lost, preview, teacher }: Shown,
): OutgoingMessage {
  const say = speaker(job.by.locale)
  if (stage.type === 'photos') return photosQuestion(job, teacher)
  if (stage.type === 'replace') return replaceQuestion(say, job, stage.ownerName)
  if (stage.type === 'consent') return consentQuestion(job, stage.person, teacher)
  const under = stage.type === 'waiting' || stage.type === 'running'
  const before = lost ? (`card.lost.${lost}` as const) : resumed && ('card.resumed' as const)
  const status = statusOf(say, stage)
  return {
    text: '',
    card: {
      title: say('card.title', { name: job.name }),
      status: before && under ? `${say(before)} ${status}` : status,
      state: stateOf(stage),
      locale: job.by.locale,
      ...(stage.type === 'running' && { share: stage.progress?.share ?? 0 }),
      ...(stage.type === 'running' && stage.progress && { secondsLeft: stage.progress.secondsLeft }),
      ...(stage.type === 'finishing' && { share: 0.99 }),
      ...(stage.type === 'learned' && { share: 1 }),
    },
    // The same object as long as it is the same picture, so that an adapter need not send it again.
    ...(preview && (stage.type === 'running' || stage.type === 'finishing') && { pictures: [preview] }),
    ...(under && { buttons: [cancelButton(say, job)] }),
  }
}

export const cancelButton = (say: Say, { id }: TeachingJob): Button => ({
  action: action('lesson.cancel', id),
  label: say('button.cancel'),
  style: 'danger',
})

function replaceQuestion(say: Say, { id, name }: TeachingJob, owner: string): OutgoingMessage {
  return {
    text: say('replace.ask', { name, owner }),
    buttons: [
      { action: action('lesson.replace', id), label: say('button.replace'), style: 'danger' },
      { action: action('lesson.cancel', id), label: say('button.keep') },
    ],
  }
}

/** In the language of whoever posted them. */
function photosQuestion(
  { id, name, by, photos, photosBy = by }: TeachingJob,
  teacher: string | undefined,
): OutgoingMessage {
  const say = speaker(photosBy.locale)
  return {
    text: withTeacher(say, say('photos.ask', { person: photosBy.name, asker: by.name, name, count: photos }), teacher),
    buttons: [
      { action: action('photos.agree', id), label: say('button.agree'), style: 'primary' },
      { action: action('photos.refuse', id), label: say('button.refuse') },
    ],
    mentions: [photosBy.id],
  }
}

/** In the language of whoever is asked. */
function consentQuestion(
  job: TeachingJob,
  { name: person, locale }: Depicted,
  teacher: string | undefined,
): OutgoingMessage {
  const say = speaker(locale)
  const { id, name, by, photos } = job
  return {
    text: withTeacher(say, say('consent.ask', { person, asker: by.name, name, count: photos }), teacher),
    buttons: [
      { action: action('consent.agree', id), label: say('button.agree'), style: 'primary' },
      { action: action('consent.refuse', id), label: say('button.refuse') },
    ],
    ...(job.depicts && { mentions: [job.depicts] }),
  }
}

/** Whoever is asked for a word knows where the photos go. */
const withTeacher = (say: Say, question: string, host: string | undefined) =>
  host === undefined ? question : `${question}\n${say('consent.teacher', { host })}`

function statusOf(say: Say, stage: Exclude<Stage, Question>): string {
  switch (stage.type) {
    case 'waiting':
      return say('card.waiting', { position: stage.position })
    case 'running':
      return say(stage.progress ? `card.${stage.progress.phase}` : 'card.starting')
    case 'failed':
      return stage.reason
    case 'cancelled':
      return say(`card.cancelled.${stage.by}`)
    default:
      return say(`card.${stage.type}`)
  }
}

function stateOf({ type }: Exclude<Stage, Question>): Card['state'] {
  if (type === 'learned') return 'done'
  return type === 'finishing' ? 'running' : type
}
