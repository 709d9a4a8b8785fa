/** The real discord.js at the fake, for the fake's own tests. */
import { Client, type ClientOptions, GatewayIntentBits, Partials } from 'discord.js'
import { afterEach, expect } from 'vitest'
import { type FakeChannel, FakeDiscord, type FakeDiscordOptions, type FakeGuild, type Person } from './fake-discord.ts'

export const { Guilds, GuildMessages, DirectMessages, MessageContent, GuildMembers } = GatewayIntentBits

export interface Stage {
  readonly discord: FakeDiscord
  readonly client: Client<true>
  readonly guild: FakeGuild
  readonly general: FakeChannel
  /** Owns the guild. */
  readonly mai: Person
  readonly bo: Person
}

/** For what takes the client a moment, however busy the machine is. */
export const eventually = <T>(get: () => T) => expect.poll(get, { timeout: 10_000, interval: 10 })

const open: { destroy(): unknown }[] = []

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.destroy()
})

export async function fake(options: FakeDiscordOptions = {}): Promise<FakeDiscord> {
  const discord = await FakeDiscord.start(options)
  open.push({ destroy: () => discord.close() })
  return discord
}

export function newClient(discord: FakeDiscord, options: Partial<ClientOptions> = {}): Client {
  const client = new Client({
    intents: [Guilds, GuildMessages, DirectMessages],
    partials: [Partials.Channel],
    ...options,
    rest: { api: discord.api, retries: 1, ...options.rest },
  })
  client.on('error', () => undefined)
  open.push(client)
  return client
}

/** A guild with two people and a client that is ready. */
export async function stage(
  options: FakeDiscordOptions = {},
  clientOptions: Partial<ClientOptions> = {},
): Promise<Stage> {
  const discord = await fake(options)
  const mai = discord.addPerson('Mai')
  const bo = discord.addPerson('Bo', { locale: 'vi' })
  const guild = discord.addGuild({ name: 'Home', owner: mai })
  guild.join(bo)
  const general = guild.addChannel({ name: 'general' })
  const client = newClient(discord, clientOptions)
  const ready = new Promise<Client<true>>(resolve => client.once('clientReady', resolve))
  await client.login(discord.token)
  return { discord, client: await ready, guild, general, mai, bo }
}
