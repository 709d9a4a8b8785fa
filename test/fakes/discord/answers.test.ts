import { expect, it } from 'vitest'
import { fake } from './client.ts'
import type { FakeDiscord } from './fake-discord.ts'
import { wrongWithAnswer } from './rest/openapi.ts'
import { findRoute } from './rest/router.ts'

const asker = (discord: FakeDiscord) => async (call: string, body?: object) => {
  const [method, path] = call.split(' ') as [string, string]
  const response = await fetch(`${discord.api}/v10${path}`, {
    method,
    headers: { Authorization: `Bot ${discord.token}`, ...(body && { 'Content-Type': 'application/json' }) },
    body: body && JSON.stringify(body),
  })
  expect(response.status, call).toBe(200)
  const { route } = findRoute(method, path.split('?')[0]!)
  expect(wrongWithAnswer(method, route, await response.json()), call).toEqual([])
}

it('the fake’s own answers are as Discord describes them', async () => {
  const discord = await fake({ rateLimits: false, privileged: ['MessageContent', 'GuildMembers'] })
  const mai = discord.addPerson('Mai')
  const home = discord.addGuild({ name: 'Home', owner: mai })
  const general = home.addChannel({ name: 'general' })
  const file = { name: 'a.png', bytes: Buffer.from('a') }
  const asked = await mai.post(general, { text: `${discord.bot.mention} ${mai.mention}`, files: [file] })
  const { url } = asked.attachments[0]!
  const ask = asker(discord)
  const app = `/applications/${discord.applicationId}`
  const channel = `/channels/${general.id}`
  for (const path of ['/gateway/bot', '/applications/@me', '/users/@me', `/users/${mai.id}`, '/users/@me/guilds'])
    await ask(`GET ${path}`)
  for (const path of ['', '/channels', '/roles', '/members?limit=2', `/members/${mai.id}`, '/threads/active'])
    await ask(`GET /guilds/${home.id}${path}`)
  const option = { type: 3, name: 'a', description: 'b', choices: [{ name: 'a', value: 'b' }] }
  await ask(`PUT ${app}/commands`, [{ name: 'a', description: 'b', options: [option] }] as never)
  await ask(`GET ${app}/commands?with_localizations=true`)
  await ask('POST /users/@me/channels', { recipient_id: mai.id })
  const button = { type: 2, style: 1, label: 'a', custom_id: 'a' }
  const menu = { type: 5, custom_id: 'b' }
  const rows = [button, menu].map(component => ({ type: 1, components: [component] }))
  const reply = {
    content: 'b',
    message_reference: { message_id: asked.id },
    components: rows,
    embeds: [{ title: 't' }],
  }
  await ask(`POST ${channel}/messages`, reply)
  const text = { type: 10, content: 'x' }
  const media = { media: { url } }
  const section = { type: 9, components: [text], accessory: { type: 11, ...media } }
  const container = { type: 17, components: [text, { type: 12, items: [media] }, { type: 14 }] }
  await ask(`POST ${channel}/messages`, { flags: 1 << 15, components: [container, section] })
  for (const path of ['', '/messages', `/messages/${asked.id}`]) await ask(`GET ${channel}${path}`)
  expect(discord.violations).toEqual([])
})
