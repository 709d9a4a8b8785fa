import { Events, type Message, type TextChannel } from 'discord.js'
import { expect, it } from 'vitest'
import {
  DirectMessages,
  eventually,
  fake,
  GuildMembers,
  GuildMessages,
  Guilds,
  MessageContent,
  newClient,
  stage,
} from './client.ts'

const all = [Guilds, GuildMessages, DirectMessages, MessageContent]

it('closes with 4014 when a privileged intent is not switched on, and lets it in when it is', async () => {
  const discord = await fake()
  await expect(newClient(discord, { intents: all }).login(discord.token)).rejects.toThrow('disallowed intents')
  discord.setPrivileged('MessageContent', true)
  await newClient(discord, { intents: all }).login(discord.token)
  await discord.gateway.ready()
})

it('an application switches a limited intent on by itself, and nothing else', async () => {
  const { discord, client } = await stage()
  expect((await client.application.fetch()).flags.bitfield).toBe(0)
  await client.rest.patch('/applications/@me', { body: { flags: 1 << 19 } })
  expect(discord.application.flags).toBe(1 << 19)
  await expect(client.rest.patch('/applications/@me', { body: { flags: 1 << 18 } })).rejects.toMatchObject({
    code: 50035,
  })
  await newClient(discord, { intents: all }).login(discord.token)
})

it('refuses a wrong token', async () => {
  const discord = await fake()
  await expect(newClient(discord).login('another.token.here')).rejects.toThrow('invalid token')
  expect(discord.calls[0]).toMatchObject({ path: '/gateway/bot', status: 401 })
  const { client, discord: other } = await stage()
  const closed = new Promise<number>(resolve => client.on('shardDisconnect', ({ code }) => resolve(code)))
  other.gateway.close(4004)
  expect(await closed).toBe(4004)
})

it('hides the content of messages that are not for the bot', async () => {
  const { discord, client, general, mai, bo } = await stage()
  const heard = new Map<string, Message>()
  client.on('messageCreate', message => heard.set(message.id, message))
  const file = { name: 'a.txt', bytes: Buffer.from('a') }
  const content = async (posted: Promise<{ id: string }>) => {
    const { id } = await posted
    await eventually(() => heard.has(id)).toBe(true)
    const { content, attachments } = heard.get(id)!
    return [content, attachments.size]
  }
  const post = (text: string, more = {}) => mai.post(general, { text, files: [file], ...more })
  expect(await content(post('secret'))).toEqual(['', 0])
  expect(await content(post(`to ${bo.mention}`))).toEqual(['', 0])
  expect(await content(post(`to ${discord.bot.mention}`))).toEqual([`to ${discord.bot.mention}`, 1])
  expect(await content(mai.post(mai.direct, { text: 'in private', files: [file] }))).toEqual(['in private', 1])
  const { id } = await ((await client.channels.fetch(general.id)) as TextChannel).send('mine')
  expect(heard.get(id)?.content).toBe('mine')
  expect(await content(post('answer', { replyTo: id }))).toEqual(['answer', 1])
  expect(await content(post('quiet answer', { replyTo: id, ping: false }))).toEqual(['', 0])
  // What a message for the bot answers stays hidden, too; REST goes by the switch in the portal.
  const secret = await mai.post(general, { text: 'hidden' })
  const { id: asking } = await post(`who? ${discord.bot.mention}`, { replyTo: secret })
  await eventually(() => heard.has(asking)).toBe(true)
  const fetched = async () =>
    (await heard.get(asking)!.channel.messages.fetch({ message: secret.id, force: true })).content
  expect(await fetched()).toBe('')
  discord.setPrivileged('MessageContent', true)
  expect(await fetched()).toBe('hidden')
})

it('tells only what the intents ask for, where the bot may look', async () => {
  const { discord, client, guild, general, mai } = await stage({}, { intents: [Guilds, DirectMessages] })
  const seen: string[] = []
  client.on(Events.Raw as never, ((packet: { t: string }) => seen.push(packet.t)) as never)
  await mai.post(general, { text: 'unheard' })
  guild.join(discord.addPerson('Lan'))
  await mai.post(mai.direct, { text: 'heard' })
  await eventually(() => seen).toEqual(['MESSAGE_CREATE'])
  const other = newClient(discord)
  await other.login(discord.token)
  const heard: string[] = []
  other.on('messageCreate', ({ channelId }) => heard.push(channelId))
  const closed = guild.addChannel({ name: 'closed' })
  closed.permit('bot', { deny: 1024n })
  await mai.post(closed, { text: 'unheard' })
  await mai.post(general, { text: 'heard' })
  await eventually(() => heard).toEqual([general.id])
  expect(other.channels.cache.has(closed.id)).toBe(true)
})

it('resumes after a lost socket and tells what was missed, in order', async () => {
  const { discord, client, general, mai } = await stage({ privileged: ['MessageContent'] }, { intents: all })
  const heard: string[] = []
  client.on('messageCreate', ({ content }) => heard.push(content))
  await mai.post(general, { text: 'before' })
  await eventually(() => heard).toEqual(['before'])
  const resumed = discord.gateway.reconnect()
  await mai.post(general, { text: 'meanwhile' })
  await mai.post(general, { text: 'and again' })
  await resumed
  await eventually(() => heard).toEqual(['before', 'meanwhile', 'and again'])
  discord.gateway.drop()
  await mai.post(general, { text: 'dropped' })
  await eventually(() => heard.at(-1)).toBe('dropped')
  expect([discord.gateway.identifies, discord.gateway.resumes]).toEqual([1, 2])
})

it('invalid sessions: resumable or not', async () => {
  // Without the five seconds that discord.js leaves between two sessions.
  const ws = { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => undefined }) }
  const { discord, client, general, mai } = await stage({ privileged: ['MessageContent'] }, { intents: all, ws })
  const heard: string[] = []
  client.on('messageCreate', ({ content }) => heard.push(content))
  await discord.gateway.invalidate(true)
  await mai.post(general, { text: 'one' })
  await eventually(() => heard).toEqual(['one'])
  const back = discord.gateway.invalidate(false)
  await mai.post(general, { text: 'lost' })
  await back
  await mai.post(general, { text: 'two' })
  await eventually(() => heard).toEqual(['one', 'two'])
  expect(discord.gateway.identifies).toBe(2)
})

it('tells an event again, and the connection that gets no acknowledgement is given up', async () => {
  const options = { privileged: ['MessageContent'], heartbeatInterval: 100 } as const
  const { discord, client, general, mai } = await stage(options, { intents: all })
  const ids: string[] = []
  client.on(
    Events.Raw as never,
    ((packet: { t: string; d: { id: string } }) => {
      if (packet.t === 'MESSAGE_CREATE') ids.push(packet.d.id)
    }) as never,
  )
  const { id } = await mai.post(general, { text: 'twice' })
  discord.deliverAgain(id)
  await eventually(() => ids).toEqual([id, id])
  const { resumes } = discord.gateway
  discord.gateway.acknowledge(false)
  await eventually(() => discord.gateway.resumes).toBeGreaterThan(resumes)
})

it('guilds come and go, and an outage is no removal', async () => {
  const { discord, client, guild } = await stage()
  const told: string[] = []
  client.on('guildCreate', ({ name }) => told.push(`+${name}`))
  client.on('guildDelete', ({ name }) => told.push(`-${name}`))
  client.on('guildUnavailable', ({ name }) => told.push(`?${name}`))
  client.on('guildAvailable', ({ name }) => told.push(`!${name}`))
  discord.addGuild({ name: 'Office' })
  guild.outage()
  guild.addBot()
  guild.removeBot()
  guild.addBot()
  await eventually(() => told).toEqual(['+Office', '?Home', '!Home', '-Home', '+Home'])
})

it('members: all with the intent, single ones without', async () => {
  const { client, guild, mai, bo } = await stage()
  const found = client.guilds.cache.get(guild.id)!
  expect([...found.members.cache.keys()]).toEqual([client.user.id])
  expect((await found.members.fetch({ user: [mai.id, bo.id] })).size).toBe(2)
  expect((await found.members.fetch(bo.id)).displayName).toBe('Bo')
  await expect(found.members.list({ limit: 10 })).rejects.toMatchObject({ code: 50001 })
  expect((await found.members.search({ query: 'ma' })).size).toBe(1)
  const other = await stage({ privileged: ['GuildMembers'] }, { intents: [Guilds, GuildMembers] })
  expect((await other.client.guilds.cache.first()!.members.fetch()).size).toBe(3)
})
