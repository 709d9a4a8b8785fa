/** The bot's forms as Discord's modals. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Field, Form, IncomingPicture } from '../../src/conversation/chat.ts'
import { speaker } from '../../src/texts/texts.ts'
import { ScriptedBot } from '../../test/fakes/scripted-bot.ts'
import { samplePicture } from '../suite/helpers.ts'
import { modalOf } from './forms.ts'
import { openChat } from './testing/chat.ts'

const name: Field = { type: 'text', name: 'name', label: 'Name', maxLength: 32 }
const facts: Field = { type: 'text', name: 'facts', label: 'Something to remember', optional: true, maxLength: 200 }
const pictures: Field = { type: 'pictures', name: 'pictures', label: '3 to 5 pictures', min: 3, max: 5 }
const kind: Field = {
  type: 'choice',
  name: 'kind',
  label: 'What is it?',
  choices: ['pet', 'person'].map(value => ({ value, label: value })),
  value: 'person',
}
const person: Field = { type: 'person', name: 'person', label: 'Who?', optional: true }
const tick: Field = { type: 'tick', name: 'consent', label: 'I agree' }
const form = (fields: readonly Field[]): Form => ({ action: 'teach.form', title: 'Teach me', submit: 'Teach', fields })

describe('a form on Discord', () => {
  const bot = new ScriptedBot()
  let chat: Awaited<ReturnType<typeof openChat>>
  beforeEach(async () => {
    bot.reset()
    chat = await openChat(bot)
  })
  afterEach(() => chat.close())

  async function open(fields: readonly Field[]) {
    bot.script.called = (_, exchange) => exchange.open!(form(fields))
    const { type } = await chat.member.run(chat.general, 'show', { name: 'x' })
    expect(type).toBe('modal')
    return chat.member.modal!
  }

  it('of six fields leaves out what can be said later, and says so', async () => {
    const modal = await open([name, pictures, kind, facts, person, tick])
    expect(modal.fields.map(({ customId }) => customId)).toEqual(['name', 'pictures', 'kind', 'person', 'consent'])
    expect(modal.fields.at(-1)!.description).toBe('No room here for: Something to remember. Tell me afterwards.')
    const files = await Promise.all([1, 2, 3].map(async i => ({ name: `${i}.png`, bytes: await samplePicture(i) })))
    await chat.member.submit({ name: 'Mắm', pictures: files, person: [chat.owner.id] })
    const { fields, place } = bot.submissions[0]!
    expect(place).toEqual(chat.place)
    expect(fields).toMatchObject({ name: 'Mắm', kind: 'person', person: { id: chat.owner.id }, consent: false })
    expect((fields.pictures as readonly IncomingPicture[]).map(({ name }) => name)).toEqual(['1.png', '2.png', '3.png'])
  })

  it('comes with what was left empty left out, and in its language', async () => {
    const optional = { ...name, optional: true, name: 'other' }
    await open([optional, person, { ...facts, value: 'f'.repeat(300) }])
    expect(chat.member.modal!.fields.map(({ value }) => value)).toEqual(['', [], 'f'.repeat(200)])
    bot.script.submitted = (_, exchange) => exchange.say({ text: 'thanks' }, { privately: true })
    await chat.member.submit({ facts: '' })
    expect(bot.submissions[0]!.fields).toEqual({})
    await vi.waitFor(() =>
      expect(chat.member.messages(chat.general)[0]).toMatchObject({ text: 'thanks', ephemeral: true }),
    )
  })

  it('of a button may be handed in with nothing to be seen', async () => {
    await chat.adapter.send(chat.place, { text: 'teach?', buttons: [{ action: 'teach', label: 'Teach' }] })
    bot.script.pressed = (_, exchange) => exchange.open!(form([name]))
    await chat.member.press(chat.general.messages[0]!, 'Teach')
    expect((await chat.member.submit({ name: 'Mắm' })).type).toBe('silent')
    expect(chat.member.messages(chat.general).map(({ text }) => text)).toEqual(['teach?'])
  })
})

describe('a modal', () => {
  const labels = (fields: readonly Field[]) =>
    modalOf(form(fields), speaker('en')).components as { label: string; description?: string }[]

  it('has titles and labels of at most 45 characters, and what is longer below them', () => {
    const label = 'If it is a person: which member of the server is it?'
    expect(labels([{ ...name, label }])[0]).toMatchObject({ label: `${label.slice(0, 44)}…`, description: label })
    expect(modalOf({ ...form([name]), title: 'T'.repeat(60) }, speaker('en')).title).toHaveLength(45)
  })

  it('has never more than five fields', () => {
    expect(labels([name, name, name, kind, facts, person, tick]).map(({ label }) => label)).toEqual(
      [name, name, name, kind, tick].map(({ label }) => label),
    )
    expect(labels([name, name, name, name, name, name])).toHaveLength(5)
  })
})
