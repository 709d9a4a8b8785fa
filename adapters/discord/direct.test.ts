/** Alone with the bot on Discord: whose concepts are meant there, also on behalf of a server, also after a restart. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ScriptedBot } from '../../test/fakes/scripted-bot.ts'
import { adapterOn, openChat } from './testing/chat.ts'

const bot = new ScriptedBot()
let chat: Awaited<ReturnType<typeof openChat>>

beforeEach(async () => {
  bot.reset()
  chat = await openChat(bot)
})
afterEach(() => chat.close())

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 4000, interval: 20 })
/** Nobody presses a button before its message has arrived here, too. */
const noted = (message: { id: string }) =>
  eventually(() => expect(chat.store.records.has(`message:${message.id}`)).toBe(true))
const buttons = [{ action: 'delete', label: 'Delete' }]

it('what is said there is one’s own, and one runs that', async () => {
  const { member } = chat
  await member.post(member.direct, { text: 'hello' })
  await eventually(() => expect(bot.messages).toHaveLength(1))
  const place = { tenant: `discord:user-${member.id}`, channel: member.direct.id, direct: true }
  expect(bot.messages[0]).toMatchObject({ place, from: { id: member.id, admin: true, roles: [] } })
  await member.run(member.direct, 'show', { name: 'Mắm' })
  expect(bot.calls[0]).toMatchObject({ place, from: { admin: true } })
  expect(await chat.adapter.direct(place.tenant, member.id)).toEqual(place)
})

it('a button below what was written on behalf of a server is of that server', async () => {
  const { member, owner, tenant } = chat
  for (const person of [member, owner])
    await chat.adapter.send(await chat.adapter.direct(tenant, person.id), { text: 'a report', buttons })
  await member.press(member.direct.messages[0]!, 'Delete')
  await owner.press(owner.direct.messages[0]!, 'Delete')
  expect(bot.presses).toMatchObject([
    { from: { id: member.id, admin: false }, message: { place: { tenant, channel: member.direct.id, direct: true } } },
    { from: { id: owner.id, admin: true }, message: { place: { tenant, channel: owner.direct.id, direct: true } } },
  ])
})

it('and stays so after a restart, and for forms and what is said to it', async () => {
  const { owner, tenant } = chat
  await chat.adapter.send(await chat.adapter.direct(tenant, owner.id), { text: 'a report', buttons })
  await chat.adapter.close()
  const next = adapterOn(chat.discord, { store: chat.store })
  await next.start(bot)
  const fields = [{ type: 'text' as const, name: 'why', label: 'Why?', maxLength: 50 }]
  bot.script.pressed = (_, exchange) => exchange.open!({ action: 'f', title: 'Delete', submit: 'Delete', fields })
  await owner.press(owner.direct.messages[0]!, 'Delete')
  bot.script.submitted = (_, exchange) => exchange.say({ text: 'sure?', buttons })
  await owner.submit({ why: 'ugly' })
  expect(bot.submissions[0]).toMatchObject({ place: { tenant, direct: true }, fields: { why: 'ugly' } })
  await eventually(() => expect(owner.direct.messages).toHaveLength(2))
  await noted(owner.direct.messages[1]!)
  await owner.press(owner.direct.messages[1]!, 'Delete')
  expect(bot.presses[1]!.message.place.tenant).toBe(tenant)
  await next.close()
})

it('somebody who has left the server runs it no more', async () => {
  const { member, tenant } = chat
  const { id } = chat.guild.addRole({ name: 'Admins', permissions: 8n })
  chat.guild.setRoles(member, [id])
  const other = chat.discord.addGuild({ name: 'Other' })
  other.join(member)
  await chat.adapter.send(await chat.adapter.direct(tenant, member.id), { text: 'a report', buttons })
  chat.guild.leave(member)
  await member.press(member.direct.messages[0]!, 'Delete')
  expect(bot.presses[0]!.from).toMatchObject({ id: member.id, name: member.name, admin: false, roles: [] })
})

it('what was written on behalf of a server is none of one’s own turns', async () => {
  const { member, tenant } = chat
  await chat.adapter.send(await chat.adapter.direct(tenant, member.id), { text: 'of the server' })
  await chat.adapter.send(await chat.adapter.direct(`discord:user-${member.id}`, member.id), { text: 'of you' })
  await member.post(member.direct, { text: 'hello' })
  await eventually(() => expect(bot.messages).toHaveLength(1))
  expect(await bot.messages[0]!.earlier(5)).toEqual([{ from: 'bot', text: 'of you' }])
})

it('is answered without pointing, and nobody is called', async () => {
  const { member } = chat
  bot.script.heard = (_, exchange) => exchange.say({ text: 'hello', mentions: [member.id] }, { privately: true })
  await member.post(member.direct, { text: 'hello' })
  await eventually(() =>
    expect(member.direct.messages.at(-1)).toMatchObject({ content: 'hello', author: { bot: true } }),
  )
  expect(member.direct.messages.at(-1)!.replyTo).toBeUndefined()
})

it('a private answer to a message of a server is of that server', async () => {
  const { member, tenant, general } = chat
  bot.script.heard = (_, exchange) => exchange.say({ text: 'forget?', buttons }, { privately: true })
  await member.post(general, { text: 'forget me' })
  await eventually(() => expect(member.direct.messages).toHaveLength(1))
  await noted(member.direct.messages[0]!)
  await member.press(member.direct.messages[0]!, 'Delete')
  expect(bot.presses[0]!.message.place).toEqual({ tenant, channel: member.direct.id, direct: true })
})
