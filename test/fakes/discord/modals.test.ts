import type { ChatInputCommandInteraction, Interaction, ModalSubmitInteraction } from 'discord.js'
import { expect, it } from 'vitest'
import { eventually, type Stage, stage } from './client.ts'
import { Refused, type RefusedFields } from './fake-discord.ts'

const file = (name: string) => ({ name, bytes: Buffer.from(name) })
const label = (text: string, component: object, more = {}) => ({ type: 18, label: text, component, ...more })

const teach = {
  custom_id: 'teach',
  title: 'Teach somebody',
  components: [
    label('Photos', { type: 19, custom_id: 'photos', min_values: 3, max_values: 5, file_types: ['image', '.heic'] }),
    label('Name', { type: 4, style: 1, custom_id: 'name', max_length: 5 }, { description: 'Short' }),
    label('Kind', {
      type: 3,
      custom_id: 'kind',
      options: [
        { label: 'Pet', value: 'pet', default: true },
        { label: 'Person', value: 'person' },
      ],
    }),
    label('Who', { type: 5, custom_id: 'who', required: false }),
    label('They agree', { type: 23, custom_id: 'consent' }),
  ],
}

async function opened(modal: object, submitted: (call: ModalSubmitInteraction) => Promise<unknown>): Promise<Stage> {
  const on = await stage()
  await on.client.application.commands.set([{ name: 'teach', description: 'Teaches' }])
  on.client.on('interactionCreate', async (call: Interaction) => {
    if (call.isModalSubmit()) await submitted(call)
    else if (call.isChatInputCommand() || call.isButton()) await call.showModal(modal as never).catch(() => undefined)
  })
  return on
}

it('a modal is shown to whoever ran the command, field by field', async () => {
  const on = await opened(teach, async () => undefined)
  expect(await on.mai.run(on.general, 'teach')).toMatchObject({ type: 'modal' })
  expect(on.bo.modal).toBeUndefined()
  expect(on.mai.modal).toMatchObject({
    title: 'Teach somebody',
    customId: 'teach',
    fields: [
      { type: 'files', label: 'Photos', min: 3, max: 5, required: true },
      { type: 'text', label: 'Name', description: 'Short', max: 5, value: '' },
      {
        type: 'strings',
        label: 'Kind',
        value: ['pet'],
        choices: [{ value: 'pet', label: 'Pet' }, { value: 'person' }],
      },
      { type: 'users', label: 'Who', required: false },
      { type: 'checkbox', label: 'They agree', required: false, value: false },
    ],
  })
  expect(on.mai.modal!.fields[0]!.fileTypes).toEqual(expect.arrayContaining(['.png', '.heic']))
  on.mai.dismissModal()
  await expect(on.mai.submit({})).rejects.toThrow(Refused)
  expect(on.discord.violations).toEqual([])
})

it('the client refuses what is not filled in, and keeps the modal open', async () => {
  const on = await opened(teach, call => call.reply('learning'))
  await on.mai.run(on.general, 'teach')
  const photos = ['a.png', 'b.JPG', 'c.heic'].map(file)
  const wrong = async (values: object) => {
    const error: RefusedFields = await on.mai.submit({ photos, name: 'Bo', ...values }).catch(error => error)
    return Object.keys(error.fields)
  }
  expect(await wrong({ photos: photos.slice(1) })).toEqual(['photos'])
  expect(await wrong({ photos: [...photos, ...photos] })).toEqual(['photos'])
  expect(await wrong({ photos: [...photos, file('d.pdf')] })).toEqual(['photos'])
  expect(await wrong({ name: '' })).toEqual(['name'])
  expect(await wrong({ name: 'longer' })).toEqual(['name'])
  expect(await wrong({ kind: ['car'] })).toEqual(['kind'])
  expect(await wrong({ kind: [], consent: 'yes', photos: [] })).toEqual(['photos', 'kind', 'consent'])
  await expect(on.mai.submit({ other: 'x' })).rejects.toThrow(Refused)
  expect(await on.mai.submit({ photos, name: 'Bo' })).toMatchObject({ type: 'message', message: { text: 'learning' } })
  expect(on.mai.modal).toBeUndefined()
})

it('what was filled in arrives whole', async () => {
  let got: unknown
  const on = await opened(teach, async ({ fields }) => {
    const photos = [...fields.getUploadedFiles('photos', true).values()]
    got = {
      photos: await Promise.all(photos.map(async ({ url, name }) => [name, await (await fetch(url)).text()])),
      name: fields.getTextInputValue('name'),
      kind: fields.getStringSelectValues('kind'),
      who: [...(fields.getSelectedMembers('who')?.keys() ?? [])],
      consent: fields.getCheckbox('consent'),
    }
  })
  await on.mai.run(on.general, 'teach')
  const photos = ['a.png', 'b.png', 'c.png'].map(file)
  const outcome = on.mai.submit({ photos, name: 'Mắm', kind: ['person'], who: [on.bo.id], consent: true })
  await eventually(() => got).toEqual({
    photos: photos.map(({ name }) => [name, name]),
    name: 'Mắm',
    kind: ['person'],
    who: [on.bo.id],
    consent: true,
  })
  on.discord.advance(3001)
  expect(await outcome).toMatchObject({ type: 'failed' })
  expect(on.mai.modal).toBeDefined()
})

it('other fields: radio, groups of ticks, roles and channels', async () => {
  let got: unknown
  const options = ['a', 'b', 'c'].map(value => ({ value, label: value }))
  const modal = {
    custom_id: 'm',
    title: 'M',
    components: [
      label('R', { type: 21, custom_id: 'radio', options }),
      label('G', { type: 22, custom_id: 'group', options, min_values: 2 }),
      label('Role', { type: 6, custom_id: 'role', required: false }),
      label('Channel', { type: 8, custom_id: 'channel', max_values: 2 }),
      {
        type: 1,
        components: [{ type: 4, style: 2, custom_id: 'old', label: 'Old', required: false, value: 'as it was' }],
      },
    ],
  }
  const on = await opened(modal, async call => {
    got = [
      call.fields.getRadioGroup('radio'),
      call.fields.getCheckboxGroup('group'),
      [...call.fields.getSelectedChannels('channel')!.keys()],
      call.fields.getTextInputValue('old'),
    ]
    await call.deferReply()
  })
  await on.mai.run(on.general, 'teach')
  const good = { radio: 'b', group: ['a', 'c'], channel: [on.general.id] }
  await expect(on.mai.submit({ ...good, group: ['a'] })).rejects.toMatchObject({ fields: { group: expect.anything() } })
  await expect(on.mai.submit({ ...good, radio: undefined as never })).rejects.toMatchObject({
    fields: { radio: expect.anything() },
  })
  expect(await on.mai.submit(good)).toMatchObject({ type: 'thinking' })
  expect(got).toEqual(['b', ['a', 'c'], [on.general.id], 'as it was'])
  expect(on.discord.violations).toEqual([])
})

it('a modal of a button may change the button’s message; one of a command has none', async () => {
  const small = { ...teach, components: teach.components.slice(1, 2) }
  const on = await opened(small, async call => {
    if (call.isFromMessage()) await call.update({ content: `it is ${call.fields.getTextInputValue('name')}` })
    else await (call as ModalSubmitInteraction).deferUpdate().catch(() => call.reply('no message'))
  })
  const channel = await on.client.channels.fetch(on.general.id)
  if (!channel?.isSendable()) throw new Error('no channel')
  const button = { type: 2, style: 1, label: 'Name', custom_id: 'n' }
  const message = await channel.send({ content: 'who?', components: [{ type: 1, components: [button] }] as never })
  expect(await on.bo.press(message, 'Name')).toMatchObject({ type: 'modal' })
  expect(await on.bo.submit({ name: 'Bo' })).toMatchObject({
    type: 'edited',
    message: { id: message.id, text: 'it is Bo' },
  })
  await on.bo.run(on.general, 'teach')
  expect(await on.bo.submit({ name: 'Bo' })).toMatchObject({ message: { text: 'no message' } })
})

it('modals that Discord refuses', async () => {
  const bad: object[] = [
    { ...teach, components: [] },
    { ...teach, title: 't'.repeat(46) },
    { ...teach, components: [...teach.components, ...teach.components] },
    { ...teach, components: [label('l'.repeat(46), { type: 23, custom_id: 'c' })] },
    { ...teach, components: [label('l', { type: 19, custom_id: 'c', min_values: 0 })] },
    { ...teach, components: [label('l', { type: 19, custom_id: 'c', min_values: 5, max_values: 3 })] },
    { ...teach, components: [label('l', { type: 19, custom_id: 'c', max_values: 11 })] },
    { ...teach, components: [label('l', { type: 19, custom_id: 'c', file_types: ['pdf'] })] },
    { ...teach, components: [label('l', { type: 2, style: 1, label: 'b', custom_id: 'c' })] },
  ]
  for (const modal of bad) {
    const on = await opened(modal, async () => undefined)
    const run = on.mai.run(on.general, 'teach')
    await eventually(() => on.discord.violations).toMatchObject([{ code: 50035 }])
    on.discord.advance(3001)
    expect(await run).toMatchObject({ type: 'failed' })
  }
})

it('a modal comes first or not at all', async () => {
  const on = await stage()
  await on.client.application.commands.set([{ name: 'teach', description: 'Teaches' }])
  const errors: unknown[] = []
  on.client.on('interactionCreate', async interaction => {
    const call = interaction as ChatInputCommandInteraction
    await call.deferReply()
    const body = { type: 9, data: teach }
    await on.client.rest
      .post(`/interactions/${call.id}/${call.token}/callback`, { body, auth: false })
      .catch(error => errors.push(error.code))
  })
  await on.mai.run(on.general, 'teach')
  await eventually(() => errors).toEqual([40060])
  expect(on.mai.modal).toBeUndefined()
})
