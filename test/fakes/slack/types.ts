/** What tests say to the fake Slack, and what they are told of it. Types only. */
import type { Manifest } from './manifest.ts'

export interface FakeSlackOptions {
  /** What the app is; what it does not declare, it does not get. Default `wideManifest`. */
  readonly manifest?: Manifest
  /**
   * Where the app listens, such as `http://127.0.0.1:3000/slack/events`: HTTP mode. Absent, or while it is, Slack speaks
   * through the sockets that the app opens. Also `FakeSlack.requestUrl`.
   */
  readonly requestUrl?: string
  /** Milliseconds in which the app must acknowledge, default 3000; a trigger lives as long. */
  readonly ackWithin?: number
  /** Milliseconds before each repetition of an event that was not acknowledged, default Slack's [0, 60 000, 300 000]. */
  readonly retryDelays?: readonly number[]
  /** Milliseconds between `files.completeUploadExternal` and the message with the file, default 30. */
  readonly shareDelay?: number
  /** The documented tiers per method and team, and one message a second in a channel. Default false. */
  readonly rateLimits?: boolean
}

/** A file as a person drops it into a message or a form. */
export interface FileToShare {
  readonly name: string
  readonly bytes: Uint8Array
  readonly altText?: string
  /** Default from the ending of the name. */
  readonly mimetype?: string
}

export interface PersonOptions {
  /** Display name. */
  readonly name: string
  readonly realName?: string
  readonly id?: string
  readonly admin?: boolean
  readonly owner?: boolean
  /** Another app. Its messages carry a `bot_id`. */
  readonly bot?: boolean
  /** A bot of the oldest kind: its messages have the subtype `bot_message` and no `user`. */
  readonly webhook?: boolean
  /** Default `en-US`. */
  readonly locale?: string
}
export interface ChannelOptions {
  readonly name: string
  readonly id?: string
  readonly private?: boolean
  /** Default everybody of the team, also who comes later. */
  readonly members?: readonly { readonly id: string }[]
  /** The app's bot is a member. Default true. */
  readonly withBot?: boolean
}
export interface TeamOptions {
  readonly name?: string
  readonly id?: string
  /** The app is there from the start. Default true. */
  readonly installed?: boolean
  /** Scopes that were granted, default those of the manifest. */
  readonly scopes?: readonly string[]
}

export interface Typed {
  /**
   * As typed into the client: `Mention.mention` and `@here`, `@channel`, `@everyone` become mentions, web addresses links;
   * everything else is what it looks like.
   */
  readonly text?: string
  readonly files?: readonly FileToShare[]
  /** `ts` of the message whose thread it belongs to. */
  readonly thread?: string
  /** A reply that is shown in the channel, too. */
  readonly broadcast?: boolean
}

export interface SeenText {
  /** As it is read, without mark-up. */
  readonly text: string
  readonly bold: readonly string[]
}
export interface SeenImage {
  readonly altText: string
  readonly title?: string
  readonly bytes: Uint8Array
}
export interface SeenButton {
  readonly label: string
  readonly style: 'default' | 'primary' | 'danger'
  readonly actionId: string
  readonly blockId: string
  readonly value?: string
}
export interface SeenMessage extends SeenText {
  readonly channel: string
  readonly ts: string
  readonly thread?: string
  /** User id of its author; the bot's is `SlackTeam.bot.userId`. */
  readonly from: string
  /** Files that are shared with it, then image blocks, in order. */
  readonly images: readonly SeenImage[]
  readonly buttons: readonly SeenButton[]
  readonly ephemeral: boolean
  readonly edited: boolean
  readonly replies: number
  readonly reactions: readonly string[]
  /** What was posted. */
  readonly raw: Readonly<Record<string, unknown>>
}
export interface Notification {
  readonly why: 'direct' | 'mention' | 'channel' | 'thread'
  readonly message: SeenMessage
}
export type FieldType =
  | 'file_input'
  | 'static_select'
  | 'external_select'
  | 'radio_buttons'
  | 'users_select'
  | 'checkboxes'
  | 'plain_text_input'
export interface SeenField {
  readonly blockId: string
  readonly actionId: string
  readonly type: FieldType
  readonly label: string
  readonly hint?: string
  readonly optional: boolean
  /** Labels of what can be chosen. */
  readonly choices: readonly string[]
  /** What is there already: a text, labels, ids. */
  readonly initial?: string | readonly string[]
  readonly error?: string
}
export interface SeenView extends SeenText {
  readonly id: string
  readonly callbackId: string
  readonly title: string
  readonly submit?: string
  readonly fields: readonly SeenField[]
  readonly buttons: readonly SeenButton[]
  readonly images: readonly SeenImage[]
  readonly raw: Readonly<Record<string, unknown>>
}
/** A text; the label of a choice; a person's id; labels that are ticked; files. */
export type FilledIn = string | readonly string[] | readonly FileToShare[] | { readonly id: string }

/** Something that Slack does not allow, or that a careful app does not do. */
export interface Violation {
  /** Slack's error code, or `late_ack`, `missing_fallback`, `advised_length` … */
  readonly code: string
  /** The method, or the type of the delivery. */
  readonly where: string
  readonly detail: string
}
export interface ApiCall {
  readonly method: string
  readonly team?: string
  readonly args: Readonly<Record<string, unknown>>
  /** `ok`, or the error's code, or the HTTP status. */
  readonly answer: string
  /** Milliseconds since the epoch. */
  readonly at: number
}
/** One attempt to tell the app something. */
export interface Delivery {
  readonly kind: 'events_api' | 'slash_commands' | 'interactive'
  /** Type of the event or interaction, or the command. */
  readonly type: string
  readonly team: string
  /** Of an event, the same in every attempt. */
  readonly eventId?: string
  readonly payload: Readonly<Record<string, unknown>>
  /** 0 the first time. */
  readonly attempt: number
  readonly via: 'socket' | 'http' | 'nowhere'
  readonly sentAt: number
  /** Milliseconds until it was acknowledged; absent while, or when, it was not. */
  readonly ackedAfter?: number
  readonly acknowledgement?: unknown
  readonly failure?: string
}

export type Fault =
  /** 429 with Retry-After, in seconds. */
  | { readonly rateLimited: number }
  /** An HTTP status with a page instead of JSON, such as 503. */
  | { readonly status: number }
  /** 302 to another address. */
  | { readonly redirect: string }
  /** A refusal of the Web API, such as `not_in_channel`. */
  | {
      readonly error: string
      readonly needed?: string
      readonly provided?: string
      /** What is wrong with blocks. */
      readonly errors?: readonly string[]
      readonly response_metadata?: { readonly messages: readonly string[] }
    }
  /** Slowness in milliseconds; the call itself is done. */
  | { readonly delay: number }
  /** The connection breaks: before the call is done, or, the worse case, after. */
  | { readonly drop: 'before' | 'after' }

export interface Faults {
  /** Every call of `method` (`*` any, `upload` and `download` for bytes of files) suffers this, `times` times, default once. */
  inject(method: string, fault: Fault, times?: number): void
  /** Forgets those that were not met. Resolves to how many there were. */
  clear(): number
}
