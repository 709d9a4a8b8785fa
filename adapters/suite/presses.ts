/** The suite: commands with their options, and buttons. */
import { expect, it } from 'vitest'
import type { Scene } from '../suite.ts'
import { eventually, expectBytes, groupPlace, samplePicture, sees, seesNot } from './helpers.ts'

export function pressCases(scene: Scene): void {
  it('a command comes with its options, and without those left out', async () => {
    const { chat, bot } = scene
    const { admin, friend } = chat.people
    const bytes = await samplePicture(21)
    bot.script.called = (_, exchange) => exchange.say({ text: 'as you wish' })
    const picture = [{ name: 'bo.png', bytes }]
    await chat.run(friend, 'group', 'show', { name: 'Bo', kind: 'pet', member: admin, loud: true, picture })
    const call = await eventually(() => {
      expect(bot.calls).toHaveLength(1)
      return bot.calls[0]!
    })
    expect(call).toMatchObject({
      name: 'show',
      from: { id: friend.id, name: friend.name, admin: false },
      place: { tenant: chat.tenant, channel: chat.group, direct: false },
      options: { name: 'Bo', kind: 'pet', member: { id: admin.id, name: admin.name }, loud: true },
    })
    const [given] = call.options.picture as unknown as { bytes(): Promise<Uint8Array> }[]
    expectBytes(await given!.bytes(), bytes)
    await sees(scene, admin, 'as you wish')

    await chat.run(friend, 'direct', 'show', { name: 'Mắm 🐈' })
    await eventually(() => expect(bot.calls).toHaveLength(2))
    expect(bot.calls[1]!.options).toEqual({ name: 'Mắm 🐈' })
    expect(bot.calls[1]!.place.direct).toBe(true)
    expect(bot.calls[1]!.id).not.toBe(call.id)
  })

  it('a command on the menu of a message brings that message', async context => {
    const { chat, bot } = scene
    const { admin, friend } = chat.people
    if (!chat.runOn) return context.skip()
    const bytes = await samplePicture(22)
    const message = await chat.post(friend, 'group', { text: 'my cat', pictures: [{ name: 'cat.png', bytes }] })
    bot.script.called = (_, exchange) => exchange.say({ text: 'I see' })
    await chat.runOn(admin, 'group', message, 'show')
    await sees(scene, friend, 'I see')
    const [call] = bot.calls
    expect(call).toMatchObject({
      name: 'show',
      from: { id: admin.id },
      place: { tenant: chat.tenant, channel: chat.group },
      on: { from: { id: friend.id }, text: 'my cat' },
    })
    expectBytes(await call!.on!.pictures[0]!.bytes(), bytes)
  })

  it('values are offered while an option is typed', async () => {
    const { chat, bot } = scene
    const all = ['Mắm', 'Mai', 'Bo'].map(name => ({ value: name, label: name }))
    bot.script.complete = (command, option, typed) =>
      command === 'show' && option === 'name' ? all.filter(({ value }) => value.startsWith(typed)) : []
    expect(await chat.complete(chat.people.friend, 'show', 'name', 'M')).toEqual(all.slice(0, 2))
    expect(await chat.complete(chat.people.friend, 'show', 'name', '')).toEqual(all)
  })

  it('everybody may press a button of a message that all see', async () => {
    const { chat, bot } = scene
    const { admin, friend } = chat.people
    const ref = await chat.adapter.send(groupPlace(scene), {
      text: 'a drawing',
      buttons: [
        { action: 'redraw:17', label: 'Redraw', style: 'primary' },
        { action: 'report:17', label: 'Report', style: 'danger' },
      ],
    })
    bot.script.pressed = ({ from }, exchange) => exchange.say({ text: `thanks, ${from.name}` }, { privately: true })
    const seen = await sees(scene, friend, 'a drawing')
    expect(seen.buttons).toEqual(['Redraw', 'Report'])
    expect((await sees(scene, admin, 'a drawing')).buttons).toEqual(['Redraw', 'Report'])
    await chat.press(friend, seen, 'Report')
    await sees(scene, friend, `thanks, ${friend.name}`)
    await seesNot(scene, admin, 'thanks, ')
    expect(bot.presses).toMatchObject([{ from: { id: friend.id }, action: 'report:17', message: ref }])
  })

  it('nobody sees the buttons of somebody else’s private answer', async () => {
    const { chat, bot } = scene
    const { admin, friend } = chat.people
    bot.script.called = (_, exchange) =>
      exchange.say({ text: 'replace her?', buttons: [{ action: 'replace', label: 'Replace' }] }, { privately: true })
    await chat.run(friend, 'group', 'show', { name: 'Mắm' })
    const seen = await sees(scene, friend, 'replace her?')
    expect(seen.buttons).toEqual(['Replace'])
    await seesNot(scene, admin, 'replace her?')
    bot.script.pressed = (_, exchange) => exchange.say({ text: 'replaced, all may know' })
    await chat.press(friend, seen, 'Replace')
    await sees(scene, admin, 'replaced, all may know')
  })

  it('a press can change the message that it is on', async () => {
    const { chat, bot } = scene
    const { admin } = chat.people
    await chat.adapter.send(groupPlace(scene), { text: 'sure?', buttons: [{ action: 'yes', label: 'Yes' }] })
    bot.script.pressed = ({ message }) => chat.adapter.edit(message, { text: 'it is done' })
    await chat.press(admin, await sees(scene, admin, 'sure?'), 'Yes')
    expect((await sees(scene, admin, 'it is done')).buttons).toEqual([])
  })

  it('the first answer may take its time', async () => {
    const { chat, bot } = scene
    bot.script.called = async (_, exchange) => {
      await exchange.busy()
      await new Promise(resolve => setTimeout(resolve, 300))
      await exchange.say({ text: 'after a while' })
      await exchange.say({ text: 'and one more' })
    }
    await chat.run(chat.people.admin, 'group', 'show', { name: 'Bo' })
    await sees(scene, chat.people.friend, 'after a while')
    await sees(scene, chat.people.friend, 'and one more')
  })
}
