/** What the story of a group chat needs of a platform: its people, what they do, and what they see. */
import type { Upload } from '../../../adapters/web/testing/page-client.ts'
import type { Line } from './chat-picture.ts'

export interface Typed {
  readonly text?: string
  readonly pictures?: readonly Upload[]
  /** Id of the message that it answers (on Slack, in whose thread it stands). */
  readonly about?: string
}

/** The channel where everybody is, or the one where a person is alone with the bot. */
export type Where = 'group' | 'direct'

/** What is filled into a form, by what it is for. */
export interface Filled {
  readonly name?: string
  readonly pictures?: readonly Upload[]
  /** The label of a choice. */
  readonly kind?: string
  readonly facts?: string
  /** A person's name. */
  readonly person?: string
  readonly consent?: boolean
}

/** People go by their names. The bot's messages are from `bot`. */
export interface Driver {
  readonly platform: 'Discord' | 'Slack'
  /** What one types to mention the bot. */
  readonly mention: string
  /** For `parseConfig`: tokens, and where the platform is. */
  readonly variables: Readonly<Record<string, string>>
  join(name: string, options?: { readonly admin?: boolean }): Promise<void>
  /** Resolves to the message's id. */
  post(who: string, typed: Typed, where?: Where): Promise<string>
  /** A command with what is typed behind it. */
  command(who: string, name: string, subject?: string, where?: Where): Promise<void>
  /** Chooses a command on the menu of a message, by its label. */
  menu(who: string, message: string, label: string): Promise<void>
  press(who: string, message: string, label: string): Promise<void>
  /** The title of the form that is open to somebody. */
  form(who: string): string | undefined
  fillIn(who: string, filled: Filled): Promise<void>
  /** All messages that somebody sees there, replies in threads included, oldest first. */
  sees(who: string, where?: Where): readonly Line[]
  /** Ids of messages that made somebody's client ring. */
  notified(who: string): readonly string[]
  /** Waits until the bot is connected. */
  connected(): Promise<void>
  /** What the bot did against the platform's rules. */
  violations(): readonly unknown[]
  close(): Promise<void>
}
