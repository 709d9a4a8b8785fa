/** A drawing that somebody reports reaches those who run the tenant, with what was asked for it. */
import { speaker } from '../texts/texts.ts'
import type { OutgoingMessage, Person, Place } from './chat.ts'
import { fileName } from './drawing-picture.ts'
import type { Drawing } from './drawings.ts'
import { withoutContent } from './logging.ts'
import { action, type Services } from './services.ts'

const longestQuote = 500

/** Resolves to whether somebody was reached. */
export async function reportDrawing(drawing: Drawing, reporter: Person, services: Services): Promise<boolean> {
  const { platforms, settings, drawings, log } = services
  const { tenant } = drawing.place
  const platform = platforms(tenant)
  const message = reportMessage(drawing, reporter, drawings.context(drawing.id)?.png)
  const reach = async (place: () => Promise<Place>) => {
    try {
      await platform.send(await place(), message)
      return true
    } catch (error) {
      log.warn({ ...withoutContent(error), tenant }, 'a report cannot be delivered')
      return false
    }
  }
  const channel = await settings.reportsTo(tenant)
  if (channel && (await reach(async () => channel))) return true
  let reached = false
  for (const admin of await platform.admins(tenant))
    reached = (await reach(() => platform.direct(tenant, admin))) || reached
  return reached
}

/** Nobody knows the readers' language: the reporter's is the best guess. */
function reportMessage(drawing: Drawing, reporter: Person, png: Uint8Array | undefined): OutgoingMessage {
  const say = speaker(reporter.locale)
  const asked = drawing.text.length > longestQuote ? `${drawing.text.slice(0, longestQuote)}…` : drawing.text
  return {
    text: say('report.message', { reporter: reporter.name, asker: drawing.by.name, asked }),
    ...(png && { pictures: [{ name: `${fileName([])}.png`, bytes: png, altText: say('report.picture') }] }),
    buttons: [{ action: action('drawing.delete', drawing.id), label: say('button.deleteDrawing'), style: 'danger' }],
  }
}
