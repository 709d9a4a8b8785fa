/** Threads and direct messages: where answers go, to whom one speaks, and what was said before. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ScriptedBot } from '../../test/fakes/scripted-bot.ts'
import { expectBytes, samplePicture } from '../suite/helpers.ts'
import { eventually, everything, heard, seen } from './testing/questions.ts'
import { openStage, type Stage } from './testing/stage.ts'

const bot = new ScriptedBot()
let stage: Stage

beforeAll(async () => {
  stage = await openStage(bot)
})
beforeEach(() => bot.reset())
afterAll(async () => {
  await stage.close()
  expect(stage.fake.violations).toEqual([])
})

const answers = (text: string) => {
  bot.script.heard = (message, exchange) =>
    message.mentionsBot || message.repliedTo?.fromBot ? exchange.say({ text }) : Promise.resolve()
}
const ask = (text: string) => `${stage.team.bot.mention} ${text}`

describe('answers', () => {
  it('begin a thread under the message, or go on in its thread', async () => {
    const { friend, group } = stage
    answers('She sleeps.')
    const ts = await friend.post(group, { text: ask('what does she do?') })
    const first = await seen(friend, group, 'She sleeps.')
    expect(first.thread).toBe(ts)
    await friend.post(group, { text: ask('and now?'), thread: ts })
    await eventually(() =>
      expect(
        friend
          .thread(group, ts)
          .map(({ text }) => text)
          .slice(-1),
      ).toEqual(['She sleeps.']),
    )
    expect(friend.thread(group, ts)).toHaveLength(4)
  })

  it('in a direct message, too', async () => {
    const { friend } = stage
    bot.script.heard = (_, exchange) => exchange.say({ text: 'just you and me' })
    const ts = await friend.post('dm', { text: 'hello' })
    expect((await seen(friend, 'dm', 'just you and me')).thread).toBe(ts)
    expect((await heard(bot, 'hello')).place).toMatchObject({ direct: true, thread: ts })
  })

  it('stand in the channel when whoever began the thread has deleted it', async () => {
    const { friend, group } = stage
    let go = () => {}
    const waiting = new Promise<void>(resolve => (go = resolve))
    bot.script.heard = async (_, exchange) => {
      await waiting
      await exchange.say({ text: 'for whoever still cares' })
    }
    const ts = await friend.post(group, { text: ask('never mind') })
    await heard(bot, 'never mind')
    await friend.delete(group, ts)
    go()
    expect((await seen(friend, group, 'for whoever still cares')).thread).toBeUndefined()
  })

  it('are announced by a mark on the message, for as long as they take', async () => {
    const { friend, group } = stage
    let go = () => {}
    const waiting = new Promise<void>(resolve => (go = resolve))
    bot.script.heard = async (_, exchange) => {
      await exchange.busy()
      await waiting
      await exchange.busy()
      await exchange.say({ text: 'there' })
    }
    const ts = await friend.post(group, { text: ask('draw her') })
    const reactions = () => friend.messages(group).find(message => message.ts === ts)!.reactions
    await eventually(() => expect(reactions()).toEqual(['eyes']))
    go()
    await seen(friend, group, 'there')
    await eventually(() => expect(reactions()).toEqual([]))
  })
})

describe('in a thread, one speaks', () => {
  it('to the bot where it was asked, until somebody else says something', async () => {
    const { admin, friend, group } = stage
    answers('a cat')
    const ts = await friend.post(group, { text: ask('what is it?') })
    await seen(friend, group, 'a cat')
    await admin.post(group, { text: 'which one?', thread: ts })
    expect((await heard(bot, 'which one?')).repliedTo).toMatchObject({ fromBot: true, text: 'a cat' })
    await eventually(() => expect(friend.thread(group, ts)).toHaveLength(4))
    bot.script = {}
    await admin.post(group, { text: 'funny', thread: ts })
    expect((await heard(bot, 'funny')).repliedTo).toMatchObject({ fromBot: true })
    await friend.post(group, { text: 'it is not', thread: ts })
    expect((await heard(bot, 'it is not')).repliedTo).toMatchObject({ fromBot: false, text: 'funny' })
  })

  it('to those whom one mentions', async () => {
    const { admin, friend, group } = stage
    answers('mine')
    const ts = await friend.post(group, { text: ask('whose is it?') })
    await seen(friend, group, 'mine')
    await friend.post(group, { text: `${admin.mention} is that true?`, thread: ts })
    expect((await heard(bot, '@Mai is that true?')).repliedTo).toMatchObject({ fromBot: false })
  })

  it('to the bot before it has answered', async () => {
    const { friend, group } = stage
    const ts = await friend.post(group, { text: ask('draw her') })
    await friend.post(group, { text: 'in the snow', thread: ts })
    expect((await heard(bot, 'in the snow')).repliedTo).toEqual({ fromBot: true, text: '', pictures: [] })
  })

  it('to people, where the bot only said something in between', async () => {
    const { admin, friend, group } = stage
    const ts = await friend.post(group, { text: 'my day' })
    await friend.post(group, { text: 'it was long', thread: ts })
    answers('It was a Monday.')
    await friend.post(group, { text: ask('what day was it?'), thread: ts })
    await seen(friend, group, 'It was a Monday.')
    bot.script = {}
    await admin.post(group, { text: 'poor you', thread: ts })
    expect((await heard(bot, 'poor you')).repliedTo?.fromBot).toBe(false)
    await stage.fake.settled()
  })

  it('to the bot under what it said by itself', async () => {
    const { friend, group, adapter, team } = stage
    const place = { tenant: `slack:${team.id}`, channel: group.id, direct: false }
    const { message } = await adapter.send(place, { text: '**Mắm** is learned' })
    await friend.post(group, { text: 'show me', thread: message })
    expect((await heard(bot, 'show me')).repliedTo).toMatchObject({ fromBot: true, text: '**Mắm** is learned' })
  })
})

describe('“who is in this picture?” in a thread', () => {
  it('means the nearest one, whatever was said since', async () => {
    const { admin, friend, group } = stage
    const [first, second] = [await samplePicture(41), await samplePicture(42)]
    const ts = await friend.post(group, { text: 'look', files: [{ name: 'a.png', bytes: first }] })
    await admin.post(group, { text: 'cute!', thread: ts })
    await admin.post(group, { text: ask('who is in this picture?'), thread: ts })
    const asked = await heard(bot, 'who is in this picture?')
    expect(asked.repliedTo).toMatchObject({ fromBot: false, text: 'look' })
    expectBytes(await asked.repliedTo!.pictures[0]!.bytes(), first)
    await friend.post(group, { text: 'and this', thread: ts, files: [{ name: 'b.png', bytes: second }] })
    await admin.post(group, { text: ask('and in this?'), thread: ts })
    expectBytes(await (await heard(bot, 'and in this?')).repliedTo!.pictures[0]!.bytes(), second)
  })
})

describe('what was said before', () => {
  it('in a thread is of that thread', async () => {
    const { admin, friend, group } = stage
    answers('**blue**')
    await admin.post(group, { text: 'elsewhere' })
    const ts = await friend.post(group, { text: ask('which colour?') })
    await seen(friend, group, 'blue')
    await admin.post(group, { text: 'and why?', thread: ts })
    expect(await (await heard(bot, 'and why?')).earlier(5)).toEqual([
      { from: 'user', text: 'which colour?' },
      { from: 'bot', text: '**blue**' },
    ])
  })

  it('is not known where the bot may not read, and the thread is still its own', async () => {
    const { friend, group, fake, log } = stage
    answers('hm')
    const ts = await friend.post(group, { text: ask('are you there?') })
    await seen(friend, group, 'hm')
    fake.faults.inject('conversations.replies', { error: 'missing_scope', needed: 'channels:history' }, 9)
    bot.script = {}
    await friend.post(group, { text: 'really?', thread: ts })
    const message = await heard(bot, 'really?')
    expect(message.repliedTo).toBeUndefined()
    expect(await message.earlier(3)).toEqual([])
    fake.faults.clear()
    expect(log.lines.filter(({ text }) => text.includes('missing_scope'))).toHaveLength(1)
  })
})

it('a message that is edited is not told again', async () => {
  const { friend, group } = stage
  const ts = await friend.post(group, { text: 'frist' })
  await heard(bot, 'frist')
  await friend.edit(group, ts, 'first')
  await friend.post(group, { text: 'second' })
  await heard(bot, 'second')
  expect(bot.messages.map(({ text }) => text)).toEqual(['frist', 'second'])
  expect(everything(friend, group).some(({ text }) => text === 'first')).toBe(true)
})
