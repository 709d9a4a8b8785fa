/** What Slack tells twice, in two ways, late or not at all. */
import { afterEach, describe, expect, it } from 'vitest'
import { ScriptedBot } from '../../test/fakes/scripted-bot.ts'
import type { Manifest } from '../../test/fakes/slack/fake-slack.ts'
import { expectBytes, samplePicture } from '../suite/helpers.ts'
import { createManifest } from './manifest.ts'
import { eventually, heard, texts } from './testing/questions.ts'
import { openStage, type Stage, type StageOptions, stageCommands } from './testing/stage.ts'

const bot = new ScriptedBot()
let stage: Stage

async function open(options?: StageOptions) {
  bot.reset()
  stage = await openStage(bot, options)
  return stage
}

afterEach(async () => {
  await stage.close()
  expect(stage.fake.violations).toEqual([])
})

/** The app without some of what it may do and hear. */
function manifestWithout(events: RegExp, scopes = events): Manifest {
  const manifest = createManifest(stageCommands)
  const { event_subscriptions, ...settings } = manifest.settings
  return {
    ...manifest,
    oauth_config: { scopes: { bot: manifest.oauth_config.scopes.bot.filter(scope => !scopes.test(scope)) } },
    settings: {
      ...settings,
      event_subscriptions: { bot_events: event_subscriptions.bot_events.filter(event => !events.test(event)) },
    },
  } as Manifest
}

describe('a message that mentions the bot', () => {
  it('comes as two events and is told once, with its pictures', async () => {
    const { fake, friend, group, team } = await open()
    const bytes = await samplePicture(51)
    const files = [{ name: 'cat.png', bytes }]
    const ts = await friend.post(group, { text: `${team.bot.mention} who is it?`, files })
    const message = await heard(bot, 'who is it?')
    await fake.settled()
    const types = fake.eventsOf(ts).map(({ type }) => type)
    expect(types.sort()).toEqual(['app_mention', 'message'])
    await new Promise(resolve => setTimeout(resolve, 600))
    expect(bot.messages).toHaveLength(1)
    expectBytes(await message.pictures[0]!.bytes(), bytes)
  })

  it('is told without the scope to read along, a moment later', async () => {
    const { fake, friend, group, team } = await open({
      fake: { manifest: manifestWithout(/^(message\.|(channels|groups):)/) },
    })
    await friend.post(group, { text: 'not for the bot' })
    const ts = await friend.post(group, { text: `${team.bot.mention} hello` })
    const message = await heard(bot, 'hello')
    expect(message).toMatchObject({ mentionsBot: true, place: { thread: ts } })
    expect(fake.eventsOf(ts).map(({ type }) => type)).toEqual(['app_mention'])
    expect(await message.earlier(3)).toEqual([])
    expect(bot.messages).toHaveLength(1)
  })

  it('is told by its first event when that has the pictures', async () => {
    const { friend, group, team } = await open({ fake: { manifest: manifestWithout(/^message\./, /^$/) } })
    const files = [{ name: 'cat.png', bytes: await samplePicture(52) }]
    await friend.post(group, { text: `${team.bot.mention} who?`, files })
    expect((await heard(bot, 'who?')).pictures).toHaveLength(1)
  })
})

describe('an event that comes again', () => {
  it('has the same id, before a restart and after', async () => {
    const { fake, friend, group } = await open()
    const ts = await friend.post(group, { text: 'once' })
    await heard(bot, 'once')
    const [delivery] = fake.eventsOf(ts)
    await fake.redeliver(delivery!)
    await stage.restart()
    await fake.redeliver(delivery!)
    await eventually(() => expect(bot.messages).toHaveLength(2))
    expect(new Set(bot.messages.map(({ id }) => id))).toEqual(new Set([`${group.id}:${ts}`]))
  })

  it('is acknowledged at once, however long the bot takes', async () => {
    const { fake, friend, group, team } = await open({ fake: { ackWithin: 500, retryDelays: [0, 100] } })
    let go = () => {}
    const waiting = new Promise<void>(resolve => (go = resolve))
    bot.script.heard = () => waiting
    bot.script.called = () => waiting
    const ts = await friend.post(group, { text: `${team.bot.mention} take your time` })
    await friend.command(group, '/show', 'Bo')
    await heard(bot, 'take your time')
    await new Promise(resolve => setTimeout(resolve, 800))
    const deliveries = [...fake.eventsOf(ts), ...fake.deliveries.filter(({ kind }) => kind === 'slash_commands')]
    expect(deliveries).toHaveLength(3)
    for (const { ackedAfter, attempt } of deliveries) {
      expect(ackedAfter).toBeLessThan(500)
      expect(attempt).toBe(0)
    }
    expect(bot.messages).toHaveLength(1)
    go()
  })
})

describe('nobody answers', () => {
  it('the bot itself, another program, or somebody who joins', async () => {
    const { adapter, fake, group, team } = await open()
    await adapter.send({ tenant: `slack:${team.id}`, channel: group.id, direct: false }, { text: 'my own words' })
    const beeper = team.addPerson({ name: 'Beeper', bot: true })
    await beeper.post(group, { text: `${team.bot.mention} beep` })
    await fake.settled()
    expect(bot.messages).toEqual([])
  })
})

describe('people', () => {
  it('come with their name, language and rank, asked once', async () => {
    const { admin, fake, group } = await open()
    await admin.post(group, { text: 'one' })
    await admin.post(group, { text: 'two' })
    await heard(bot, 'one')
    const { from } = await heard(bot, 'two')
    expect(from).toEqual({ id: admin.id, name: 'Mai', admin: true, roles: [], bot: false, locale: 'vi' })
    expect(fake.calls.filter(({ method }) => method === 'users.info')).toHaveLength(1)
  })

  it('of whom Slack does not tell are heard all the same', async () => {
    const { fake, friend, group, log } = await open()
    fake.faults.inject('users.info', { error: 'user_not_found' }, 9)
    await friend.post(group, { text: 'hello' })
    expect((await heard(bot, 'hello')).from).toMatchObject({ id: friend.id, admin: false, bot: false })
    fake.faults.clear()
    expect(log.lines.map(({ text }) => text).join()).toContain('user_not_found')
  })
})

describe('a picture', () => {
  it('that comes as a web page is refused', async () => {
    const { fake, friend, group } = await open()
    fake.faults.inject('download', { status: 200 }, 1)
    await friend.post(group, { text: 'look', files: [{ name: 'cat.png', bytes: await samplePicture(53) }] })
    const { pictures } = await heard(bot, 'look')
    await expect(pictures[0]!.bytes()).rejects.toMatchObject({ code: 'FETCH_FAILED' })
  })

  it('is no longer to be had when the scope is taken away', async () => {
    const { friend, group, team } = await open()
    await friend.post(group, { text: 'look', files: [{ name: 'cat.png', bytes: await samplePicture(54) }] })
    const { pictures } = await heard(bot, 'look')
    team.revokeToken()
    const error = await pictures[0]!.bytes().catch(error => error)
    expect(error).toMatchObject({ code: 'FETCH_FAILED' })
    expect(error.message).toContain('a web page')
    expect(error.message).not.toContain('xoxb')
  })

  it('is one; other files are none', async () => {
    const { friend, group } = await open()
    const bytes = await samplePicture(55)
    const files = [
      { name: 'cat.png', bytes },
      { name: 'letter.pdf', bytes: Buffer.from('%PDF-1.7'), mimetype: 'application/pdf' },
    ]
    await friend.post(group, { text: 'two files', files })
    expect((await heard(bot, 'two files')).pictures.map(({ name }) => name)).toEqual(['cat.png'])
  })
})

it('nothing that anybody wrote, and no token, reaches the log', async () => {
  const { admin, fake, friend, group, team, log, adapter } = await open()
  bot.script.heard = async (_, exchange) => {
    await exchange.say({ text: 'a secret answer' })
    throw new Error('about a secret question')
  }
  await friend.post(group, { text: `${team.bot.mention} a secret question` })
  await eventually(() => expect(texts(admin, group)).toContain('a secret answer'))
  fake.faults.inject('chat.postMessage', { error: 'invalid_blocks', provided: 'a secret' }, 1)
  const place = { tenant: `${adapter.name}:${team.id}`, channel: group.id, direct: false }
  await expect(adapter.send(place, { text: 'a secret' })).rejects.toMatchObject({ code: 'SLACK_REFUSED' })
  await eventually(() => expect(log.lines.some(({ level }) => level === 'error')).toBe(true))
  expect(JSON.stringify(log.lines)).not.toMatch(/secret|xoxb|xapp/)
})
