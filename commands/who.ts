/** `who`: says who of those that were taught is in a picture. */
import { whoIsThere } from '../src/conversation/recognition.ts'
import { type Command, picturesOption } from './command.ts'

export const who: Command = {
  name: 'who',
  localName: 'command.who.name',
  description: 'command.who',
  onMessage: 'menu.who',
  who: 'everybody',
  options: [{ type: 'picture', name: 'picture', description: 'option.who.picture', required: true }],
  run: ({ from, place, options, on }, exchange, services) =>
    whoIsThere(on?.pictures ?? picturesOption(options, 'picture'), place, from, exchange, services),
}
