/** The bot's own messages on Discord: pictures, limits, permissions, and what is lost on the way. */
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OutgoingPicture } from '../../src/conversation/chat.ts'
import { ScriptedBot } from '../../test/fakes/scripted-bot.ts'
import { samplePicture } from '../suite/helpers.ts'
import { adapterOn, openChat } from './testing/chat.ts'

const attachFiles = 1n << 15n
const readHistory = 1n << 16n
const sendMessages = 1n << 11n

const bot = new ScriptedBot()
let chat: Awaited<ReturnType<typeof openChat>>

beforeEach(async () => {
  bot.reset()
  chat = await openChat(bot, {}, { uploadLimit: 200_000 })
})
afterEach(() => chat.close())

const picture = async (seed: number): Promise<OutgoingPicture> => ({
  name: `${seed}.png`,
  bytes: await samplePicture(seed),
  altText: `Picture ${seed}`,
})
const uploads = () => chat.discord.calls.flatMap(({ files }) => files.map(({ name }) => name))
const last = () => chat.general.messages.at(-1)!
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 4000, interval: 20 })

describe('pictures on Discord', () => {
  it('that did not change are not sent again, and those left out go', async () => {
    const [one, two, three] = await Promise.all([1, 2, 3].map(picture))
    const ref = await chat.adapter.send(chat.place, { text: 'one, two', pictures: [one!, two!] })
    await chat.adapter.edit(ref, { text: 'two, three', pictures: [two!, three!] })
    expect(last().pictures.map(({ description }) => description)).toEqual(['Picture 2', 'Picture 3'])
    await chat.adapter.edit(ref, { text: 'three', pictures: [{ ...three! }] })
    await chat.adapter.edit(ref, { text: 'three, still', pictures: [three!] })
    expect(last()).toMatchObject({ text: 'three, still', pictures: [{ description: 'Picture 3' }] })
    expect(uploads()).toEqual(['1.png', '2.png', '3.png'])
    await chat.adapter.edit(ref, { text: 'none' })
    expect(last().pictures).toEqual([])
  })

  it('of a message from before a restart are replaced', async () => {
    const one = await picture(1)
    const ref = await chat.adapter.send(chat.place, { text: 'one', pictures: [one] })
    const next = adapterOn(chat.discord)
    await next.edit(ref, { text: 'one again', pictures: [one] })
    expect(last().pictures.map(({ description }) => description)).toEqual(['Picture 1'])
  })

  it('too large for the server become smaller, and stay what they are', async () => {
    const noise = await sharp({
      create: {
        width: 700,
        height: 500,
        channels: 3,
        background: '#888',
        noise: { type: 'gaussian', mean: 128, sigma: 60 },
      },
    })
      .withExif({ IFD0: { ImageDescription: 'AI-generated' } })
      .png()
      .toBuffer()
    expect(noise.length).toBeGreaterThan(400_000)
    const pictures = ['a', 'b'].map(name => ({ name: `${name}.png`, bytes: noise, altText: name }))
    await chat.adapter.send(chat.place, { text: 'two', pictures })
    const [first, second] = last().pictures
    expect(first!.bytes.length + second!.bytes.length).toBeLessThan(200_000)
    const { exif, width, height } = await sharp(first!.bytes).metadata()
    expect(exif!.toString('latin1')).toContain('AI-generated')
    expect(width! / height!).toBeCloseTo(1.4, 1)
  })

  it('have words of at most 1,024 characters', async () => {
    await chat.adapter.send(chat.place, { text: '', pictures: [{ ...(await picture(1)), altText: 'é'.repeat(2000) }] })
    expect(last().pictures[0]!.description).toBe(`${'é'.repeat(1023)}…`)
  })

  it('more than ten go into several messages', async () => {
    const pictures = await Promise.all(Array.from({ length: 12 }, (_, i) => picture(i)))
    await chat.adapter.send(chat.place, { text: 'many', pictures, buttons: [{ action: 'a', label: 'A' }] })
    const seen = chat.general.messages.map(({ text, pictures, buttons }) => [text, pictures.length, buttons.length])
    expect(seen).toEqual([
      ['many', 10, 0],
      ['', 2, 1],
    ])
  })

  it('that may not be attached are said to be there', async () => {
    chat.general.permit('bot', { deny: attachFiles })
    await chat.adapter.send(chat.place, { text: 'here she is', pictures: [await picture(1)] })
    expect(last().text).toMatch(/^here she is\n.*Attach Files/)
  })
})

describe('a message on Discord', () => {
  it('in several parts has its pictures and buttons at the end', async () => {
    const text = Array.from({ length: 600 }, (_, i) => `word${i}`).join(' ')
    const ref = await chat.adapter.send(chat.place, {
      text,
      pictures: [await picture(1)],
      buttons: Array.from({ length: 7 }, (_, i) => ({ action: `${i}`, label: 'x'.repeat(100) })),
      mentions: [chat.member.id],
    })
    const seen = chat.general.messages
    expect(seen.map(({ text }) => text).join(' ')).toBe(`@Lan Anh ${text}`)
    expect(seen.at(-1)).toMatchObject({ id: ref.message, pictures: [{}], buttons: { length: 7 } })
    expect(seen.at(-1)!.components).toHaveLength(2)
    expect(seen.at(-1)!.buttons[0]!.label).toHaveLength(80)
    expect(chat.member.notifications).toHaveLength(1)
  })

  it('that is edited to a long text is cut where it stands', async () => {
    const ref = await chat.adapter.send(chat.place, { text: 'short' })
    await chat.adapter.edit(ref, { text: `**${'word '.repeat(1000)}**` })
    expect(chat.general.messages).toHaveLength(1)
    expect(last().text).toMatch(/^word .* …$/)
    expect(last().content.length).toBeLessThanOrEqual(2000)
  })

  it('may be a call, or buttons, and nothing else', async () => {
    await chat.adapter.send(chat.place, { text: '', mentions: [chat.member.id] })
    expect(last().text).toBe('@Lan Anh')
    await chat.adapter.send(chat.place, { text: ' ', buttons: [{ action: 'a', label: 'A' }] })
    expect(last()).toMatchObject({ text: '\u200b', buttons: [{ label: 'A' }] })
  })

  it('answers without pointing where the history may not be read', async () => {
    chat.general.permit('bot', { deny: readHistory })
    bot.script.heard = (_, exchange) => exchange.say({ text: 'hello' })
    await chat.member.post(chat.general, { text: 'hello?' })
    await eventually(() => expect(last()).toMatchObject({ text: 'hello' }))
    expect(last().replyTo).toBeUndefined()
    expect(await bot.messages[0]!.earlier(5)).toEqual([])
  })

  it('where the bot may no longer write is PLACE_GONE, also to an edit', async () => {
    const ref = await chat.adapter.send(chat.place, { text: 'hello' })
    chat.general.permit('bot', { deny: sendMessages })
    await expect(chat.adapter.send(chat.place, { text: 'x' })).rejects.toMatchObject({ code: 'PLACE_GONE' })
    chat.general.delete()
    await expect(chat.adapter.edit(ref, { text: 'x' })).rejects.toMatchObject({ code: 'PLACE_GONE' })
    await chat.adapter.remove(ref)
    for (const channel of ['', 'x', '../1', `${2n ** 70n}`])
      await expect(chat.adapter.send({ ...chat.place, channel }, { text: 'x' })).rejects.toMatchObject({
        code: 'PLACE_GONE',
      })
  })

  it('too old to be edited is taken back, so that a new one goes on', async () => {
    const ref = await chat.adapter.send(chat.place, { text: 'a card' })
    chat.discord.advance(2 * 3600_000)
    await chat.adapter.edit(ref, { text: 'a card, later' })
    chat.discord.faults.rateLimit({ route: /PATCH \/channels/, retryAfter: 600 })
    await expect(chat.adapter.edit(ref, { text: 'x' })).rejects.toMatchObject({ code: 'MESSAGE_GONE' })
    expect(chat.general.messages).toEqual([])
  })

  it.each([
    ['the connection is lost', () => chat.discord.faults.drop({ after: true, times: 2 })],
    ['the connection is lost before', () => chat.discord.faults.drop({ times: 2 })],
    ['Discord fails', () => chat.discord.faults.fail({ status: 502, times: 2 })],
    ['there are too many', () => chat.discord.faults.rateLimit({ times: 2, retryAfter: 0.1 })],
    ['there are too many everywhere', () => chat.discord.faults.rateLimit({ retryAfter: 0.1, global: true })],
  ])('is posted once, though %s', async (_, fault) => {
    fault()
    const ref = await chat.adapter.send(chat.place, { text: 'once', pictures: [await picture(1)] })
    expect(chat.general.messages).toMatchObject([{ id: ref.message, text: 'once', pictures: [{}] }])
  })

  it('that is heard again after a restart is not answered again', async () => {
    bot.script.heard = (_, exchange) => exchange.say({ text: 'an answer' })
    const { id } = await chat.member.post(chat.general, { text: 'a question' })
    await eventually(() => expect(chat.general.messages).toHaveLength(2))
    await chat.adapter.close()
    const next = adapterOn(chat.discord)
    await next.start(bot)
    chat.discord.deliverAgain(id)
    await eventually(() => expect(bot.messages).toHaveLength(2))
    await next.send(chat.place, { text: 'and now' })
    expect(chat.general.messages.map(({ text }) => text)).toEqual(['a question', 'an answer', 'and now'])
    await next.close()
  })

  it('can be posted before the adapter is started', async () => {
    const next = adapterOn(chat.discord)
    await next.send(chat.place, { text: 'early' })
    expect(last().text).toBe('early')
  })
})

describe('somebody who waits on Discord', () => {
  it('sees the bot typing, and is not told too often', async () => {
    bot.script.heard = async (_, exchange) => {
      for (let i = 0; i < 5; i++) await exchange.busy()
    }
    await chat.member.post(chat.general, { text: 'hello?' })
    await eventually(() => expect(chat.general.typing).toEqual([chat.discord.bot.id]))
    expect(chat.discord.calls.filter(({ path }) => path.endsWith('/typing'))).toHaveLength(1)
  })

  it('is told privately in a direct message, or in the channel when they take none', async () => {
    bot.script.heard = (_, exchange) => exchange.say({ text: 'between us' }, { privately: true })
    await chat.member.post(chat.general, { text: 'hello?' })
    await eventually(() => expect(chat.member.direct.messages.map(({ text }) => text)).toEqual(['between us']))
    expect(chat.general.messages).toHaveLength(1)
    chat.member.allowDirect(false)
    await chat.member.post(chat.general, { text: 'hello?' })
    await eventually(() => expect(last().text).toBe('between us'))
  })
})
