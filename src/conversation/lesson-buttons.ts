/** The buttons of a lesson: replace, agree and refuse (whoever posted the photos, whoever is in them), cancel. Each job is looked up anew: a button may be older than it looks. */
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
  if (job.photosBy) return lessons.askPhotos(job)
  if (isAboutAnother(job)) return lessons.askConsent(job)
  const queued = await queue.agree(job.id)
  if (queued) lessons.queued(queued)
})

const agreePhotos = ofJob(async (job, from, say, tell, services) => {
  if (from.id !== job.photosBy?.id) return void (await tell(say('photos.notYours')))
  if (job.state !== 'consent') return
  if (isAboutAnother(job)) return services.lessons.askConsent(job)
  const wrong = await begin(job, from, say, services)
  await tell(wrong ?? say('photos.agreed', { name: job.name }))
})

const refusePhotos = ofJob(async (job, from, say, tell, { queue }) => {
  if (from.id !== job.photosBy?.id) return void (await tell(say('photos.notYours')))
  await queue.cancel(job.id, from.id)
  await tell(say('photos.refused'))
})

/** It shows a person who does not teach it: that person has the last word. */
const isAboutAnother = ({ depicts, by }: TeachingJob) => depicts !== undefined && depicts !== by.id

const agree = ofJob(async (job, from, say, tell, services) => {
  if (from.id !== job.depicts) return void (await tell(say('consent.notYours')))
  if (job.state !== 'consent') return
  const wrong = await begin(job, from, say, services)
  await tell(wrong ?? say('consent.agreed', { name: job.name }))
})

/** Queues a lesson that everybody has agreed to. Resolves to why not, in a sentence. */
async function begin(
  job: TeachingJob,
  from: Person,
  say: Say,
  { library, queue, lessons }: Services,
): Promise<string | undefined> {
  // Somebody else may have taught that name while this waited.
  const existing = await library.find(job.tenant, job.name)
  if (existing && existing.owner !== job.by.id && existing.taught > job.asked) {
    await queue.cancel(job.id, from.id)
    return say('teach.taken', { name: existing.name, owner: existing.ownerName })
  }
  const queued = await queue.agree(job.id)
  if (!queued) return say('lesson.over')
  lessons.queued(queued)
  return undefined
}

const refuse = ofJob(async (job, from, say, tell, { queue }) => {
  if (from.id !== job.depicts) return void (await tell(say('consent.notYours')))
  await queue.cancel(job.id, from.id)
  await tell(say('consent.refused'))
})

export const lessonPresses: Readonly<Record<string, PressHandler>> = {
  'lesson.cancel': cancel,
  'lesson.replace': replace,
  'photos.agree': agreePhotos,
  'photos.refuse': refusePhotos,
  'consent.agree': agree,
  'consent.refuse': refuse,
}
