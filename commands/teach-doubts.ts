/**
 * Photos from which little can be learned, shown to whoever handed them over before anything is learned from them: they
 * can be left out, learned from all the same, or replaced. It is a question, not a refusal: a measure can be wrong.
 */
import type { Exchange, IncomingPicture, OutgoingPicture, Person, Place } from '../src/conversation/chat.ts'
import type { DoubtfulPhoto } from '../src/conversation/photos.ts'
import { action, type Services } from '../src/conversation/services.ts'
import { toPng } from '../src/pictures.ts'
import { type Say, speaker } from '../src/texts/texts.ts'
import { fewest, type Wish } from './teach-form.ts'

/** A lesson that waits for an answer about its photos. */
export interface DoubtfulLesson {
  readonly wish: Wish
  readonly pictures: readonly IncomingPicture[]
  /** Whoever posted them. */
  readonly author: Person
  /** Those that nothing is wrong with. */
  readonly good: readonly IncomingPicture[]
}

/** Shows the photos, says what is wrong with each, and asks. */
export async function askAboutPhotos(
  { wish, pictures, author }: Omit<DoubtfulLesson, 'good'>,
  doubtful: readonly DoubtfulPhoto[],
  from: Person,
  place: Place,
  exchange: Exchange,
  { drafts }: Services,
): Promise<void> {
  const say = speaker(from.locale)
  const count = doubtful.length
  const bad = new Set(doubtful.map(({ index }) => index))
  const good = pictures.filter((_, index) => !bad.has(index))
  const lesson: DoubtfulLesson = { wish, pictures, author, good }
  const token = drafts.keep(place.tenant, from, lesson)
  const again = drafts.keep(place.tenant, from, wish)
  const enough = good.length >= fewest
  const lines = [
    say('photos.doubt', { name: wish.name, count }),
    ...doubtful.map(one => `• ${faultOf(say, one)}`),
    say(enough ? 'photos.doubt.without' : 'photos.doubt.others', { count }),
  ]
  const shown = await Promise.all(doubtful.map(one => pictureOf(say, one)))
  const without = { action: action('teach.without', token), label: say('button.without', { count }) }
  const other = { action: action('teach.again', again), label: say('button.otherPictures') }
  const anyway = { action: action('teach.anyway', token), label: say('button.anyway') }
  const [best, ...rest] = enough ? [without, other, anyway] : [other, anyway]
  const buttons = [{ ...best!, style: 'primary' as const }, ...rest]
  await exchange.say({ text: lines.join('\n'), pictures: shown, buttons }, { privately: true })
}

function faultOf(say: Say, { index, image: { width, height }, fault }: DoubtfulPhoto): string {
  return say(fault === 'small' ? 'photos.small' : 'photos.blurred', { number: index + 1, width, height })
}

async function pictureOf(say: Say, one: DoubtfulPhoto): Promise<OutgoingPicture> {
  return { name: `${one.index + 1}.png`, bytes: await toPng(one.image), altText: faultOf(say, one) }
}
