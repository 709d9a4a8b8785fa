/** What one person can see, and where they can act: the rules of a client. */
import type { Actor } from '../delivery/interactions.ts'
import type { Where } from '../face.ts'
import { ClientRefusal } from '../refusal.ts'
import { seenMessage } from '../rendering/seen.ts'
import type { SeenMessage } from '../types.ts'
import { type ChannelState, findMessage, type MessageState, repliesTo } from '../world/state.ts'

/** The app is there, and has this scope. */
export function appMay({ team: { bot } }: Actor, scope?: string): boolean {
  return bot.state === 'installed' && (!scope || bot.scopes.has(scope))
}

/** @throws ClientRefusal `channel_not_found` */
export function readable({ world, team, user }: Actor, where: Where | ChannelState): ChannelState {
  const channel = where === 'dm' ? world.openDm(team, user.id) : team.channels.get(where.id)
  if (!channel || (channel.kind !== 'public' && !channel.members.has(user.id)))
    throw new ClientRefusal('channel_not_found')
  return channel
}

/** @throws ClientRefusal `channel_not_found`, `deactivated`, `is_archived`, `not_in_channel`, `messages_tab_disabled` */
export function writable(actor: Actor, where: Where): ChannelState {
  const { world, user } = actor
  const channel = readable(actor, where)
  if (user.deactivated) throw new ClientRefusal('deactivated', `${user.name}'s account is deactivated`)
  if (channel.archived) throw new ClientRefusal('is_archived')
  if (!channel.members.has(user.id)) throw new ClientRefusal('not_in_channel')
  const isReadOnly = world.manifest.features.app_home?.messages_tab_read_only_enabled === true
  if (channel.kind === 'im' && (!world.messagesTabOpen() || isReadOnly))
    throw new ClientRefusal('messages_tab_disabled', 'Sending messages to this app has been turned off.')
  return channel
}

/** A message that they can act on. @throws ClientRefusal `message_not_found` */
export function visible({ user }: Actor, channel: ChannelState, ts: string): MessageState {
  const message = findMessage(channel, ts)
  const isHidden = message?.subtype === 'tombstone' || (message?.ephemeralFor ?? user.id) !== user.id
  // A tombstone still heads its thread.
  if (!message || (isHidden && repliesTo(channel, ts).length === 0)) throw new ClientRefusal('message_not_found')
  return message
}

export function seenBy({ world, team, user }: Actor, messages: readonly MessageState[]): SeenMessage[] {
  return messages
    .filter(({ ephemeralFor }) => !ephemeralFor || ephemeralFor === user.id)
    .map(message => seenMessage(world, team, message))
}
