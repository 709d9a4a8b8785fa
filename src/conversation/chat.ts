/**
 * A group chat as the bot sees it, whichever platform carries it: who said what where, what goes back, and what an adapter
 * must be able to do. Types only. Everything that only one platform knows stays in its adapter.
 *
 * Ids are the platform's own and mean something inside their tenant only. Texts that come in are plain: mentions of people
 * are written `@name`, the mention of the bot itself is taken out. Texts that go out are plain, too, with `**bold**` and
 * line breaks; an adapter escapes everything else, and nothing in a text ever pings anybody (`mentions` does).
 */
import type { Utterance } from '../../engine/engine.ts'
import type { Locale } from '../texts/texts.ts'

/** A workspace, server or household whose concepts nobody outside may see: `platform:workspace`, such as `web:local`. */
export type Tenant = string

export interface Person {
  readonly id: string
  /** As others in the chat see it. */
  readonly name: string
  /** May do what only those may who run this tenant. */
  readonly admin: boolean
  /** Names or ids of roles, for TEACH_ROLES and EXEMPT_ROLES. */
  readonly roles: readonly string[]
  /** A program: it is never answered. */
  readonly bot: boolean
  readonly locale: Locale
}

/** Where a message stands or goes. */
export interface Place {
  readonly tenant: Tenant
  readonly channel: string
  readonly thread?: string
  /** Between one person and the bot: everything said there is meant for the bot. */
  readonly direct: boolean
}

/** A message that was posted, as JSON that outlives a restart. */
export interface MessageRef {
  readonly place: Place
  readonly message: string
}

/** A picture that came with a message. Its bytes are fetched when something is to be done with them, and not before. */
export interface IncomingPicture {
  /** For messages, such as its file's name. */
  readonly name: string
  /** @throws FamiliarError `BAD_PHOTO` when there are too many bytes, `FETCH_FAILED` when they cannot be had */
  bytes(): Promise<Uint8Array>
}

export interface IncomingMessage {
  /** The same when the platform delivers the message again. */
  readonly id: string
  readonly from: Person
  readonly place: Place
  readonly text: string
  readonly pictures: readonly IncomingPicture[]
  /** The bot is mentioned. */
  readonly mentionsBot: boolean
  /** People who are mentioned. */
  readonly mentions: readonly Person[]
  readonly repliedTo?: {
    readonly fromBot: boolean
    readonly text: string
    readonly pictures: readonly IncomingPicture[]
  }
  /** The turns before it in its thread (or channel), oldest first, at most `count`, without commands and cards. */
  earlier(count: number): Promise<readonly Utterance[]>
}

/** A command with its options by name; those left out are absent. */
export interface CommandCall {
  readonly id: string
  /** Name of the command: a key of `commands`. */
  readonly name: string
  readonly from: Person
  readonly place: Place
  readonly options: Readonly<Record<string, OptionValue>>
  /** The message on whose menu it was chosen. */
  readonly on?: MenuTarget
}
export interface MenuTarget {
  readonly from: Person
  readonly text: string
  readonly pictures: readonly IncomingPicture[]
}
export type OptionValue = string | boolean | Person | readonly IncomingPicture[]

/** A button of one of the bot's messages. */
export interface Press {
  readonly id: string
  readonly from: Person
  /** The message with the button. */
  readonly message: MessageRef
  /** The button's `action`. */
  readonly action: string
}

/** A form that was filled in. */
export interface Submission {
  readonly id: string
  readonly from: Person
  readonly place: Place
  /** The form's `action`. */
  readonly action: string
  readonly fields: Readonly<Record<string, OptionValue>>
}

export interface OutgoingPicture {
  /** File name with its ending, such as `mam.png`. */
  readonly name: string
  readonly bytes: Uint8Array
  /** Whoever cannot see it reads this. */
  readonly altText: string
}

export interface Button {
  /** What comes back in `Press.action`, at most 100 characters. */
  readonly action: string
  readonly label: string
  readonly style?: 'plain' | 'primary' | 'danger'
}

/** Long work under way, shown in one message that is edited. */
export interface Card {
  readonly title: string
  /** One line: what is being done now. */
  readonly status: string
  /** Done of all, 0…1; absent while it waits. */
  readonly share?: number
  readonly secondsLeft?: number
  /** Of the title and the status, for what an adapter words itself; English when absent. */
  readonly locale?: Locale
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled' | 'paused'
}

export interface OutgoingMessage {
  /** May be empty with a card or pictures. */
  readonly text: string
  readonly pictures?: readonly OutgoingPicture[]
  readonly card?: Card
  readonly buttons?: readonly Button[]
  /** People who are to be notified, by id; nobody else is. */
  readonly mentions?: readonly string[]
}

export type Field =
  | {
      readonly type: 'text'
      readonly name: string
      readonly label: string
      readonly value?: string
      readonly optional?: boolean
      readonly maxLength: number
    }
  | {
      readonly type: 'pictures'
      readonly name: string
      readonly label: string
      readonly min: number
      readonly max: number
    }
  | {
      readonly type: 'choice'
      readonly name: string
      readonly label: string
      readonly choices: readonly Choice[]
      readonly value?: string
    }
  | { readonly type: 'person'; readonly name: string; readonly label: string; readonly optional?: boolean }
  | { readonly type: 'tick'; readonly name: string; readonly label: string }

export interface Choice {
  readonly value: string
  readonly label: string
}

export interface Form {
  /** What comes back in `Submission.action`, at most 100 characters. */
  readonly action: string
  readonly title: string
  readonly submit: string
  readonly fields: readonly Field[]
}

/** The way back to where somebody said or did something. */
export interface Exchange {
  /**
   * Answers there. `privately`: only whoever asked sees it, where the platform can. A first answer to a command or press
   * must come within the platform's time; `busy()` buys more of it.
   */
  say(message: OutgoingMessage, options?: { readonly privately?: boolean }): Promise<MessageRef>
  /** Shows that an answer is being made; may be called again. */
  busy(): Promise<void>
  /** Opens a form before anything else is said. Absent where no form can be opened (an ordinary message). */
  open?(form: Form): Promise<void>
  /** Somebody has written a message: unlike a command, a button or a form it may stay without an answer. */
  readonly spoken?: true
}

/** What the bot asks of a platform at any time. */
export interface Platform {
  /** Such as `web`; tenants begin with it. */
  readonly name: string
  /** Milliseconds between edits of one message that the platform bears. */
  readonly editEvery: number
  /** @throws FamiliarError `PLACE_GONE` when the channel is gone or closed to the bot */
  send(to: Place, message: OutgoingMessage): Promise<MessageRef>
  /** @throws FamiliarError `MESSAGE_GONE` when somebody has deleted it, `PLACE_GONE` */
  edit(message: MessageRef, content: OutgoingMessage): Promise<void>
  /** Deletes one of the bot's messages; one that is gone already is no error. */
  remove(message: MessageRef): Promise<void>
  /** The place in which the bot and this person are alone. @throws FamiliarError `PLACE_GONE` */
  direct(tenant: Tenant, person: string): Promise<Place>
  /** Ids of those who run the tenant, to whom reports go. */
  admins(tenant: Tenant): Promise<readonly string[]>
}

/** What a platform tells the bot. None of these throws: what goes wrong is said in the chat, or logged. */
export interface Bot {
  heard(message: IncomingMessage, exchange: Exchange): Promise<void>
  called(call: CommandCall, exchange: Exchange): Promise<void>
  pressed(press: Press, exchange: Exchange): Promise<void>
  submitted(submission: Submission, exchange: Exchange): Promise<void>
  /** Up to `limit` values for a command's option of which `typed` is there so far. */
  complete(
    place: Place,
    from: Person,
    command: string,
    option: string,
    typed: string,
    limit: number,
  ): Promise<readonly Choice[]>
  /** The bot was removed from a tenant, or is there again. */
  left(tenant: Tenant): Promise<void>
  joined(tenant: Tenant): Promise<void>
}

/** One platform's way in and out. */
export interface Adapter extends Platform {
  /** Begins to tell the bot what happens. @throws FamiliarError when the platform cannot be reached or refuses */
  start(bot: Bot): Promise<void>
  close(): Promise<void>
}
