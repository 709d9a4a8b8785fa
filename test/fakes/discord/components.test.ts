import { MessageFlags, type TextChannel } from 'discord.js'
import { expect, it } from 'vitest'
import { eventually, type Stage, stage } from './client.ts'
import { Refused } from './fake-discord.ts'

const button = (label: string, more = {}) => ({ type: 2, style: 1, label, custom_id: `id:${label}`, ...more })
const rows = (...components: object[]) => [{ type: 1, components }] as never
const refused = (promise: Promise<unknown>) => expect(promise).rejects.toThrow(Refused)

async function staged(): Promise<Stage & { channel: TextChannel }> {
  const on = await stage({ rateLimits: false })
  on.client.on('interactionCreate', async call => {
    if (call.isStringSelectMenu()) await call.update({ content: `chosen ${call.values}`, components: [] })
    if (!call.isButton()) return
    if (call.customId === 'id:Update')
      await call.update({ content: 'updated', components: rows(button('More'), button('Off', { disabled: true })) })
    else if (call.customId === 'id:More') {
      await call.deferUpdate()
      await call.editReply('updated later')
    } else {
      const components = rows(button('Again'))
      await call.reply({ content: 'between us', components, flags: MessageFlags.Ephemeral })
    }
  })
  return { ...on, channel: (await on.client.channels.fetch(on.general.id)) as TextChannel }
}

it('a button changes its message in its place, and what is gone or disabled cannot be pressed', async () => {
  const { discord, bo, general, channel } = await staged()
  const { id } = await channel.send({ content: 'press', components: rows(button('Update'), button('Whisper')) })
  const seen = () => general.messages[0]!
  expect(await bo.press(seen(), 'Update')).toMatchObject({ type: 'edited', message: { id, text: 'updated' } })
  await refused(bo.press(seen(), 'Off'))
  await refused(bo.press(seen(), 'Whisper'))
  expect(await bo.press(seen(), 'id:More')).toMatchObject({ type: 'silent' })
  await eventually(() => seen().text).toBe('updated later')
  expect(discord.violations).toEqual([])
})

it('buttons of an ephemeral message are for whom it is for', async () => {
  const { mai, bo, general, channel } = await staged()
  const { id } = await channel.send({ content: 'press', components: rows(button('Whisper')) })
  const { message } = await mai.press({ id }, 'Whisper')
  expect(message).toMatchObject({ ephemeral: true, replyTo: id, buttons: [{ label: 'Again' }] })
  await refused(bo.press(message!, 'Again'))
  expect(await mai.press(message!, 'Again')).toMatchObject({ type: 'message' })
  expect(mai.messages(general)).toHaveLength(3)
  expect(bo.messages(general)).toHaveLength(1)
  await expect(channel.messages.fetch({ message: message!.id, force: true })).rejects.toMatchObject({ code: 10008 })
})

it('a menu takes as many of its options as it says', async () => {
  const { bo, channel } = await staged()
  const options = ['a', 'b', 'c'].map(value => ({ label: value, value }))
  const menu = await channel.send({ components: rows({ type: 3, custom_id: 'menu', options, max_values: 2 }) })
  await refused(bo.select(menu, 'menu', ['a', 'b', 'c']))
  await refused(bo.select(menu, 'menu', ['d']))
  await refused(bo.press(menu, 'menu'))
  expect(await bo.select(menu, 'menu', ['a', 'c'])).toMatchObject({ message: { text: 'chosen a,c' } })
})

it('an interaction may be told twice; the second answer is one too many', async () => {
  const { discord, client, bo, general, channel } = await staged()
  const told: string[] = []
  client.on('interactionCreate', ({ id }) => told.push(id))
  const { id } = await channel.send({ content: 'press', components: rows(button('Whisper')) })
  const errors: unknown[] = []
  client.on('error', error => errors.push((error as { code?: number }).code))
  const outcome = await bo.press({ id }, 'Whisper')
  discord.deliverAgain(outcome.id)
  await eventually(() => told).toEqual([outcome.id, outcome.id])
  await eventually(() => errors).toEqual([40060])
  expect(bo.messages(general)).toHaveLength(2)
})
