/** `help`: what can be asked of the bot, with examples of who was taught here, and what is left of one's share. */

import type { Person, Place } from '../src/conversation/chat.ts'
import { isExempt } from '../src/conversation/permissions.ts'
import type { Services } from '../src/conversation/services.ts'
import { type Say, speaker } from '../src/texts/texts.ts'
import type { Command } from './command.ts'

export const help: Command = {
  name: 'help',
  localName: 'command.help.name',
  description: 'command.help',
  who: 'everybody',
  options: [],
  async run({ from, place }, exchange, services) {
    const say = speaker(from.locale)
    const [first] = await services.library.list(place.tenant)
    const name = first?.name ?? 'Mắm'
    const english = services.engine.model.drawnWorldOnly
    const lines = [
      say('help.teach', { name }),
      say('help.ask', { name }),
      // The model of the drawn world reads a little English and nothing else.
      speaker(english ? 'en' : from.locale)('help.draw', { name }),
      say('help.remember', { name }),
      say('help.forget', { name }),
      say('help.more'),
    ]
    const parts = [say('help.head'), ...lines.map(line => `• ${line}`), await left(say, place, from, services)]
    if (english) parts.push(say('help.drawnWorld'))
    await exchange.say({ text: parts.filter(Boolean).join('\n') }, { privately: true })
  },
}

/** What is left today, where that is limited. */
async function left(say: Say, { tenant }: Place, from: Person, { quotas, policy }: Services): Promise<string> {
  if (isExempt(from, policy.exemptRoles)) return ''
  const { teach, ask, draw } = await quotas.left(tenant, from.id)
  return Number.isFinite(teach + ask + draw) ? say('help.left', { teach, ask, draw }) : ''
}
