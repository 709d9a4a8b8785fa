/** Messages come, change and go: what is kept, who is notified, what the app hears. */
import { messageChanged, messageDeleted, messagePosted } from '../delivery/events.ts'
import { mentionsIn } from '../rendering/mentions.ts'
import { seenMessage } from '../rendering/seen.ts'
import type { Notification } from '../types.ts'
import { messageJson } from './json.ts'
import { type ChannelState, findMessage, type MessageState, normalised, repliesTo, type TeamState } from './state.ts'
import type { World } from './world.ts'

export type Draft = Pick<MessageState, 'user' | 'text'> &
  Partial<Omit<MessageState, 'channel' | 'ts' | 'reactions' | 'edited'>>

export function post(world: World, team: TeamState, channel: ChannelState, draft: Draft): MessageState {
  const message: MessageState = {
    broadcast: false,
    files: [],
    mrkdwn: true,
    reactions: new Map(),
    ...draft,
    text: normalised(draft.text),
    channel: channel.id,
    ts: world.ids.ts(),
  }
  for (const file of message.files) file.channels.add(channel.id)
  channel.messages.push(message)
  if (message.ephemeralFor) return message
  if (message.user === team.bot.userId) channel.statuses.delete(message.thread ?? '')
  notify(world, team, channel, message)
  messagePosted(world, team, message)
  return message
}

function notify(world: World, team: TeamState, channel: ChannelState, message: MessageState): void {
  const called = mentionsIn(message)
  const root = message.thread && findMessage(channel, message.thread)
  const followers = root ? [root, ...repliesTo(channel, root.ts)].map(({ user }) => user) : []
  const reason = (user: string): Notification['why'] | undefined => {
    if (channel.kind === 'im') return 'direct'
    if (called.users.includes(user)) return 'mention'
    if (called.all) return 'channel'
    return followers.includes(user) ? 'thread' : undefined
  }
  for (const id of channel.members) {
    const user = team.users.get(id)
    const why = user && user.id !== message.user && !user.botId ? reason(id) : undefined
    if (why) user!.notifications.push({ why, message: seenMessage(world, team, message) })
  }
}

export function change(
  world: World,
  team: TeamState,
  message: MessageState,
  over: Partial<Pick<MessageState, 'text' | 'blocks' | 'files' | 'edited' | 'subtype' | 'user' | 'broadcast'>>,
): void {
  const before = messageJson(world, team, message)
  Object.assign(message, over, over.text !== undefined && { text: normalised(over.text) })
  if (!message.ephemeralFor) messageChanged(world, team, message, before)
}

/** What has replies leaves a tombstone at the head of its thread. */
export function remove(world: World, team: TeamState, message: MessageState): void {
  const channel = team.channels.get(message.channel)!
  if (!message.ephemeralFor && repliesTo(channel, message.ts).length > 0) {
    const text = 'This message was deleted.'
    change(world, team, message, { subtype: 'tombstone', text, blocks: [], files: [], user: 'USLACKBOT' })
    return
  }
  const before = messageJson(world, team, message)
  channel.messages = channel.messages.filter(each => each !== message)
  if (!message.ephemeralFor) messageDeleted(world, team, message, before)
}
