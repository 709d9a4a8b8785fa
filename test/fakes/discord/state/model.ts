/** What the fake keeps: users, guilds, channels, messages. Plain mutable records. */

export interface User {
  readonly id: string
  readonly username: string
  /** The display name. */
  readonly globalName: string
  readonly bot: boolean
  /** Of their client. */
  readonly locale: string
  /** Takes direct messages from the bot. */
  takesDirect: boolean
}

export interface Role {
  readonly id: string
  readonly name: string
  permissions: bigint
  readonly position: number
  /** Of the bot's invitation. */
  readonly managed: boolean
}

export interface Member {
  readonly user: User
  nick?: string
  roles: string[]
  readonly joinedAt: number
}

export interface Guild {
  readonly id: string
  name: string
  readonly ownerId: string
  readonly locale: string
  readonly members: Map<string, Member>
  readonly roles: Map<string, Role>
  readonly channels: Set<string>
  premiumTier: number
  unavailable: boolean
}

export const ChannelType = { Text: 0, Direct: 1, Voice: 2, Announcement: 5, Thread: 11, Forum: 15 } as const

export interface Overwrite {
  readonly kind: 'role' | 'member'
  allow: bigint
  deny: bigint
}

export interface Channel {
  readonly id: string
  readonly type: number
  name: string
  readonly guild?: Guild
  /** Of a thread: the channel that it is in. */
  readonly parent?: Channel
  /** Of a direct message: whom the bot is alone with. */
  readonly recipient?: User
  readonly overwrites: Map<string, Overwrite>
  readonly messages: Map<string, Message>
  lastMessage?: string
  readonly thread?: { archived: boolean; locked: boolean; readonly ownerId: string; readonly members: Set<string> }
  /** When somebody stops being shown as typing, by user. */
  readonly typing: Map<string, number>
}

/** A file on the file host. */
export interface StoredFile {
  readonly id: string
  /** As Discord rewrites it. */
  readonly filename: string
  /** As it was, where the rewriting changed it. */
  readonly title?: string
  readonly bytes: Uint8Array
  description?: string
  readonly contentType: string
  readonly width?: number
  readonly height?: number
  /** Folder of its URL: a channel's id, or the application's for what came with an interaction. */
  readonly folder: string
  readonly ephemeral: boolean
  readonly spoiler: boolean
}

/** A component of a message or a modal, as the API writes it. */
export interface Component {
  readonly type: number
  id?: number
  readonly custom_id?: string | null
  readonly components?: readonly Component[]
  readonly component?: Component
  readonly accessory?: Component
  readonly items?: readonly {
    readonly media: Media
    readonly description?: string | null
    readonly spoiler?: boolean
  }[]
  readonly media?: Media
  readonly file?: Media
  readonly content?: string
  readonly label?: string | null
  readonly description?: string | null
  readonly style?: number
  readonly url?: string | null
  readonly disabled?: boolean | null
  readonly emoji?: unknown
  readonly sku_id?: string | null
  readonly placeholder?: string | null
  readonly value?: string | null
  readonly default?: boolean | null
  readonly required?: boolean | null
  readonly min_length?: number | null
  readonly max_length?: number | null
  readonly min_values?: number | null
  readonly max_values?: number | null
  readonly options?: readonly SelectOption[]
  readonly default_values?: readonly { readonly id: string }[]
  readonly file_types?: readonly string[]
}
export interface Media {
  readonly url: string
  /** The file that `attachment://…` meant. */
  readonly attachment_id?: string
}
export interface SelectOption {
  readonly value: string
  readonly label: string
  readonly description?: string
  readonly default?: boolean
}

export const MessageType = { Default: 0, ThreadCreated: 18, Reply: 19, Command: 20, MenuCommand: 23 } as const
export const Flag = {
  SuppressEmbeds: 1 << 2,
  HasThread: 1 << 5,
  Ephemeral: 1 << 6,
  Loading: 1 << 7,
  SuppressNotifications: 1 << 12,
  ComponentsV2: 1 << 15,
} as const

export interface Mentions {
  readonly users: readonly User[]
  readonly roles: readonly string[]
  readonly everyone: boolean
}

export interface Message {
  readonly id: string
  readonly channel: Channel
  readonly author: User
  type: number
  content: string
  embeds: readonly Record<string, unknown>[]
  components: readonly Component[]
  files: readonly StoredFile[]
  flags: number
  mentions: Mentions
  readonly createdAt: number
  editedAt?: number
  readonly nonce?: string | number
  /** The message that it answers. */
  readonly reference?: { readonly message_id: string; readonly channel_id: string; readonly guild_id?: string }
  /** The interaction that it answers. */
  readonly interaction?: { readonly id: string; readonly type: number; readonly user: User; readonly name?: string }
  /** Who alone sees it. */
  readonly ephemeralFor?: string
  /** Hidden by whom it was for. */
  dismissed?: boolean
}
