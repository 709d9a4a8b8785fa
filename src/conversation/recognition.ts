/** "Who is in this picture?": the taught concepts that the engine finds in it, in words. */

import type { Recognition } from '../../engine/engine.ts'
import { FamiliarError } from '../../engine/errors.ts'
import { listed, type Say, speaker } from '../texts/texts.ts'
import type { Exchange, IncomingPicture, Person, Place } from './chat.ts'
import { metered } from './limits.ts'
import { mostPicturesAsked, readPictures } from './photos.ts'
import type { Services } from './services.ts'
import { working } from './working.ts'

/** Confidence from which the answer does not hesitate. */
const certain = 0.75

/** @throws FamiliarError for pictures that cannot be read, and those that the model cannot see */
export async function whoIsThere(
  pictures: readonly IncomingPicture[],
  place: Place,
  from: Person,
  exchange: Exchange,
  services: Services,
): Promise<void> {
  const { library, engine } = services
  const say = speaker(from.locale)
  if (pictures.length === 0) return void (await exchange.say({ text: say('who.noPicture') }, { privately: true }))
  if (pictures.length > mostPicturesAsked) throw tooManyPictures(pictures.length)
  const concepts = await library.load(await library.list(place.tenant), place.tenant)
  if (concepts.length === 0) return void (await exchange.say({ text: say('who.nobodyTaught') }))
  const look = async () => {
    const each: Recognition[][] = []
    for (const image of await readPictures(pictures)) each.push(await engine.recognise(image, concepts))
    return each
  }
  const found = await metered('ask', place, from, exchange, services, () =>
    working(place, from, exchange, services, look),
  )
  if (!found) return
  const sentences = found.map(recognitions => inWords(say, recognitions, name => listed(from.locale, name)))
  const numbered = sentences.map((sentence, index) => say('who.picture', { number: index + 1, sentence }))
  await exchange.say({ text: (sentences.length > 1 ? numbered : sentences).join('\n') })
}

export const tooManyPictures = (count: number) =>
  new FamiliarError('BAD_TURN', `Expected 0 to ${mostPicturesAsked} pictures but received ${count}`)

function inWords(say: Say, recognitions: readonly Recognition[], list: (names: string[]) => string): string {
  const bold = (some: readonly Recognition[]) => list(some.map(({ concept }) => `**${concept}**`))
  const present = recognitions.filter(recognition => recognition.present)
  const sure = present.filter(({ confidence }) => confidence >= certain)
  const perhaps = present.filter(({ confidence }) => confidence < certain)
  if (present.length === 0) return say('who.nobody')
  if (sure.length === 0) return say('who.perhaps', { names: bold(perhaps) })
  return [say('who.sure', { names: bold(sure) }), perhaps.length > 0 && say('who.also', { names: bold(perhaps) })]
    .filter(Boolean)
    .join(' ')
}
