/** The way to Slack: tokens that are refused, connections that break, requests that are not Slack's, and the end. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ScriptedBot } from '../../test/fakes/scripted-bot.ts'
import { FakeSlack } from '../../test/fakes/slack/fake-slack.ts'
import { createSlackAdapter, type SlackAdapter, type SlackOptions } from './adapter.ts'
import { eventually, heard, texts } from './testing/questions.ts'
import { LogLines, MemoryRecords, openStage, type Stage, stageCommands } from './testing/stage.ts'

const bot = new ScriptedBot()
let stage: Stage | undefined
const opened: { close(): Promise<void> }[] = []

afterEach(async () => {
  bot.reset()
  await stage?.close()
  if (stage) expect(stage.fake.violations).toEqual([])
  stage = undefined
  for (const each of opened.splice(0).reverse()) await each.close()
})

/** An adapter at a fake of its own, that is not started. */
async function unstarted(options: (fake: FakeSlack) => Partial<SlackOptions>): Promise<SlackAdapter> {
  const fake = await FakeSlack.start()
  const team = fake.addTeam()
  opened.push(fake)
  const adapter = createSlackAdapter({
    events: { appToken: fake.appToken },
    workspaces: { botToken: team.bot.token },
    http: { host: '127.0.0.1', port: 0 },
    apiUrl: fake.apiUrl,
    commands: () => stageCommands,
    store: new MemoryRecords(),
    log: new LogLines(),
    ...options(fake),
  })
  opened.push(adapter)
  return adapter
}

describe('what is wrong at the start is said, with what to do', () => {
  it('a bot’s token', async () => {
    const adapter = await unstarted(() => ({ workspaces: { botToken: 'xoxb-wrong' } }))
    const error = await adapter.start(bot).catch(error => error)
    expect(error).toMatchObject({ code: 'BAD_TOKEN' })
    expect(error.message).toMatch(/SLACK_BOT_TOKEN.*invalid_auth.*OAuth & Permissions/)
    expect(error.message).not.toContain('xoxb-wrong')
    // What an earlier process left cannot be posted either.
    const place = { tenant: 'slack:T1', channel: 'C1', direct: false }
    await expect(adapter.send(place, { text: 'hello?' })).rejects.toMatchObject({ code: 'BAD_TOKEN' })
  })

  it('an app’s token', async () => {
    const adapter = await unstarted(() => ({ events: { appToken: 'xapp-wrong' } }))
    const error = await adapter.start(bot).catch(error => error)
    expect(error).toMatchObject({ code: 'BAD_TOKEN' })
    expect(error.message).toMatch(/SLACK_APP_TOKEN.*connections:write/)
    expect(error.message).not.toContain('xapp-wrong')
  })

  it('no network', async () => {
    const adapter = await unstarted(() => ({ apiUrl: 'http://127.0.0.1:9/api/' }))
    await expect(adapter.start(bot)).rejects.toMatchObject({ code: 'SLACK_UNREACHABLE' })
  })

  it('a port that another program has', async () => {
    const events = { signingSecret: 'a secret' }
    const adapter = await unstarted(fake => ({
      events,
      http: { host: '127.0.0.1', port: Number(new URL(fake.url).port) },
    }))
    await expect(adapter.start(bot)).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining('SLACK_PORT'),
    })
  })
})

describe('the socket', () => {
  it.each(['broken', 'warning', 'refresh_requested'] as const)('is opened again when it is ended (%s)', async how => {
    stage = await openStage(bot)
    const { fake, friend, group } = stage
    if (how === 'broken') fake.dropSockets()
    else fake.disconnect(how)
    await eventually(() => expect(fake.sockets).toBe(1))
    await friend.post(group, { text: 'still there?' })
    await heard(bot, 'still there?')
  })

  it('is tried again as long as Slack cannot be reached', async () => {
    stage = await openStage(bot)
    const { fake, friend, group, log } = stage
    fake.faults.inject('apps.connections.open', { status: 503 }, 1)
    fake.faults.inject('apps.connections.open', { drop: 'before' }, 1)
    expect(stage!.adapter.health()).toEqual({ connected: true, places: 1 })
    fake.dropSockets()
    await eventually(() => expect(stage!.adapter.health().connected).toBe(false))
    await eventually(() => expect(fake.sockets).toBe(1))
    await eventually(() => expect(stage!.adapter.health().connected).toBe(true))
    await friend.post(group, { text: 'back?' })
    await heard(bot, 'back?')
    expect(log.lines.map(({ text }) => text).join()).toMatch(/cannot be reached.*is there again/)
  })

  it('is closed within seconds, connected or not', async () => {
    stage = await openStage(bot)
    const { fake } = stage
    fake.faults.inject('apps.connections.open', { status: 503 }, 9)
    fake.dropSockets()
    const before = Date.now()
    await stage.adapter.close()
    expect(Date.now() - before).toBeLessThan(2500)
    fake.faults.clear()
    await new Promise(resolve => setTimeout(resolve, 300))
    expect(fake.sockets).toBe(0)
  })
})

describe('a signed request', () => {
  it('is taken from Slack and from nobody else', async () => {
    stage = await openStage(bot, { mode: 'http' })
    const { fake, friend, group, adapter, team } = stage
    await fake.verifyUrl()
    await friend.post(group, { text: 'from Slack' })
    await heard(bot, 'from Slack')
    const event = { type: 'message', channel: group.id, user: friend.id, text: 'from elsewhere', ts: '1.000001' }
    const body = JSON.stringify({ type: 'event_callback', team_id: team.id, event_id: 'Ev1', event })
    const timestamp = String(Math.floor(Date.now() / 1000))
    const forged: Record<string, string>[] = [
      {},
      { 'x-slack-signature': 'v0=00', 'x-slack-request-timestamp': timestamp },
      { 'x-slack-signature': `v0=${'0'.repeat(64)}`, 'x-slack-request-timestamp': timestamp },
    ]
    for (const headers of forged) {
      const response = await fetch(`${adapter.url}/slack/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      })
      expect(response.status).toBe(401)
    }
    expect((await fetch(`${adapter.url}/slack/install`)).status).toBe(404)
    expect(bot.messages.map(({ text }) => text)).toEqual(['from Slack'])
  })

  it('that is repeated has the same id', async () => {
    stage = await openStage(bot, { mode: 'http' })
    const { fake, friend, group } = stage
    const ts = await friend.post(group, { text: 'once' })
    await heard(bot, 'once')
    const again = await fake.redeliver(fake.eventsOf(ts)[0]!, 'http_timeout')
    expect(again.failure).toBeUndefined()
    expect(new Set(bot.messages.map(({ id }) => id)).size).toBe(1)
  })
})

it('removed from its workspace, the app says so, to the bot and to whoever runs it', async () => {
  stage = await openStage(bot)
  const { adapter, fake, team, group, log } = stage
  const left = vi.spyOn(bot, 'left')
  await team.uninstall()
  const tenant = `slack:${team.id}`
  await eventually(() => expect(left).toHaveBeenCalledWith(tenant))
  await fake.settled()
  const place = { tenant, channel: group.id, direct: false }
  await expect(adapter.send(place, { text: 'still?' })).rejects.toMatchObject({ code: 'PLACE_GONE' })
  expect(adapter.health().places).toBe(0)
  expect(log.lines.filter(({ text }) => text.includes('set SLACK_BOT_TOKEN'))).toHaveLength(1)
  left.mockRestore()
})

it('a flood of messages is heard to the last', async () => {
  stage = await openStage(bot, { fake: { rateLimits: true } })
  const { friend, admin, group } = stage
  bot.script.heard = (message, exchange) =>
    message.text === 'the last' ? exchange.say({ text: 'heard all' }) : Promise.resolve()
  for (let i = 0; i < 60; i++) await friend.post(group, { text: `message ${i}` })
  await admin.post(group, { text: 'the last' })
  await eventually(() => expect(texts(friend, group)).toContain('heard all'))
  expect(bot.messages).toHaveLength(61)
})
