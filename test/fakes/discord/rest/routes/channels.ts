/** Channels, threads and typing. */
import { DiscordError } from '../../errors.ts'
import { channelPayload } from '../../payloads/guilds.ts'
import { channelTold } from '../../state/events.ts'
import { expectPermission, Permission, writing } from '../../state/permissions.ts'
import { openThread } from '../../state/threads.ts'
import type { Handler } from '../api.ts'
import { channelOf, messageOf } from '../lookup.ts'

interface ChannelBody {
  readonly name?: string
  readonly archived?: boolean
  readonly locked?: boolean
}

export const channelRoutes: Readonly<Record<string, Handler>> = {
  'GET /channels/{channel_id}': call => channelPayload(channelOf(call)),
  'PATCH /channels/{channel_id}': call => {
    const channel = channelOf(call)
    const { name, archived, locked } = call.body as ChannelBody
    if (!channel.guild) throw new DiscordError(50003)
    const mine = channel.thread?.ownerId === call.world.bot.id
    if (!mine)
      expectPermission(channel, call.world.bot, channel.thread ? Permission.ManageThreads : Permission.ManageChannels)
    if (name !== undefined) channel.name = name
    if (channel.thread) {
      channel.thread.archived = archived ?? channel.thread.archived
      channel.thread.locked = locked ?? channel.thread.locked
    }
    channelTold(call.world, 'UPDATE', channel)
    return channelPayload(channel)
  },
  'POST /channels/{channel_id}/typing': call => {
    const channel = channelOf(call)
    expectPermission(channel, call.world.bot, writing(channel))
    // It is shown for ten seconds, or until a message comes.
    channel.typing.set(call.world.bot.id, call.world.now() + 10_000)
    return undefined
  },
  'POST /channels/{channel_id}/messages/{message_id}/threads': call => {
    const channel = channelOf(call, Permission.CreatePublicThreads)
    const { name } = call.body as { name: string }
    return channelPayload(openThread(call.world, channel, { name, by: call.world.bot, at: messageOf(call, channel) }))
  },
  'POST /channels/{channel_id}/threads': call => {
    const channel = channelOf(call, Permission.CreatePublicThreads)
    const { name } = call.body as { name: string }
    return channelPayload(openThread(call.world, channel, { name, by: call.world.bot }))
  },
  'PUT /channels/{channel_id}/thread-members/@me': call => {
    const { thread } = channelOf(call)
    if (!thread) throw new DiscordError(50024)
    if (thread.archived) throw new DiscordError(50083)
    thread.members.add(call.world.bot.id)
    return undefined
  },
  'DELETE /channels/{channel_id}/thread-members/@me': call => {
    channelOf(call).thread?.members.delete(call.world.bot.id)
    return undefined
  },
}
