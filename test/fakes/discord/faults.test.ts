import type { TextChannel } from 'discord.js'
import { expect, it } from 'vitest'
import { stage } from './client.ts'

const posting = 'POST /channels/{channel_id}/messages'

async function staged() {
  const on = await stage()
  return { ...on, channel: (await on.client.channels.fetch(on.general.id)) as TextChannel }
}

it('rate limits: headers, 429 with Retry-After for a route and for all', async () => {
  const { discord, client, channel, general } = await staged()
  const limited: object[] = []
  client.rest.on('rateLimited', info => limited.push(info))
  const raw = () =>
    fetch(`${discord.api}/v10/channels/${channel.id}/messages`, {
      method: 'POST',
      headers: { Authorization: `Bot ${discord.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ content: 'x' }),
    })
  const first = await raw()
  const header = (name: string) => Number(first.headers.get(`x-ratelimit-${name}`))
  expect([header('limit'), header('remaining')]).toEqual([5, 4])
  expect(header('reset-after')).toBeGreaterThan(0)
  for (let i = 0; i < 4; i++) await raw()
  const refused = await raw()
  expect([refused.status, refused.headers.get('x-ratelimit-scope')]).toEqual([429, 'user'])
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await refused.json()).toMatchObject({ global: false, retry_after: expect.any(Number) })
  expect(general.messages).toHaveLength(5)
  discord.faults.rateLimit({ route: 'POST /channels/{channel_id}/typing', retryAfter: 0.1 })
  discord.faults.rateLimit({ route: /typing$/, retryAfter: 0.1, global: true })
  await channel.sendTyping()
  expect(general.typing).toEqual([discord.bot.id])
  expect(discord.calls.filter(({ route }) => route.endsWith('typing')).map(({ status }) => status)).toEqual([
    429, 429, 204,
  ])
  expect(discord.violations).toEqual([])
})

it('messages older than an hour: three edits in six seconds', async () => {
  const { discord, channel } = await staged()
  const message = await channel.send('0')
  discord.advance(61 * 60_000)
  for (const n of '123') await message.edit(n)
  const patch = await fetch(`${discord.api}/v10/channels/${channel.id}/messages/${message.id}`, {
    method: 'PATCH',
    headers: { Authorization: `Bot ${discord.token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ content: '4' }),
  })
  expect(patch.status).toBe(429)
  expect(await patch.json()).toMatchObject({ code: 30046 })
  expect(Number(patch.headers.get('retry-after'))).toBeGreaterThan(0)
})

it('errors of Discord’s own are tried again, and said when they last', async () => {
  const { discord, channel, general } = await staged()
  discord.faults.fail({ route: posting })
  await channel.send('in the end')
  discord.faults.fail({ route: posting, times: 2, status: 503 })
  await expect(channel.send('never')).rejects.toMatchObject({ status: 503 })
  discord.faults.fail({ route: posting, code: 50013 })
  await expect(channel.send('never')).rejects.toMatchObject({ code: 50013, status: 403 })
  expect(general.messages).toMatchObject([{ text: 'in the end' }])
  expect(discord.violations).toEqual([])
})

it('a dropped socket loses the call, or only the answer: the nonce keeps it from being said twice', async () => {
  const { discord, channel, general } = await staged()
  discord.faults.drop({ route: posting })
  await expect(channel.send('lost')).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' })
  // What was reset is tried again by discord.js.
  discord.faults.drop({ route: posting, reset: true })
  await channel.send('one')
  discord.faults.drop({ route: posting, after: true, reset: true })
  await channel.send('two')
  expect(general.messages.map(({ text }) => text)).toEqual(['one', 'two', 'two'])
  discord.faults.drop({ route: posting, after: true, reset: true })
  await channel.send({ content: 'three', nonce: 'n', enforceNonce: true })
  expect(general.messages.map(({ text }) => text).slice(3)).toEqual(['three'])
  expect(discord.calls.filter(({ route }) => route.endsWith('/messages')).map(({ status }) => status)).toEqual([
    0, 0, 200, 200, 200, 200, 200,
  ])
})

it('slow answers, until the faults are cleared', async () => {
  const { discord, channel } = await staged()
  discord.faults.slow({ ms: 150 })
  const took = async () => {
    const start = performance.now()
    await channel.send('x')
    return performance.now() - start
  }
  expect(await took()).toBeGreaterThan(140)
  discord.faults.clear()
  expect(await took()).toBeLessThan(140)
})

it('an answer without a body says nothing of one, and unknown routes are a violation', async () => {
  const { discord, client, channel } = await staged()
  const response = await fetch(`${discord.api}/v10/channels/${channel.id}/typing`, {
    method: 'POST',
    headers: { Authorization: `Bot ${discord.token}` },
  })
  expect([response.status, response.headers.get('content-type')]).toEqual([204, null])
  await expect(client.rest.get('/sticker-packs')).rejects.toMatchObject({ status: 404 })
  await expect(client.rest.get('/channels/general')).rejects.toMatchObject({ code: 50035 })
  await expect(client.rest.get(`/channels/${channel.id}?unknown=1`)).rejects.toMatchObject({ code: 50035 })
  expect(discord.violations).toHaveLength(3)
})
