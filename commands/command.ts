/**
 * What a command is: its name, what can be given with it, who may use it, and what it does. An adapter registers commands
 * with its platform from this; a command knows nothing of any platform.
 */
import type { Choice, CommandCall, Exchange, OptionValue, Person, Place } from '../src/conversation/chat.ts'
import type { PressHandler, Services, SubmissionHandler } from '../src/conversation/services.ts'
import type { TextKey } from '../src/texts/texts.ts'

interface OptionBase {
  readonly name: string
  /** Its explanation in a line. */
  readonly description: TextKey
  /** Asked for by the platform, where it can. */
  readonly required?: boolean
}

export type CommandOption = OptionBase &
  (
    | {
        readonly type: 'text'
        readonly maxLength: number
        /** Values are suggested while it is typed (`Command.complete`). */
        readonly completes?: boolean
      }
    | { readonly type: 'choice'; readonly choices: readonly { readonly value: string; readonly label: TextKey }[] }
    | { readonly type: 'pictures'; readonly min: number; readonly max: number }
    /** One picture; its value is a list of one. */
    | { readonly type: 'picture' }
    | { readonly type: 'person' }
    | { readonly type: 'tick' }
  )

export interface Command {
  /** In every language the same; what a `CommandCall` names. */
  readonly name: string
  /** The name as a language writes it, for platforms that show it so. */
  readonly localName: TextKey
  readonly description: TextKey
  readonly options: readonly CommandOption[]
  /** What it is called on the menu of a message, where the platform has one (`CommandCall.on`). */
  readonly onMessage?: TextKey
  /** Checked again when it is called. */
  readonly who: 'everybody' | 'admins'
  run(call: CommandCall, exchange: Exchange, services: Services): Promise<void>
  /** Values for an option of which `typed` is there so far, the likeliest first. */
  complete?(asking: Completing, services: Services): Promise<readonly Choice[]>
  /** What its buttons and forms do, by the name before the colon of their action. */
  readonly presses?: Readonly<Record<string, PressHandler>>
  readonly submissions?: Readonly<Record<string, SubmissionHandler>>
}

export interface Completing {
  readonly option: string
  readonly typed: string
  readonly place: Place
  readonly from: Person
}

type Options = Readonly<Record<string, OptionValue>>

/** A text that was given; nothing when it is empty or something else. */
export function textOption(options: Options, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

export function picturesOption(options: Options, name: string) {
  const value = options[name]
  return Array.isArray(value) ? (value as Extract<OptionValue, readonly unknown[]>) : []
}

export function personOption(options: Options, name: string): Person | undefined {
  const value = options[name]
  return typeof value === 'object' && !Array.isArray(value) ? (value as Person) : undefined
}

export const tickOption = (options: Options, name: string): boolean => options[name] === true
