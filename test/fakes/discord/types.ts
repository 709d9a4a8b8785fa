/** What tests hand to the fake and what they see of it. */

/** A file as a person attaches it. */
export interface FakeFile {
  readonly name: string
  readonly bytes: Uint8Array
  /** Alt text. */
  readonly description?: string
}

export interface FakeDiscordOptions {
  /** Default `fake.bot.token`. */
  readonly token?: string
  /** Privileged intents that are switched on in the developer portal; default none. */
  readonly privileged?: readonly ('MessageContent' | 'GuildMembers' | 'GuildPresences')[]
  /** Milliseconds for the first answer to an interaction, default 3,000. */
  readonly ackWithin?: number
  /** Milliseconds for which an interaction's token lives, default 15 minutes. */
  readonly tokenLife?: number
  /** Milliseconds for which an attachment's URL is good, default 24 hours. */
  readonly urlLife?: number
  /** Milliseconds between heartbeats, default 41,250. */
  readonly heartbeatInterval?: number
  /** Bytes of one file, default 10 MiB (Discord's for a server without boosts). */
  readonly uploadLimit?: number
  /**
   * Whether rate limits are enforced (5 messages in 5 s a channel, 3 edits in 6 s of messages older than an hour, and so on),
   * default true; their headers come anyway.
   */
  readonly rateLimits?: boolean
  /** Commands that may be created in a day, default 200. */
  readonly commandCreates?: number
}

/** A message as somebody's client shows it. */
export interface SeenMessage {
  readonly id: string
  readonly channel: string
  readonly author: { readonly id: string; readonly name: string; readonly bot: boolean }
  /** As it was sent, in Discord's Markdown. */
  readonly content: string
  /** What is read of content and text displays, one below the other, without mark-up; mentions are `@name`. */
  readonly text: string
  /** What of the text is bold. */
  readonly bold: readonly string[]
  readonly attachments: readonly SeenAttachment[]
  /** Shown as pictures, with their alt text: attachments and a media gallery's items. */
  readonly pictures: readonly SeenAttachment[]
  readonly buttons: readonly SeenButton[]
  /** As Discord's API has them. */
  readonly components: readonly Record<string, unknown>[]
  readonly embeds: readonly Record<string, unknown>[]
  /** Only this person sees it. */
  readonly ephemeral: boolean
  /** “Familiar is thinking…” */
  readonly thinking: boolean
  readonly edited: boolean
  readonly replyTo?: string
  /** Of the command that it answers, as the client writes it above the message. */
  readonly command?: { readonly name: string; readonly by: string }
  /** Id of the thread that begins at it. */
  readonly thread?: string
  readonly flags: number
}

export interface SeenAttachment {
  readonly id: string
  readonly name: string
  readonly bytes: Uint8Array
  /** Alt text; empty where there is none. */
  readonly description: string
  readonly contentType: string
  /** Signed; it expires. */
  readonly url: string
  readonly spoiler: boolean
}

export interface SeenButton {
  readonly label: string
  /** Absent for links. */
  readonly customId?: string
  readonly url?: string
  readonly style: 'primary' | 'secondary' | 'success' | 'danger' | 'link'
  readonly disabled: boolean
}

export interface SeenModal {
  readonly title: string
  readonly customId: string
  readonly fields: readonly SeenField[]
}
export interface SeenField {
  readonly type:
    | 'text'
    | 'files'
    | 'checkbox'
    | 'strings'
    | 'radio'
    | 'checkboxes'
    | 'users'
    | 'roles'
    | 'channels'
    | 'mentionables'
  readonly customId: string
  readonly label: string
  readonly description?: string
  readonly required: boolean
  /** Text, files or chosen values; where Discord has a limit. */
  readonly min?: number
  readonly max?: number
  /** What stands there when it opens. */
  readonly value?: string | boolean | readonly string[]
  readonly placeholder?: string
  readonly choices?: readonly { readonly value: string; readonly label: string; readonly description?: string }[]
  /** Endings that the file chooser lets through. */
  readonly fileTypes?: readonly string[]
}
/** What is typed, ticked, chosen (ids of people, roles, channels; values of options) or attached in a modal. */
export type ModalValue = string | boolean | readonly string[] | readonly FakeFile[]

/** What became of something that somebody did to the bot. */
export interface Outcome {
  /**
   * `message` and `edited` (the message with the button), `thinking` and `silent` (deferred), `modal`; `failed` is what the
   * client says when nothing came in time: “The application did not respond”.
   */
  readonly type: 'message' | 'edited' | 'thinking' | 'silent' | 'modal' | 'failed'
  /** Of the interaction. */
  readonly id: string
  /** Milliseconds from the event to the first answer. */
  readonly after: number
  /** The first answer, as this person sees it. */
  readonly message?: SeenMessage
}

/** An option's value: the id of a person, role or channel; a file; or what is typed, chosen or ticked. */
export type OptionInput = string | number | boolean | FakeFile | { readonly id: string }

/** The client, or Discord, does not let somebody do that. */
export class Refused extends Error {}

/** What a request has against the rules; Discord answered it with an error, too. */
export interface Violation {
  readonly method: string
  /** Such as `/channels/{channel_id}/messages`. */
  readonly route: string
  /** The API's error code, such as 50035. */
  readonly code: number
  readonly message: string
  readonly errors?: unknown
}

/** A call of the REST API. */
export interface Call {
  readonly method: string
  /** Without `/api/v10`, with its ids. */
  readonly path: string
  /** Its template, such as `/channels/{channel_id}/messages`. */
  readonly route: string
  readonly body: unknown
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[]
  /** 0 where the socket was torn down before. */
  readonly status: number
  /** The API's error code; 0 when all went well. */
  readonly code: number
  /** Milliseconds since the epoch, by the fake's clock. */
  readonly at: number
}

/** Which REST calls a fault hits: `POST /channels/{channel_id}/messages` (a route), or what matches “METHOD /path”. */
export type Route = string | RegExp

/** A modal that the client does not hand in: what is wrong, by custom id. */
export class RefusedFields extends Refused {
  readonly fields: Readonly<Record<string, string>>

  constructor(fields: Readonly<Record<string, string>>) {
    super(
      Object.entries(fields)
        .map(([field, wrong]) => `${field}: ${wrong}`)
        .join('; '),
    )
    this.fields = fields
  }
}
