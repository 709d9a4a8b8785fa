/** The bot's commands as people are shown them, in one language: what an adapter registers with its platform. */
import type { Command } from '../commands/command.ts'
import type { Choice } from '../src/conversation/chat.ts'
import { type Locale, speaker } from '../src/texts/texts.ts'

export interface CommandInfo {
  readonly name: string
  /** As the language writes it, when that is another word. */
  readonly localName?: string
  readonly description: string
  readonly options: readonly CommandOption[]
  readonly adminsOnly?: boolean
  /** What it is called on the menu of a message, where it can be chosen there. */
  readonly onMessage?: string
}

export interface CommandOption {
  readonly name: string
  readonly description: string
  /** `picture` is one picture, handed over as a list of one. */
  readonly type: 'text' | 'choice' | 'tick' | 'person' | 'picture' | 'pictures'
  readonly required?: boolean
  readonly choices?: readonly Choice[]
  /** `Bot.complete` knows values for it. */
  readonly completes?: boolean
  /** Characters of a text, or how many pictures there may be. */
  readonly max?: number
}

export function describeCommands(commands: readonly Command[], locale: Locale): CommandInfo[] {
  const say = speaker(locale)
  return commands.map(({ name, localName, description, options, who, onMessage }) => {
    const local = say(localName)
    return {
      name,
      ...(local !== name && { localName: local }),
      description: say(description),
      adminsOnly: who === 'admins',
      ...(onMessage && { onMessage: say(onMessage) }),
      options: options.map(option => ({
        name: option.name,
        description: say(option.description),
        type: option.type,
        ...(option.required && { required: true }),
        ...(option.type === 'choice' && {
          choices: option.choices.map(({ value, label }) => ({ value, label: say(label) })),
        }),
        ...(option.type === 'text' && { max: option.maxLength }),
        ...(option.type === 'pictures' && { max: option.max }),
        ...(option.type === 'text' && option.completes && { completes: true }),
      })),
    }
  })
}
