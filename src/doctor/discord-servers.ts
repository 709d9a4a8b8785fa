/** In which servers the bot is, and where in them it lacks a right that it needs. */
import {
  type APIGuild,
  ChannelType,
  type Client,
  DiscordAPIError,
  type Guild,
  OAuth2Scopes,
  PermissionFlagsBits,
  Routes,
} from 'discord.js'
import { type Check, few, judge } from './check.ts'

const { ok, note } = judge('discord')

/** What the bot needs in a channel, as Discord's settings call it. */
const needed = {
  ViewChannel: 'View Channel',
  SendMessages: 'Send Messages',
  SendMessagesInThreads: 'Send Messages in Threads',
  AttachFiles: 'Attach Files',
  ReadMessageHistory: 'Read Message History',
} as const satisfies Partial<Record<keyof typeof PermissionFlagsBits, string>>
type Needed = keyof typeof needed

export const permissions = (Object.keys(needed) as Needed[]).reduce((all, name) => all | PermissionFlagsBits[name], 0n)

export function invitation(application: string): string {
  const query = new URLSearchParams({
    client_id: application,
    scope: [OAuth2Scopes.Bot, OAuth2Scopes.ApplicationsCommands].join(' '),
    permissions: String(permissions),
  })
  return `https://discord.com/oauth2/authorize?${query}`
}

/** More servers than this are counted and not looked at: each takes three requests. */
const mostServers = 25

export async function checkServers(client: Client, bot: string, application: string): Promise<Check[]> {
  const guilds = (await client.rest.get(Routes.userGuilds())) as Pick<APIGuild, 'id' | 'name'>[]
  if (guilds.length === 0) return [note('is in no server', `invite it: ${invitation(application)}`)]
  const checks: Check[] = []
  for (const { id, name } of guilds.slice(0, mostServers)) {
    try {
      checks.push(await checkServer(await client.guilds.fetch(id), bot))
    } catch (error) {
      if (!(error instanceof DiscordAPIError)) throw error
      checks.push(note(`${name}: Discord does not let it be looked at (${error.message})`, 'try again later'))
    }
  }
  const more = guilds.length - mostServers
  return more > 0 ? [...checks, ok(`is in ${more} more servers, which were not looked at`)] : checks
}

async function checkServer(guild: Guild, bot: string): Promise<Check> {
  const me = await guild.members.fetch(bot)
  const channels = [...(await guild.channels.fetch()).values()].filter(
    channel => channel?.type === ChannelType.GuildText || channel?.type === ChannelType.GuildAnnouncement,
  )
  const usable: string[] = []
  const unseen: string[] = []
  const lacking: string[] = []
  for (const channel of channels) {
    if (!channel) continue
    const allowed = channel.permissionsFor(me)
    const missing = (Object.keys(needed) as Needed[]).filter(name => !allowed.has(PermissionFlagsBits[name]))
    const name = `#${channel.name}`
    if (missing.length === 0) usable.push(name)
    else if (missing.includes('ViewChannel')) unseen.push(name)
    else lacking.push(`${name} (${missing.map(each => needed[each]).join(', ')})`)
  }
  const hidden = unseen.length > 0 ? `; does not see ${few(unseen)}` : ''
  const advice = `give its role these rights in the channel's settings, or in the server's: Roles, ${me.user.username}`
  if (lacking.length > 0) return note(`${guild.name}: lacks rights in ${few(lacking)}${hidden}`, advice)
  if (usable.length === 0) return note(`${guild.name}: sees no channel`, advice)
  return ok(`${guild.name}: has its rights in ${few(usable)}${hidden}`)
}
