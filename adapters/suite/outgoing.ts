/** The suite: what the bot says, and what people see of it. */
import { expect, it } from 'vitest'
import { FamiliarError } from '../../engine/errors.ts'
import type { Card } from '../../src/conversation/chat.ts'
import type { Scene } from '../suite.ts'
import { eventually, expectBytes, groupPlace, kept, samplePicture, sees, seesNot } from './helpers.ts'

export function outgoingCases(scene: Scene): void {
  it('everybody sees an answer', async () => {
    const { chat, bot } = scene
    bot.script.heard = async (_, exchange) => {
      await exchange.busy()
      await exchange.busy()
      await exchange.say({ text: 'She sleeps.' })
    }
    await chat.post(chat.people.admin, 'group', { text: 'what does she do?' })
    for (const person of [chat.people.admin, chat.people.friend])
      expect(await sees(scene, person, 'She sleeps.')).toMatchObject({ from: 'bot', buttons: [], pictures: [] })
  })

  it('a private answer is seen by whoever asked, and nobody else', async () => {
    const { chat, bot } = scene
    bot.script.called = (_, exchange) => exchange.say({ text: 'between us' }, { privately: true })
    await chat.run(chat.people.friend, 'group', 'show', { name: 'Bo' })
    await sees(scene, chat.people.friend, 'between us')
    await seesNot(scene, chat.people.admin, 'between us')
  })

  it('pictures arrive byte for byte, with words for those who cannot see them', async () => {
    const { chat } = scene
    const pictures = [
      { name: 'a.png', bytes: await samplePicture(11), altText: 'Drawing of Mắm at the beach, AI-generated' },
      { name: 'b.png', bytes: await samplePicture(12), altText: 'Drawing of Bo & “Mắm”, AI-generated' },
    ]
    await chat.adapter.send(groupPlace(scene), { text: 'two drawings', pictures })
    const seen = await sees(scene, chat.people.friend, 'two drawings')
    expect(seen.pictures.map(({ altText }) => altText)).toEqual(pictures.map(({ altText }) => altText))
    for (const [i, { bytes }] of seen.pictures.entries()) expectBytes(bytes, pictures[i]!.bytes)
  })

  it('a drawing needs no text', async () => {
    const { chat } = scene
    const bytes = await samplePicture(13)
    const ref = await chat.adapter.send(groupPlace(scene), {
      text: '',
      pictures: [{ name: 'c.png', bytes, altText: 'Wordless' }],
    })
    expect(ref.place).toMatchObject({ tenant: chat.tenant, channel: chat.group })
    await eventually(async () => {
      const seen = (await chat.look(chat.people.admin, 'group')).at(-1)!
      expect(seen.pictures.map(({ altText }) => altText)).toEqual(['Wordless'])
    })
  })

  it('a message is edited in its place: text, pictures and buttons', async () => {
    const { chat } = scene
    const { admin } = chat.people
    const picture = async (seed: number) => ({ name: 'p.png', bytes: await samplePicture(seed), altText: `P${seed}` })
    const ref = await chat.adapter.send(groupPlace(scene), {
      text: 'a draft',
      pictures: [await picture(14)],
      buttons: [{ action: 'x', label: 'Go on' }],
    })
    const draft = await sees(scene, admin, 'a draft')
    expect(draft.buttons).toEqual(['Go on'])
    await chat.adapter.edit(kept(ref), { text: 'the last word', pictures: [await picture(15)] })
    const seen = await sees(scene, admin, 'the last word')
    expect(seen).toMatchObject({ id: draft.id, buttons: [], pictures: [{ altText: 'P15' }] })
    expectBytes(seen.pictures[0]!.bytes, await samplePicture(15))
    await seesNot(scene, admin, 'a draft')
    await chat.adapter.edit(ref, { text: 'the last word, alone' })
    expect((await sees(scene, admin, 'alone')).pictures).toEqual([])
  })

  it('a card shows how far something is, in one message', async () => {
    const { chat } = scene
    const card = (over: Partial<Card>): Card => ({ title: 'Learning Kiwi', status: '', state: 'running', ...over })
    const ref = await chat.adapter.send(groupPlace(scene), {
      text: '',
      card: card({ status: 'Number 2 in the queue', state: 'waiting' }),
      buttons: [{ action: 'cancel', label: 'Cancel', style: 'danger' }],
    })
    const ofKiwi = async () =>
      (await chat.look(chat.people.friend, 'group')).filter(({ card }) => card?.title.includes('Learning Kiwi'))
    const one = (check: (seen: Awaited<ReturnType<typeof ofKiwi>>[0]) => void) =>
      eventually(async () => {
        const all = await ofKiwi()
        expect(all).toHaveLength(1)
        check(all[0]!)
      })
    await one(seen => {
      expect(seen.card!.status).toContain('Number 2 in the queue')
      expect(seen.card!.share).toBeUndefined()
      expect(seen.buttons).toEqual(['Cancel'])
    })
    const preview = { name: 'preview.png', bytes: await samplePicture(16), altText: 'Preview' }
    for (const share of [0.25, 0.5, 0.75])
      await chat.adapter.edit(ref, {
        text: '',
        card: card({ status: `Learning, ${share}`, share, secondsLeft: 30 }),
        pictures: [preview],
      })
    await one(seen => {
      expect(seen.card!.status).toContain('Learning, 0.75')
      expect(seen.card!.share).toBeCloseTo(0.75, 1)
      expect(seen.pictures.map(({ altText }) => altText)).toEqual(['Preview'])
    })
    await chat.adapter.edit(ref, { text: '', card: card({ status: 'Learned in 38 s', state: 'done' }) })
    await one(seen => {
      expect(seen.card!.status).toContain('Learned in 38 s')
      expect(seen.buttons).toEqual([])
    })
  })

  it('mark-up of the platform is shown as typed; only ** is bold', async () => {
    const { chat } = scene
    const odd = 'a *b* _c_ ~d~ ~~e~~ `f` ```g``` > h | # i [j](k) <l> &amp; <@1> <!channel> :m: \\n || o ||'
    await chat.adapter.send(groupPlace(scene), { text: `odd: ${odd} **Mắm** and **Bo**\n> next line` })
    const seen = await sees(scene, chat.people.admin, 'odd: ')
    expect(seen.text).toBe(`odd: ${odd} Mắm and Bo\n> next line`)
    expect(seen.bold).toEqual(['Mắm', 'Bo'])
  })

  it('a long text arrives whole, in one message or more', async () => {
    const { chat } = scene
    const words = Array.from({ length: 1200 }, (_, i) => `word${i}`)
    await chat.adapter.send(groupPlace(scene), { text: words.join(' ') })
    await eventually(async () => {
      const all = (await chat.look(chat.people.admin, 'group')).map(({ text }) => text).join(' ')
      expect(all.match(/word\d+/g)).toEqual(words)
    })
  })

  it('nobody is notified but those it says', async () => {
    const { chat } = scene
    const { admin, friend } = chat.people
    await chat.adapter.send(groupPlace(scene), {
      text: `loud: @everyone @here @channel @${admin.name} ${chat.mention(admin)} ${chat.mention(friend)}`,
    })
    await sees(scene, friend, 'loud: ')
    await chat.adapter.send(groupPlace(scene), { text: 'it is learned', mentions: [friend.id] })
    await sees(scene, admin, 'it is learned')
    const texts = async (who: typeof admin) => (await chat.notified(who)).map(({ text }) => text)
    await eventually(async () => expect((await texts(friend)).some(text => text.includes('it is learned'))).toBe(true))
    expect((await texts(friend)).filter(text => text.includes('loud: '))).toEqual([])
    expect((await texts(admin)).filter(text => /loud: |it is learned/.test(text))).toEqual([])
  })

  it('removes its messages, and does not mind when one is gone', async () => {
    const { chat } = scene
    const ref = await chat.adapter.send(groupPlace(scene), { text: 'to be taken back' })
    await sees(scene, chat.people.friend, 'to be taken back')
    await chat.adapter.remove(kept(ref))
    await eventually(() => seesNot(scene, chat.people.friend, 'to be taken back'))
    await chat.adapter.remove(ref)
  })

  it('a message that somebody has deleted is MESSAGE_GONE to an edit', async () => {
    const { chat } = scene
    const ref = await chat.adapter.send(groupPlace(scene), { text: 'unwanted' })
    await chat.deleteMessage(await sees(scene, chat.people.admin, 'unwanted'))
    const error = await chat.adapter.edit(ref, { text: 'wanted' }).catch(error => error)
    expect(error).toBeInstanceOf(FamiliarError)
    expect(error.code).toBe('MESSAGE_GONE')
    await chat.adapter.remove(ref)
  })

  it('a channel that is not there is PLACE_GONE', async () => {
    const { chat } = scene
    const nowhere = { ...groupPlace(scene), channel: `${chat.group}9` }
    await expect(chat.adapter.send(nowhere, { text: 'hello?' })).rejects.toMatchObject({ code: 'PLACE_GONE' })
  })

  it('knows who runs the tenant', async () => {
    const { chat } = scene
    const admins = await chat.adapter.admins(chat.tenant)
    expect(admins).toContain(chat.people.admin.id)
    expect(admins).not.toContain(chat.people.friend.id)
    expect(chat.tenant.startsWith(`${chat.adapter.name}:`)).toBe(true)
  })
}
