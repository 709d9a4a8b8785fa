/** The suite: forms that the bot opens. */
import { expect, it } from 'vitest'
import type { Form, IncomingPicture } from '../../src/conversation/chat.ts'
import type { Scene } from '../suite.ts'
import { eventually, expectBytes, groupPlace, samplePicture, sees } from './helpers.ts'

const form: Form = {
  action: 'teach:7',
  title: 'Teach somebody',
  submit: 'Teach',
  fields: [
    { type: 'pictures', name: 'photos', label: 'Photos', min: 3, max: 5 },
    { type: 'text', name: 'name', label: 'Name', maxLength: 32 },
    {
      type: 'choice',
      name: 'kind',
      label: 'What is it?',
      choices: [
        { value: 'pet', label: 'A pet' },
        { value: 'person', label: 'A person' },
      ],
      value: 'pet',
    },
    { type: 'person', name: 'who', label: 'Who is it?', optional: true },
    { type: 'tick', name: 'consent', label: 'They agree' },
  ],
}

export function formCases(scene: Scene): void {
  const photos = (count: number) =>
    Promise.all(
      Array.from({ length: count }, async (_, i) => ({ name: `${i}.png`, bytes: await samplePicture(30 + i) })),
    )

  async function opened() {
    const { chat, bot } = scene
    const { friend } = chat.people
    bot.script.called = (_, exchange) => exchange.open!(form)
    bot.script.submitted = ({ fields }, exchange) => exchange.say({ text: `learning ${fields.name}` })
    await chat.run(friend, 'group', 'show', { name: 'x' })
    return eventually(async () => {
      const seen = await chat.form(friend)
      expect(seen).toBeDefined()
      return seen!
    })
  }

  it('an ordinary message opens none, a command does', async () => {
    const { chat, bot } = scene
    let open: unknown = 'not asked'
    bot.script.heard = async (_, exchange) => {
      open = exchange.open
    }
    await chat.post(chat.people.friend, 'group', { text: 'may I?' })
    await eventually(() => expect(open).toBeUndefined())
    const seen = await opened()
    expect(seen.title).toBe(form.title)
    expect(seen.submit ?? form.submit).toBe(form.submit)
    expect(seen.fields).toMatchObject(form.fields.map(({ type, label }) => ({ type, label })))
    expect(await chat.form(chat.people.admin)).toBeUndefined()
  })

  it('too few pictures are said at their field, and the bot is not troubled', async () => {
    const { chat, bot } = scene
    const { friend } = chat.people
    await opened()
    const wrong = await chat.fillIn(friend, { photos: await photos(2), name: 'Kiwi', kind: 'pet', consent: true })
    expect(Object.keys(wrong)).toEqual(['photos'])
    expect(wrong.photos).toMatch(/3/)
    expect(bot.submissions).toEqual([])
    // The form is still there, and is taken when it is right.
    expect(await chat.fillIn(friend, { photos: await photos(3), name: 'Kiwi', kind: 'pet', consent: true })).toEqual({})
    await eventually(() => expect(bot.submissions).toHaveLength(1))
  })

  it('what was filled in comes whole', async () => {
    const { chat, bot } = scene
    const { admin, friend } = chat.people
    await opened()
    const given = await photos(5)
    const wrong = await chat.fillIn(friend, { photos: given, name: 'Lan', kind: 'person', who: admin, consent: true })
    expect(wrong).toEqual({})
    await sees(scene, admin, 'learning Lan')
    const submission = bot.submissions[0]!
    expect(submission).toMatchObject({
      action: 'teach:7',
      from: { id: friend.id },
      place: { tenant: chat.tenant, channel: chat.group },
      fields: { name: 'Lan', kind: 'person', who: { id: admin.id }, consent: true },
    })
    const pictures = submission.fields.photos as readonly IncomingPicture[]
    expect(pictures).toHaveLength(5)
  })

  it('pictures of a form can be read byte for byte while it is dealt with', async () => {
    const { chat, bot } = scene
    await opened()
    const given = await photos(4)
    const read: Uint8Array[] = []
    bot.script.submitted = async ({ fields }, exchange) => {
      for (const picture of fields.photos as readonly IncomingPicture[]) read.push(await picture.bytes())
      await exchange.say({ text: 'all four are read' })
    }
    await chat.fillIn(chat.people.friend, { photos: given, name: 'Kiwi', kind: 'pet', consent: false })
    await sees(scene, chat.people.admin, 'all four are read')
    for (const [i, { bytes }] of given.entries()) expectBytes(read[i]!, bytes)
    const { who, consent } = bot.submissions.at(-1)!.fields
    expect(who).toBeUndefined()
    expect(consent ?? false).toBe(false)
  })

  it('a button can open a form', async () => {
    const { chat, bot } = scene
    const { admin } = chat.people
    await chat.adapter.send(groupPlace(scene), { text: 'teach her?', buttons: [{ action: 'teach', label: 'Teach' }] })
    bot.script.pressed = (_, exchange) => exchange.open!({ ...form, fields: form.fields.slice(1) })
    bot.script.submitted = ({ fields }, exchange) => exchange.say({ text: `it is ${fields.name}` })
    await chat.press(admin, await sees(scene, admin, 'teach her?'), 'Teach')
    await eventually(async () => expect(await chat.form(admin)).toMatchObject({ title: form.title }))
    expect(await chat.fillIn(admin, { name: 'Kiwi', kind: 'pet', consent: true })).toEqual({})
    await sees(scene, admin, 'it is Kiwi')
  })
}
