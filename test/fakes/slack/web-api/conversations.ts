/** conversations.*, reactions.* and the status of a thread. */
import { channelJson, messageJson } from '../world/json.ts'
import { type ChannelState, findMessage, type Json, type MessageState, repliesTo } from '../world/state.ts'
import { ApiError, type Call, channelOf, type Methods, messageOf, page, requireScope, tier } from './method.ts'

const families = { public: 'channels', private: 'groups', im: 'im' } as const
const paging = { cursor: 'string', limit: 'number' } as const
const period = { oldest: 'string', latest: 'string', inclusive: 'boolean', include_all_metadata: 'boolean' } as const

function readable(call: Call): ChannelState {
  const channel = channelOf(call, call.args.channel)
  requireScope(call, `${families[channel.kind]}:history`)
  if (!channel.members.has(call.team.bot.userId)) throw new ApiError('not_in_channel')
  return channel
}

function known(call: Call): ChannelState {
  const channel = channelOf(call, call.args.channel)
  requireScope(call, `${families[channel.kind]}:read`)
  return channel
}

function within({ args }: Call, { ts }: MessageState): boolean {
  const { oldest = '0', latest = '9'.repeat(12) } = args as { oldest?: string; latest?: string }
  const [at, from, to] = [Number(ts), Number(oldest), Number(latest)]
  if (Number.isNaN(from)) throw new ApiError('invalid_ts_oldest')
  if (Number.isNaN(to)) throw new ApiError('invalid_ts_latest')
  return args.inclusive ? at >= from && at <= to : at > from && at < to
}

function messagesPage(call: Call, all: readonly MessageState[]): Json {
  const { items, more } = page(call, all, 999)
  const has_more = items.length < all.length && (more.response_metadata as Json).next_cursor !== ''
  return { messages: items.map(message => messageJson(call.world, call.team, message)), has_more, ...more }
}

function listed(call: Call, memberOnly: boolean): Json {
  const types = String(call.args.types ?? 'public_channel').split(',')
  const kinds = { public_channel: 'public', private_channel: 'private', im: 'im' } as const
  for (const type of types)
    if (type in kinds) requireScope(call, `${families[kinds[type as keyof typeof kinds]]}:read`)
    else if (type !== 'mpim') throw new ApiError('invalid_types')
  const wanted = types.map(type => kinds[type as keyof typeof kinds])
  const all = [...call.team.channels.values()].filter(channel => {
    const member = channel.members.has(call.team.bot.userId)
    const archived = channel.archived && call.args.exclude_archived === true
    return wanted.includes(channel.kind) && !archived && (member || (!memberOnly && channel.kind === 'public'))
  })
  const { items, more } = page(call, all)
  return { channels: items.map(channel => channelJson(call.team, channel)), ...more }
}
const listArguments = { types: 'string', exclude_archived: 'boolean', ...paging } as const

export const conversations: Methods = {
  'conversations.open': {
    args: { users: 'string', channel: 'string', return_im: 'boolean', prevent_creation: 'boolean' },
    scopes: ['im:write'],
    perMinute: tier[3],
    handle(call) {
      const { world, team, args } = call
      if (args.channel) return { channel: channelJson(team, channelOf(call, args.channel)) }
      const ids = String(args.users ?? '').split(',')
      if (ids.length !== 1) throw new ApiError('method_not_supported_for_channel_type')
      if (ids[0] === '') throw new ApiError('users_list_not_supplied')
      const user = team.users.get(ids[0]!)
      if (!user || user.id === team.bot.userId) throw new ApiError('user_not_found')
      if (user.deactivated) throw new ApiError('user_disabled')
      if (user.botId) throw new ApiError('cannot_dm_bot')
      const channel = world.openDm(team, user.id)
      return { channel: args.return_im ? channelJson(team, channel) : { id: channel.id } }
    },
  },
  'conversations.history': {
    args: { channel: 'string!', ...paging, ...period },
    perMinute: tier[3],
    handle(call) {
      const { messages } = readable(call)
      const shown = messages.filter(
        each => !each.ephemeralFor && (!each.thread || each.broadcast) && within(call, each),
      )
      return messagesPage(call, shown.toReversed())
    },
  },
  'conversations.replies': {
    args: { channel: 'string!', ts: 'string!', ...paging, ...period },
    perMinute: tier[3],
    handle(call) {
      const channel = readable(call)
      const named = findMessage(channel, call.args.ts as string)
      const root = named && !named.ephemeralFor && (findMessage(channel, named.thread ?? named.ts) ?? named)
      if (!root) throw new ApiError('thread_not_found')
      const replies = repliesTo(channel, root.ts).filter(each => within(call, each))
      return messagesPage(call, [root, ...replies])
    },
  },
  'conversations.info': {
    args: { channel: 'string!', include_locale: 'boolean', include_num_members: 'boolean' },
    perMinute: tier[3],
    handle(call) {
      const channel = known(call)
      const count = call.args.include_num_members ? { num_members: channel.members.size } : {}
      return { channel: { ...channelJson(call.team, channel), ...count } }
    },
  },
  'conversations.members': {
    args: { channel: 'string!', ...paging },
    perMinute: tier[4],
    handle(call) {
      const { items, more } = page(call, [...known(call).members])
      return { members: items, ...more }
    },
  },
  'conversations.list': { args: listArguments, perMinute: tier[2], handle: call => listed(call, false) },
  'users.conversations': {
    args: { ...listArguments, user: 'string' },
    perMinute: tier[3],
    handle: call => listed(call, true),
  },
  'assistant.threads.setStatus': {
    args: { channel_id: 'string!', thread_ts: 'string!', status: 'string!', loading_messages: 'json' },
    scopes: ['chat:write', 'assistant:write'],
    perMinute: 600,
    handle(call) {
      const { channel_id, thread_ts, status } = call.args as Record<string, string>
      const channel = channelOf(call, channel_id)
      if (!findMessage(channel, thread_ts!)) throw new ApiError('invalid_thread_ts')
      if (status) channel.statuses.set(thread_ts!, status)
      else channel.statuses.delete(thread_ts!)
      return {}
    },
  },
  'reactions.add': {
    args: { channel: 'string!', name: 'string!', timestamp: 'string!' },
    scopes: ['reactions:write'],
    perMinute: tier[3],
    handle(call) {
      const message = messageOf(channelOf(call, call.args.channel), call.args.timestamp)
      const name = emojiName(call)
      const users = message.reactions.get(name) ?? []
      if (users.includes(call.team.bot.userId)) throw new ApiError('already_reacted')
      message.reactions.set(name, [...users, call.team.bot.userId])
      return {}
    },
  },
  'reactions.remove': {
    args: { channel: 'string!', name: 'string!', timestamp: 'string!' },
    scopes: ['reactions:write'],
    perMinute: tier[2],
    handle(call) {
      const message = messageOf(channelOf(call, call.args.channel), call.args.timestamp)
      const name = emojiName(call)
      const users = message.reactions.get(name) ?? []
      if (!users.includes(call.team.bot.userId)) throw new ApiError('no_reaction')
      const left = users.filter(user => user !== call.team.bot.userId)
      if (left.length > 0) message.reactions.set(name, left)
      else message.reactions.delete(name)
      return {}
    },
  },
}

/** Names come without colons. */
function emojiName({ args }: Call): string {
  const name = args.name as string
  if (!/^[a-z0-9_+'-]+$/.test(name)) throw new ApiError('invalid_name')
  return name
}
