import {
  type ChatInputCommandInteraction,
  type Interaction,
  type MessageContextMenuCommandInteraction,
  MessageFlags,
} from 'discord.js'
import { expect, it } from 'vitest'
import { eventually, type Stage, stage } from './client.ts'
import { Refused } from './fake-discord.ts'

const commands = [
  {
    name: 'show',
    name_localizations: { vi: 'xem' },
    description: 'Shows',
    options: [
      { type: 3, name: 'name', description: 'n', required: true, autocomplete: true, max_length: 32 },
      { type: 3, name: 'kind', description: 'k', choices: [{ name: 'A pet', value: 'pet' }] },
      { type: 6, name: 'member', description: 'm' },
      { type: 5, name: 'loud', description: 'l' },
      { type: 11, name: 'picture', description: 'p' },
    ],
  },
  { name: 'settings', description: 's', default_member_permissions: '32', contexts: [0] },
  {
    name: 'group',
    description: 'g',
    options: [
      { type: 1, name: 'sub', description: 's', options: [{ type: 10, name: 'n', description: 'n', max_value: 5 }] },
    ],
  },
  { name: 'Show this', type: 3 },
]

/** Registers the commands; `answer` is what the bot does with an interaction. */
async function staged(
  answer: (interaction: never) => Promise<unknown>,
  options = {},
): Promise<Stage & { errors: unknown[] }> {
  const on = await stage({ rateLimits: false, ...options })
  await on.client.application.commands.set(commands as never)
  const errors: unknown[] = []
  on.client.on('interactionCreate', (interaction: Interaction) => {
    answer(interaction as never).catch(error => errors.push(error.code ?? error))
  })
  return { ...on, errors }
}

it('a command comes with its options and is answered, for all or for one', async () => {
  let options: unknown[] = []
  const on = await staged(async (call: ChatInputCommandInteraction) => {
    const picture = call.options.getAttachment('picture')
    options = [
      call.options.getString('name'),
      call.options.getUser('member')?.id,
      call.options.getBoolean('loud'),
      picture && (await (await fetch(picture.url)).text()),
      call.locale,
      call.attachmentSizeLimit,
    ]
    await call.reply({
      content: 'shown',
      ...(call.options.getBoolean('loud') ? {} : { flags: MessageFlags.Ephemeral }),
    })
  })
  const picture = { name: 'p.png', bytes: Buffer.from('bytes') }
  const outcome = await on.mai.run(on.general, 'show', { name: 'Mắm', member: on.bo, loud: true, picture })
  expect(outcome).toMatchObject({
    type: 'message',
    message: { text: 'shown', command: { name: 'show', by: on.mai.id } },
  })
  expect(options).toEqual(['Mắm', on.bo.id, true, 'bytes', 'en-GB', 10_485_760])
  expect(await on.bo.run(on.general, 'xem', { name: 'Bo' })).toMatchObject({ message: { ephemeral: true } })
  expect(options).toEqual(['Bo', undefined, null, null, 'vi', 10_485_760])
  expect(on.bo.messages(on.general)).toHaveLength(2)
  expect(on.mai.messages(on.general)).toHaveLength(1)
  on.bo.dismiss(on.bo.messages(on.general)[1]!)
  expect(on.bo.messages(on.general)).toHaveLength(1)
  await on.bo.run(on.bo.direct, 'show', { name: 'x' })
  expect(on.bo.messages(on.bo.direct)).toHaveLength(1)
  expect(on.discord.violations).toEqual([])
})

it('a client lets nothing through that is wrong', async () => {
  const on = await staged(async (call: ChatInputCommandInteraction) => call.reply('ok'))
  const { mai, bo, general } = on
  const refused = (promise: Promise<unknown>) => expect(promise).rejects.toThrow(Refused)
  await refused(mai.run(general, 'nothing'))
  await refused(mai.run(general, 'show'))
  await refused(mai.run(general, 'show', { name: 'x', kind: 'car' }))
  await refused(mai.run(general, 'show', { name: 'x'.repeat(33) }))
  await refused(mai.run(general, 'show', { name: 'x', member: 'Bo' }))
  await refused(mai.run(general, 'show', { name: 'x', other: 'y' }))
  await refused(mai.run(general, 'group', {}))
  await refused(mai.run(general, 'group sub', { n: 6 }))
  await refused(bo.run(general, 'settings'))
  await refused(mai.run(mai.direct, 'settings'))
  expect(bo.commands(general)).toEqual(['xem', 'group'])
  expect(mai.commands(general)).toEqual(['show', 'settings', 'group'])
  expect(await mai.run(general, 'settings')).toMatchObject({ type: 'message' })
  expect(await mai.run(general, 'group sub', { n: 5 })).toMatchObject({ type: 'message' })
  general.permit('everyone', { deny: 1n << 31n })
  await refused(bo.run(general, 'show', { name: 'x' }))
})

it('three seconds, one answer, fifteen minutes', async () => {
  let late: ChatInputCommandInteraction | undefined
  const on = await staged(async (call: ChatInputCommandInteraction) => {
    if (call.options.getString('name') === 'late') late = call
    else if (call.options.getString('name') === 'twice') {
      const body = { type: 4, data: { content: 'one' } }
      const answer = () => on.client.rest.post(`/interactions/${call.id}/${call.token}/callback`, { body, auth: false })
      await Promise.all([answer(), answer()])
    } else {
      await call.reply('in time')
      on.discord.advance(15 * 60_000 + 1)
      await call.followUp('too late')
    }
  })
  const run = on.mai.run(on.general, 'show', { name: 'late' })
  await eventually(() => late).toBeDefined()
  on.discord.advance(3001)
  expect(await run).toMatchObject({ type: 'failed' })
  await expect(late!.reply('sorry')).rejects.toMatchObject({ code: 10062, status: 404 })
  await on.mai.run(on.general, 'show', { name: 'twice' })
  await eventually(() => on.errors).toEqual([40060])
  expect(on.general.messages).toHaveLength(1)
  expect(on.discord.violations).toMatchObject([{ code: 40060 }])
  await on.mai.run(on.general, 'show', { name: 'old' })
  await eventually(() => on.errors).toEqual([40060, 50027])
})

it('the bot that says nothing has failed after its time', async () => {
  const on = await staged(async () => undefined, { ackWithin: 100 })
  expect(await on.mai.run(on.general, 'show', { name: 'x' })).toMatchObject({ type: 'failed', after: 100 })
  expect(await on.mai.complete(on.general, 'show', 'name', 'x')).toBeUndefined()
})

it('deferral, the answer in its place, follow-ups, and taking back', async () => {
  let go: () => void = () => {}
  const gone = new Promise<void>(resolve => {
    go = resolve
  })
  const on = await staged(async (call: ChatInputCommandInteraction) => {
    await call.deferReply({ flags: MessageFlags.Ephemeral })
    await gone
    await call.editReply({ content: 'done', files: [{ attachment: Buffer.from('x'), name: 'x.txt' }] })
    const more = await call.followUp('for all')
    await more.edit('for all, edited')
    const { id } = await call.followUp({ content: 'for me', flags: MessageFlags.Ephemeral })
    await call.webhook.editMessage(id, 'for me, edited')
    await call.deleteReply()
    await call.editReply('gone')
  })
  expect(await on.mai.run(on.general, 'show', { name: 'x' })).toMatchObject({
    type: 'thinking',
    message: { thinking: true, ephemeral: true },
  })
  expect(on.bo.messages(on.general)).toEqual([])
  go()
  await eventually(() => on.errors).toEqual([10008])
  expect(on.mai.messages(on.general)).toMatchObject([
    { text: 'for all, edited', edited: true },
    { text: 'for me, edited' },
  ])
  expect(on.bo.messages(on.general)).toHaveLength(1)
})

it('the first follow-up after a deferral fills it in', async () => {
  const on = await staged(async (call: ChatInputCommandInteraction) => {
    await call.deferReply()
    await call.followUp({ content: 'filled in', flags: MessageFlags.Ephemeral })
  })
  await on.mai.run(on.general, 'show', { name: 'x' })
  await eventually(() => on.bo.messages(on.general)).toMatchObject([
    { text: 'filled in', thinking: false, edited: false },
  ])
})

it('values are offered while an option is typed', async () => {
  const choices = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `n${i}`, value: `v${i}` }))
  const on = await staged(
    async interaction => {
      const call = interaction as Interaction
      if (call.isAutocomplete()) await call.respond(call.options.getFocused() === 'all' ? choices(26) : choices(2))
    },
    { ackWithin: 300 },
  )
  expect(await on.bo.complete(on.general, 'xem', 'name', 'M', { loud: true })).toEqual(choices(2))
  expect(await on.bo.complete(on.general, 'show', 'name', 'all')).toBeUndefined()
  expect(on.discord.violations).toMatchObject([{ code: 50035 }])
  await expect(on.bo.complete(on.general, 'show', 'kind', '')).rejects.toThrow(Refused)
})

it('a command on a message’s menu brings the message, content and all', async () => {
  let seen: unknown
  const on = await staged(async (call: MessageContextMenuCommandInteraction) => {
    const { content, attachments, author } = call.targetMessage
    seen = [content, attachments.size, author.id]
    await call.reply('seen')
  })
  const message = await on.bo.post(on.general, { text: 'my cat', files: [{ name: 'c.png', bytes: Buffer.from('c') }] })
  expect(await on.mai.choose(message, 'Show this')).toMatchObject({ type: 'message' })
  expect(seen).toEqual(['my cat', 1, on.bo.id])
  await expect(on.mai.choose(message, 'show')).rejects.toThrow(Refused)
})

it('an answer of the wrong kind is refused, and another may follow', async () => {
  const on = await staged(async (call: ChatInputCommandInteraction) => {
    const error = await on.client.rest
      .post(`/interactions/${call.id}/${call.token}/callback`, {
        body: { type: 7, data: { content: 'x' } },
        auth: false,
      })
      .catch((error: { code: number }) => error)
    await call.reply(`${(error as { code: number }).code}`)
  })
  expect(await on.mai.run(on.general, 'show', { name: 'x' })).toMatchObject({ message: { text: '50035' } })
})
