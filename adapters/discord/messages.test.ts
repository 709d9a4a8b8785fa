/** What people post on Discord beyond what every platform has: threads, roles, other servers' things, links that expire. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ScriptedBot } from '../../test/fakes/scripted-bot.ts'
import { expectBytes, samplePicture } from '../suite/helpers.ts'
import { openChat } from './testing/chat.ts'

const bot = new ScriptedBot()
let chat: Awaited<ReturnType<typeof openChat>>

beforeEach(async () => {
  bot.reset()
  chat = await openChat(bot, {}, { locale: 'vi' })
})
afterEach(() => chat.close())

const eventually = <T>(check: () => T) => vi.waitFor(check, { timeout: 4000, interval: 20 })
const heard = (text: string) =>
  eventually(() => {
    const found = bot.messages.find(message => message.text.includes(text))
    expect(found, text).toBeDefined()
    return found!
  })

describe('a thread on Discord', () => {
  it('is answered where it is, and belongs to its channel', async () => {
    const first = await chat.member.post(chat.general, { text: 'who is this?' })
    const thread = await chat.member.openThread(first, 'who?')
    bot.script.heard = (_, exchange) => exchange.say({ text: 'Mắm' })
    await chat.member.post(thread, { text: 'tell me' })
    const message = await heard('tell me')
    expect(message.place).toEqual({ ...chat.place, thread: thread.id })
    await eventually(() => expect(thread.messages.map(({ text }) => text)).toEqual(['tell me', 'Mắm']))
    await chat.member.post(thread, { text: 'and then?' })
    expect(await (await heard('and then?')).earlier(5)).toEqual([
      { from: 'user', text: 'tell me' },
      { from: 'bot', text: 'Mắm' },
    ])
  })

  it('that is archived is opened by what is said there, and PLACE_GONE when it is locked', async () => {
    const thread = chat.general.openThread('cats')
    const place = { ...chat.place, thread: thread.id }
    const ref = await chat.adapter.send(place, { text: 'a card' })
    thread.archive()
    await expect(chat.adapter.edit(ref, { text: 'x' })).rejects.toMatchObject({ code: 'PLACE_GONE' })
    await chat.adapter.send(place, { text: 'hello' })
    await chat.adapter.edit(ref, { text: 'a card, still' })
    thread.archive({ locked: true })
    await expect(chat.adapter.send(place, { text: 'x' })).rejects.toMatchObject({ code: 'PLACE_GONE' })
  })
})

describe('a message on Discord', () => {
  it('mentions channels, roles, emoji and commands by their names, and the bot’s role as the bot', async () => {
    const { id } = chat.guild.addRole({ name: 'Helpers' })
    await chat.member.post(chat.general, {
      text: `see <#${chat.general.id}> <@&${id}> <:cat:123> <a:dog:123> </teach:123> <@999999999999999999>`,
    })
    expect((await heard('see')).text).toBe('see #general @Helpers :cat: :dog: /teach @somebody')
    const role = [...(await rolesOfBot())][0]!
    await chat.member.post(chat.general, { text: `<@&${role}> hi` })
    expect(await heard('hi')).toMatchObject({ text: 'hi', mentionsBot: true, mentions: [] })
  })

  it('calls people as the server does', async () => {
    const lan = chat.discord.addPerson('Lan')
    chat.guild.join(lan, { nick: 'Lan của Mai' })
    await chat.member.post(chat.general, { text: `is it ${lan.mention}?` })
    expect(await heard('is it')).toMatchObject({ text: 'is it @Lan của Mai?', mentions: [{ name: 'Lan của Mai' }] })
    await lan.post(chat.general, { text: 'no' })
    expect((await heard('no')).from).toMatchObject({ name: 'Lan của Mai', locale: 'vi' })
  })

  it('that only replies to somebody does not mention them', async () => {
    const asked = await chat.owner.post(chat.general, { text: 'look' })
    await chat.member.post(chat.general, { text: 'nice', replyTo: asked })
    expect(await heard('nice')).toMatchObject({ mentions: [], mentionsBot: false, repliedTo: { text: 'look' } })
  })

  it('that replies to one that is gone replies to none', async () => {
    const asked = await chat.owner.post(chat.general, { text: 'look' })
    bot.script.heard = async () => chat.general.deleteMessage(asked)
    await heard('look')
    await chat.owner.post(chat.general, { text: 'bye' })
    await heard('bye')
    expect(bot.messages.at(-1)!.repliedTo).toBeUndefined()
  })

  it('has its pictures also when their links have expired', async () => {
    const bytes = await samplePicture(1)
    const files = [
      { name: 'notes.txt', bytes: new TextEncoder().encode('hello') },
      { name: 'cat.png', bytes },
    ]
    await chat.member.post(chat.general, { text: 'my cat', files })
    const { pictures } = await heard('my cat')
    expect(pictures.map(({ name }) => name)).toEqual(['cat.png'])
    chat.discord.advance(48 * 3600_000)
    expectBytes(await pictures[0]!.bytes(), bytes)
  })

  it('that was deleted has no pictures any more', async () => {
    const files = [{ name: 'cat.png', bytes: await samplePicture(1) }]
    const message = await chat.member.post(chat.general, { text: 'my cat', files })
    const { pictures } = await heard('my cat')
    await chat.member.delete(message)
    chat.discord.advance(48 * 3600_000)
    await expect(pictures[0]!.bytes()).rejects.toMatchObject({ code: 'FETCH_FAILED' })
  })
})

async function rolesOfBot(): Promise<string[]> {
  const { api, token, bot } = chat.discord
  const headers = { authorization: `Bot ${token}` }
  const response = await fetch(`${api}/v10/guilds/${chat.guild.id}/members/${bot.id}`, { headers })
  return ((await response.json()) as { roles: string[] }).roles
}
