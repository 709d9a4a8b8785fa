/** The adapter's connection to Discord: how it begins, what ends it, and the servers that come and go meanwhile. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeDiscord } from '../../test/fakes/discord/fake-discord.ts'
import { ScriptedBot } from '../../test/fakes/scripted-bot.ts'
import { adapterOn, Lines, memory, openChat } from './testing/chat.ts'

class WatchingBot extends ScriptedBot {
  readonly comings: string[] = []
  override async left(tenant: string) {
    this.comings.push(`left ${tenant}`)
  }
  override async joined(tenant: string) {
    this.comings.push(`joined ${tenant}`)
  }
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 8000, interval: 20 })
const missing = /without the intent Message Content/

describe('a start on Discord', () => {
  let discord: FakeDiscord
  const bot = new ScriptedBot()
  beforeEach(async () => {
    bot.reset()
    discord = await FakeDiscord.start({ rateLimits: false })
  })
  afterEach(async () => {
    await discord.close()
    expect(discord.violations).toEqual([])
  })

  it('tells how the bot is invited, with no more permissions than it needs', async () => {
    const adapter = adapterOn(discord)
    await adapter.start(bot)
    const invite = new URL(adapter.invite)
    expect(invite.origin + invite.pathname).toBe('https://discord.com/oauth2/authorize')
    expect(Object.fromEntries(invite.searchParams)).toMatchObject({
      client_id: discord.applicationId,
      scope: 'bot applications.commands',
      permissions: String((1n << 10n) | (1n << 11n) | (1n << 15n) | (1n << 16n) | (1n << 38n)),
    })
    await adapter.close()
  })

  it('with a token that Discord refuses says where to get one', async () => {
    const adapter = adapterOn(discord, { token: 'not.the.one' })
    await expect(adapter.start(bot)).rejects.toMatchObject({
      code: 'BAD_TOKEN',
      message: expect.stringMatching(/^Expected DISCORD_TOKEN .*Reset Token/),
    })
    await adapter.close()
  })

  it('where nobody answers says so', async () => {
    const adapter = adapterOn(discord, { api: 'http://127.0.0.1:9/api' })
    await expect(adapter.start(bot)).rejects.toMatchObject({ code: 'CANNOT_CONNECT' })
  })

  it('while Discord is in trouble says so', async () => {
    discord.faults.fail({ times: 10, status: 503 })
    const error = await adapterOn(discord)
      .start(bot)
      .catch(error => error)
    expect(error).toMatchObject({ code: 'CANNOT_CONNECT', message: expect.stringContaining('503') })
  })

  it('with an intent that is switched off says which', async () => {
    const adapter = adapterOn(discord, { messageContent: true })
    await expect(adapter.start(bot)).rejects.toMatchObject({
      code: 'MISSING_INTENT',
      message: expect.stringContaining('Message Content'),
    })
    await adapter.close()
  })

  it.each([
    ['auto', true, false],
    ['auto', false, true],
    [false, true, true],
  ] as const)(
    'with messageContent %s, switched on %s, says that something is not seen: %s',
    async (messageContent, on, said) => {
      if (on) discord.setPrivileged('MessageContent', true)
      const log = new Lines()
      const adapter = adapterOn(discord, { messageContent, log })
      await adapter.start(bot)
      expect(log.lines.filter(line => missing.test(line))).toHaveLength(said ? 1 : 0)
      const guild = discord.addGuild({ name: 'Home' })
      const mai = discord.addPerson('Mai')
      guild.join(mai)
      const general = guild.addChannel({ name: 'general' })
      await mai.post(general, { text: 'to nobody' })
      await mai.post(general, { text: `${discord.bot.mention} to you` })
      await mai.post(mai.direct, { text: 'directly' })
      await eventually(() => expect(bot.messages.at(-1)?.text).toBe('directly'))
      expect(bot.messages.map(({ text }) => text)).toEqual([...(said ? [] : ['to nobody']), 'to you', 'directly'])
      await adapter.close()
    },
  )

  it('goes on when the commands cannot be registered, and tries again the next time', async () => {
    discord.faults.fail({ route: /PUT .*commands/, code: 30034 })
    const log = new Lines()
    const store = memory()
    const first = adapterOn(discord, { log, store })
    await first.start(bot)
    await first.close()
    expect(log.lines).toContain('error commands cannot be registered with Discord')
    const second = adapterOn(discord, { store })
    await second.start(bot)
    expect(discord.commands()).toHaveLength(2)
    await second.close()
  })
})

describe('a connection to Discord', () => {
  const bot = new WatchingBot()
  let chat: Awaited<ReturnType<typeof openChat>>
  beforeEach(async () => {
    bot.reset()
    bot.comings.length = 0
    chat = await openChat(bot)
    bot.script.heard = (_, exchange) => exchange.say({ text: 'I am here' })
  })
  afterEach(() => chat.close())

  const answers = async () => {
    const before = chat.general.messages.length
    await eventually(() => expect(chat.discord.gateway.connected).toBe(true))
    await chat.member.post(chat.general, { text: 'are you there?' })
    await eventually(() => expect(chat.general.messages.slice(before).at(-1)?.text).toBe('I am here'))
  }

  it.each([
    ['is asked for anew', () => chat.discord.gateway.reconnect()],
    ['has a session that is resumed', () => chat.discord.gateway.invalidate(true)],
    ['has an invalid session', () => chat.discord.gateway.invalidate(false)],
    ['is torn', async () => chat.discord.gateway.drop()],
    ['is closed', async () => chat.discord.gateway.close(4000)],
  ])('that %s is made again', async (_, disturb) => {
    await answers()
    await disturb()
    await answers()
    expect(bot.comings).toEqual([])
  })

  it('that is torn loses nothing that was said meanwhile', async () => {
    chat.discord.gateway.accept(false)
    chat.discord.gateway.drop()
    await chat.member.post(chat.general, { text: 'do you hear me?' })
    chat.discord.gateway.accept(true)
    await eventually(() => expect(chat.general.messages.at(-1)?.text).toBe('I am here'))
  })

  it('shows how it is doing', async () => {
    expect(chat.adapter.health()).toEqual({ connected: true, places: 1 })
    chat.discord.addGuild({ name: 'Other' })
    await eventually(() => expect(chat.adapter.health().places).toBe(2))
    chat.discord.gateway.accept(false)
    chat.discord.gateway.drop()
    await eventually(() => expect(chat.adapter.health().connected).toBe(false))
    chat.discord.gateway.accept(true)
    await eventually(() => expect(chat.adapter.health()).toEqual({ connected: true, places: 2 }))
    await chat.adapter.close()
    expect(chat.adapter.health()).toEqual({ connected: false, places: 0 })
  })

  it('whose token is no longer good is told in the log', async () => {
    chat.discord.gateway.close(4004)
    await eventually(() => expect(chat.log.lines.join('\n')).toMatch(/error Expected DISCORD_TOKEN/))
  })

  it('whose intent is switched off goes on without it', async () => {
    chat.discord.setPrivileged('MessageContent', false)
    chat.discord.gateway.close(4014)
    await eventually(() => expect(chat.log.lines.join('\n')).toMatch(missing))
    await eventually(() => expect(chat.discord.gateway.connected).toBe(true))
    await chat.member.post(chat.general, { text: `${chat.discord.bot.mention} and now?` })
    await eventually(() => expect(chat.general.messages.at(-1)?.text).toBe('I am here'))
  })

  it('ends within seconds, and nothing is heard any more', async () => {
    const start = performance.now()
    await chat.adapter.close()
    expect(performance.now() - start).toBeLessThan(3000)
    expect(chat.discord.gateway.connected).toBe(false)
    await chat.member.post(chat.general, { text: 'are you there?' })
    expect(bot.messages).toEqual([])
  })

  it('tells of servers that come and go, and not of outages', async () => {
    chat.guild.outage()
    chat.guild.addBot()
    await answers()
    expect(bot.comings).toEqual([])
    chat.guild.removeBot()
    await eventually(() => expect(bot.comings).toEqual([`left ${chat.tenant}`]))
    await expect(chat.adapter.send(chat.place, { text: 'x' })).rejects.toMatchObject({ code: 'PLACE_GONE' })
    chat.guild.addBot()
    await eventually(() => expect(bot.comings.slice(1)).toEqual([`joined ${chat.tenant}`]))
    await answers()
  })

  it('tells of servers that came and went while it was away', async () => {
    const other = chat.discord.addGuild({ name: 'Other', withoutBot: true })
    await chat.adapter.close()
    chat.guild.removeBot()
    other.addBot()
    const next = adapterOn(chat.discord, { store: chat.store })
    await next.start(bot)
    await eventually(() => expect(bot.comings).toEqual([`left ${chat.tenant}`, `joined discord:${other.id}`]))
    await next.close()
    // Once is enough.
    const third = adapterOn(chat.discord, { store: chat.store })
    await third.start(bot)
    expect(bot.comings).toHaveLength(2)
    await third.close()
  })

  it('tells of a server that is left between two sessions, and of its return', async () => {
    chat.discord.gateway.accept(false)
    chat.discord.gateway.drop()
    chat.guild.removeBot()
    const back = chat.discord.gateway.invalidate(false)
    chat.discord.gateway.accept(true)
    await back
    await eventually(() => expect(bot.comings).toEqual([`left ${chat.tenant}`]))
    chat.guild.addBot()
    await eventually(() => expect(bot.comings.slice(1)).toEqual([`joined ${chat.tenant}`]))
  })
})
