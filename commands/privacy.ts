/** `privacy`: what is kept, where, for how long, how to have it deleted, and how much of it is of whoever asks. */
import { speaker } from '../src/texts/texts.ts'
import type { Command } from './command.ts'
import { countOf } from './forget.ts'

export const privacy: Command = {
  name: 'privacy',
  localName: 'command.privacy.name',
  description: 'command.privacy',
  who: 'everybody',
  options: [],
  async run({ from, place }, exchange, services) {
    const { policy } = services
    const say = speaker(from.locale)
    const parts = [
      say('privacy.kept'),
      say(policy.retainPhotos ? 'privacy.photosKept' : 'privacy.photos'),
      ...(policy.teacher ? [say('privacy.teacher', { host: policy.teacher })] : []),
      say('privacy.drawings', { days: policy.drawingDays }),
      say('privacy.consent'),
      say('privacy.delete'),
      say('privacy.yours', await countOf(from, place.tenant, services)),
    ]
    await exchange.say({ text: parts.map(part => `• ${part}`).join('\n') }, { privately: true })
  },
}
