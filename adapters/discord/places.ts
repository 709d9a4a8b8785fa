/** Tenants and places in Discord's ids. */
import type { Channel } from 'discord.js'
import type { Place, Tenant } from '../../src/conversation/chat.ts'
import { placeIsGone } from './errors.ts'

/** A server. */
export const guildTenant = (guild: string): Tenant => `discord:${guild}`

/** Somebody's direct messages with the bot. */
export const personTenant = (user: string): Tenant => `discord:user-${user}`

/** The server that a tenant is; nothing for direct messages. */
export const guildOf = (tenant: Tenant): string | undefined => /^discord:(\d+)$/.exec(tenant)?.[1]

/** The person whose direct messages a tenant is; nothing for servers. */
export const personOf = (tenant: Tenant): string | undefined => /^discord:user-(\d+)$/.exec(tenant)?.[1]

/** A channel of a server; what happens in a thread belongs to the thread's channel. */
export function guildPlace(guild: string, channelId: string, channel: Channel | null | undefined): Place {
  const tenant = guildTenant(guild)
  if (channel?.isThread() && channel.parentId)
    return { tenant, channel: channel.parentId, thread: channel.id, direct: false }
  return { tenant, channel: channelId, direct: false }
}

/**
 * The id by which the API knows a place.
 * @throws FamiliarError `PLACE_GONE` when it cannot be one
 */
export function channelOf({ tenant, channel, thread }: Place): string {
  const id = thread ?? channel
  if (!tenant.startsWith('discord:')) throw placeIsGone(`one of ${tenant}`)
  if (!isSnowflake(id)) throw placeIsGone(`the channel "${id}"`)
  return id
}

/** An id as Discord gives them: a number of 64 bits. */
export const isSnowflake = (id: string): boolean => /^\d{1,20}$/.test(id) && BigInt(id) < 2n ** 64n
