/** The suite: what people post, and what the bot is told of it. */
import { expect, it } from 'vitest'
import type { Scene } from '../suite.ts'
import { eventually, expectBytes, samplePicture, sees } from './helpers.ts'

export function messageCases(scene: Scene): void {
  const heard = (text: string) =>
    eventually(() => {
      const found = scene.bot.messages.find(message => message.text.includes(text))
      expect(found, `the bot heard “${text}”`).toBeDefined()
      return found!
    })

  it('a text comes with its author and place', async () => {
    const { chat } = scene
    const { admin, friend } = chat.people
    await chat.post(admin, 'group', { text: 'good morning, Mắm 🐈' })
    const first = await heard('good morning')
    expect(first).toMatchObject({
      text: 'good morning, Mắm 🐈',
      place: { tenant: chat.tenant, channel: chat.group, direct: false },
      from: { id: admin.id, name: admin.name, admin: true, bot: false },
      pictures: [],
      mentionsBot: false,
      mentions: [],
    })
    expect(first.repliedTo).toBeUndefined()
    await chat.post(friend, 'group', { text: 'good evening' })
    expect((await heard('good evening')).from).toMatchObject({ id: friend.id, name: friend.name, admin: false })
    await sees(scene, admin, 'good evening')
  })

  it('line breaks and mark-up that people type arrive as typed', async () => {
    const { chat } = scene
    const text = 'one & two\n<b>three</b> “four”'
    await chat.post(chat.people.admin, 'group', { text })
    expect((await heard('one & two')).text).toBe(text)
  })

  it('pictures arrive byte for byte, with their names', async () => {
    const { chat } = scene
    const pictures = await Promise.all(
      [1, 2, 3].map(async seed => ({ name: `photo ${seed}.png`, bytes: await samplePicture(seed) })),
    )
    await chat.post(chat.people.friend, 'group', { text: 'these are hers', pictures })
    const message = await heard('these are hers')
    expect(message.pictures.map(({ name }) => name.replace(/[ _]/g, ' '))).toEqual(pictures.map(({ name }) => name))
    for (const [i, picture] of message.pictures.entries()) expectBytes(await picture.bytes(), pictures[i]!.bytes)
    const seen = await sees(scene, chat.people.admin, 'these are hers')
    expect(seen.pictures).toHaveLength(3)
  })

  it('a picture needs no text', async () => {
    const { chat } = scene
    await chat.post(chat.people.admin, 'group', { pictures: [{ name: 'alone.png', bytes: await samplePicture(4) }] })
    await eventually(() => expect(scene.bot.messages.at(-1)).toMatchObject({ text: '', pictures: [{}] }))
  })

  it('the mention of the bot is taken out and told', async () => {
    const { chat } = scene
    await chat.post(chat.people.admin, 'group', { text: `${chat.mention('bot')} what is she doing?` })
    expect(await heard('what is she doing?')).toMatchObject({ text: 'what is she doing?', mentionsBot: true })
    await chat.post(chat.people.admin, 'group', { text: `and ${chat.mention('bot')} now` })
    expect((await heard('and')).text.replace(/ +/g, ' ')).toBe('and now')
  })

  it('mentions of people are written as names, and told', async () => {
    const { chat } = scene
    const { admin, friend } = chat.people
    await chat.post(admin, 'group', { text: `is this ${chat.mention(friend)}?` })
    const message = await heard('is this')
    expect(message.text).toBe(`is this @${friend.name}?`)
    expect(message.mentions.map(({ id }) => id)).toEqual([friend.id])
    expect(message.mentionsBot).toBe(false)
  })

  it('a reply brings what it answers, with its pictures', async () => {
    const { chat } = scene
    const { admin, friend } = chat.people
    const bytes = await samplePicture(5)
    const asked = await chat.post(friend, 'group', { text: 'look at him', pictures: [{ name: 'him.png', bytes }] })
    await chat.post(admin, 'group', { text: 'who is it?', replyTo: asked })
    const { repliedTo } = await heard('who is it?')
    expect(repliedTo).toMatchObject({ fromBot: false, text: 'look at him' })
    expectBytes(await repliedTo!.pictures[0]!.bytes(), bytes)
  })

  it('a reply to the bot is told from others', async () => {
    const { chat } = scene
    const bytes = await samplePicture(6)
    scene.bot.script.heard = (_, exchange) =>
      exchange.say({ text: 'this one?', pictures: [{ name: 'one.png', bytes, altText: 'One' }] })
    await chat.post(chat.people.admin, 'group', { text: 'which?' })
    const answer = await sees(scene, chat.people.admin, 'this one?')
    scene.bot.script = {}
    await chat.post(chat.people.admin, 'group', { text: 'yes, and why?', replyTo: answer.id })
    const { repliedTo } = await heard('and why?')
    expect(repliedTo).toMatchObject({ fromBot: true, text: 'this one?' })
    expectBytes(await repliedTo!.pictures[0]!.bytes(), bytes)
  })

  it('the turns before it are at hand, without commands, cards and private answers', async () => {
    const { chat, bot } = scene
    const { admin, friend } = chat.people
    bot.script.heard = async (message, exchange) => {
      if (message.text === 'first') await exchange.say({ text: '**second**' })
      if (message.text === 'third') {
        await exchange.say({ text: '', card: { title: 'Work', status: 'going on', state: 'running' } })
        await exchange.say({ text: 'a secret' }, { privately: true })
      }
    }
    bot.script.called = (_, exchange) => exchange.say({ text: 'of a command' })
    await chat.post(admin, 'group', { text: 'first' })
    await sees(scene, admin, 'second')
    await chat.post(friend, 'group', { text: 'third' })
    await heard('third')
    await chat.run(admin, 'group', 'show', { name: 'Bo' })
    await sees(scene, admin, 'of a command')
    await chat.post(admin, 'group', { text: 'fourth' })
    const message = await heard('fourth')
    const turns = [
      { from: 'user', text: 'first' },
      { from: 'bot', text: 'second' },
      { from: 'user', text: 'third' },
    ]
    // A platform that keeps its own mark-up may have lost what was bold.
    const plain = (await message.earlier(3)).map(({ from, text }) => ({ from, text: text.replaceAll('*', '') }))
    expect(plain).toEqual(turns)
    expect(await message.earlier(1)).toEqual(turns.slice(2))
    expect(await message.earlier(0)).toEqual([])
  })

  it('delivered twice, it has one id', async () => {
    const { chat } = scene
    const id = await chat.post(chat.people.admin, 'group', { text: 'only once' })
    await heard('only once')
    await chat.deliverAgain(id)
    await chat.post(chat.people.admin, 'group', { text: 'and then' })
    await heard('and then')
    const ids = scene.bot.messages.filter(({ text }) => text === 'only once').map(message => message.id)
    expect(new Set(ids).size).toBe(1)
    const seen = (await chat.look(chat.people.friend, 'group')).filter(({ text }) => text === 'only once')
    expect(seen).toHaveLength(1)
  })

  it('another program is marked as one', async () => {
    await scene.chat.postAsProgram('beep')
    await eventually(() => {
      // It may be kept from the bot altogether.
      const message = scene.bot.messages.find(({ text }) => text === 'beep')
      expect(message?.from.bot ?? true).toBe(true)
    })
    await sees(scene, scene.chat.people.admin, 'beep')
  })

  it('a question that the bot fails over leaves the chat working', async () => {
    const { chat, bot } = scene
    bot.script.heard = async () => {
      throw new Error('a bug of the bot')
    }
    await chat.post(chat.people.admin, 'group', { text: 'crash' })
    await heard('crash')
    bot.script.heard = (_, exchange) => exchange.say({ text: 'still there' })
    await chat.post(chat.people.admin, 'group', { text: 'and now?' })
    await sees(scene, chat.people.admin, 'still there')
  })
}
