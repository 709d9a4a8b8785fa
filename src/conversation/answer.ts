/**
 * One question, one answer: what is asked goes to the model with the concepts that it is about, and words or a drawing
 * come back. Also for a drawing that is drawn again. Who is asked, and whether that is a command, was found out before.
 */
import type { Reply, Utterance } from '../../engine/engine.ts'
import type { RgbImage } from '../../engine/image.ts'
import { listed, type Say, speaker } from '../texts/texts.ts'
import { beingLearned, lessonNamed, notYet } from './being-learned.ts'
import type { Button, Exchange, Person, Place } from './chat.ts'
import { type Context, contextOf } from './context.ts'
import { drawingPicture } from './drawing-picture.ts'
import type { Drawing, Drawings } from './drawings.ts'
import { asksToDraw } from './intents.ts'
import { metered } from './limits.ts'
import { withoutContent } from './logging.ts'
import { isExempt } from './permissions.ts'
import { action, type Services } from './services.ts'
import { working } from './working.ts'

export interface Question {
  readonly from: Person
  readonly place: Place
  readonly text: string
  /** Fetches what belongs to it, once its turn has come. */
  readonly material: () => Promise<Material>
  /** It is asked for once more: a drawing, whatever it says. */
  readonly again?: boolean
}

export interface Material {
  readonly images: readonly RgbImage[]
  /** What was said before it. */
  readonly earlier: readonly Utterance[]
}

/**
 * Counts a question and answers it when what the same person asked before is answered.
 * @throws FamiliarError from the engine, fit to be shown
 */
export async function answer(question: Question, exchange: Exchange, services: Services): Promise<void> {
  const { from, place, text, material, again } = question
  const draws = again === true || asksToDraw(text)
  const { closing, lines } = services
  const inTurn = async () => {
    closing.throwIfAborted()
    await exchange.busy()
    return reply(question, draws, await material(), exchange, services)
  }
  await metered(
    draws ? 'draw' : 'ask',
    place,
    from,
    exchange,
    services,
    () => lines.run(`${place.tenant} ${from.id}`, inTurn),
    asked => asked,
  )
}

/** Resolves to whether the model was asked. */
async function reply(
  question: Question,
  draws: boolean,
  material: Material,
  exchange: Exchange,
  services: Services,
): Promise<boolean> {
  const { from, place, text } = question
  const { images, earlier } = material
  const { engine, safety } = services
  const say = speaker(from.locale)
  const context = await contextOf(services, place.tenant, text, earlier)
  if (context.foreign.length > 0) {
    const names = context.foreign.map(({ name }) => name)
    const model = engine.model.name
    await exchange.say({ text: say('ask.foreign', { names: listed(from.locale, names), count: names.length, model }) })
    return false
  }
  if (context.damaged.length > 0) {
    const names = context.damaged.map(({ name }) => name)
    await exchange.say({ text: say('ask.damaged', { names: listed(from.locale, names) }) })
    return false
  }
  const lesson = lessonNamed(text, beingLearned(place.tenant, context.known, services))
  if (lesson) {
    await exchange.say({ text: notYet(say, lesson, services) })
    return false
  }
  const shows = context.named.length > 0 ? context.named : context.concepts
  const subject = { named: shows.length > 0, person: shows.some(({ kind }) => kind === 'person') }
  const refuse = () => exchange.say({ text: say('safety.refused') })
  if (draws && safety.refuses(text, subject)) {
    await refuse()
    return false
  }

  const { concepts, facts } = context
  const turn = { text, images, concepts, facts, earlier, drawing: draws, ...(question.again && { seed: randomSeed() }) }
  const replied = await working(place, from, exchange, services, signal => engine.reply(turn, { signal }))
  const { image } = replied
  // The model may draw what did not look like a request for a drawing.
  if (image && !draws && !isExempt(from, services.policy.exemptRoles))
    await services.quotas.take('draw', place.tenant, from.id)
  if (!image) await exchange.say({ text: replied.text.trim() || say('answer.empty') })
  else if (safety.refuses(text, subject)) await refuse()
  else await postDrawing(question, material, context, { ...replied, image }, exchange, services)
  return true
}

async function postDrawing(
  { from, place, text }: Question,
  { images, earlier }: Material,
  { named, concepts }: Context,
  reply: Reply & { readonly image: RgbImage },
  exchange: Exchange,
  services: Services,
): Promise<void> {
  const { drawings, library, log } = services
  const say = speaker(from.locale)
  const names = named.length > 0 ? named.map(({ name }) => name) : concepts.map(({ name }) => name)
  const altText = reply.altText ?? say('drawing.of', { what: listed(from.locale, names) || say('drawing.something') })
  const picture = await drawingPicture(reply.image, names, altText)
  const records =
    named.length > 0 ? named : (await library.list(place.tenant)).filter(({ name }) => names.includes(name))
  // A full disk costs the buttons, not the drawing.
  const unnoted = (error: unknown) => {
    log.warn({ ...withoutContent(error), tenant: place.tenant }, 'a drawing cannot be noted')
    return undefined
  }
  const noted: Parameters<Drawings['add']>[0] = {
    place,
    by: { id: from.id, name: from.name },
    text,
    concepts: records.map(({ id }) => id),
    needsContext: images.length > 0 || (named.length === 0 && concepts.length > 0),
  }
  const drawing = await drawings.add(noted, { images, earlier, png: picture.bytes }).catch(unnoted)
  const posted = await exchange.say({
    text: [reply.text.trim(), say('drawing.generated')].filter(Boolean).join('\n'),
    pictures: [picture],
    ...(drawing && { buttons: drawingButtons(say, drawing) }),
  })
  if (drawing) await drawings.attach(drawing, posted).catch(unnoted)
}

function drawingButtons(say: Say, { id }: Drawing): Button[] {
  return [
    { action: action('drawing.redraw', id), label: say('button.redraw') },
    { action: action('drawing.delete', id), label: say('button.delete') },
    { action: action('drawing.report', id), label: say('button.report') },
  ]
}

const randomSeed = () => Math.floor(Math.random() * 2 ** 31)
