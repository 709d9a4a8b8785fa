/**
 * `teach`: somebody new is learned from 3 to 5 pictures. Checks who asks, the name, the pictures and the consent of a
 * person, then hands a lesson to the queue; what happens to it from there is shown by `src/conversation/lessons.ts`.
 */
import { nameKey } from '../engine/answering/names.ts'
import { FamiliarError } from '../engine/errors.ts'
import { cleanName } from '../src/concepts/names.ts'
import type {
  Exchange,
  IncomingPicture,
  MenuTarget,
  Person,
  Place,
  Press,
  Submission,
} from '../src/conversation/chat.ts'
import { metered } from '../src/conversation/limits.ts'
import { mayChange, mayTeach } from '../src/conversation/permissions.ts'
import { doubtfulPhotos, readLessonPhotos } from '../src/conversation/photos.ts'
import { action, type PressHandler, refusal, type Services } from '../src/conversation/services.ts'
import type { TeachingRequest } from '../src/jobs/teaching.ts'
import { listed, type Say, speaker, type TextKey } from '../src/texts/texts.ts'
import { type Command, picturesOption } from './command.ts'
import { askAboutPhotos, type DoubtfulLesson } from './teach-doubts.ts'
import { fewest, kinds, longestFacts, longestName, most, teachForm, type Wish, wishOf } from './teach-form.ts'

export const teach: Command = {
  name: 'teach',
  localName: 'command.teach.name',
  description: 'command.teach',
  onMessage: 'menu.teach',
  who: 'everybody',
  options: [
    { type: 'text', name: 'name', description: 'option.teach.name', required: true, maxLength: longestName },
    { type: 'pictures', name: 'pictures', description: 'option.teach.pictures', min: fewest, max: most },
    {
      type: 'choice',
      name: 'kind',
      description: 'option.teach.kind',
      choices: kinds.map(kind => ({ value: kind, label: `kind.${kind}` as TextKey })),
    },
    { type: 'text', name: 'facts', description: 'option.teach.facts', maxLength: longestFacts },
    { type: 'person', name: 'person', description: 'option.teach.person' },
    { type: 'tick', name: 'consent', description: 'option.teach.consent' },
  ],
  async run({ from, place, options, on }, exchange, services) {
    if (on) return openFor(on, from, place, exchange, services)
    const pictures = picturesOption(options, 'pictures')
    const wish = wishOf(options)
    if (pictures.length > 0) return begin(wish, { pictures, author: from }, from, place, exchange, services)
    // What can be wrong already is said before anybody fills in a form.
    requireTeacher(from, services)
    if (wish.name !== '') await requireName(wish, from, place, services)
    await open(speaker(from.locale), wish, exchange)
  },
  presses: { 'teach.again': again, 'teach.without': answered('good'), 'teach.anyway': answered('pictures') },
  submissions: { 'teach.form': submitted, 'teach.from': submittedFrom },
}

/** The form for pictures that somebody has posted already. */
async function openFor(
  target: MenuTarget,
  from: Person,
  { tenant }: Place,
  exchange: Exchange,
  services: Services,
): Promise<void> {
  const say = speaker(from.locale)
  requireTeacher(from, services)
  const count = target.pictures.length
  if (count === 0) throw refusal(say('photos.none'))
  if (count < fewest || count > most) throw refusal(say('teach.count', { fewest, most, count }))
  if (target.from.bot) throw refusal(say('photos.bot', { name: target.from.name }))
  const wish: Wish = { name: '', kind: 'pet', consent: false }
  if (!exchange.open) return open(say, wish, exchange)
  const token = services.drafts.keep(tenant, from, target)
  await exchange.open({ ...teachForm(say, wish, false), action: action('teach.from', token) })
}

async function submittedFrom(
  { from, place, fields }: Submission,
  token: string,
  exchange: Exchange,
  services: Services,
): Promise<void> {
  const target = services.drafts.find<MenuTarget>(place.tenant, from, token)
  if (!target) throw refusal(speaker(from.locale)('button.old'))
  const given: Given = { pictures: target.pictures, author: target.from }
  await begin(wishOf(fields), given, from, place, exchange, services)
}

/** The form again, with what was typed: a lesson that was refused costs no more than the pictures. */
async function again({ from, message }: Press, token: string, exchange: Exchange, { drafts }: Services): Promise<void> {
  const say = speaker(from.locale)
  const wish = drafts.find<Wish>(message.place.tenant, from, token)
  if (wish) return open(say, wish, exchange)
  await exchange.say({ text: say('button.old') }, { privately: true })
}

/** What was answered about doubtful photos: the lesson is of those that are good, or of all. */
function answered(which: 'good' | 'pictures'): PressHandler {
  return async ({ from, message: { place } }, token, exchange, services) => {
    const lesson = services.drafts.take<DoubtfulLesson>(place.tenant, from, token)
    if (!lesson) throw refusal(speaker(from.locale)('button.old'))
    const given: Given = { pictures: lesson[which], author: lesson.author, asTheyAre: true }
    await begin(lesson.wish, given, from, place, exchange, services)
  }
}

async function submitted(
  { from, place, fields }: Submission,
  name: string,
  exchange: Exchange,
  services: Services,
): Promise<void> {
  const wish = wishOf({ ...fields, ...(name && { name }) })
  try {
    const given: Given = { pictures: picturesOption(fields, 'pictures'), author: from }
    await begin(wish, given, from, place, exchange, services)
  } catch (error) {
    if (!(error instanceof FamiliarError)) throw error
    await retry(error.message, wish, from, place, exchange, services)
  }
}

function requireTeacher(from: Person, { policy }: Services): void {
  if (!mayTeach(from, policy.teachRoles))
    throw refusal(speaker(from.locale)('teach.notAllowed', { roles: listed(from.locale, policy.teachRoles) }))
}

/** Opens the form, or says how else to do it. */
async function open(say: Say, wish: Wish, exchange: Exchange): Promise<void> {
  if (exchange.open) return exchange.open(teachForm(say, wish))
  const text = say('teach.how', { name: wish.name || 'Mắm', fewest, most })
  await exchange.say({ text }, { privately: true })
}

/** Says what is wrong, with a way back to the form. */
async function retry(
  text: string,
  wish: Wish,
  from: Person,
  place: Place,
  exchange: Exchange,
  { drafts }: Services,
): Promise<void> {
  const token = drafts.keep(place.tenant, from, wish)
  const label = speaker(from.locale)('button.again')
  const buttons = [{ action: action('teach.again', token), label, style: 'primary' as const }]
  await exchange.say({ text, buttons }, { privately: true })
}

/** What somebody is to be learned from. */
interface Given {
  readonly pictures: readonly IncomingPicture[]
  /** Whoever posted them. */
  readonly author: Person
  /** Nobody is asked whether they are good enough. */
  readonly asTheyAre?: boolean
}

/**
 * @throws FamiliarError one sentence about what is wrong with the name, the pictures or the person
 */
async function begin(
  wish: Wish,
  { pictures, author, asTheyAre = false }: Given,
  from: Person,
  place: Place,
  exchange: Exchange,
  services: Services,
): Promise<void> {
  const { lessons, safety, engine } = services
  const say = speaker(from.locale)
  requireTeacher(from, services)
  const { name, existing } = await requireName(wish, from, place, services)
  const depicted = depictedBy(say, wish, from)
  // A person does not become a pet by being taught as one.
  if (existing?.depicts !== undefined && !depicted) throw refusal(say('teach.person.who'))
  if (wish.facts && safety.refuses(wish.facts, { named: true, person: depicted !== undefined }))
    throw refusal(say('safety.refusedFact'))
  if (pictures.length < fewest || pictures.length > most)
    throw refusal(say('teach.count', { fewest, most, count: pictures.length }))

  await exchange.busy()
  const photos = await readLessonPhotos(pictures)
  // The drawn world is sharp, and small; what is not of it, its model refuses.
  const doubtful = asTheyAre || engine.model.drawnWorldOnly ? [] : await doubtfulPhotos(photos)
  if (doubtful.length > 0) return askAboutPhotos({ wish, pictures, author }, doubtful, from, place, exchange, services)
  const other = depicted && depicted.id !== from.id ? depicted : undefined
  // Who is in the pictures and has posted them is asked once.
  const photosBy = author.id === from.id || author.id === other?.id ? undefined : author
  const request: TeachingRequest = {
    tenant: place.tenant,
    place,
    name,
    kind: wish.kind,
    by: { id: from.id, name: from.name, locale: from.locale },
    ...(depicted && { depicts: depicted.id }),
    ...(wish.facts && { facts: wish.facts }),
    seed: Math.floor(Math.random() * 2 ** 31),
    photos,
    ...(photosBy && { photosBy: { id: photosBy.id, name: photosBy.name, locale: photosBy.locale } }),
    awaitsConsent: existing !== undefined || other !== undefined || photosBy !== undefined,
  }
  await metered('teach', place, from, exchange, services, () =>
    lessons.begin(request, exchange, { replaces: existing?.ownerName, asks: other }),
  )
}

/** The clean name, and the concept that it would replace. @throws FamiliarError when it cannot be given or is not theirs */
async function requireName(wish: Wish, from: Person, { tenant }: Place, services: Services) {
  const { library, queue, safety } = services
  const say = speaker(from.locale)
  const name = cleanName(wish.name)
  if (safety.mentions(name)) throw refusal(say('safety.refused'))
  const existing = await library.find(tenant, name)
  if (existing && !mayChange(from, existing))
    throw refusal(say('teach.taken', { name: existing.name, owner: existing.ownerName }))
  const busy = queue.list(tenant).find(job => job.state !== 'consent' && nameKey(job.name) === nameKey(name))
  if (busy) throw refusal(say('teach.already', { name, owner: busy.by.name }))
  return { name, existing }
}

/** The member whom a person's pictures show; nothing of any other kind. */
function depictedBy(say: Say, { kind, person, consent }: Wish, from: Person): Person | undefined {
  if (kind !== 'person') return undefined
  const depicted = person ?? (consent ? from : undefined)
  if (!depicted) throw refusal(say('teach.person.who'))
  if (depicted.bot) throw refusal(say('teach.person.bot', { name: depicted.name }))
  if (depicted.id === from.id && !consent) throw refusal(say('teach.person.tick'))
  return depicted
}
