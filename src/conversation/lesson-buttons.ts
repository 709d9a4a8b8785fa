/** The buttons of a lesson: replace, agree, refuse, cancel. Each job is looked up anew: a button may be older than it looks. */
import type { TeachingJob } from '../jobs/teaching.ts'
import { type Say, speaker } from '../texts/texts.ts'
import type { Exchange, Person } from './chat.ts'
import { mayCancel, mayChange } from './permissions.ts'
import type { PressHandler, Services } from './services.ts'

type JobPress = (
  job: TeachingJob,
  from: Person,
  say: Say,
  tell: Tell,
  services: Services,
  exchange: Exchange,
) => Promise<void>
type Tell = (text: string) => Promise<unknown>

/** Finds the job of the tenant where the button was pressed. */
const ofJob =
  (press: JobPress): PressHandler =>
  async ({ from, message }, id, exchange, services) => {
    const say = speaker(from.locale)
    const tell: Tell = text => exchange.say({ text }, { privately: true })
    const job = services.queue.find(id)
    if (job?.tenant !== message.place.tenant) return void (await tell(say('lesson.over')))
    await press(job, from, say, tell, services, exchange)
  }

const cancel = ofJob(async (job, from, say, tell, { queue }) => {
  if (!mayCancel(from, job)) return void (await tell(say('cancel.notYours', { owner: job.by.name })))
  const cancelled = await queue.cancel(job.id, from.id)
  await tell(say(cancelled ? 'cancel.done' : 'lesson.over', { name: job.name }))
})

const replace = ofJob(async (job, from, say, tell, services) => {
  const { library, lessons, queue } = services
  const existing = await library.find(job.tenant, job.name)
  const may = existing ? mayChange(from, existing) : from.id === job.by.id
  if (!may) return void (await tell(say('replace.notYours', { owner: existing?.ownerName ?? job.by.name })))
  if (job.state !== 'consent') return
  // The person whom it shows has the last word.
  if (job.depicts && job.depicts !== job.by.id) return lessons.askConsent(job)
  const queued = await queue.agree(job.id)
  if (queued) lessons.queued(queued)
})

const agree = ofJob(async (job, from, say, tell, services) => {
  const { library, queue, lessons } = services
  if (from.id !== job.depicts) return void (await tell(say('consent.notYours')))
  if (job.state !== 'consent') return
  // Somebody else may have taught that name while this waited.
  const existing = await library.find(job.tenant, job.name)
  if (existing && existing.owner !== job.by.id && existing.taught > job.asked) {
    await queue.cancel(job.id, from.id)
    return void (await tell(say('teach.taken', { name: existing.name, owner: existing.ownerName })))
  }
  const queued = await queue.agree(job.id)
  if (!queued) return void (await tell(say('lesson.over')))
  lessons.queued(queued)
  await tell(say('consent.agreed', { name: job.name }))
})

const refuse = ofJob(async (job, from, say, tell, { queue }) => {
  if (from.id !== job.depicts) return void (await tell(say('consent.notYours')))
  await queue.cancel(job.id, from.id)
  await tell(say('consent.refused'))
})

export const lessonPresses: Readonly<Record<string, PressHandler>> = {
  'lesson.cancel': cancel,
  'lesson.replace': replace,
  'consent.agree': agree,
  'consent.refuse': refuse,
}
