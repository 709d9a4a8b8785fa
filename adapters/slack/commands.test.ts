/** Slash commands, menus, buttons and forms, where Slack has its own ways. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Form, OutgoingMessage } from '../../src/conversation/chat.ts'
import { ScriptedBot } from '../../test/fakes/scripted-bot.ts'
import { samplePicture } from '../suite/helpers.ts'
import { eventually, seen, texts } from './testing/questions.ts'
import { openStage, type Stage } from './testing/stage.ts'

const bot = new ScriptedBot()
let stage: Stage
let home: OutgoingMessage | undefined

beforeEach(async () => {
  bot.reset()
  home = undefined
  stage = await openStage(bot, { home: async (_, person) => home ?? { text: `hello ${person.name}` } })
})
afterEach(async () => {
  await stage.close()
  expect(stage.fake.violations).toEqual([])
})

const names = ['Mắm', 'Mai', 'Bo'].map(name => ({ value: name, label: name }))
const form: Form = {
  action: 'teach:7',
  title: 'Teach me somebody with a very long name',
  submit: 'Teach',
  fields: [
    { type: 'pictures', name: 'photos', label: 'Photos', min: 3, max: 5 },
    { type: 'text', name: 'name', label: 'Name', maxLength: 32, value: 'Mắm' },
  ],
}
const photos = (count: number) =>
  Promise.all(Array.from({ length: count }, async (_, i) => ({ name: `${i}.png`, bytes: await samplePicture(60 + i) })))
const opened = () =>
  eventually(() => {
    expect(stage.friend.view).toBeDefined()
    return stage.friend.view!
  })

describe('a command', () => {
  it('without the name that it needs offers those that are known', async () => {
    const { friend, group } = stage
    bot.script.complete = (command, _, typed) =>
      command === 'drop' ? names.filter(({ value }) => value.startsWith(typed)) : []
    bot.script.called = ({ options }, exchange) => exchange.say({ text: `dropped ${options.name}` })
    await friend.command(group, '/drop')
    expect((await opened()).fields).toMatchObject([{ type: 'external_select', label: 'Whom?', optional: false }])
    expect(await friend.suggest('name', 'M')).toEqual([
      { text: 'Mắm', value: 'Mắm' },
      { text: 'Mai', value: 'Mai' },
    ])
    expect(await friend.submit()).toMatchObject({ name: expect.any(String) })
    expect(await friend.submit({ name: 'Mai' })).toEqual({})
    await seen(friend, group, 'dropped Mai')
    expect(bot.calls).toMatchObject([{ name: 'drop', options: { name: 'Mai' }, from: { id: friend.id } }])
  })

  it('that was typed wrongly comes back as a form with what was right', async () => {
    const { admin, friend, group } = stage
    await friend.command(group, '/show', `Bo kind:rock member:${admin.mention} loud:yes`)
    const view = await opened()
    expect(view.fields.map(({ blockId, initial }) => [blockId, initial])).toEqual([
      ['name', 'Bo'],
      ['kind', undefined],
      ['member', admin.id],
      ['loud', ['Yes']],
      ['picture', undefined],
    ])
    expect(await friend.submit({ kind: 'A pet' })).toEqual({})
    await eventually(() => expect(bot.calls).toHaveLength(1))
    expect(bot.calls[0]!.options).toMatchObject({ name: 'Bo', kind: 'pet', member: { id: admin.id }, loud: true })
  })

  it('has its texts as they were typed', async () => {
    const { admin, friend, group } = stage
    await friend.command(group, '/show', `“${admin.mention} & <b> <3”`)
    await eventually(() => expect(bot.calls).toHaveLength(1))
    // Without a name of its own a mention is the member that the command takes.
    expect(bot.calls[0]!.options).toMatchObject({ member: { id: admin.id } })
    await friend.command(group, '/drop', 'Tom & <b>Jerry</b> > 3')
    await eventually(() => expect(bot.calls).toHaveLength(2))
    expect(bot.calls[1]!.options).toEqual({ name: 'Tom & <b>Jerry</b> > 3' })
  })

  it('can open a form after its own', async () => {
    const { friend, group } = stage
    bot.script.called = (_, exchange) => exchange.open!(form)
    await friend.command(group, '/show', 'Bo picture:')
    await opened()
    await friend.submit()
    await eventually(() => expect(friend.view?.callbackId && friend.view.text).toContain('very long name'))
    expect(friend.view!.title.length).toBeLessThanOrEqual(24)
  })

  it('is in the language of whoever uses it', async () => {
    const { admin, group } = stage
    await admin.command(group, '/drop')
    await eventually(() => expect(admin.view).toBeDefined())
    expect(admin.view!.submit).toBe('Xong')
  })
})

describe('where the bot is not let in', () => {
  it('a command is answered all the same, for all or for one', async () => {
    const { admin, friend, group } = stage
    await group.removeBot()
    bot.script.called = async (_, exchange) => {
      const ref = await exchange.say({ text: 'for all', pictures: [] })
      await expect(stage.adapter.edit(ref, { text: 'changed' })).rejects.toMatchObject({ code: 'MESSAGE_GONE' })
      await stage.adapter.remove(ref)
      await exchange.say({ text: 'for one' }, { privately: true })
    }
    await friend.command(group, '/show', 'Bo')
    await seen(friend, group, 'for one')
    expect(texts(friend, group)).toEqual(['for all', 'for one'])
    expect(texts(admin, group)).toEqual(['for all'])
  })

  it('so is a form that a command has opened', async () => {
    const { friend, group } = stage
    await group.removeBot()
    bot.script.called = (_, exchange) => exchange.open!({ ...form, fields: form.fields.slice(1) })
    bot.script.submitted = (_, exchange) => exchange.say({ text: 'thank you' }, { privately: true })
    await friend.command(group, '/show', 'Bo')
    await opened()
    await friend.submit()
    await seen(friend, group, 'thank you')
  })
})

describe('a form', () => {
  it('says at its field what is wrong, in the language of whoever fills it in', async () => {
    const { admin, friend, group } = stage
    bot.script.called = (_, exchange) => exchange.open!(form)
    for (const [who, error] of [
      [friend, 'I need 3 to 5 pictures; so far there are 2.'],
      [admin, 'Mình cần từ 3 đến 5 ảnh; hiện mới có 2.'],
    ] as const) {
      await who.command(group, '/show', 'Bo')
      await eventually(() => expect(who.view).toBeDefined())
      expect(await who.submit({ photos: await photos(2) })).toEqual({ photos: error })
      expect(await who.submit({ photos: await photos(3), name: '   ' })).toMatchObject({ name: expect.any(String) })
    }
    expect(bot.submissions).toEqual([])
  })

  it('that was opened before a restart is taken after it', async () => {
    const { friend, group } = stage
    bot.script.called = (_, exchange) => exchange.open!(form)
    await friend.command(group, '/show', 'Bo')
    await opened()
    await stage.restart()
    bot.script.submitted = ({ fields, action }, exchange) => exchange.say({ text: `${action} ${fields.name}` })
    expect(await friend.submit({ photos: await photos(3) })).toEqual({})
    await seen(friend, group, 'teach:7 Mắm')
    expect(bot.submissions[0]).toMatchObject({ place: { channel: group.id, direct: false } })
  })

  it('is taken at once while Slack does not say who it is from', async () => {
    const { fake, friend, group } = stage
    bot.script.called = (_, exchange) => exchange.open!(form)
    await friend.command(group, '/show', 'Bo')
    await opened()
    await stage.restart()
    // Longer than it waits for an answer to a form.
    fake.faults.inject('users.info', { rateLimited: 5 })
    expect(await friend.submit({ photos: await photos(3) })).toEqual({})
    expect(friend.view).toBeUndefined()
  })

  it('that comes too late says so', async () => {
    const { fake, friend, group } = stage
    bot.script.called = (_, exchange) =>
      exchange.open!(form).catch(error => exchange.say({ text: error.message }, { privately: true }))
    for (const text of ['Bo', 'Bo picture:']) {
      fake.faults.inject('views.open', { error: 'expired_trigger_id' })
      await friend.command(group, '/show', text)
    }
    await eventually(() => expect(texts(friend, group).join()).toMatch(/(within three seconds.*){2}/))
  })
})

describe('the menu of a message', () => {
  it('is answered in its thread, for the bot’s own messages, too', async () => {
    const { admin, friend, group, adapter, team } = stage
    const bytes = await samplePicture(71)
    const pictures = [{ name: 'bo.png', bytes, altText: 'Drawing of Bo' }]
    const place = { tenant: `slack:${team.id}`, channel: group.id, direct: false }
    const { message } = await adapter.send(place, { text: 'a **drawing**', pictures, mentions: [admin.id] })
    bot.script.called = (_, exchange) => exchange.say({ text: 'that is Bo' })
    await friend.shortcut(group, message, 'Show this')
    expect((await seen(admin, group, 'that is Bo')).thread).toBe(message)
    expect(bot.calls[0]!.on).toMatchObject({ from: { id: team.bot.userId, bot: true }, text: 'a **drawing**' })
    expect(Buffer.from(await bot.calls[0]!.on!.pictures[0]!.bytes()).equals(bytes)).toBe(true)
  })
})

describe('a private message', () => {
  it('is changed and removed through the button on it', async () => {
    const { friend, group, adapter } = stage
    const buttons = [
      { action: 'edit', label: 'Edit' },
      { action: 'remove', label: 'Remove' },
    ]
    bot.script.called = (_, exchange) => exchange.say({ text: 'sure?', buttons }, { privately: true })
    bot.script.pressed = ({ action, message }) =>
      action === 'edit' ? adapter.edit(message, { text: 'really sure?', buttons }) : adapter.remove(message)
    await friend.command(group, '/show', 'Bo')
    await friend.press(await seen(friend, group, 'sure?'), 'Edit')
    await friend.press(await seen(friend, group, 'really sure?'), 'Remove')
    await eventually(() => expect(texts(friend, group)).toEqual([]))
  })

  it('stays as it is without one', async () => {
    const { friend, group, adapter } = stage
    let error: unknown
    bot.script.called = async (_, exchange) => {
      const ref = await exchange.say({ text: 'as it is' }, { privately: true })
      error = await adapter.edit(ref, { text: 'changed' }).catch(error => error)
      await adapter.remove(ref)
    }
    await friend.command(group, '/show', 'Bo')
    await seen(friend, group, 'as it is')
    await eventually(() => expect(error).toMatchObject({ code: 'MESSAGE_GONE' }))
  })
})

describe('a button', () => {
  it('in a thread is answered there', async () => {
    const { friend, group, adapter, team } = stage
    const ts = await friend.post(group, { text: 'root' })
    const place = { tenant: `slack:${team.id}`, channel: group.id, thread: ts, direct: false }
    const ref = await adapter.send(place, { text: 'a card', buttons: [{ action: 'go', label: 'Go' }] })
    bot.script.pressed = async (_, exchange) => {
      await exchange.busy()
      await exchange.say({ text: 'for all' })
      await exchange.say({ text: 'for one' }, { privately: true })
    }
    await friend.press(await seen(friend, group, 'a card'), 'Go')
    expect((await seen(friend, group, 'for one')).thread).toBe(ts)
    expect((await seen(friend, group, 'for all')).thread).toBe(ts)
    expect(bot.presses[0]).toMatchObject({ message: ref })
    await eventually(async () => expect((await seen(friend, group, 'a card')).reactions).toEqual([]))
  })
})

describe('the Home tab', () => {
  it('shows what the bot has to say, to each in their own way', async () => {
    const { admin, friend } = stage
    await friend.openHome()
    await eventually(() => expect(friend.home?.text).toBe('hello Lan Anh'))
    expect(admin.home).toBeUndefined()
    await admin.openHome('messages')
    await stage.fake.settled()
    expect(admin.home).toBeUndefined()
  })

  it('has pictures, uploaded once, and buttons that are answered where one is alone with the bot', async () => {
    const { fake, friend } = stage
    const picture = { name: 'bo.png', bytes: await samplePicture(72), altText: 'Bo' }
    home = { text: 'you know **Bo**', pictures: [picture], buttons: [{ action: 'forget:1', label: 'Forget' }] }
    await friend.openHome()
    await eventually(() => expect(friend.home?.images).toHaveLength(1))
    await friend.openHome()
    await fake.settled()
    const uploads = () => fake.calls.filter(({ method }) => method === 'files.completeUploadExternal').length
    expect(uploads()).toBe(1)
    bot.script.pressed = async ({ action }, exchange) => {
      home = { text: 'you know nobody' }
      await exchange.say({ text: `done: ${action}` }, { privately: true })
    }
    await friend.press(friend.home!, 'Forget')
    await seen(friend, 'dm', 'done: forget:1')
    expect(bot.presses[0]!.message.place).toMatchObject({ direct: true, channel: friend.dm() })
    await eventually(() => expect(friend.home?.text).toBe('you know nobody'))
    await eventually(() => expect(fake.calls.filter(({ method }) => method === 'files.delete')).toHaveLength(1))
  })
})
