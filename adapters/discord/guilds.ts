/** The servers that the bot is in: told when it is removed from one or is there (again), also while it was not running. */
import { type Client, Events, GatewayDispatchEvents, type GatewayReadyDispatchData, type Guild } from 'discord.js'
import type { Bot } from '../../src/conversation/chat.ts'
import type { Recall } from './memory.ts'
import { guildTenant } from './places.ts'

const list = 'guilds'

/** @param attempt does work, and logs what goes wrong */
export function watchGuilds(
  client: Client,
  bot: Bot,
  recall: Recall,
  attempt: (what: string, work: () => Promise<unknown>) => void,
): void {
  // Whoever is new to a session is told in it; what happened before it shows in whom it does not mention any more.
  client.ws.on(GatewayDispatchEvents.Ready, ({ guilds }: GatewayReadyDispatchData, shard: number) =>
    attempt('comparing servers', () =>
      recall.changeList(list, async known => {
        const now = guilds.map(({ id }) => id)
        const before = (known ?? []).filter(id => shardOf(id, client) === shard)
        for (const id of before.filter(id => !now.includes(id))) {
          client.guilds.cache.delete(id)
          await bot.left(guildTenant(id))
        }
        if (known) for (const id of now.filter(id => !before.includes(id))) await bot.joined(guildTenant(id))
        return [...(known ?? []).filter(id => !before.includes(id)), ...now]
      }),
    ),
  )
  client.on(Events.GuildCreate, ({ id }: Guild) =>
    attempt('joining a server', async () => {
      await recall.changeList(list, (known = []) => [...known.filter(other => other !== id), id])
      await bot.joined(guildTenant(id))
    }),
  )
  // An outage of Discord is told as another event.
  client.on(Events.GuildDelete, ({ id }: Guild) =>
    attempt('leaving a server', async () => {
      await recall.changeList(list, (known = []) => known.filter(other => other !== id))
      await bot.left(guildTenant(id))
    }),
  )
}

/** Discord's rule for which connection tells of a server. */
const shardOf = (guild: string, { options }: Client): number =>
  Number((BigInt(guild) >> 22n) % BigInt(options.shardCount ?? 1))
