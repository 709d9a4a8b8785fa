/** A chat on the fake Discord with the adapter in it, for tests: a server, its people and what they see. */
import { expect } from 'vitest'
import type { Bot } from '../../../src/conversation/chat.ts'
import type { Log } from '../../../src/conversation/needs.ts'
import { FakeDiscord, type FakeDiscordOptions } from '../../../test/fakes/discord/fake-discord.ts'
import { suiteCommand } from '../../suite/helpers.ts'
import { createDiscordAdapter, type DiscordOptions } from '../adapter.ts'

/** Log lines, so that tests read them. */
export class Lines implements Log {
  readonly lines: string[] = []
  info = (_: object, message: string) => void this.lines.push(`info ${message}`)
  warn = (_: object, message: string) => void this.lines.push(`warn ${message}`)
  error = (_: object, message: string) => void this.lines.push(`error ${message}`)
}

export type Memory = DiscordOptions['store'] & { readonly records: Map<string, unknown> }

/** A store that gives back copies, as one on disk does, and outlives an adapter. */
export function memory(): Memory {
  const records = new Map<string, unknown>()
  return {
    records,
    get: async key => structuredClone(records.get(key)),
    set: async (key, value) => void records.set(key, structuredClone(value)),
    delete: async key => records.delete(key),
  }
}

/** An adapter that is not started yet. */
export function adapterOn(discord: FakeDiscord, options: Partial<DiscordOptions> = {}) {
  return createDiscordAdapter({
    token: discord.token,
    commands: () => [suiteCommand],
    store: memory(),
    api: discord.api,
    pictureHosts: [discord.host],
    log: new Lines(),
    ...options,
  })
}

/** A server with an owner, a member and the bot, which listens. */
export async function openChat(
  bot: Bot,
  options: Partial<DiscordOptions> = {},
  of: FakeDiscordOptions & { readonly locale?: string } = {},
) {
  const discord = await FakeDiscord.start({ privileged: ['MessageContent'], rateLimits: false, ...of })
  const owner = discord.addPerson('Mai')
  const member = discord.addPerson('Lan Anh')
  const guild = discord.addGuild({ name: 'Home', owner, ...(of.locale && { locale: of.locale }) })
  guild.join(member)
  const general = guild.addChannel({ name: 'general' })
  const expected: number[] = []
  const log = new Lines()
  const store = memory()
  const adapter = adapterOn(discord, { log, store, ...options })
  await adapter.start(bot)
  return {
    discord,
    guild,
    general,
    owner,
    member,
    adapter,
    log,
    store,
    tenant: `discord:${guild.id}`,
    place: { tenant: `discord:${guild.id}`, channel: general.id, direct: false },
    /** Codes of what a test brings about against the rules. */
    expected,
    async close() {
      await adapter.close()
      await discord.close()
      expect(discord.violations.filter(({ code }) => !expected.includes(code))).toEqual([])
    },
  }
}
