/**
 * What the server and the page say to each other: JSON bodies and server-sent events. Types only; both sides import this
 * file, and it knows nothing of either.
 */
import type { Button, Card, Form } from '../../src/conversation/chat.ts'
import type { CommandInfo } from '../command-info.ts'

export interface WirePerson {
  readonly id: string
  readonly name: string
  /** One of the page's colours, 0…7. */
  readonly colour: number
  readonly admin: boolean
  /** A program that somebody let in; the bot never answers it. */
  readonly bot: boolean
  /** Messages that notify this person and were not looked at, by channel. */
  readonly notices: Readonly<Record<string, number>>
}

export interface WireChannel {
  readonly id: string
  /** The person who is alone with the bot there; absent in the group. */
  readonly person?: string
}

export interface WirePicture {
  readonly url: string
  readonly name: string
  /** Absent for pictures that people posted. */
  readonly altText?: string
}

export interface WireQuote {
  readonly id: string
  readonly from: string
  readonly text: string
  readonly pictures: number
}

export interface WireMessage {
  readonly id: string
  readonly channel: string
  /** `bot` or a person's id. */
  readonly from: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly text: string
  readonly pictures: readonly WirePicture[]
  /** Pictures that were handed over in a form, shown with the card of the work on them. */
  readonly photos: readonly WirePicture[]
  readonly card?: Card
  readonly buttons: readonly Button[]
  /** Ids of people who are notified. */
  readonly mentions: readonly string[]
  readonly replyTo?: WireQuote
  /** The command that it answers. */
  readonly command?: { readonly by: string; readonly text: string }
  /** Only the person who looks sees it. */
  readonly privately: boolean
  /** It notifies the person who looks. */
  readonly notifies: boolean
  /** What the sender's page called it. */
  readonly nonce?: string
}

/** A form that is open, with the token by which it is handed in. */
export interface WireForm extends Form {
  readonly token: string
}

/** The first event of a stream that goes on where an earlier one ended. */
export interface Hello {
  /** Changes with the page's own code. */
  readonly build: string
  readonly botName: string
  readonly commands: readonly CommandInfo[]
  /** Whether there is an operator's view. */
  readonly status: boolean
}

export interface Snapshot {
  readonly messages: readonly WireMessage[]
  /** Channels that hold earlier messages than these. */
  readonly more: readonly string[]
}

export interface People {
  readonly people: readonly WirePerson[]
  readonly channels: readonly WireChannel[]
}

/** Server-sent events by name. */
export interface Events {
  hello: Hello
  /** Everything up to now; what the page had is no longer needed. */
  snapshot: Snapshot
  people: People
  /** A message is new, or is now like this. */
  message: WireMessage
  removed: { readonly id: string; readonly channel: string }
  /** The bot prepares an answer there, or no longer does. */
  busy: { readonly channel: string; readonly on: boolean }
  ping: null
}

export interface ApiError {
  readonly code: string
  /** One sentence for people. */
  readonly message: string
  /** Sentences by the name of a form's field. */
  readonly fields?: Readonly<Record<string, FieldError>>
}
export interface FieldError {
  readonly code: 'MISSING' | 'TOO_LONG' | 'TOO_FEW' | 'TOO_MANY' | 'NOT_A_CHOICE'
  readonly message: string
  readonly limit?: number
}

/** Every body that acts says as whom, and is named so that a repeated request is done once. */
interface Act {
  readonly as: string
  readonly nonce: string
}
export interface PostMessage extends Act {
  readonly channel: string
  readonly text: string
  /** Ids of uploads. */
  readonly pictures: readonly string[]
  readonly replyTo?: string
}
/** Of a person: their id; of pictures: ids of uploads. */
export type WireValue = string | boolean | readonly string[]
export interface PostCommand extends Act {
  readonly channel: string
  readonly name: string
  readonly options: Readonly<Record<string, WireValue>>
}
export interface PostPress extends Act {
  readonly message: string
  readonly action: string
}
export interface PostForm extends Act {
  readonly token: string
  readonly fields: Readonly<Record<string, WireValue>>
}
/** The answer to a command, press or form: a form to fill in, when the bot asks for one. */
export interface Outcome {
  readonly form?: WireForm
}

/** The sample album: drawn subjects to try the bot with. */
export interface Album {
  readonly subjects: readonly AlbumSubject[]
  /** Pictures that nobody was taught from, to ask about. */
  readonly others: readonly AlbumPicture[]
}
export interface AlbumSubject {
  readonly name: string
  readonly kind: 'pet' | 'person'
  readonly pictures: readonly AlbumPicture[]
}
export interface AlbumPicture {
  readonly url: string
  readonly name: string
  readonly altText: string
}
