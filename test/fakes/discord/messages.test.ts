import { ComponentType, MessageFlags, type TextChannel } from 'discord.js'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { eventually, type Stage, stage } from './client.ts'

const text = (content: string) => Buffer.from(content)
const button = (label: string, customId = label) => ({ type: 2, style: 1, label, custom_id: customId }) as const
const row = (...components: object[]) => ({ type: 1, components }) as never

async function channelOf({ client, general }: Stage): Promise<TextChannel> {
  return (await client.channels.fetch(general.id)) as TextChannel
}
const failure = (promise: Promise<unknown>) => expect(promise).rejects

it('what the bot posts, edits and deletes is what people see', async () => {
  const on = await stage()
  const channel = await channelOf(on)
  const message = await channel.send('  **Hello** <@1>  ')
  expect(on.mai.messages(on.general)).toMatchObject([
    {
      id: message.id,
      content: '**Hello** <@1>',
      text: 'Hello <@1>',
      bold: ['Hello'],
      author: { id: on.discord.bot.id },
    },
  ])
  await message.edit({ content: 'Bye', components: [row(button('Go'))] })
  expect(on.bo.messages(on.general)).toMatchObject([{ text: 'Bye', edited: true, buttons: [{ label: 'Go' }] }])
  await message.delete()
  expect(on.general.messages).toEqual([])
  await failure(message.edit('once more')).toMatchObject({ code: 10008, status: 404 })
  expect(on.discord.violations).toEqual([])
})

it('refuses what Discord refuses, and remembers it', async () => {
  const on = await stage({ rateLimits: false })
  const channel = await channelOf(on)
  const rows = (count: number) => Array.from({ length: count }, (_, i) => row(button(`b${i}`)))
  const buttons = (count: number) => row(...Array.from({ length: count }, (_, i) => button(`b${i}`)))
  await channel.send({ content: '🐈'.repeat(2000), components: rows(5) })
  await channel.send({ content: 'x', components: [buttons(5)] })
  const bad: [object, string][] = [
    [{ content: 'x'.repeat(2001) }, 'content'],
    [{ content: 'x', components: rows(6) }, 'components'],
    [{ content: 'x', components: [buttons(6)] }, 'components'],
    [{ content: 'x', components: [row(button('l'.repeat(81)))] }, 'label'],
    [{ content: 'x', components: [row(button('l', 'c'.repeat(101)))] }, 'custom_id'],
    [{ content: 'x', components: [row(button('a', 'same'), button('b', 'same'))] }, 'CUSTOM_ID_DUPLICATED'],
    [{ content: 'x', components: [row({ type: 2, style: 1, custom_id: 'c' })] }, 'label'],
    [{ content: 'x', components: [{ type: 10, content: 'y' }] }, 'type'],
    [{ content: 'x', embeds: [{ description: 'd'.repeat(4097) }] }, 'description'],
    [{ content: 'x', allowedMentions: { parse: ['users'], users: ['1'] } }, 'PARSE_EXCLUSIVE'],
    [{ content: 'x', files: [{ attachment: text('f'), name: 'f.txt', description: 'd'.repeat(1025) }] }, 'description'],
    [{ content: 'x', flags: MessageFlags.IsComponentsV2, components: [{ type: 10, content: 'y' }] }, 'LEGACY_FIELDS'],
    [{ flags: MessageFlags.IsComponentsV2, components: [{ type: 10, content: 'y'.repeat(4001) }] }, 'content'],
    [{ flags: MessageFlags.IsComponentsV2, components: Array(41).fill({ type: 10, content: 'y' }) }, 'components'],
    [
      {
        flags: MessageFlags.IsComponentsV2,
        components: [{ type: 12, items: [{ media: { url: 'attachment://no.png' } }] }],
      },
      'none of the attachments',
    ],
  ]
  for (const [body, where] of bad) {
    const error = await channel.send(body).catch(error => error)
    expect(error, where).toMatchObject({ code: 50035, status: 400 })
    expect(JSON.stringify(error.rawError.errors)).toContain(where)
  }
  await failure(channel.send({ content: '   ' })).toMatchObject({ code: 50006 })
  expect(on.discord.violations).toHaveLength(bad.length + 1)
  expect(on.discord.violations[0]).toMatchObject({
    method: 'POST',
    route: '/channels/{channel_id}/messages',
    code: 50035,
  })
  expect(on.general.messages).toHaveLength(2)
})

it('keeps, adds and drops attachments as Discord does', async () => {
  const on = await stage()
  const channel = await channelOf(on)
  const png = await sharp({ create: { width: 3, height: 2, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  const message = await channel.send({
    files: [
      { attachment: png, name: 'Mắm ơi.png', description: 'A cat' },
      { attachment: text('two'), name: 'two.txt' },
    ],
  })
  const names = () => on.general.messages[0]!.attachments.map(({ name }) => name)
  expect(names()).toEqual(['Mm_i.png', 'two.txt'])
  const [picture] = on.general.messages[0]!.pictures
  expect(picture).toMatchObject({ description: 'A cat', contentType: 'image/png' })
  expect(Buffer.from(picture!.bytes).equals(png)).toBe(true)
  expect(message.attachments.first()).toMatchObject({ title: 'Mắm ơi', width: 3, height: 2, description: 'A cat' })

  await message.edit('without a word about files')
  expect(names()).toHaveLength(2)
  await message.edit({
    attachments: [message.attachments.last()!],
    files: [{ attachment: text('3'), name: 'three.txt' }],
  })
  expect(names()).toEqual(['two.txt', 'three.txt'])
  await message.edit({ files: [{ attachment: text('4'), name: 'four.txt' }] })
  expect(names()).toEqual(['four.txt'])
  await message.edit({ content: 'none', attachments: [] })
  expect(names()).toEqual([])
  expect(on.discord.violations).toEqual([])
})

it('a picture in a gallery or an embed is no attachment, and only the gallery has alt text', async () => {
  const on = await stage()
  const channel = await channelOf(on)
  const files = [{ attachment: text('png'), name: 'a.png', description: 'of the file' }]
  const media = { url: 'attachment://a.png' }
  const gallery = await channel.send({
    flags: MessageFlags.IsComponentsV2,
    files,
    components: [
      { type: 10, content: 'A **cat**' },
      { type: 12, items: [{ media, description: 'A cat on a mat' }] },
      row(button('Redraw')),
    ],
  })
  await channel.send({ files, embeds: [{ image: media }] })
  const [first, second] = on.general.messages
  expect(first).toMatchObject({
    content: '',
    text: 'A cat',
    bold: ['cat'],
    attachments: [],
    buttons: [{ label: 'Redraw' }],
  })
  expect(first!.pictures).toMatchObject([{ description: 'A cat on a mat', name: 'a.png' }])
  expect(second!.pictures).toMatchObject([{ description: '' }])
  expect(gallery.attachments.size).toBe(0)
  const [, shown] = gallery.components
  const url = shown?.type === ComponentType.MediaGallery ? shown.items[0]!.media.url : ''
  expect(await (await fetch(url)).text()).toBe('png')
  await failure(gallery.edit({ flags: 0 as never, content: 'x' })).toMatchObject({ code: 50035 })
})

it('files are limited, and their URLs expire', async () => {
  const on = await stage({ uploadLimit: 1000, urlLife: 60_000 })
  const channel = await channelOf(on)
  const file = (size: number) => ({ files: [{ attachment: Buffer.alloc(size), name: 'f.bin' }] })
  await failure(channel.send(file(1001))).toMatchObject({ code: 40005, status: 413 })
  await failure(channel.send({ files: Array(11).fill(file(1).files[0]) })).toMatchObject({ status: 400 })
  const { url } = (await channel.send(file(1000))).attachments.first()!
  expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(1000)
  expect((await fetch(url.replace('hm=', 'hm=0'))).status).toBe(404)
  on.discord.advance(61_000)
  const late = await fetch(url)
  expect([late.status, late.headers.get('content-type')]).toEqual([404, 'text/html'])
  const again = await channel.messages.fetch({ message: on.general.messages[0]!.id, force: true })
  expect((await fetch(again.attachments.first()!.url)).status).toBe(200)
  on.guild.boost(2)
  await channel.send(file(1001))
})

it('the same nonce within minutes is the same message', async () => {
  const on = await stage()
  const channel = await channelOf(on)
  const send = () => channel.send({ content: 'once', nonce: '42', enforceNonce: true })
  const [first, second] = [await send(), await send()]
  expect(second.id).toBe(first.id)
  expect(on.general.messages).toHaveLength(1)
  on.discord.advance(6 * 60_000)
  expect((await send()).id).not.toBe(first.id)
})

it('replies need a message, and say so when it is gone', async () => {
  const on = await stage()
  const channel = await channelOf(on)
  const asked = await on.mai.post(on.general, { text: 'who?' })
  const reply = { messageReference: asked.id }
  expect(await channel.send({ content: 'Bo', reply })).toMatchObject({ type: 19, reference: { messageId: asked.id } })
  expect(on.general.messages[1]!.replyTo).toBe(asked.id)
  await on.mai.delete(asked)
  const error = await channel.send({ content: 'Bo', reply }).catch(error => error)
  expect(error.rawError.errors.message_reference._errors[0].code).toBe('REPLIES_UNKNOWN_MESSAGE')
  await channel.send({ content: 'Bo', reply: { ...reply, failIfNotExists: false } })
  expect(on.discord.violations).toEqual([])
})

it('only those are pinged whom allowed_mentions lets be', async () => {
  const on = await stage({ rateLimits: false })
  const { mai, bo, guild, general } = on
  const channel = await channelOf(on)
  const role = guild.addRole({ name: 'Cats' })
  guild.setRoles(bo, [role.id])
  const pinged = async (send: object) => {
    const { id } = await channel.send(send)
    return [mai, bo].filter(({ notifications }) => notifications.some(message => message.id === id))
  }
  const loud = `@everyone ${mai.mention} <@&${role.id}>`
  expect(await pinged({ content: loud })).toEqual([mai, bo])
  expect(await pinged({ content: loud, allowedMentions: { parse: [] } })).toEqual([])
  expect(await pinged({ content: loud, allowedMentions: { parse: [], users: [mai.id, bo.id] } })).toEqual([mai])
  expect(await pinged({ content: loud, allowedMentions: { parse: ['roles'] } })).toEqual([bo])
  expect(await pinged({ content: `\`${mai.mention}\`` })).toEqual([])
  expect(await pinged({ content: mai.mention, flags: MessageFlags.SuppressNotifications })).toEqual([])
  const asked = await mai.post(general, { text: `hi ${bo.mention}` })
  expect(bo.notifications.at(-1)!.id).toBe(asked.id)
  const reply = { messageReference: asked.id }
  expect(await pinged({ content: 'yes', reply })).toEqual([mai])
  expect(await pinged({ content: 'yes', reply, allowedMentions: { parse: [] } })).toEqual([])
  expect(await pinged({ content: 'yes', reply, allowedMentions: { parse: [], repliedUser: true } })).toEqual([mai])
  const edited = await channel.send('quiet')
  await edited.edit(mai.mention)
  expect(mai.notifications.some(({ id }) => id === edited.id)).toBe(false)
})

it('pages through a channel’s messages', async () => {
  const on = await stage()
  const channel = await channelOf(on)
  const ids: string[] = []
  for (const n of '12345') ids.push((await on.mai.post(on.general, { text: n })).id)
  const page = async (options: object) => [...(await channel.messages.fetch(options)).keys()].sort()
  expect(await page({ limit: 2 })).toEqual(ids.slice(3))
  expect(await page({ limit: 2, before: ids[3] })).toEqual(ids.slice(1, 3))
  expect(await page({ limit: 2, after: ids[1] })).toEqual(ids.slice(2, 4))
  expect(await page({ limit: 3, around: ids[2] })).toEqual(ids.slice(1, 4))
  await failure(channel.messages.fetch({ limit: 101 })).toMatchObject({ code: 50035 })
})

it('threads: opened at a message, archived and opened again by a message', async () => {
  const on = await stage()
  const channel = await channelOf(on)
  const start = await on.mai.post(on.general, { text: 'about cats' })
  const thread = await on.mai.openThread(start, 'Cats')
  expect(thread.id).toBe(start.id)
  await eventually(() => on.client.channels.cache.get(thread.id)?.isThread()).toBe(true)
  const found = await on.client.channels.fetch(thread.id)
  if (!found?.isThread()) throw new Error('no thread')
  const message = await found.send('in the thread')
  expect(thread.messages).toMatchObject([{ text: 'in the thread' }])
  expect(on.general.messages[0]!.thread).toBe(thread.id)
  thread.archive()
  await failure(message.edit('x')).toMatchObject({ code: 50083 })
  await found.send('open again')
  await message.edit('edited')
  const own = await channel.threads.create({ name: 'By the bot' })
  await own.send('here')
  expect(on.discord.channel(own.id)!.messages).toHaveLength(1)
})
