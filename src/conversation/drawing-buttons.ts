/** The buttons under a drawing: draw it again, delete it, report it. */
import { speaker } from '../texts/texts.ts'
import { answer } from './answer.ts'
import type { Drawing } from './drawings.ts'
import { mayForget } from './permissions.ts'
import { reportDrawing } from './reports.ts'
import type { PressHandler, Services } from './services.ts'

const redraw: PressHandler = async (press, id, exchange, services) => {
  const { drawings, library } = services
  const { from, message } = press
  const say = speaker(from.locale)
  const tell = (text: string) => exchange.say({ text }, { privately: true })
  const drawing = await drawings.find(message.place.tenant, id)
  const context = drawings.context(id)
  if (!drawing || (drawing.needsContext && !context)) return void (await tell(say('drawing.old')))
  const records = await library.list(drawing.place.tenant)
  // Whoever was forgotten in the meantime is not drawn any more.
  if (!drawing.concepts.every(concept => records.some(record => record.id === concept)))
    return void (await tell(say('drawing.forgotten')))
  const material = async () => context ?? { images: [], earlier: [] }
  const question = { from, place: message.place, text: drawing.text, material, again: true }
  const alone = await drawings.alone(`redraw ${id}`, () => answer(question, exchange, services))
  if (!alone) await tell(say('drawing.already'))
}

const remove: PressHandler = async ({ from, message }, id, exchange, services) => {
  const { drawings, platforms } = services
  const { tenant } = message.place
  const say = speaker(from.locale)
  const drawing = await drawings.find(tenant, id)
  const may = drawing ? await mayDelete(drawing, from, services) : from.admin
  if (!may)
    return void (await exchange.say({ text: say(drawing ? 'drawing.notYours' : 'drawing.old') }, { privately: true }))
  // The button under a report is not under the drawing.
  await platforms(tenant).remove(drawing?.message ?? message)
  if (drawing) await drawings.remove(drawing)
  await exchange.say({ text: say('drawing.deleted') }, { privately: true })
}

/** Whoever asked for it, whose concept it shows or whom it depicts, and admins. */
async function mayDelete(
  { by, place, concepts }: Drawing,
  person: Parameters<PressHandler>[0]['from'],
  { library }: Services,
): Promise<boolean> {
  if (person.admin || person.id === by.id) return true
  const records = await library.list(place.tenant)
  return records.some(record => concepts.includes(record.id) && mayForget(person, record))
}

const report: PressHandler = async ({ from, message }, id, exchange, services) => {
  const { drawings } = services
  const say = speaker(from.locale)
  const tell = (text: string) => exchange.say({ text }, { privately: true })
  const drawing = await drawings.find(message.place.tenant, id)
  if (!drawing) return void (await tell(say('drawing.old')))
  const result = await drawings.report(drawing, from.id, () => reportDrawing(drawing, from, services))
  await tell(say(`report.${result}`))
}

export const drawingPresses: Readonly<Record<string, PressHandler>> = {
  'drawing.redraw': redraw,
  'drawing.delete': remove,
  'drawing.report': report,
}
