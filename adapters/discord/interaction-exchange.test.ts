/** First answers to commands and buttons: in time, once, and seen by whom they are for. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ScriptedBot } from '../../test/fakes/scripted-bot.ts'
import { samplePicture } from '../suite/helpers.ts'
import { adapterOn, openChat } from './testing/chat.ts'

const bot = new ScriptedBot()
let chat: Awaited<ReturnType<typeof openChat>>

beforeEach(async () => {
  bot.reset()
  chat = await openChat(bot, {}, { ackWithin: 3000 })
})
afterEach(() => chat.close())

const run = () => chat.member.run(chat.general, 'show', { name: 'Mắm' })
const seenBy = (person: typeof chat.member) => person.messages(chat.general).map(({ text }) => text)
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 8000, interval: 20 })
const callsOf = (route: RegExp) => chat.discord.calls.filter(({ method, path }) => route.test(`${method} ${path}`))

describe('a command on Discord', () => {
  it('whose answer is private after all leaves nothing for others to see', async () => {
    bot.script.called = async (_, exchange) => {
      await exchange.busy()
      await sleep(50)
      await exchange.say({ text: 'between us' }, { privately: true })
      await exchange.say({ text: 'and one more' }, { privately: true })
    }
    expect((await run()).type).toBe('thinking')
    await eventually(() => expect(seenBy(chat.member)).toEqual(['between us', 'and one more']))
    expect(seenBy(chat.owner)).toEqual([])
    expect(chat.member.messages(chat.general).every(({ ephemeral }) => ephemeral)).toBe(true)
  })

  it('whose answer is for all fills in its placeholder', async () => {
    bot.script.called = async (_, exchange) => {
      await exchange.busy()
      await exchange.busy()
      await exchange.say({ text: 'for all' })
      await exchange.say({ text: 'between us' }, { privately: true })
    }
    const { message } = await run()
    await eventually(() => expect(seenBy(chat.member)).toEqual(['for all', 'between us']))
    expect(chat.owner.messages(chat.general)).toMatchObject([{ id: message!.id, text: 'for all', thinking: false }])
  })

  it('that takes long is held, and answered when there is an answer', async () => {
    bot.script.called = async (_, exchange) => {
      await sleep(2500)
      await exchange.say({ text: 'at last' })
    }
    const { type, after } = await run()
    expect(type).toBe('thinking')
    expect(after).toBeLessThan(2500)
    await eventually(() => expect(seenBy(chat.owner)).toEqual(['at last']))
  })

  it('cannot open a form any more when that took long, and says so', async () => {
    let error: unknown
    bot.script.called = async (_, exchange) => {
      await sleep(2200)
      error = await exchange.open!({ action: 'f', title: 'F', submit: 'F', fields: [] }).catch(error => error)
    }
    await run()
    await eventually(() =>
      expect(error).toMatchObject({ code: 'TOO_LATE', message: expect.stringContaining('too long') }),
    )
  })

  it('that nobody answers leaves nothing behind', async () => {
    expect((await run()).type).toBe('thinking')
    await eventually(() => expect(seenBy(chat.member)).toEqual([]))
    bot.script.called = (_, exchange) => exchange.busy()
    await run()
    await eventually(() => expect(seenBy(chat.member)).toEqual([]))
  })

  it('for those who run the server is thought about in private', async () => {
    bot.script.called = (_, exchange) => exchange.busy().then(() => sleep(200))
    const info = { name: 'settings', description: 'Settings', options: [], adminsOnly: true }
    await chat.close()
    chat = await openChat(bot, { commands: () => [info] })
    const { type, message } = await chat.owner.run(chat.general, 'settings')
    expect({ type, ephemeral: message!.ephemeral }).toEqual({ type: 'thinking', ephemeral: true })
    expect(seenBy(chat.member)).toEqual([])
  })

  it('whose token has died is answered in the channel, and in private directly', async () => {
    bot.script.called = async (_, exchange) => {
      await exchange.busy()
      chat.discord.advance(16 * 60_000)
      await exchange.say({ text: 'for all' })
      await exchange.say({ text: 'between us' }, { privately: true })
    }
    await run()
    await eventually(() => expect(chat.member.direct.messages.map(({ text }) => text)).toEqual(['between us']))
    const seen = chat.owner.messages(chat.general).filter(({ thinking }) => !thinking)
    expect(seen.map(({ text }) => text)).toEqual(['for all'])
  })

  it('that Discord has given up on is answered in the channel', async () => {
    chat.discord.faults.fail({ route: /callback/, code: 10062 })
    bot.script.called = (_, exchange) => exchange.say({ text: 'too late' })
    void run()
    await eventually(() => expect(seenBy(chat.owner)).toEqual(['too late']))
  })

  it('is answered once, though the answer’s answer is lost', async () => {
    chat.discord.faults.drop({ route: /callback/, after: true })
    bot.script.called = async (_, exchange) => {
      const ref = await exchange.say({ text: 'once' })
      await chat.adapter.edit(ref, { text: 'once and again' })
    }
    await run()
    await eventually(() => expect(seenBy(chat.owner)).toEqual(['once and again']))
    // The request was repeated, as it has to be: whether the first one arrived is not known.
    chat.expected.push(40060)
    expect(chat.discord.violations).toMatchObject([{ code: 40060 }])
  })

  it('is not answered twice by what follows up when its answer is lost', async () => {
    bot.script.called = async (_, exchange) => {
      await exchange.say({ text: 'first' })
      chat.discord.faults.drop({ route: /POST \/webhooks/, after: true })
      await exchange.say({ text: 'second' }).catch(() => undefined)
    }
    await run()
    await eventually(() => expect(seenBy(chat.owner)).toEqual(['first', 'second']))
    await sleep(200)
    expect(seenBy(chat.owner)).toEqual(['first', 'second'])
  })

  it('told twice keeps its one answer', async () => {
    bot.script.called = async (_, exchange) => {
      if (bot.calls.length === 1) await exchange.say({ text: 'once' })
    }
    const { id } = await run()
    chat.discord.deliverAgain(id)
    await eventually(() => expect(chat.discord.violations).toMatchObject([{ code: 40060 }]))
    chat.expected.push(40060)
    await sleep(100)
    expect(bot.calls.map(call => call.id)).toEqual([id, id])
    expect(seenBy(chat.owner)).toEqual(['once'])
  })

  it('with large pictures is held while they go up', async () => {
    const bytes = new Uint8Array(await samplePicture(1)).slice()
    const large = new Uint8Array(300_000)
    large.set(bytes)
    bot.script.called = (_, exchange) =>
      exchange.say({ text: 'look', pictures: [{ name: 'a.png', bytes: large, altText: 'A' }] })
    expect((await run()).type).toBe('thinking')
    await eventually(() => expect(chat.owner.messages(chat.general)[0]!.pictures).toHaveLength(1))
  })

  it('in several parts is answered in order, to the same people', async () => {
    const long = Array.from({ length: 900 }, (_, i) => `word${i}`).join(' ')
    bot.script.called = (_, exchange) =>
      exchange.say({ text: long, buttons: [{ action: 'x', label: 'X' }] }, { privately: true })
    await run()
    await eventually(() => {
      const seen = chat.member.messages(chat.general)
      expect(seen.map(({ text }) => text).join(' ')).toBe(long)
      expect(seen.map(({ buttons }) => buttons.length)).toEqual([...seen.slice(1).map(() => 0), 1])
      expect(seen.every(({ ephemeral }) => ephemeral)).toBe(true)
    })
  })
})

describe('a button on Discord', () => {
  const offer = () => chat.adapter.send(chat.place, { text: 'sure?', buttons: [{ action: 'yes', label: 'Yes' }] })

  it('may be pressed with nothing to be seen', async () => {
    const { message: id } = await offer()
    expect((await chat.member.press({ id }, 'Yes')).type).toBe('silent')
    expect(seenBy(chat.member)).toEqual(['sure?'])
  })

  it('that is thought about for long leaves its message alone', async () => {
    const { message: id } = await offer()
    bot.script.pressed = async (_, exchange) => {
      await sleep(2300)
      await exchange.say({ text: 'yes' }, { privately: true })
    }
    expect((await chat.member.press({ id }, 'Yes')).type).toBe('silent')
    await eventually(() => expect(seenBy(chat.member)).toEqual(['sure?', 'yes']))
    expect(seenBy(chat.owner)).toEqual(['sure?'])
  })

  it('of a private answer can change that answer, and take it away', async () => {
    bot.script.called = (_, exchange) =>
      exchange.say({ text: 'sure?', buttons: [{ action: 'yes', label: 'Yes' }] }, { privately: true })
    const { message } = await run()
    bot.script.pressed = ({ message }) => chat.adapter.edit(message, { text: 'done' })
    await chat.member.press(message!, 'Yes')
    await eventually(() => expect(seenBy(chat.member)).toEqual(['done']))
    await chat.adapter.remove({ place: chat.place, message: message!.id })
    expect(seenBy(chat.member)).toEqual([])
    expect(callsOf(/DELETE \/channels/)).toEqual([])
  })

  it('of a private answer of an earlier life can change that answer, too', async () => {
    bot.script.called = (_, exchange) =>
      exchange.say({ text: 'sure?', buttons: [{ action: 'yes', label: 'Yes' }] }, { privately: true })
    const { message } = await run()
    await chat.adapter.close()
    const next = adapterOn(chat.discord)
    await next.start(bot)
    bot.script.pressed = async ({ message }, exchange) => {
      await next.edit(message, { text: 'done' })
      await exchange.say({ text: 'indeed' }, { privately: true })
    }
    await chat.member.press(message!, 'Yes')
    await eventually(() => expect(seenBy(chat.member)).toEqual(['done', 'indeed']))
    expect(seenBy(chat.owner)).toEqual([])
    await next.close()
  })

  it('of a private answer cannot change it when its token has died', async () => {
    bot.script.called = (_, exchange) => exchange.say({ text: 'a secret' }, { privately: true })
    const { message } = await run()
    chat.discord.advance(16 * 60_000)
    const edit = chat.adapter.edit({ place: chat.place, message: message!.id }, { text: 'x' })
    await expect(edit).rejects.toMatchObject({ code: 'MESSAGE_GONE' })
  })
})
