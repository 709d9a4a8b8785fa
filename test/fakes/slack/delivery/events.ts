/** The events that a change in a channel means for the app, if it is subscribed to them and may know. */
import { mentionsIn } from '../rendering/mentions.ts'
import { messageJson, viewJson } from '../world/json.ts'
import type { ChannelState, Json, MessageState, TeamState, ViewState } from '../world/state.ts'
import type { World } from '../world/world.ts'

const kinds = {
  public: { event: 'message.channels', scope: 'channels:history', type: 'channel' },
  private: { event: 'message.groups', scope: 'groups:history', type: 'group' },
  im: { event: 'message.im', scope: 'im:history', type: 'im' },
} as const

/** An event in the frame in which Slack sends it. */
export function sendEvent(world: World, team: TeamState, event: Json & { type: string }): void {
  const bot = { team_id: team.id, user_id: team.bot.userId, is_bot: true }
  world.desk.event(team, event.type, {
    token: world.app.verificationToken,
    team_id: team.id,
    context_team_id: team.id,
    context_enterprise_id: null,
    api_app_id: world.app.id,
    type: 'event_callback',
    event_id: world.ids.next('Ev'),
    event_time: Math.floor(Date.now() / 1000),
    authorizations: [{ enterprise_id: null, ...bot, is_enterprise_install: false }],
    is_ext_shared_channel: false,
    event_context: world.ids.next('4-'),
    event,
  })
}

function hearsMessages(world: World, team: TeamState, channel: ChannelState): boolean {
  const { event, scope } = kinds[channel.kind]
  return channel.members.has(team.bot.userId) && world.hears(team, event, scope)
}

export function messagePosted(world: World, team: TeamState, message: MessageState): void {
  const channel = team.channels.get(message.channel)!
  const json = messageJson(world, team, message)
  const where = { channel: channel.id, event_ts: message.ts }
  if (hearsMessages(world, team, channel)) {
    const subtype = message.broadcast
      ? 'thread_broadcast'
      : (message.subtype ?? (message.files.length > 0 && 'file_share'))
    sendEvent(world, team, {
      ...json,
      ...(subtype && { subtype }),
      type: 'message',
      ...where,
      channel_type: kinds[channel.kind].type,
    })
  }
  const mentioned =
    channel.kind !== 'im' && message.user !== team.bot.userId && mentionsIn(message).users.includes(team.bot.userId)
  if (mentioned && channel.members.has(team.bot.userId) && world.hears(team, 'app_mention', 'app_mentions:read'))
    sendEvent(world, team, { ...json, type: 'app_mention', ...where })
}

export function messageChanged(world: World, team: TeamState, message: MessageState, before: Json): void {
  const channel = team.channels.get(message.channel)!
  if (!hearsMessages(world, team, channel)) return
  const ts = world.ids.ts()
  sendEvent(world, team, {
    type: 'message',
    subtype: 'message_changed',
    message: messageJson(world, team, message),
    previous_message: before,
    channel: channel.id,
    hidden: true,
    ts,
    event_ts: ts,
    channel_type: kinds[channel.kind].type,
  })
}

export function messageDeleted(world: World, team: TeamState, message: MessageState, before: Json): void {
  const channel = team.channels.get(message.channel)!
  if (!hearsMessages(world, team, channel)) return
  const ts = world.ids.ts()
  sendEvent(world, team, {
    type: 'message',
    subtype: 'message_deleted',
    previous_message: before,
    channel: channel.id,
    hidden: true,
    deleted_ts: message.ts,
    ts,
    event_ts: ts,
    channel_type: kinds[channel.kind].type,
  })
}

/** Somebody came into a channel, or left it. Of its own leaving the bot is told by another event. */
export function membershipChanged(
  world: World,
  team: TeamState,
  channel: ChannelState,
  user: string,
  joined: boolean,
  inviter?: string,
): void {
  const type = joined ? 'member_joined_channel' : 'member_left_channel'
  const scope = channel.kind === 'private' ? 'groups:read' : 'channels:read'
  const channel_type = channel.kind === 'private' ? 'G' : 'C'
  const place = { user, channel: channel.id, channel_type, team: team.id }
  const left = channel.kind === 'private' ? 'group_left' : 'channel_left'
  const event_ts = world.ids.ts()
  if (!joined && user === team.bot.userId) {
    if (world.hears(team, left, scope)) sendEvent(world, team, { type: left, channel: channel.id, event_ts })
  } else if (world.hears(team, type, scope)) sendEvent(world, team, { type, ...place, inviter, event_ts })
}

export function channelArchived(world: World, team: TeamState, channel: ChannelState): void {
  const type = channel.kind === 'private' ? 'group_archive' : 'channel_archive'
  const scope = channel.kind === 'private' ? 'groups:read' : 'channels:read'
  if (channel.members.has(team.bot.userId) && world.hears(team, type, scope))
    sendEvent(world, team, { type, channel: channel.id, event_ts: world.ids.ts() })
}

export function homeOpened(
  world: World,
  team: TeamState,
  user: string,
  channel: string,
  tab: 'home' | 'messages',
  view: ViewState | undefined,
): void {
  const subscribed = world.manifest.settings.event_subscriptions?.bot_events.includes('app_home_opened')
  if (!subscribed || team.bot.state !== 'installed') return
  sendEvent(world, team, {
    type: 'app_home_opened',
    user,
    channel,
    tab,
    ...(view && tab === 'home' && { view: viewJson(world, team, view) }),
    event_ts: world.ids.ts(),
  })
}

/** In this order or the other; the token is void already. */
export function uninstalled(world: World, team: TeamState): void {
  const events = world.manifest.settings.event_subscriptions?.bot_events ?? []
  const event_ts = world.ids.ts()
  if (events.includes('tokens_revoked'))
    sendEvent(world, team, { type: 'tokens_revoked', tokens: { oauth: [], bot: [team.bot.userId] }, event_ts })
  if (events.includes('app_uninstalled')) sendEvent(world, team, { type: 'app_uninstalled', event_ts })
}
