/**
 * A message on its way to an answer: whether it is for the bot, whether it is a command in plain words, which name was
 * meant, and then the question itself. What a command does is not known here.
 */
import { visible } from '../concepts/names.ts'
import { listed, speaker } from '../texts/texts.ts'
import { asksAboutName, isSpokenTo } from './addressed.ts'
import { answer } from './answer.ts'
import { beingLearned } from './being-learned.ts'
import type { Exchange, IncomingMessage, Person } from './chat.ts'
import { turnsBefore } from './context.ts'
import { asksToDraw, picturesOf, type SpokenCommand, spokenCommand } from './intents.ts'
import type { Once } from './once.ts'
import { mostPicturesAsked, readPictures } from './photos.ts'
import { tooManyPictures } from './recognition.ts'
import { action, type PressHandler, type Services } from './services.ts'
import { type Suggestion, suggestName } from './suggestions.ts'

/** Runs a command that was said in plain words. */
export type RunSpoken = (spoken: SpokenCommand, message: IncomingMessage, exchange: Exchange) => Promise<void>

export async function hear(
  message: IncomingMessage,
  exchange: Exchange,
  services: Services,
  once: Once,
  run: RunSpoken,
): Promise<void> {
  const { place, id } = message
  if (message.from.bot) return
  const { library, settings } = services
  const listening = await settings.listening(place)
  const spokenTo = isSpokenTo(message, listening)
  if (!spokenTo && listening !== 'names') return
  const known = (await library.list(place.tenant)).map(({ name }) => name)
  const names = [...known, ...beingLearned(place.tenant, known, services).map(({ name }) => name)]
  if (!spokenTo && !asksAboutName(message, names)) return
  await once.run([place.tenant, 'message', id], () => attend(message, spokenTo, names, exchange, services, run))
}

/** A message that is for the bot. */
async function attend(
  message: IncomingMessage,
  spokenTo: boolean,
  names: readonly string[],
  exchange: Exchange,
  services: Services,
  run: RunSpoken,
): Promise<void> {
  const { from } = message
  const spoken = spokenTo ? spokenCommand(message) : undefined
  if (spoken) return run(spoken, message, exchange)
  const text = visible(message.text).trim()
  if (text === '' && picturesOf(message).pictures.length === 0) {
    const say = speaker(from.locale)
    await exchange.say({ text: names.length > 0 ? say('hello', { names: some(names, from) }) : say('hello.new') })
    return
  }
  const suggestion = suggestName(text, names)
  if (suggestion) return suggest(suggestion, message, text, exchange, services)
  await ask(message, text, exchange, services)
}

async function ask(message: IncomingMessage, text: string, exchange: Exchange, services: Services): Promise<void> {
  const { from, place } = message
  const { pictures, own } = picturesOf(message)
  // "Draw Mắm in the snow" in reply to a drawing is a new wish, not a question about that drawing.
  const asked = own || !asksToDraw(text) ? pictures : []
  if (asked.length > mostPicturesAsked) throw tooManyPictures(asked.length)
  const material = async () => ({ images: await readPictures(asked), earlier: await turnsBefore(message, services) })
  await answer({ from, place, text, material }, exchange, services)
}

/** What waits for the answer to "did you mean Mắm?". */
interface Meant {
  readonly message: IncomingMessage
  readonly asIs: string
  readonly corrected: string
}

async function suggest(
  { word, name }: Suggestion,
  message: IncomingMessage,
  text: string,
  exchange: Exchange,
  { drafts }: Services,
): Promise<void> {
  const { from, place } = message
  const say = speaker(from.locale)
  const meant: Meant = { message, asIs: text, corrected: visible(text).replace(word, name) }
  const token = drafts.keep(place.tenant, from, meant)
  await exchange.say({
    text: say('meant.ask', { word, name }),
    buttons: [
      { action: action('ask.meant', token), label: say('meant.yes', { name }), style: 'primary' },
      { action: action('ask.asIs', token), label: say('meant.no') },
    ],
  })
}

/** The question as it was meant: asked once, however often the buttons are pressed. */
const asMeant =
  (which: 'asIs' | 'corrected'): PressHandler =>
  async ({ from, message }, token, exchange, services) => {
    const meant = services.drafts.take<Meant>(message.place.tenant, from, token)
    if (!meant) {
      await exchange.say({ text: speaker(from.locale)('button.old') }, { privately: true })
      return
    }
    await ask(meant.message, meant[which], exchange, services)
  }

export const questionPresses: Readonly<Record<string, PressHandler>> = {
  'ask.meant': asMeant('corrected'),
  'ask.asIs': asMeant('asIs'),
}

const mostNamesSaid = 3

/** A few of the names, for an example. */
function some(names: readonly string[], { locale }: Person): string {
  return listed(
    locale,
    names.slice(0, mostNamesSaid).map(name => `**${name}**`),
  )
}
