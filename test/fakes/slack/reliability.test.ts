/** What goes wrong between Slack and an app: late acknowledgements, broken sockets, retries, refusals of the Web API. */
import { setTimeout as wait } from 'node:timers/promises'
import type { App } from '@slack/bolt'
import { afterEach, expect, it, vi } from 'vitest'
import type { FakeSlackOptions } from './fake-slack.ts'
import {
  type AppStage,
  openHttpApp,
  openSocketApp,
  openStage,
  type SocketAppOptions,
  type Stage,
} from './testing/stage.ts'

let stage: Stage | undefined
async function open(listen: (app: App) => void, options?: FakeSlackOptions, how?: SocketAppOptions): Promise<AppStage> {
  const opened = await openSocketApp(listen, options, how)
  stage = opened
  return opened
}
const eventually = <T>(check: () => T) => vi.waitFor(check, { timeout: 5000, interval: 10 })
afterEach(async () => {
  await stage?.close()
  stage = undefined
})

it('an event that is acknowledged late comes again with its number, and Bolt hands it on twice', async () => {
  const heard: unknown[] = []
  const delays = [500, 0]
  const { fake, lan, channel } = await open(
    app =>
      app.message(async ({ body, context }) => void heard.push([body.event_id, context.retryNum, context.retryReason])),
    { ackWithin: 300, retryDelays: [0, 50] },
    { before: () => wait(delays.shift() ?? 0) },
  )
  const ts = await lan.post(channel, { text: 'hello' })
  await eventually(() => expect(heard).toHaveLength(2))
  // Its acknowledgement is still on the way when the first is heard.
  await eventually(() => expect(fake.eventsOf(ts)[0]!.ackedAfter).toBeGreaterThan(300))
  const [first, second, ...more] = fake.eventsOf(ts)
  expect(first).toMatchObject({ attempt: 0, failure: 'timeout' })
  expect(second).toMatchObject({ attempt: 1, eventId: first!.eventId, ackedAfter: expect.any(Number) })
  expect(more).toEqual([])
  expect(new Set(heard.map(each => JSON.stringify(each)))).toEqual(
    new Set(
      [
        [first!.eventId, 0, ''],
        [first!.eventId, 1, 'timeout'],
      ].map(each => JSON.stringify(each)),
    ),
  )
  expect(fake.violations.map(({ code }) => code)).toEqual(['not_acknowledged', 'late_ack'])
})

it('what was said while no socket was open comes as a retry; an acknowledged event can be sent once more', async () => {
  const heard: unknown[] = []
  const { fake, lan, channel } = await open(
    app => app.message(async ({ message, context }) => void heard.push([message.ts, context.retryNum])),
    { retryDelays: [0, 900] },
    { reconnects: true },
  )
  fake.dropSockets()
  const ts = await lan.post(channel, { text: 'anybody?' })
  expect(fake.sockets).toBe(0)
  await fake.connected()
  await eventually(() => expect(heard).toEqual([[ts, 2]]))
  const before = fake.eventsOf(ts)
  expect(before.map(({ via, failure }) => [via, failure])).toEqual([
    ['nowhere', 'no_socket'],
    ['nowhere', 'no_socket'],
    ['socket', undefined],
  ])
  const again = await fake.redeliver(before[2]!)
  expect(again).toMatchObject({ attempt: 3, eventId: before[0]!.eventId, ackedAfter: expect.any(Number) })
  expect(heard).toEqual([
    [ts, 2],
    [ts, 3],
  ])
  expect(fake.violations).toEqual([])
})

it('after refresh_requested the app opens another socket; after link_disabled it cannot', async () => {
  const heard: string[] = []
  const { fake, lan, channel } = await open(
    app => app.message(async ({ message }) => void heard.push(message.ts)),
    {},
    { reconnects: true },
  )
  fake.disconnect('refresh_requested')
  expect(fake.sockets).toBe(0)
  await fake.connected()
  const ts = await lan.post(channel, { text: 'still there?' })
  await eventually(() => expect(heard).toEqual([ts]))
  fake.disconnect('link_disabled')
  await eventually(() => expect(fake.calls.at(-1)).toMatchObject({ answer: 'link_disabled' }))
  fake.enableSockets()
  await fake.connected()
  expect(fake.violations).toEqual([])
})

it('a trigger lives as long as an acknowledgement may take, and is used once', async () => {
  const triggers: string[] = []
  const { fake, lan, channel, client } = await open(
    app =>
      app.command('/show', async ({ ack, body, client }) => {
        await ack('one moment')
        triggers.push(body.trigger_id)
        if (triggers.length === 1) await client.views.open({ trigger_id: body.trigger_id, view })
      }),
    { ackWithin: 500 },
  )
  const text = { type: 'plain_text' as const, text: 'Hello' }
  const view = { type: 'modal' as const, title: text, blocks: [{ type: 'section' as const, text }] }
  await lan.command(channel, '/show')
  await eventually(() => expect(lan.view?.text).toBe('Hello'))
  expect(lan.messages(channel)).toMatchObject([{ text: 'one moment', ephemeral: true }])
  await expect(client.views.open({ trigger_id: triggers[0]!, view })).rejects.toThrow('exchanged_trigger_id')
  await lan.command(channel, '/show')
  await wait(510)
  await expect(client.views.open({ trigger_id: triggers[1]!, view })).rejects.toThrow('expired_trigger_id')
  await expect(client.views.open({ trigger_id: 'made up', view })).rejects.toThrow('invalid_trigger_id')
  expect(fake.violations.map(({ code }) => code)).toEqual([
    'exchanged_trigger_id',
    'expired_trigger_id',
    'invalid_trigger_id',
  ])
})

it('a command that is not acknowledged fails in front of whoever gave it, and does not come again', async () => {
  let calls = 0
  const { fake, lan, channel } = await open(app => app.command('/show', async () => void calls++), { ackWithin: 100 })
  await expect(lan.command(channel, '/show')).rejects.toMatchObject({ code: 'operation_timeout' })
  await fake.settled()
  expect(calls).toBe(1)
  expect(fake.violations).toMatchObject([{ code: 'not_acknowledged', where: '/show' }])
})

it('over HTTP: the signature, the challenge, retries, and an acknowledgement that is late', async () => {
  const heard: unknown[] = []
  let slow = 500
  const listen = (app: App) => {
    app.message(async ({ context, body }) => void heard.push([body.event_id, context.retryNum, context.retryReason]))
    app.command('/show', async ({ ack, respond }) => {
      await wait(slow)
      slow = 0
      await ack({ response_type: 'in_channel', text: 'here *she* is' })
      for (let i = 0; i < 5; i++) await respond(`${i}`)
      await respond('once too often').catch((error: Error) => heard.push(error.message))
    })
  }
  const opened = await openHttpApp(listen, { ackWithin: 300, retryDelays: [0] })
  stage = opened
  const { fake, lan, channel } = opened
  await fake.verifyUrl()
  const ts = await lan.post(channel, { text: 'hello' })
  await fake.settled()
  const [event] = fake.eventsOf(ts)
  expect(event).toMatchObject({ via: 'http', attempt: 0, ackedAfter: expect.any(Number) })
  await fake.redeliver(event!)
  expect(heard).toEqual([
    [event!.eventId, undefined, undefined],
    [event!.eventId, 1, 'http_timeout'],
  ])
  await expect(lan.command(channel, '/show')).rejects.toMatchObject({ code: 'operation_timeout' })
  await eventually(() => expect(fake.deliveries.at(-1)!.ackedAfter).toBeGreaterThan(300))
  await eventually(() => expect(heard).toHaveLength(3))
  expect(heard[2]).toContain('404')
  await lan.command(channel, '/show')
  expect(lan.messages(channel).find(({ text }) => text === 'here she is')).toMatchObject({
    ephemeral: false,
    bold: ['she'],
  })
  await eventually(() => expect(heard).toHaveLength(4))
  expect(fake.violations.map(({ code }) => code)).toEqual(['not_acknowledged', 'late_ack', 'used_url', 'used_url'])
})

it('over HTTP with another secret nothing is heard, and Slack tries again', async () => {
  const heard: unknown[] = []
  const listen = (app: App) => app.message(async ({ message }) => void heard.push(message))
  const opened = await openHttpApp(listen, { retryDelays: [0] }, 'another secret')
  stage = opened
  const ts = await opened.lan.post(opened.channel, { text: 'hello' })
  await opened.fake.settled()
  const failures = opened.fake.eventsOf(ts).map(({ attempt, failure }) => [attempt, failure])
  expect(failures).toEqual([
    [0, 'http_error'],
    [1, 'http_error'],
  ])
  expect(heard).toEqual([])
  await expect(opened.fake.verifyUrl()).rejects.toThrow('expected the challenge')
})

it('faults: rate limits, errors, broken connections before and after, slowness', async () => {
  const opened = await openStage()
  stage = opened
  const { fake, client, channel, lan } = opened
  const say = (text: string) => client.chat.postMessage({ channel: channel.id, text })
  fake.faults.inject('chat.postMessage', { rateLimited: 7 })
  const limited = await fetch(`${fake.apiUrl}chat.postMessage`, { method: 'POST' })
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7'])
  fake.faults.inject('*', { status: 503 })
  await expect(say('a')).rejects.toMatchObject({ code: 'slack_webapi_http_error', statusCode: 503 })
  fake.faults.inject('chat.postMessage', { error: 'is_archived' })
  await expect(say('b')).rejects.toThrow('is_archived')
  fake.faults.inject('chat.postMessage', { drop: 'before' })
  await expect(say('c')).rejects.toMatchObject({ code: 'slack_webapi_request_error' })
  fake.faults.inject('chat.postMessage', { drop: 'after' })
  await expect(say('d')).rejects.toMatchObject({ code: 'slack_webapi_request_error' })
  fake.faults.inject('chat.postMessage', { delay: 80 })
  const start = Date.now()
  await say('e')
  expect(Date.now() - start).toBeGreaterThanOrEqual(75)
  expect(lan.messages(channel).map(({ text }) => text)).toEqual(['d', 'e'])
  fake.faults.inject('views.open', { delay: 1 }, 3)
  expect(fake.faults.clear()).toBe(3)
  expect(fake.calls.map(({ answer }) => answer)).toEqual(['ratelimited', '503', 'is_archived', 'dropped', 'ok', 'ok'])
})

it('with rate limits switched on, the 51st update within a minute has to wait', async () => {
  const opened = await openStage({ rateLimits: true })
  stage = opened
  const { fake, client, channel } = opened
  const { ts } = await client.chat.postMessage({ channel: channel.id, text: '0' })
  for (let i = 1; i <= 50; i++) await client.chat.update({ channel: channel.id, ts: ts!, text: `${i}` })
  const body = new URLSearchParams({ channel: channel.id, ts: ts!, text: '51' })
  const headers = { Authorization: `Bearer ${opened.team.bot.token}` }
  const response = await fetch(`${fake.apiUrl}chat.update`, { method: 'POST', headers, body })
  expect(response.status).toBe(429)
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(50)
})
