/** `cancel`: ends a lesson that waits or runs: one's own, one that shows oneself, or, for admins, anybody's. */

import { folded } from '../src/concepts/names.ts'
import type { Choice, Exchange, Person, Tenant } from '../src/conversation/chat.ts'
import { cancelButton } from '../src/conversation/lesson-card.ts'
import { mayCancel } from '../src/conversation/permissions.ts'
import { refusal, type Services } from '../src/conversation/services.ts'
import type { TeachingJob } from '../src/jobs/teaching.ts'
import { type Say, speaker } from '../src/texts/texts.ts'
import { type Command, type Completing, textOption } from './command.ts'

/** Buttons that a message has room for. */
const mostButtons = 5

export const cancel: Command = {
  name: 'cancel',
  localName: 'command.cancel.name',
  description: 'command.cancel',
  who: 'everybody',
  options: [{ type: 'text', name: 'job', description: 'option.cancel.job', maxLength: 64, completes: true }],
  async run({ from, place, options }, exchange, services) {
    const say = speaker(from.locale)
    const wanted = textOption(options, 'job')
    const jobs = jobsOf(from, place.tenant, services)
    const matching = wanted ? jobs.filter(job => job.id === wanted || folded(job.name) === folded(wanted)) : jobs
    const [job] = matching
    if (job && matching.length === 1) return end(say, job, from, exchange, services)
    if (!job) throw refusal(say(wanted ? 'cancel.unknown' : 'cancel.none', { name: wanted ?? '' }))
    const buttons = matching.slice(0, mostButtons).map(each => ({ ...cancelButton(say, each), label: each.name }))
    await exchange.say({ text: say('cancel.which'), buttons }, { privately: true })
  },
  complete,
}

async function end(say: Say, { id, name }: TeachingJob, from: Person, exchange: Exchange, { queue }: Services) {
  const cancelled = await queue.cancel(id, from.id)
  await exchange.say({ text: say(cancelled ? 'cancel.done' : 'lesson.over', { name }) }, { privately: true })
}

async function complete({ typed, place, from }: Completing, services: Services): Promise<readonly Choice[]> {
  return jobsOf(from, place.tenant, services)
    .filter(({ name }) => folded(name).includes(folded(typed)))
    .map(({ id, name }) => ({ value: id, label: name }))
}

const jobsOf = (from: Person, tenant: Tenant, { queue }: Services) =>
  queue.list(tenant).filter(job => mayCancel(from, job))
