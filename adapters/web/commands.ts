/** The bot's commands as the page shows them, in a language. */
import type { Command } from '../../commands/command.ts'
import { type Locale, speaker } from '../../src/texts/texts.ts'
import type { CommandInfo } from './wire.ts'

export function describeCommands(commands: readonly Command[], locale: Locale): CommandInfo[] {
  const say = speaker(locale)
  return commands.map(({ name, localName, description, options, who }) => {
    const local = say(localName)
    return {
      name,
      ...(local !== name && { localName: local }),
      description: say(description),
      adminsOnly: who === 'admins',
      options: options.map(option => ({
        name: option.name,
        description: say(option.description),
        type: option.type,
        ...(option.required && { required: true }),
        ...(option.type === 'choice' && {
          choices: option.choices.map(({ value, label }) => ({ value, label: say(label) })),
        }),
        ...(option.type === 'text' && option.completes && { completes: true }),
      })),
    }
  })
}
