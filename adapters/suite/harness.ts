/**
 * What the shared suite asks of a platform's test harness: it plays the people of a chat. They type, press and look; the
 * bot behind the adapter is the suite's. Types only.
 */
import type { Adapter, Bot, Card, Choice, Field, Tenant } from '../../src/conversation/chat.ts'

/** One who takes part, as the platform knows them. */
export interface Member {
  readonly id: string
  readonly name: string
}

/** The channel where everybody is, or the one where a person is alone with the bot. */
export type Where = 'group' | 'direct'

export interface Posted {
  readonly text?: string
  readonly pictures?: readonly PostedPicture[]
  /** Id of a message that they see. */
  readonly replyTo?: string
}
export interface PostedPicture {
  readonly name: string
  readonly bytes: Uint8Array
}
/** What is typed or chosen for an option or a field. */
export type Given = string | boolean | Member | readonly PostedPicture[]

export interface SeenMessage {
  readonly id: string
  /** A member's id, or `bot`. */
  readonly from: string
  /** As it is read, without any mark-up. */
  readonly text: string
  /** What of the text is bold. */
  readonly bold: readonly string[]
  readonly pictures: readonly SeenPicture[]
  readonly card?: Pick<Card, 'title' | 'status'> & { readonly share?: number }
  readonly buttons: readonly string[]
}
export interface SeenPicture {
  readonly bytes: Uint8Array
  readonly altText: string
}
export interface SeenForm {
  readonly title: string
  /** Absent where the platform has a word of its own. */
  readonly submit?: string
  readonly fields: readonly { readonly type: Field['type']; readonly label: string }[]
}

export interface Harness {
  readonly adapter: Adapter
  readonly tenant: Tenant
  /** The tenant of what this person says alone with the bot; the same when absent. */
  tenantAlone?(who: Member): Tenant
  /** The group's `Place.channel`. */
  readonly group: string
  readonly people: {
    /** Runs the tenant. */
    readonly admin: Member
    /** Does not. */
    readonly friend: Member
    /** Will shut the bot out. */
    readonly leaver: Member
  }
  /** What one types to mention somebody. */
  mention(whom: Member | 'bot'): string

  /** Resolves to the message's id, as people know it. */
  post(who: Member, where: Where, posted: Posted): Promise<string>
  /** The platform tells the bot of this message once more. */
  deliverAgain(message: string): Promise<void>
  run(who: Member, where: Where, command: string, options: Readonly<Record<string, Given>>): Promise<void>
  /** Chooses a command on the menu of a message that they see. Absent where messages have no menu. */
  runOn?(who: Member, where: Where, message: string, command: string): Promise<void>
  /** Values that the platform offers for a command's option. */
  complete(who: Member, command: string, option: string, typed: string): Promise<readonly Choice[]>
  press(who: Member, message: SeenMessage, label: string): Promise<void>
  /** The form that is open to them. */
  form(who: Member): Promise<SeenForm | undefined>
  /** Hands the open form in. Resolves to what the platform finds wrong, by the name of the field. */
  fillIn(who: Member, fields: Readonly<Record<string, Given>>): Promise<Readonly<Record<string, string>>>
  /** Messages that this person sees there, in order. */
  look(who: Member, where: Where): Promise<readonly SeenMessage[]>
  /** Messages that have notified this person. */
  notified(who: Member): Promise<readonly SeenMessage[]>
  /** Somebody who may deletes a message. */
  deleteMessage(message: SeenMessage): Promise<void>
  /** The bot may no longer write to this person alone. */
  shutOut(who: Member): Promise<void>
  /** Another program posts in the group. */
  postAsProgram(text: string): Promise<void>
  close(): Promise<void>
}

export type OpenHarness = (bot: Bot) => Promise<Harness>
