/** Who may do what where: https://discord.com/developers/docs/topics/permissions */
import { DiscordError } from '../errors.ts'
import { type Channel, ChannelType, type Guild, type User } from './model.ts'

export const Permission = {
  Administrator: 1n << 3n,
  ManageChannels: 1n << 4n,
  ManageGuild: 1n << 5n,
  AddReactions: 1n << 6n,
  ViewChannel: 1n << 10n,
  SendMessages: 1n << 11n,
  ManageMessages: 1n << 13n,
  EmbedLinks: 1n << 14n,
  AttachFiles: 1n << 15n,
  ReadMessageHistory: 1n << 16n,
  MentionEveryone: 1n << 17n,
  UseExternalEmojis: 1n << 18n,
  ChangeNickname: 1n << 26n,
  UseApplicationCommands: 1n << 31n,
  ManageThreads: 1n << 34n,
  CreatePublicThreads: 1n << 35n,
  SendMessagesInThreads: 1n << 38n,
} as const

const all = (1n << 53n) - 1n

/** What a new guild lets everybody do. */
export const everyonesPermissions =
  Permission.ViewChannel |
  Permission.SendMessages |
  Permission.EmbedLinks |
  Permission.AttachFiles |
  Permission.ReadMessageHistory |
  Permission.MentionEveryone |
  Permission.UseExternalEmojis |
  Permission.AddReactions |
  Permission.ChangeNickname |
  Permission.UseApplicationCommands |
  Permission.CreatePublicThreads |
  Permission.SendMessagesInThreads

const inDirectMessages =
  Permission.ViewChannel |
  Permission.SendMessages |
  Permission.EmbedLinks |
  Permission.AttachFiles |
  Permission.ReadMessageHistory |
  Permission.MentionEveryone |
  Permission.UseExternalEmojis |
  Permission.AddReactions |
  Permission.UseApplicationCommands

/** Of the guild as a whole: its roles, without channels. */
export function permissionsIn(guild: Guild, user: User): bigint {
  const member = guild.members.get(user.id)
  if (!member) return 0n
  if (guild.ownerId === user.id) return all
  const bits = [guild.id, ...member.roles].reduce((sum, id) => sum | (guild.roles.get(id)?.permissions ?? 0n), 0n)
  return bits & Permission.Administrator ? all : bits
}

export function channelPermissions(channel: Channel, user: User): bigint {
  const { guild } = channel
  if (!guild) return channel.recipient === user || user.bot ? inDirectMessages : 0n
  if (!guild.members.has(user.id)) return 0n
  const base = permissionsIn(guild, user)
  if (base & Permission.Administrator) return base
  const { overwrites } = channel.parent ?? channel
  const apply = (bits: bigint, ids: readonly string[]) => {
    const found = ids.flatMap(id => overwrites.get(id) ?? [])
    const deny = found.reduce((sum, each) => sum | each.deny, 0n)
    const allow = found.reduce((sum, each) => sum | each.allow, 0n)
    return (bits & ~deny) | allow
  }
  const roles = guild.members.get(user.id)?.roles ?? []
  const bits = apply(apply(apply(base, [guild.id]), roles), [user.id])
  return bits & Permission.ViewChannel ? bits : 0n
}

export function may(channel: Channel, user: User, bits: bigint): boolean {
  return (channelPermissions(channel, user) & bits) === bits
}

/** What one needs to write there. */
export function writing(channel: Channel): bigint {
  return channel.type === ChannelType.Thread ? Permission.SendMessagesInThreads : Permission.SendMessages
}

/** @throws DiscordError 50001 where the user may not look, 50013 where they may not do that */
export function expectPermission(channel: Channel, user: User, bits: bigint): void {
  if (!may(channel, user, Permission.ViewChannel)) throw new DiscordError(50001)
  if (!may(channel, user, bits)) throw new DiscordError(50013)
}
