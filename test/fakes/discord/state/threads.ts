/** Threads, opened at a message or by themselves. */
import { DiscordError } from '../errors.ts'
import { channelTold, messageTold } from './events.ts'
import { createMessage } from './messages.ts'
import { type Channel, ChannelType, Flag, type Message, MessageType, type User } from './model.ts'
import type { World } from './world.ts'

/** @throws DiscordError 160004 where the message has one */
export function openThread(
  world: World,
  parent: Channel,
  { name, by, at }: { name: string; by: User; at?: Message },
): Channel {
  if (parent.type !== ChannelType.Text && parent.type !== ChannelType.Announcement) throw new DiscordError(50024)
  if (at && at.flags & Flag.HasThread) throw new DiscordError(160004)
  const thread = world.addChannel({
    // A thread at a message has the message's id.
    ...(at && { id: at.id }),
    type: ChannelType.Thread,
    name,
    guild: parent.guild,
    parent,
    thread: { archived: false, locked: false, ownerId: by.id, members: new Set([by.id]) },
  })
  channelTold(world, 'CREATE', thread)
  if (at) {
    at.flags |= Flag.HasThread
    messageTold(world, 'MESSAGE_UPDATE', at)
  } else createMessage(world, { channel: parent, author: by, content: name, type: MessageType.ThreadCreated })
  return thread
}
