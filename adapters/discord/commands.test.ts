/** The bot's commands on Discord: how they are registered, and what comes of them. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { commands } from '../../commands/index.ts'
import type { IncomingPicture } from '../../src/conversation/chat.ts'
import { ScriptedBot } from '../../test/fakes/scripted-bot.ts'
import { type CommandInfo, describeCommands } from '../command-info.ts'
import { expectBytes, samplePicture } from '../suite/helpers.ts'
import { definitionsOf } from './commands.ts'
import { adapterOn, openChat } from './testing/chat.ts'

const bot = new ScriptedBot()
const own = (locale: 'en' | 'vi') => describeCommands(commands, locale)
const teach: CommandInfo = {
  name: 'teach',
  description: 'd'.repeat(150),
  onMessage: 'Teach from this message',
  options: [
    { name: 'pictures', description: 'pictures', type: 'pictures', max: 5 },
    { name: 'name', description: 'a name', type: 'text', required: true, max: 32 },
  ],
}

describe('the bot’s own commands on Discord', () => {
  let chat: Awaited<ReturnType<typeof openChat>>
  beforeEach(async () => {
    bot.reset()
    chat = await openChat(bot, { commands: own })
  })
  afterEach(() => chat.close())

  it('are all taken, in every language', () => {
    const registered = chat.discord.commands()
    expect(registered.filter(({ type }) => type === 1).map(({ name }) => name)).toEqual(
      commands.map(({ name }) => name),
    )
    const vietnamese = chat.discord.addPerson('Huệ', { locale: 'vi' })
    chat.guild.join(vietnamese)
    const offered = vietnamese.commands(chat.general)
    expect(offered).toContain('dạy')
    expect(offered).toContain('danh-sách')
    const [first] = registered
    expect(first!.description_localizations).toEqual({ vi: own('vi')[0]!.description })
    const kind = first!.options!.find(({ name }) => name === 'kind')!
    expect(kind.choices![0]).toMatchObject({ name: 'pet', name_localizations: { vi: 'thú cưng' } })
  })

  it('are registered anew only when they have changed', async () => {
    const puts = () => chat.discord.calls.filter(({ method, route }) => method === 'PUT' && route.includes('commands'))
    expect(puts()).toHaveLength(1)
    const again = async (given: typeof own) => {
      await chat.adapter.close()
      const next = adapterOn(chat.discord, { store: chat.store, commands: given })
      await next.start(bot)
      await next.close()
    }
    await again(own)
    expect(puts()).toHaveLength(1)
    await again(locale => own(locale).slice(1))
    expect(puts()).toHaveLength(2)
  })

  it('for those who run the server are shown to them', () => {
    expect(chat.member.commands(chat.general)).not.toContain('settings')
    expect(chat.owner.commands(chat.general)).toContain('settings')
    expect(chat.member.commands(chat.member.direct)).toContain('teach')
  })
})

describe('a command on Discord', () => {
  let chat: Awaited<ReturnType<typeof openChat>>
  beforeEach(async () => {
    bot.reset()
    chat = await openChat(bot, { commands: () => [teach] })
  })
  afterEach(() => chat.close())

  it('comes with its pictures in their order', async () => {
    const files = await Promise.all(
      [1, 2, 3].map(async seed => ({ name: `${seed}.png`, bytes: await samplePicture(seed) })),
    )
    const [one, two, three] = files
    await chat.member.run(chat.general, 'teach', { image5: three!, image1: one!, image2: two!, name: 'Mắm' })
    const { options } = bot.calls[0]!
    const pictures = options.pictures as readonly IncomingPicture[]
    expect(pictures.map(({ name }) => name)).toEqual(['1.png', '2.png', '3.png'])
    for (const [i, picture] of pictures.entries()) expectBytes(await picture.bytes(), files[i]!.bytes)
  })

  it('comes with who runs it: their roles, and whether they run the server', async () => {
    const manages = 1n << 5n
    const { id } = chat.guild.addRole({ name: 'Helpers', permissions: manages })
    chat.guild.setRoles(chat.member, [id])
    await chat.member.run(chat.general, 'teach', { name: 'Mắm' })
    expect(bot.calls[0]!.from).toMatchObject({ id: chat.member.id, admin: true, roles: [id, 'Helpers'] })
    expect([...(await chat.adapter.admins(chat.tenant))].sort()).toEqual([chat.owner.id, chat.member.id].sort())
    // They may not do so for ever.
    chat.guild.setRoles(chat.member, [])
    expect(await chat.adapter.admins(chat.tenant)).toEqual([chat.owner.id])
  })

  it('knows who runs the server after a restart', async () => {
    const { id } = chat.guild.addRole({ name: 'Admins', permissions: 1n << 3n })
    chat.guild.setRoles(chat.member, [id])
    await chat.member.post(chat.general, { text: 'hello' })
    await vi.waitFor(() => expect(bot.messages).toHaveLength(1))
    await chat.adapter.close()
    const next = adapterOn(chat.discord, { store: chat.store })
    await next.start(bot)
    expect(await next.admins(chat.tenant)).toEqual([chat.owner.id, chat.member.id])
    expect(await next.admins(`discord:user-${chat.member.id}`)).toEqual([chat.member.id])
    await next.close()
  })

  it('is in the language of their client', async () => {
    const hue = chat.discord.addPerson('Huệ', { locale: 'vi' })
    chat.guild.join(hue)
    await hue.post(chat.general, { text: 'before' })
    await hue.run(chat.general, 'teach', { name: 'Mắm' })
    await hue.post(chat.general, { text: 'after' })
    await vi.waitFor(() => expect(bot.messages).toHaveLength(2))
    expect([bot.messages[0], bot.calls[0], bot.messages[1]].map(it => it!.from.locale)).toEqual(['en', 'vi', 'vi'])
  })

  it('in a thread belongs to the thread’s channel', async () => {
    const thread = chat.general.openThread('cats')
    bot.script.called = (_, exchange) => exchange.say({ text: 'here' })
    await chat.member.run(thread, 'teach', { name: 'Mắm' })
    expect(bot.calls[0]!.place).toEqual({ ...chat.place, thread: thread.id })
    expect(thread.messages.map(({ text }) => text)).toEqual(['here'])
  })

  it('on a message’s menu brings the bot’s own messages, too', async () => {
    const bytes = await samplePicture(3)
    const pictures = [{ name: 'a.png', bytes, altText: 'A' }]
    await chat.adapter.send(chat.place, { text: '**Mắm** *sleeps*', pictures, mentions: [chat.owner.id] })
    await chat.member.choose(chat.general.messages[0]!, 'Teach from this message')
    const { on, options, name } = bot.calls[0]!
    expect({ name, options }).toEqual({ name: 'teach', options: {} })
    expect(on).toMatchObject({ from: { bot: true }, text: '**Mắm** *sleeps*' })
    expectBytes(await on!.pictures[0]!.bytes(), bytes)
  })
})

describe('what Discord would not take of a command', () => {
  const option = (n: number): CommandInfo['options'][0] => ({ name: `o${n}`, description: 'o', type: 'text' })
  const given = (over: Partial<CommandInfo>) => definitionsOf(() => [{ ...teach, ...over }])[0]! as never

  it('is put in order, cut or left out', () => {
    const [slash] = definitionsOf(() => [teach]) as { options: { name: string }[]; description: string }[]
    expect(slash!.options.map(({ name }) => name)).toEqual(['name', 'image1', 'image2', 'image3', 'image4', 'image5'])
    expect(slash!.description).toHaveLength(100)
    expect(given({ options: Array.from({ length: 30 }, (_, i) => option(i)) })).toMatchObject({
      options: { length: 25 },
    })
  })

  it.each([
    ['dạy', { vi: 'dạy' }],
    ['Dạy', undefined],
    ['dạy tôi', undefined],
    ['x'.repeat(33), undefined],
    ['who', undefined],
  ])('is a name such as %j', (localName, name_localizations) => {
    const who: CommandInfo = { name: 'who', description: 'who', options: [] }
    const [slash] = definitionsOf(locale => [{ ...teach, ...(locale === 'vi' && { localName }) }, who])
    expect((slash as { name_localizations?: object }).name_localizations).toEqual(name_localizations)
  })

  it('is a choice without a value, or with too long a one', async () => {
    const chat = await openChat(bot)
    const value = 'v'.repeat(101)
    bot.script.complete = () => [
      { value, label: 'too long' },
      { value: '', label: 'empty' },
      { value: 'v', label: 'l'.repeat(200) },
    ]
    const choices = await chat.member.complete(chat.general, 'show', 'name', 'x')
    expect(choices).toEqual([{ value: 'v', name: `${'l'.repeat(99)}…` }])
    await chat.close()
  })
})
