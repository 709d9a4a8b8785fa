/** A message as Slack has it, in events and in histories alike: what of it is read here, and whose it is. */

export interface SlackMessage {
  readonly ts: string
  readonly thread_ts?: string
  /** Of the message whose thread it stands in. */
  readonly parent_user_id?: string
  readonly subtype?: string
  readonly user?: string
  readonly bot_id?: string
  readonly text?: string
  readonly blocks?: readonly SlackBlock[]
  readonly files?: readonly SlackFile[]
  readonly reply_count?: number
  readonly reply_users?: readonly string[]
}

export interface SlackBlock {
  readonly type: string
  readonly block_id?: string
  readonly [more: string]: unknown
}

export interface SlackFile {
  readonly id: string
  readonly name?: string | null
  readonly title?: string | null
  readonly mimetype?: string
  /** `tombstone` for one that was deleted. */
  readonly mode?: string
  readonly url_private?: string
}

/** What people's own messages are; joins, topics, edits and the like are others. */
const said = new Set([undefined, 'file_share', 'me_message', 'thread_broadcast'])

/** Whether somebody has written it: a person, or the bot. */
export const isSaid = ({ subtype, user }: SlackMessage): boolean => said.has(subtype) && user !== undefined

export const isBots = ({ user }: SlackMessage, { botUserId }: { readonly botUserId: string }): boolean =>
  user === botUserId

/** A program's, and not the bot's. */
export const isPrograms = (message: SlackMessage, bot: { readonly botUserId: string }): boolean =>
  message.bot_id !== undefined && !isBots(message, bot)
