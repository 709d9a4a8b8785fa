/** Those who are being learned and were never taught before: known by name only, and what can be said of them meanwhile. */
import { namedIn, nameKey } from '../../engine/answering/names.ts'
import type { TeachingJob } from '../jobs/teaching.ts'
import { duration, type Say } from '../texts/texts.ts'
import type { Tenant } from './chat.ts'
import type { Services } from './services.ts'

/** The lessons of a tenant whose names are not known yet. */
export function beingLearned(tenant: Tenant, known: readonly string[], { queue }: Services): TeachingJob[] {
  const keys = new Set(known.map(nameKey))
  return queue.list(tenant).filter(({ name }) => !keys.has(nameKey(name)))
}

/** Of these lessons, the first whose name a text uses. */
export function lessonNamed(text: string, jobs: readonly TeachingJob[]): TeachingJob | undefined {
  const [first] = namedIn(
    text,
    jobs.map(({ name }) => name),
  )
  return first === undefined ? undefined : jobs[first]
}

/** Why nothing can be said of somebody yet, and when it can. */
export function notYet(say: Say, { id, name, state }: TeachingJob, { queue, lessons }: Services): string {
  if (state === 'consent') return say('learning.consent', { name })
  const position = queue.position(id) ?? 0
  if (position > 0) return say('learning.waiting', { name, position })
  const secondsLeft = lessons.progressOf(id)?.secondsLeft
  return secondsLeft === undefined
    ? say('learning.begun', { name })
    : say('learning.running', { name, time: duration(say, secondsLeft) })
}
