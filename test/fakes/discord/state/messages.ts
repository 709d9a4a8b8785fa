/** Messages come, change and go, whoever writes them. */
import { channelTold, messageGone, messageTold } from './events.ts'
import { type AllowedMentions, everything, mentionsIn, notify, textOf } from './mentions.ts'
import { type Channel, Flag, type Message, MessageType, type User } from './model.ts'
import type { World } from './world.ts'

export interface Draft
  extends Partial<
    Pick<
      Message,
      'content' | 'embeds' | 'components' | 'files' | 'flags' | 'nonce' | 'interaction' | 'ephemeralFor' | 'type'
    >
  > {
  readonly channel: Channel
  readonly author: User
  readonly allowed?: AllowedMentions
  readonly answers?: Message
}

export function createMessage(
  world: World,
  { channel, author, allowed = everything, answers, ...draft }: Draft,
): Message {
  const body = { content: '', embeds: [], components: [], files: [], flags: 0, ...draft }
  const message: Message = {
    id: world.nextId(),
    channel,
    author,
    type: answers ? MessageType.Reply : MessageType.Default,
    mentions: mentionsIn(textOf(body), { channel, author, allowed, answered: answers }, world),
    createdAt: world.now(),
    ...(answers && {
      reference: {
        message_id: answers.id,
        channel_id: answers.channel.id,
        ...(channel.guild && { guild_id: channel.guild.id }),
      },
    }),
    ...body,
  }
  if (channel.thread?.archived) {
    channel.thread.archived = false
    channelTold(world, 'UPDATE', channel)
  }
  channel.thread?.members.add(author.id)
  channel.messages.set(message.id, message)
  channel.lastMessage = message.id
  channel.typing.delete(author.id)
  notify(message, world)
  messageTold(world, 'MESSAGE_CREATE', message)
  return message
}

export type Change = Partial<Pick<Message, 'content' | 'embeds' | 'components' | 'files' | 'flags'>> & {
  readonly allowed?: AllowedMentions
}

/** Who is mentioned is found anew; nobody is notified. */
export function editMessage(world: World, message: Message, { allowed = everything, ...change }: Change): void {
  for (const file of message.files) if (change.files && !change.files.includes(file)) world.files.delete(file.id)
  Object.assign(message, change)
  const { channel, author, reference } = message
  const answered = reference && world.channels.get(reference.channel_id)?.messages.get(reference.message_id)
  message.mentions = mentionsIn(textOf(message), { channel, author, allowed, answered }, world)
  // What was “thinking” is there now; it was not edited.
  if (message.flags & Flag.Loading) message.flags &= ~Flag.Loading
  else message.editedAt = world.now()
  messageTold(world, 'MESSAGE_UPDATE', message)
}

export function deleteMessage(world: World, message: Message): void {
  message.channel.messages.delete(message.id)
  for (const { id } of message.files) world.files.delete(id)
  if (message.ephemeralFor === undefined) messageGone(world, message)
}
