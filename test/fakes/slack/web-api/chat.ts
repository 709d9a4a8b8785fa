/** chat.*: what the app says. */
import { messageJson } from '../world/json.ts'
import { change, post, remove } from '../world/posting.ts'
import type { Block, ChannelState, Json, MessageState } from '../world/state.ts'
import { findMessage } from '../world/state.ts'
import { checkedContent } from './messages.ts'
import {
  ApiError,
  type Call,
  channelOf,
  type Method,
  type Methods,
  messageOf,
  misuse,
  requireScope,
  tier,
} from './method.ts'

const content = {
  channel: 'string!',
  text: 'string',
  blocks: 'json',
  link_names: 'boolean',
  parse: 'string',
  metadata: 'json',
} as const
const authorship = { username: 'string', icon_emoji: 'string', icon_url: 'string' } as const

/** Where the app may post: also a person's id, for the DM with them. */
function target(call: Call): ChannelState {
  const { world, team, args } = call
  const user = team.users.get(args.channel as string)
  const channel = user && !user.deactivated && !user.botId ? world.openDm(team, user.id) : channelOf(call, args.channel)
  if (channel.kind === 'im' && !world.messagesTabOpen()) throw new ApiError('messages_tab_disabled')
  // Slack says nowhere what a DM with a deactivated account answers; its own clients show it as an archive.
  if (channel.archived || (channel.with && team.users.get(channel.with)!.deactivated)) throw new ApiError('is_archived')
  if (!channel.members.has(team.bot.userId)) throw new ApiError('not_in_channel')
  return channel
}

function customised(call: Call): string | undefined {
  if (Object.keys(authorship).some(name => call.args[name] !== undefined)) requireScope(call, 'chat:write.customize')
  return call.args.username as string | undefined
}

/** A thread is named by its first message; a reply's own `ts` works, but Slack advises against it. */
function threadOf(call: Call, channel: ChannelState): string | undefined {
  const ts = call.args.thread_ts as string | undefined
  if (ts === undefined) return undefined
  const named = findMessage(channel, ts)
  if (!named || named.ephemeralFor) throw new ApiError('thread_not_found')
  if (named.thread && named.thread !== ts)
    call.world.violate('thread_of_reply', call.method, `thread_ts ${ts} is a reply's; it should be its first message's`)
  return named.thread ?? ts
}

function answer(call: Call, message: MessageState): Json {
  return { channel: message.channel, ts: message.ts, message: messageJson(call.world, call.team, message) }
}

const postMessage: Method = {
  args: {
    ...content,
    ...authorship,
    thread_ts: 'string',
    reply_broadcast: 'boolean',
    unfurl_links: 'boolean',
    unfurl_media: 'boolean',
    mrkdwn: 'boolean',
  },
  scopes: ['chat:write'],
  handle(call) {
    const { world, team, args } = call
    const channel = target(call)
    const username = customised(call)
    const thread = threadOf(call, channel)
    const { text, blocks, warnings } = checkedContent(world, team, call.method, args)
    call.warnings.push(...warnings)
    const message = post(world, team, channel, {
      user: team.bot.userId,
      botId: team.bot.botId,
      text,
      blocks,
      thread,
      username,
      broadcast: thread !== undefined && args.reply_broadcast === true,
      metadata: args.metadata,
      mrkdwn: args.mrkdwn !== false,
    })
    return answer(call, message)
  },
}

const postEphemeral: Method = {
  args: { ...content, ...authorship, user: 'string!', thread_ts: 'string' },
  scopes: ['chat:write'],
  perMinute: tier[4],
  handle(call) {
    const { world, team, args } = call
    const channel = target(call)
    if (!channel.members.has(args.user as string)) throw new ApiError('user_not_in_channel')
    const username = customised(call)
    const thread = threadOf(call, channel)
    const { text, blocks } = checkedContent(world, team, call.method, args)
    const { botId, userId } = team.bot
    const ephemeralFor = args.user as string
    const { ts } = post(world, team, channel, { user: userId, botId, text, blocks, thread, username, ephemeralFor })
    return { message_ts: ts }
  },
}

/** One of the app's own messages, where it may still change it. */
function ownMessage(call: Call, code: string): MessageState {
  const channel = channelOf(call, call.args.channel)
  if (!channel.members.has(call.team.bot.userId)) throw new ApiError('channel_not_found')
  const message = messageOf(channel, call.args.ts)
  if (message.user !== call.team.bot.userId) throw misuse(call, code, 'it is not a message of the app')
  return message
}

const update: Method = {
  args: { ...content, ts: 'string!', file_ids: 'json', reply_broadcast: 'boolean', as_user: 'boolean' },
  scopes: ['chat:write'],
  perMinute: tier[3],
  handle(call) {
    const { world, team, args } = call
    const message = ownMessage(call, 'cant_update_message')
    const channel = team.channels.get(message.channel)!
    const gone = channel.with !== undefined && team.users.get(channel.with)!.deactivated
    if (channel.archived || gone) throw new ApiError('is_inactive')
    const files = args.file_ids as string[] | undefined
    const { text, blocks } = checkedContent(world, team, call.method, args)
    if ([...text].length > 4000) throw misuse(call, 'msg_too_long', 'the text of an update has at most 4000 characters')
    const isRich = (all: readonly Block[] = []) => all.some(({ type }) => type === 'rich_text')
    if (isRich(message.blocks) && blocks?.length && !isRich(blocks))
      throw misuse(call, 'block_mismatch', 'rich_text blocks cannot be replaced with others')
    const shared = files?.map(id => team.files.get(id) ?? fail('file_not_found'))
    change(world, team, message, {
      // A text without blocks takes the place of blocks; blocks without a text keep it.
      ...((text !== '' || !blocks) && { text }),
      blocks: blocks ?? [],
      ...(shared && { files: shared }),
      ...(!blocks?.length && { edited: { user: team.bot.userId, ts: world.ids.ts() } }),
    })
    return { ...answer(call, message), text: message.text }
  },
}

function fail(code: string): never {
  throw new ApiError(code)
}

export const chat: Methods = {
  'chat.postMessage': postMessage,
  'chat.postEphemeral': postEphemeral,
  'chat.update': update,
  'chat.delete': {
    args: { channel: 'string!', ts: 'string!', as_user: 'boolean' },
    scopes: ['chat:write'],
    perMinute: tier[3],
    handle(call) {
      const message = ownMessage(call, 'cant_delete_message')
      remove(call.world, call.team, message)
      return { channel: message.channel, ts: message.ts }
    },
  },
  'chat.getPermalink': {
    args: { channel: 'string!', message_ts: 'string!' },
    handle(call) {
      const channel = channelOf(call, call.args.channel)
      const { ts, thread } = messageOf(channel, call.args.message_ts)
      const query = thread ? `?thread_ts=${thread}&cid=${channel.id}` : ''
      const permalink = `https://${call.team.domain}.slack.com/archives/${channel.id}/p${ts.replace('.', '')}${query}`
      return { channel: channel.id, permalink }
    },
  },
}
