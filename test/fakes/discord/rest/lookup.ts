/** Finds what a call's ids mean, as far as the bot may know of it. */
import { DiscordError } from '../errors.ts'
import type { Channel, Guild, Message } from '../state/model.ts'
import { expectPermission, Permission } from '../state/permissions.ts'
import type { RestCall } from './api.ts'

/** @throws DiscordError 10003, 50001 */
export function channelOf({ world, params }: RestCall, bits = 0n): Channel {
  const channel = world.channels.get(params.channel_id!)
  if (!channel) throw new DiscordError(10003)
  expectPermission(channel, world.bot, Permission.ViewChannel)
  expectPermission(channel, world.bot, bits)
  return channel
}

/** Ephemeral messages are not among a channel's. @throws DiscordError 10008 */
export function messageOf({ params }: RestCall, channel: Channel): Message {
  const message = channel.messages.get(params.message_id!)
  if (!message || message.ephemeralFor !== undefined) throw new DiscordError(10008)
  return message
}

/** @throws DiscordError 10004 where the bot is not */
export function guildOf({ world, params }: RestCall): Guild {
  const guild = world.guilds.get(params.guild_id!)
  if (!guild?.members.has(world.bot.id)) throw new DiscordError(10004)
  return guild
}
