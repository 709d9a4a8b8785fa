/** What the gateway tells the bot, of guilds, channels and messages. */
import { channelPayload, guildCreatePayload, memberPayload, userPayload } from '../payloads/guilds.ts'
import { gatewayMessage } from '../payloads/messages.ts'
import { Intent } from './intents.ts'
import type { Channel, Guild, Member, Message, User } from './model.ts'
import { may, Permission } from './permissions.ts'
import type { GatewayEvent, World } from './world.ts'

function tell(world: World, name: string, intents: number, data: object): void {
  world.publish({ name, intents, data: () => data })
}

/** Only where the bot can look. */
function inChannel(world: World, channel: Channel, event: GatewayEvent): void {
  const guild = channel.guild
  if (guild && (guild.unavailable || !may(channel, world.bot, Permission.ViewChannel))) return
  world.publish(event)
}

const messageIntent = ({ guild }: Channel) => (guild ? Intent.GuildMessages : Intent.DirectMessages)

export function messageTold(world: World, name: 'MESSAGE_CREATE' | 'MESSAGE_UPDATE', message: Message): void {
  if (message.ephemeralFor !== undefined) return
  const event: GatewayEvent = {
    name,
    intents: messageIntent(message.channel),
    data: intents => gatewayMessage(message, world, (intents & Intent.MessageContent) !== 0),
  }
  if (name === 'MESSAGE_CREATE') world.published.set(message.id, event)
  inChannel(world, message.channel, event)
}

export function messageGone(world: World, { id, channel }: Message): void {
  const data = { id, channel_id: channel.id, ...(channel.guild && { guild_id: channel.guild.id }) }
  inChannel(world, channel, { name: 'MESSAGE_DELETE', intents: messageIntent(channel), data: () => data })
}

export function channelTold(world: World, what: 'CREATE' | 'UPDATE' | 'DELETE', channel: Channel): void {
  if (!channel.guild) return
  const name = `${channel.thread ? 'THREAD' : 'CHANNEL'}_${what}`
  const data = { ...channelPayload(channel), ...(what === 'CREATE' && channel.thread && { newly_created: true }) }
  const event = { name, intents: Intent.Guilds, data: () => data }
  // Bots know of channels that they may not look into, but not of their threads.
  if (channel.thread) inChannel(world, channel, event)
  else if (channel.guild.members.has(world.bot.id)) world.publish(event)
}

export function guildCreated(world: World, guild: Guild): void {
  world.publish({ name: 'GUILD_CREATE', intents: Intent.Guilds, data: () => guildCreatePayload(guild, world) })
}

/** The bot is out of it, or, when it is unavailable, Discord has an outage. */
export function guildGone(world: World, { id, unavailable }: Guild): void {
  tell(world, 'GUILD_DELETE', Intent.Guilds, { id, ...(unavailable && { unavailable }) })
}

export function guildRolesTold(
  world: World,
  name: 'GUILD_ROLE_CREATE' | 'GUILD_ROLE_UPDATE',
  guild: Guild,
  role: object,
): void {
  if (guild.members.has(world.bot.id)) tell(world, name, Intent.Guilds, { guild_id: guild.id, role })
}

export function memberTold(world: World, what: 'ADD' | 'UPDATE', guild: Guild, member: Member): void {
  if (!guild.members.has(world.bot.id)) return
  // The bot is told of itself without the intent.
  const intents = member.user === world.bot ? 0 : Intent.GuildMembers
  tell(world, `GUILD_MEMBER_${what}`, intents, { guild_id: guild.id, ...memberPayload(member) })
}

export function memberGone(world: World, guild: Guild, user: User): void {
  if (guild.members.has(world.bot.id))
    tell(world, 'GUILD_MEMBER_REMOVE', Intent.GuildMembers, { guild_id: guild.id, user: userPayload(user) })
}
