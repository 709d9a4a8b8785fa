import { ApplicationFlags, PermissionFlagsBits as May } from 'discord.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeCommands } from '../../adapters/command-info.ts'
import { createDiscordAdapter } from '../../adapters/discord/adapter.ts'
import { commands } from '../../commands/index.ts'
import { FakeDiscord, type FakeDiscordOptions } from '../../test/fakes/discord/fake-discord.ts'
import { memoryStore } from '../../test/fakes/memory-store.ts'
import { ScriptedBot } from '../../test/fakes/scripted-bot.ts'
import type { DiscordConfig } from '../platform-config.ts'
import type { Check } from './check.ts'
import { checkDiscord } from './discord.ts'

let discord: FakeDiscord
const set = async (options: FakeDiscordOptions = {}) => {
  await discord?.close()
  discord = await FakeDiscord.start({ rateLimits: false, ...options })
}
beforeEach(() => set())
afterEach(async () => {
  expect(discord.violations).toEqual([])
  await discord.close()
})

async function check(config: Partial<DiscordConfig> = {}, fix = false): Promise<Check[]> {
  const all = { token: discord.token, apiUrl: discord.api, messageContent: 'auto', ...config } as const
  const checks = await checkDiscord(all, fix)
  expect(JSON.stringify(checks)).not.toContain(all.token)
  return checks
}

/** The one check whose finding begins like this. */
async function found(beginning: string, config: Partial<DiscordConfig> = {}, fix = false): Promise<Check> {
  const checks = (await check(config, fix)).filter(({ found }) => found.startsWith(beginning))
  expect(checks).toHaveLength(1)
  return checks[0]!
}

/** The bot itself, which registers its commands. */
async function startedAdapter() {
  const adapter = createDiscordAdapter({
    token: discord.token,
    api: discord.api,
    commands: locale => describeCommands(commands, locale),
    store: memoryStore(),
    log: { info() {}, warn() {}, error() {} },
  })
  await adapter.start(new ScriptedBot())
  return adapter
}

/** Somebody changes the application on its page. */
async function inPortal(change: object) {
  const headers = { authorization: `Bot ${discord.token}`, 'content-type': 'application/json' }
  const init = { method: 'PATCH', headers, body: JSON.stringify(change) }
  expect((await fetch(`${discord.api}/v10/applications/@me`, init)).status).toBe(200)
}

const patches = () => discord.calls.filter(({ method }) => method === 'PATCH')

describe('the token', () => {
  it('is whose it is', async () => {
    expect((await check())[0]).toEqual({
      name: 'discord',
      status: 'ok',
      found: expect.stringMatching(/^signs in as \w+/),
    })
  })

  it('that Discord refuses is the only thing said', async () => {
    expect(await check({ token: 'an.other.token' })).toEqual([
      {
        name: 'discord',
        status: 'problem',
        found: 'Discord refuses DISCORD_TOKEN',
        advice: 'copy it again: https://discord.com/developers/applications, your application, Bot, Reset Token',
      },
    ])
  })

  it('cannot be tried while Discord is in trouble, or away', async () => {
    discord.faults.fail({ status: 503, times: 5 })
    expect(await check()).toMatchObject([{ status: 'problem', found: 'Discord answers with status 503' }])
    discord.faults.clear()
    expect(await check({ apiUrl: 'http://127.0.0.1:1/api' })).toMatchObject([
      { status: 'problem', found: 'Discord cannot be reached (ECONNREFUSED)' },
    ])
  })

  it('is known to be right also when a later question fails', async () => {
    discord.faults.fail({ route: 'GET /users/@me/guilds', status: 502, times: 5 })
    const checks = await check()
    expect(checks.at(0)?.status).toBe('ok')
    expect(checks.at(-1)).toMatchObject({ status: 'problem', found: 'Discord answers with status 502' })
  })
})

describe('Message Content Intent', () => {
  it.each(['auto', true] as const)('is on, whoever has reviewed it (%s)', async messageContent => {
    await set({ privileged: ['MessageContent'] })
    expect(await found('Message Content Intent is on', { messageContent })).toMatchObject({ status: 'ok' })
  })

  it('is off: a note says what is then not seen and where its switch is', async () => {
    expect(await found('Message Content Intent')).toEqual({
      name: 'discord',
      status: 'note',
      found:
        'Message Content Intent is off: it sees messages that mention it, replies to it and direct messages, and no others',
      advice: `switch on Message Content Intent: https://discord.com/developers/applications/${discord.applicationId}/bot, or run: familiar doctor --fix`,
    })
    expect(patches()).toEqual([])
  })

  it('is off although it is asked for: a problem', async () => {
    expect(await found('Message Content Intent', { messageContent: true })).toMatchObject({ status: 'problem' })
  })

  it('is not wanted', async () => {
    expect(await found('messages are not read', { messageContent: false }, true)).toMatchObject({ status: 'ok' })
    expect((discord.application.flags as number) & ApplicationFlags.GatewayMessageContentLimited).toBe(0)
  })

  it('is switched on with --fix, and nothing else is switched off', async () => {
    await set({ privileged: ['GuildMembers'] })
    const before = discord.application.flags as number
    expect(await found('Message Content Intent was off and has been switched on', {}, true)).toMatchObject({
      status: 'ok',
    })
    expect(discord.application.flags).toBe(before | ApplicationFlags.GatewayMessageContentLimited)
    expect(await found('Message Content Intent is on')).toMatchObject({ status: 'ok' })
  })

  it('that Discord does not let us switch on stays a note', async () => {
    discord.faults.fail({ route: 'PATCH /applications/@me', code: 50001, status: 403, times: 2 })
    const { status, advice } = await found('Message Content Intent is off', {}, true)
    expect(status).toBe('note')
    expect(advice).toContain('(Discord says: ')
  })
})

describe('the installation', () => {
  it('that lacks something is mended with --fix', async () => {
    expect(await found('“Add App”')).toMatchObject({ status: 'note' })
    expect(await found('“Add App” in its profile now', {}, true)).toMatchObject({ status: 'ok' })
    expect(discord.application.integration_types_config).toEqual({
      0: { oauth2_install_params: { scopes: ['bot', 'applications.commands'], permissions: 274878008320 } },
    })
    expect(await found('“Add App”', {}, true)).toMatchObject({ status: 'ok' })
    expect(patches()).toHaveLength(2)
  })

  it('keeps what else is set', async () => {
    const user = { oauth2_install_params: { scopes: ['applications.commands'], permissions: 0 } }
    await inPortal({ integration_types_config: { 1: user } })
    await found('“Add App” in its profile now', {}, true)
    expect(discord.application.integration_types_config).toMatchObject({ 0: {}, 1: user })
  })

  it('is invited with the same link as the bot prints', async () => {
    const adapter = await startedAdapter()
    const link = new URL((await found('invite it')).found.replace(/^.* /, ''))
    await adapter.close()
    const printed = new URL(adapter.invite)
    const parts = ({ searchParams }: URL) => [...searchParams].map(([key, value]) => `${key}=${value}`).sort()
    expect(link.pathname).toBe('/oauth2/authorize')
    expect(parts(link)).toEqual(parts(printed))
  })
})

describe('switches with which nothing works', () => {
  it('are off', async () => {
    expect((await check()).some(({ status }) => status === 'problem')).toBe(false)
  })

  it('send commands elsewhere', async () => {
    await inPortal({ interactions_endpoint_url: 'https://old.example.com/bot?key=1' })
    const { status, found: text, advice } = await found('commands and buttons')
    expect([status, text]).toEqual(['problem', 'commands and buttons are sent to old.example.com, and not here'])
    expect(advice).toBe(
      `empty Interactions Endpoint URL: https://discord.com/developers/applications/${discord.applicationId}/information`,
    )
  })

  it('keep everybody from inviting it', async () => {
    await inPortal({ bot_require_code_grant: true })
    expect(await found('“Requires OAuth2 Code Grant”')).toMatchObject({ status: 'problem' })
  })
})

describe('the commands', () => {
  it('are missing until the bot has started once', async () => {
    const { status, advice } = await found('commands that are not registered: teach')
    expect([status, advice]).toEqual(['note', 'start Familiar: it registers its commands'])
    const adapter = await startedAdapter()
    await adapter.close()
    expect((await check()).map(({ found }) => found)).toContain(`${discord.commands().length} commands are registered`)
  })
})

describe('the servers', () => {
  it('are none yet: the note has the link', async () => {
    const { status, advice } = await found('is in no server')
    expect(status).toBe('note')
    expect(advice).toContain(`client_id=${discord.applicationId}`)
  })

  it('where all is well', async () => {
    const guild = discord.addGuild({ name: 'Home' })
    for (const name of ['general', 'cats']) guild.addChannel({ name })
    expect(await found('Home:')).toEqual({
      name: 'discord',
      status: 'ok',
      found: 'Home: has its rights in #general, #cats',
    })
  })

  it('where rights are missing, channel by channel', async () => {
    const guild = discord.addGuild({ name: 'Home' })
    guild.addChannel({ name: 'general' })
    guild.addChannel({ name: 'cats' }).permit('bot', { deny: May.AttachFiles | May.SendMessagesInThreads })
    guild.addChannel({ name: 'staff' }).permit('everyone', { deny: May.ViewChannel })
    const { status, found: text, advice } = await found('Home:')
    expect(status).toBe('note')
    expect(text).toBe('Home: lacks rights in #cats (Send Messages in Threads, Attach Files); does not see #staff')
    expect(advice).toMatch(/^give its role these rights in the channel's settings/)
  })

  it('where the role itself lacks one, and a channel gives it back', async () => {
    const guild = discord.addGuild({ name: 'Home' })
    guild.setEveryonesPermissions(0n)
    guild.setBotPermissions(May.ViewChannel | May.SendMessages | May.SendMessagesInThreads | May.ReadMessageHistory)
    guild.addChannel({ name: 'general' })
    guild.addChannel({ name: 'cats' }).permit('bot', { allow: May.AttachFiles })
    expect((await found('Home:')).found).toBe('Home: lacks rights in #general (Attach Files)')
  })

  it('where it sees nothing', async () => {
    const guild = discord.addGuild({ name: 'Home' })
    guild.setEveryonesPermissions(0n)
    guild.setBotPermissions(0n)
    guild.addChannel({ name: 'general' })
    expect(await found('Home: sees no channel')).toMatchObject({ status: 'note' })
  })

  it('of which one cannot be looked at', async () => {
    const [first] = ['Away', 'Home'].map(name => discord.addGuild({ name }))
    discord.addGuild({ name: 'School' }).addChannel({ name: 'general' })
    discord.faults.fail({ route: /^GET \/guilds\/\d+$/, code: 50001, status: 403, times: 1 })
    const checks = (await check()).map(({ found }) => found)
    expect(first).toBeDefined()
    expect(checks).toContainEqual(expect.stringMatching(/^Away: Discord does not let it be looked at/))
    expect(checks).toContain('School: has its rights in #general')
  })

  it('of which many are only counted', async () => {
    for (let i = 0; i < 30; i++) discord.addGuild({ name: `Home ${i}` }).addChannel({ name: 'general' })
    expect(await found('is in 5 more servers')).toMatchObject({ status: 'ok' })
  })
})
