/** The suite: one person alone with the bot, and one who shuts it out. */
import { expect, it } from 'vitest'
import type { Scene } from '../suite.ts'
import { eventually, kept, sees, seesNot } from './helpers.ts'

export function directCases(scene: Scene): void {
  it('what is said there is for the bot, and stays there', async () => {
    const { chat, bot } = scene
    const { admin, friend } = chat.people
    bot.script.heard = (_, exchange) => exchange.say({ text: 'I do not tell' })
    await chat.post(friend, 'direct', { text: 'what do you know of me?' })
    await sees(scene, friend, 'I do not tell', 'direct')
    const place = await chat.adapter.direct(chat.tenantAlone?.(friend) ?? chat.tenant, friend.id)
    expect(bot.messages[0]).toMatchObject({ from: { id: friend.id }, place: { ...place, direct: true } })
    await seesNot(scene, admin, 'I do not tell', 'direct')
    await seesNot(scene, admin, 'I do not tell')
    await seesNot(scene, friend, 'I do not tell')
  })

  it('the bot may begin, and whom it writes to is notified', async () => {
    const { chat } = scene
    const { admin, friend } = chat.people
    const place = await chat.adapter.direct(chat.tenant, admin.id)
    expect(place).toMatchObject({ tenant: chat.tenant, direct: true })
    const ref = await chat.adapter.send(place, { text: 'a report', buttons: [{ action: 'seen', label: 'Seen' }] })
    const seen = await sees(scene, admin, 'a report', 'direct')
    expect(seen.buttons).toEqual(['Seen'])
    await eventually(async () =>
      expect((await chat.notified(admin)).some(({ text }) => text.includes('a report'))).toBe(true),
    )
    await seesNot(scene, friend, 'a report', 'direct')
    await chat.adapter.edit(kept(ref), { text: 'a report that was seen' })
    await sees(scene, admin, 'a report that was seen', 'direct')
  })

  it('the turns of another place are not among those before', async () => {
    const { chat, bot } = scene
    const { friend } = chat.people
    await chat.post(friend, 'group', { text: 'for all' })
    await chat.post(friend, 'direct', { text: 'for you' })
    await chat.post(friend, 'direct', { text: 'as I said' })
    const message = await eventually(() => {
      const found = bot.messages.find(({ text }) => text === 'as I said')
      expect(found).toBeDefined()
      return found!
    })
    const texts = (await message.earlier(20)).map(({ text }) => text)
    expect(texts).toContain('for you')
    expect(texts).not.toContain('for all')
  })

  it('somebody who has shut the bot out is PLACE_GONE', async () => {
    const { chat } = scene
    const { leaver } = chat.people
    const place = await chat.adapter.direct(chat.tenant, leaver.id)
    const ref = await chat.adapter.send(place, { text: 'goodbye?' })
    await chat.shutOut(leaver)
    const write = async () => {
      const again = await chat.adapter.direct(chat.tenant, leaver.id)
      return chat.adapter.send(again, { text: 'are you there?' })
    }
    await expect(write()).rejects.toMatchObject({ code: 'PLACE_GONE' })
    await expect(chat.adapter.send(place, { text: 'hello?' })).rejects.toMatchObject({ code: 'PLACE_GONE' })
    await expect(chat.adapter.edit(ref, { text: 'hello??' })).rejects.toMatchObject({
      code: expect.stringMatching(/^(PLACE|MESSAGE)_GONE$/),
    })
    await chat.adapter.remove(ref)
  })

  it('somebody who is nobody is PLACE_GONE', async () => {
    const { chat } = scene
    await expect(chat.adapter.direct(chat.tenant, '999999')).rejects.toMatchObject({ code: 'PLACE_GONE' })
  })
}
