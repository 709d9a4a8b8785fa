import { PermissionFlagsBits as Bits, type TextChannel } from 'discord.js'
import { expect, it } from 'vitest'
import { stage } from './client.ts'
import { Refused } from './fake-discord.ts'

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'ok',
    error => error.code,
  )

it('what the bot may not do where', async () => {
  const { client, guild, general, mai, discord } = await stage({ rateLimits: false })
  const channel = (await client.channels.fetch(general.id)) as TextChannel
  const asked = await mai.post(general, { text: 'hi' })
  const mine = await channel.send('mine')
  const files = [{ attachment: Buffer.from('x'), name: 'x.txt' }]
  general.permit('bot', { deny: Bits.AttachFiles | Bits.EmbedLinks | Bits.ReadMessageHistory })
  expect(await code(channel.send({ files }))).toBe(50013)
  expect(await code(channel.send({ embeds: [{ description: 'e' }] }))).toBe(50013)
  expect(await code(channel.send({ content: 'x', reply: { messageReference: asked.id } }))).toBe(160002)
  expect((await channel.messages.fetch()).size).toBe(0)
  expect(await code(channel.messages.delete(asked.id))).toBe(50013)
  expect(await code(channel.messages.edit(asked.id, 'x'))).toBe(50005)
  general.permit('bot', { deny: Bits.SendMessages })
  expect(await code(channel.send('x'))).toBe(50013)
  expect(await code(channel.sendTyping())).toBe(50013)
  expect(await code(mine.edit('still mine'))).toBe('ok')
  general.permit('everyone', { deny: Bits.ViewChannel })
  expect(await code(channel.send('x'))).toBe(50001)
  general.permit('bot', { allow: Bits.ViewChannel })
  expect(await code(channel.send('x'))).toBe('ok')
  guild.removeBot()
  expect(await code(channel.send('x'))).toBe(50001)
  general.delete()
  expect(await code(channel.send('x'))).toBe(10003)
  expect(await code(client.guilds.fetch(guild.id))).toBe(10004)
  expect(discord.violations).toEqual([])
})

it('roles: the owner and administrators may all, threads have a permission of their own', async () => {
  const { client, guild, general, mai, bo } = await stage()
  const found = await client.guilds.fetch(guild.id)
  expect((await found.members.fetch(mai.id)).permissions.has(Bits.Administrator)).toBe(true)
  expect((await found.members.fetch(bo.id)).permissions.has(Bits.ManageGuild)).toBe(false)
  const { id } = guild.addRole({ name: 'Keepers', permissions: Bits.ManageGuild })
  guild.setRoles(bo, [id])
  const again = await found.members.fetch({ user: bo.id, force: true })
  expect([again.permissions.has(Bits.ManageGuild), again.roles.cache.map(({ name }) => name).sort()]).toEqual([
    true,
    ['@everyone', 'Keepers'],
  ])
  const thread = general.openThread('Cats')
  guild.setEveryonesPermissions(Bits.ViewChannel | Bits.SendMessages)
  await expect(bo.post(thread, { text: 'x' })).rejects.toThrow(Refused)
  const channel = await client.channels.fetch(thread.id)
  if (!channel?.isSendable()) throw new Error('no channel')
  await channel.send('the bot was invited for threads')
  guild.setBotPermissions(Bits.ViewChannel)
  expect(await code(channel.send('x'))).toBe(50013)
})

it('direct messages: opened, closed, and without a common guild', async () => {
  const { client, discord, guild, mai, bo } = await stage()
  const send = async (id: string) => (await client.users.createDM(id, { force: true })).send('hello')
  const message = await send(bo.id)
  expect(bo.messages(bo.direct)).toMatchObject([{ text: 'hello' }])
  expect(bo.notifications).toMatchObject([{ text: 'hello' }])
  expect(() => mai.messages(bo.direct)).toThrow(Refused)
  bo.allowDirect(false)
  expect(await code(send(bo.id))).toBe(50007)
  expect(await code(message.edit('x'))).toBe(50007)
  bo.allowDirect(true)
  guild.leave(bo)
  expect(await code(send(bo.id))).toBe(50278)
  expect(await code(send('999999'))).toBe(50033)
  expect(await code(send(client.user.id))).toBe(50033)
  expect(discord.violations).toEqual([])
})

it('people may not do everything, either', async () => {
  const { general, guild, mai, bo, discord } = await stage()
  const message = await mai.post(general, { text: 'mine' })
  await expect(bo.delete(message)).rejects.toThrow(Refused)
  await expect(bo.edit(message, 'yours')).rejects.toThrow(Refused)
  await expect(bo.post(general, { text: ' ' })).rejects.toThrow(Refused)
  const closed = guild.addChannel({ name: 'closed' })
  closed.permit('everyone', { deny: Bits.ViewChannel })
  await expect(bo.post(closed, { text: 'x' })).rejects.toThrow(Refused)
  await expect(discord.addPerson('Stranger').post(general, { text: 'x' })).rejects.toThrow(Refused)
  await mai.edit(message, 'mine, edited')
  expect(bo.messages(general)).toMatchObject([{ text: 'mine, edited', edited: true }])
  const beep = await general.postAsProgram('beep')
  expect(beep.author).toMatchObject({ bot: true, name: 'Beeper' })
  await mai.delete(beep)
})
