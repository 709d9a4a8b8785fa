/** `settings`, for those who run the tenant: when the bot speaks in this channel, and where reports of drawings go. */
import { LISTENING_MODES } from '../src/settings.ts'
import { speaker } from '../src/texts/texts.ts'
import { type Command, textOption } from './command.ts'

const destinations = ['admins', 'here'] as const

export const settings: Command = {
  name: 'settings',
  localName: 'command.settings.name',
  description: 'command.settings',
  who: 'admins',
  options: [
    {
      type: 'choice',
      name: 'listen',
      description: 'option.settings.listen',
      choices: LISTENING_MODES.map(value => ({ value, label: `settings.listen.${value}` as const })),
    },
    {
      type: 'choice',
      name: 'reports',
      description: 'option.settings.reports',
      choices: destinations.map(value => ({ value, label: `settings.reports.${value}` as const })),
    },
  ],
  async run({ from, place, options }, exchange, services) {
    const say = speaker(from.locale)
    const listen = LISTENING_MODES.find(value => value === textOption(options, 'listen'))
    const reports = destinations.find(value => value === textOption(options, 'reports'))
    if (listen) await services.settings.listen(place, listen)
    if (reports) await services.settings.reportTo(place.tenant, reports === 'here' ? place : undefined)
    const now = await services.settings.listening(place)
    const to = await services.settings.reportsTo(place.tenant)
    const where = !to ? 'admins' : to.channel === place.channel ? 'here' : 'elsewhere'
    const text = say('settings.now', {
      listen: say(`settings.listen.${now}`),
      reports: say(`settings.reports.${where}`),
    })
    await exchange.say({ text }, { privately: true })
  },
}
