/** What the fake Slack remembers of its teams. Data only; `posting.ts` and the Web API change it. */
import type { Notification } from '../types.ts'

export interface UserState {
  readonly id: string
  readonly name: string
  readonly realName: string
  readonly admin: boolean
  readonly owner: boolean
  readonly locale: string
  /** Bot users have one. */
  readonly botId?: string
  /** Of bot users: the app that it belongs to. */
  readonly appId?: string
  /** Its messages do not say which user it is. */
  readonly webhook: boolean
  deactivated: boolean
  readonly notifications: Notification[]
  /** Open modals, the one in front last. */
  readonly views: ViewState[]
  home?: ViewState
}

export interface FileState {
  readonly id: string
  readonly name: string
  title: string
  readonly mimetype: string
  readonly bytes: Uint8Array
  readonly altText?: string
  /** User id of who uploaded it. */
  readonly user: string
  readonly created: number
  /** Slack looks through uploads first; until then they have no type and cannot be shown. */
  processed: boolean
  deleted: boolean
  readonly channels: Set<string>
  /** It was handed to the app in a form. */
  givenToApp: boolean
}

export type Json = Record<string, unknown>
export type Block = { readonly type: string; readonly block_id?: string } & Json

export interface MessageState {
  readonly channel: string
  readonly ts: string
  readonly thread?: string
  broadcast: boolean
  user: string
  readonly botId?: string
  subtype?: string
  text: string
  blocks?: readonly Block[]
  files: FileState[]
  readonly ephemeralFor?: string
  edited?: { readonly user: string; readonly ts: string }
  readonly reactions: Map<string, string[]>
  readonly metadata?: unknown
  readonly username?: string
  readonly mrkdwn: boolean
}

export interface ChannelState {
  readonly id: string
  readonly name: string
  readonly kind: 'public' | 'private' | 'im'
  /** Of a DM: whom the bot talks with. */
  readonly with?: string
  readonly created: number
  readonly members: Set<string>
  /** Whoever joins the team joins it. */
  readonly forAll: boolean
  archived: boolean
  messages: MessageState[]
  /** Status by `ts` of the thread. */
  readonly statuses: Map<string, string>
}

export interface ViewState {
  readonly id: string
  readonly user: string
  readonly rootId: string
  readonly previousId?: string
  content: Json
  hash: string
  errors: Readonly<Record<string, string>>
  /** What the app has offered for fields while somebody typed, by block id. */
  offered?: Readonly<Record<string, readonly Json[]>>
}

export interface TeamState {
  readonly id: string
  readonly name: string
  readonly domain: string
  readonly users: Map<string, UserState>
  readonly channels: Map<string, ChannelState>
  readonly files: Map<string, FileState>
  readonly bot: {
    readonly userId: string
    readonly botId: string
    token: string
    scopes: ReadonlySet<string>
    state: 'installed' | 'absent' | 'revoked'
  }
}

/** The text of a message as Slack keeps it: what is no mark-up is escaped. */
export function normalised(text: string): string {
  return text
    .replace(/&(?!(amp|lt|gt);)/g, '&amp;')
    .replace(/<(?!(@[UW][A-Z0-9]+|#C[A-Z0-9]+|![a-z]+|https?:\/\/|mailto:)[^<>]*>)/g, '&lt;')
    .replace(/(<[^<>]*>)|>/g, (_, tag?: string) => tag ?? '&gt;')
}

export function dmOf(team: TeamState, user: string): ChannelState | undefined {
  return [...team.channels.values()].find(channel => channel.kind === 'im' && channel.with === user)
}

export function findMessage(channel: ChannelState, ts: string): MessageState | undefined {
  return channel.messages.find(message => message.ts === ts)
}

/** Replies to a message, oldest first; ephemeral ones are none. */
export function repliesTo(channel: ChannelState, ts: string): MessageState[] {
  return channel.messages.filter(message => message.thread === ts && message.ts !== ts && !message.ephemeralFor)
}
