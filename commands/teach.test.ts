import { setTimeout as wait } from 'node:timers/promises'
import sharp from 'sharp'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { toPng } from '../src/pictures.ts'
import { person, picture, tenant } from '../test/fakes/chat.ts'
import { album, type Home, home, plain } from '../test/fakes/chat-bot.ts'

const an = person('An')
const lan = person('Lan')
const stranger = person('Quân')
const boss = person('Boss', { admin: true })
let here: Home
let pictures: Awaited<ReturnType<typeof album>>

beforeEach(async () => {
  here = await home()
  pictures = await album(4)
})

const learned = (name: string) =>
  here.chat.until(() => here.chat.messages.find(({ text }) => text.includes(`**${name}**`) && text.includes('Try:')))

describe('teach', () => {
  it('learns a pet, shows how far it is, and ends in a new message with a drawing and what to try', async () => {
    const { chat, engine, library } = here
    const release = here.engine.hold()
    const card = await chat.command(an, 'teach', { name: ' Mắm ', pictures, facts: "Mắm is Bo's sister" })
    expect(card!.card).toMatchObject({ title: 'Learning Mắm', state: 'running' })
    expect(card!.buttons!.map(({ label }) => label)).toEqual(['Cancel'])
    release()
    const end = await learned('Mắm')
    expect(end.id).not.toBe(card!.id)
    expect(end.mentions).toEqual([an.id])
    expect(end.text).toMatch(/^I know \*\*Mắm\*\* now!/)
    expect(end.text).toContain('What I see: a grey cat with a red hat')
    expect(end.text).toContain('I told Mắm from others 93 times out of 100')
    expect(end.text.match(/^• .*$/gm)).toEqual([
      '• Draw Mắm at the beach.',
      '• What does Mắm look like?',
      '• Is Mắm in this picture? (with a picture)',
    ])
    expect(end.text).toContain('AI-generated')
    expect(end.pictures).toMatchObject([{ name: 'mam.png', altText: 'Drawing of Mắm, AI-generated' }])
    await chat.until(() => chat.now(card!)?.card?.state === 'done')
    expect(chat.now(card!)!.buttons).toBeUndefined()

    const record = (await library.find(tenant, 'mắm'))!
    expect(record).toMatchObject({ name: 'Mắm', kind: 'pet', owner: an.id, ownerName: 'An', version: 1 })
    expect(record.facts.map(({ text }) => text)).toEqual(["Mắm is Bo's sister"])
    expect(await library.sample(tenant, record)).toEqual(end.pictures![0]!.bytes)
    expect(engine.lessons[0]).toMatchObject({ name: 'Mắm', kind: 'pet' })
    expect(engine.lessons[0]!.photos).toHaveLength(4)
    expect(engine.turns[0]).toMatchObject({ text: 'Draw Mắm.', concepts: [{ name: 'Mắm' }] })
  })

  it('says so when it has not learned well', async () => {
    here.engine.recognition = 0.5
    await here.chat.command(an, 'teach', { name: 'Mắm', pictures })
    expect((await learned('Mắm')).text).toContain('I am not sure of Mắm yet')
  })

  it('keeps a concept that cannot be drawn', async () => {
    here.engine.answer = () => new Error('no drawing today')
    await here.chat.command(an, 'teach', { name: 'Mắm', pictures })
    const end = await learned('Mắm')
    expect(end.pictures).toBeUndefined()
    expect(await here.library.find(tenant, 'Mắm')).toBeDefined()
  })

  it('opens a form when there are no pictures, and takes what is handed in', async () => {
    const { chat } = here
    await chat.command(an, 'teach', { name: 'Mắm' })
    expect(chat.messages).toEqual([])
    const [{ form }] = chat.forms as [(typeof chat.forms)[number]]
    expect(form.title).toBe('Teach me Mắm')
    expect(form.fields.map(({ type, name }) => `${type} ${name}`)).toEqual([
      'pictures pictures',
      'choice kind',
      'text facts',
      'person person',
      'tick consent',
    ])
    await chat.submit(an, { pictures, kind: 'thing' })
    await learned('Mắm')
    expect(await here.library.find(tenant, 'Mắm')).toMatchObject({ kind: 'thing' })
  })

  it('asks for the name in the form, too, when there is none', async () => {
    const { chat } = here
    await chat.command(an, 'teach')
    expect(chat.forms[0]!.form.fields[0]).toMatchObject({ type: 'text', name: 'name' })
    await chat.submit(an, { name: 'Bo', pictures, kind: 'pet' })
    await learned('Bo')
  })

  it('says how where no form can be opened', async () => {
    const said = await here.chat.write(an, '@Familiar teach Mắm')
    expect(said!.text).toBe('Send me 3 to 5 pictures in one message, mention me and write “teach Mắm”.')
  })

  it('learns from a message that mentions the bot with pictures', async () => {
    await here.chat.write(an, '@Familiar teach my dog Bo, he likes fish', { pictures })
    await learned('Bo')
    expect(await here.library.find(tenant, 'Bo')).toMatchObject({ kind: 'pet', facts: [{ text: 'he likes fish' }] })
  })

  it('speaks Vietnamese with those who do', async () => {
    await here.chat.write(person('Chi', { locale: 'vi' }), '@Familiar dạy mèo Mắm', { pictures })
    const end = await here.chat.until(() => here.chat.messages.find(({ text }) => text.includes('biết **Mắm** rồi')))
    expect(end.text).toContain('• Vẽ Mắm ở bãi biển.')
    expect(end.text).toContain('(do AI tạo)')
  })
})

describe('bad input is answered with one sentence, and nothing is begun', () => {
  const bad = async (options: Parameters<Home['chat']['command']>[2]) => {
    const said = (await here.chat.command(an, 'teach', { name: 'Mắm', pictures, ...options }))!
    expect(said.to).toBe(an.id)
    expect(here.queue.list()).toEqual([])
    expect(here.chat.messages).toHaveLength(1)
    return said.text
  }

  it.each([2, 6])('%i pictures', async count => {
    expect(await bad({ pictures: await album(count) })).toBe(`I need 3 to 5 pictures, but got ${count}.`)
  })

  it('a text file named .png', async () => {
    const text = picture(new TextEncoder().encode('hello, this is text'), 'mam.png')
    expect(await bad({ pictures: [...pictures.slice(0, 2), text] })).toMatch(
      /^Expected a JPEG, PNG, WebP, GIF, TIFF or AVIF picture for photo 3 \(mam\.png\) but received /,
    )
  })

  it('copies of one picture', async () => {
    const [one] = pictures
    expect(await bad({ pictures: [one!, one!, one!, one!] })).toContain('copies of one picture')
  })

  it('a picture that cannot be fetched', async () => {
    const gone = picture(new Error('socket'), 'x.png')
    expect(await bad({ pictures: [...pictures, gone] })).toMatch(/^Something went wrong on my side/)
    expect(here.log.lines.at(-1)).not.toContain('x.png')
  })

  it.each([
    ['', 'Expected a name of 1 to 32 characters but received an empty one'],
    ['x'.repeat(200), 'Expected a name of 1 to 32 characters but received 200'],
    ['me', 'Expected a name but received "me", which means something else here'],
  ])('a name such as %j', async (name, sentence) => expect(await bad({ name })).toBe(sentence))

  it('a name that is not for a chat', async () => {
    expect(await bad({ name: 'Naked Lan' })).toBe('I do not draw that.')
  })

  it('before a form is opened, where it is wrong already', async () => {
    await here.taught('Mắm')
    const { chat } = here
    expect((await chat.command(an, 'teach', { name: 'everyone' }))!.text).toContain('means something else here')
    expect((await chat.command(lan, 'teach', { name: 'Mắm' }))!.text).toContain('Only An')
    expect(chat.forms).toEqual([])
  })

  it('in a form, too, which can be filled in again with what was typed', async () => {
    const { chat } = here
    await chat.command(an, 'teach', { name: 'Mắm' })
    const said = await chat.submit(an, { pictures: pictures.slice(0, 2), kind: 'thing', facts: 'It is old' })
    expect(said!.text).toBe('I need 3 to 5 pictures, but got 2.')
    expect(said!.to).toBe(an.id)
    // The same form is still good …
    const again = await chat.submit(an, { pictures: [], kind: 'thing' })
    expect(again!.text).toBe('I need 3 to 5 pictures, but got 0.')
    // … and another one has what was typed.
    await chat.press(an, said, 'Try again')
    const form = chat.forms.at(-1)!.form
    expect(form.fields.find(({ name }) => name === 'facts')).toMatchObject({ value: 'It is old' })
    expect(form.fields.find(({ name }) => name === 'kind')).toMatchObject({ value: 'thing' })
    await chat.submit(an, { pictures, kind: 'thing', facts: 'It is old' })
    await learned('Mắm')
  })
})

describe('photos that show little', () => {
  const bad = async () => {
    const { data, width, height } = plain(110, 200)
    const blurred = await sharp(data, { raw: { width, height, channels: 3 } })
      .blur(9)
      .png()
      .toBuffer()
    return [picture(await toPng(plain(40)), 'tiny.png'), picture(blurred, 'blurred.png')]
  }

  it('are shown to whoever gave them, and left out', async () => {
    const { chat, engine } = here
    const [tiny, blurred] = await bad()
    const said = await chat.command(an, 'teach', { name: 'Mắm', pictures: [tiny!, ...pictures.slice(1), blurred!] })
    expect(said!.text).toBe(
      [
        'Before I learn **Mắm**, please have a look at these pictures:',
        '• Picture 1 is small (24 × 24 pixels): I hardly see anything in it.',
        '• Picture 5 is blurred.',
        'I learn better from large and sharp pictures. Shall I leave them out?',
      ].join('\n'),
    )
    expect(said!.to).toBe(an.id)
    expect(said!.pictures!.map(({ name, altText }) => [name, altText])).toEqual([
      ['1.png', 'Picture 1 is small (24 × 24 pixels): I hardly see anything in it.'],
      ['5.png', 'Picture 5 is blurred.'],
    ])
    expect(engine.lessons).toEqual([])
    await chat.press(lan, said, 'Without them')
    expect(chat.messages.at(-1)!.text).toBe('This button is too old. Please start again.')
    await chat.press(an, said, 'Without them')
    await learned('Mắm')
    expect(engine.lessons[0]!.photos).toHaveLength(3)
    await chat.press(an, said, 'Learn from all')
    expect(chat.messages.at(-1)!.text).toBe('This button is too old. Please start again.')
  })

  it('are learned from all the same, or replaced', async () => {
    const { chat, engine } = here
    const [tiny] = await bad()
    const given = { name: 'Mắm', facts: 'Mắm is old', pictures: [...pictures.slice(0, 2), tiny!] }
    const said = await chat.command(an, 'teach', given)
    expect(said!.text).toContain('Do you have others?')
    expect(said!.buttons!.map(({ label }) => label)).toEqual(['Other pictures', 'Learn from all'])
    await chat.press(an, said, 'Other pictures')
    const { fields } = chat.forms.at(-1)!.form
    expect(fields.find(({ name }) => name === 'facts')).toMatchObject({ value: 'Mắm is old' })
    await chat.press(an, said, 'Learn from all')
    await learned('Mắm')
    expect(engine.lessons[0]!.photos).toHaveLength(3)
  })

  it('are asked about in the language of whoever gave them', async () => {
    const [tiny] = await bad()
    const minh = person('Minh', { locale: 'vi' })
    const said = await here.chat.command(minh, 'teach', { name: 'Bo', pictures: [tiny!, ...pictures] })
    expect(said!.text).toContain('Ảnh 1 nhỏ quá (24 × 24 điểm ảnh)')
    expect(said!.buttons!.map(({ label }) => label)).toEqual(['Bỏ ảnh này', 'Ảnh khác', 'Học từ tất cả'])
  })
})

describe('a name that is taken', () => {
  beforeEach(async () => {
    await here.taught('Mắm', { facts: ['Mắm likes fish'] })
  })

  it('is replaced when its owner says so; until then, and while it is learned, the old one answers', async () => {
    const { chat, library, engine } = here
    const question = await chat.command(an, 'teach', { name: 'MẮM', pictures })
    expect(question!.text).toContain('I already know a **MẮM**, taught by An.')
    expect(question!.buttons!.map(({ label }) => label)).toEqual(['Replace', 'Leave it as it is'])
    expect(engine.lessons).toEqual([])
    const release = engine.hold()
    await chat.press(an, question, 'Replace')
    await chat.until(() => chat.now(question!)?.card?.state === 'running')
    await chat.write(lan, '@Familiar what is Mắm doing?')
    const old = library.concepts.get('concept-1.1')!
    expect(engine.turns.at(-1)!.concepts![0]).toBe(old)
    release()
    await chat.until(() => chat.messages.find(({ text }) => text.startsWith('I have learned **MẮM** anew.')))
    const record = (await library.find(tenant, 'mắm'))!
    expect(record).toMatchObject({ id: 'concept-1', version: 2, facts: [{ text: 'Mắm likes fish' }] })
    await chat.write(lan, '@Familiar what is Mắm doing?')
    expect(engine.turns.at(-1)!.concepts![0]).not.toBe(old)
  })

  it('calls who is in the pictures once, however soon its owner answers', async () => {
    const { chat, queue } = here
    await here.taught('Lan')
    const send = vi.spyOn(chat, 'send')
    const attach = queue.attach.bind(queue)
    let noted = () => {}
    vi.spyOn(queue, 'attach').mockImplementationOnce(async (...given) => {
      await new Promise<void>(resolve => (noted = resolve))
      return attach(...given)
    })
    const asked = chat.command(an, 'teach', { name: 'Lan', pictures, kind: 'person', person: lan })
    const question = await chat.until(() =>
      chat.messages.find(({ text }) => text.startsWith('I already know a **Lan**')),
    )
    await chat.press(an, question, 'Replace')
    noted()
    await asked
    const calls = () => send.mock.calls.filter(([, { mentions }]) => mentions?.includes(lan.id))
    await chat.until(() => calls().length > 0)
    // A second one would come with the first one's writing down.
    await wait(50)
    expect(calls()).toHaveLength(1)
  })

  it('stays when it is to be left', async () => {
    const { chat, engine } = here
    const question = await chat.command(an, 'teach', { name: 'Mắm', pictures })
    await chat.press(an, question, 'Leave it as it is')
    await chat.until(() => chat.now(question!)?.card?.state === 'cancelled')
    expect(engine.lessons).toEqual([])
    expect(await here.library.find(tenant, 'Mắm')).toMatchObject({ version: 1 })
  })

  it('is nobody else’s to replace, but an admin’s, and stays its owner’s', async () => {
    const { chat, library } = here
    const refused = await chat.command(lan, 'teach', { name: 'mắm', pictures })
    expect(refused!.text).toBe('I already know **Mắm**. Only An, who taught me, or an admin can change that.')
    const question = await chat.command(boss, 'teach', { name: 'Mắm', pictures })
    const no = await chat.press(lan, question, 'Replace')
    expect(no!.text).toBe('Only An or an admin can decide that.')
    await chat.press(boss, question, 'Replace')
    await chat.until(() => chat.messages.find(({ text }) => text.startsWith('I have learned')))
    expect(await library.find(tenant, 'Mắm')).toMatchObject({ version: 2, owner: an.id, ownerName: 'An' })
  })

  it('is taken as soon as somebody is being taught by it', async () => {
    const { chat, engine } = here
    const release = engine.hold()
    await chat.command(lan, 'teach', { name: 'Bo', pictures })
    const said = await chat.command(an, 'teach', { name: 'bo', pictures })
    expect(said!.text).toBe('I am already learning **bo** for Lan.')
    release()
    await learned('Bo')
  })
})

describe('who may', () => {
  it('is everybody, or those with a role, and admins', async () => {
    here = await home({ policy: { teachRoles: ['Keeper', 'r-17'] } })
    const { chat } = here
    const refused = await chat.command(stranger, 'teach', { name: 'Mắm', pictures })
    expect(refused!.text).toBe('Only some members may teach me here: Keeper and r-17.')
    expect((await chat.command(stranger, 'teach', { name: 'Mắm' }))!.text).toContain('Only some members')
    expect((await chat.write(stranger, '@Familiar teach Mắm', { pictures }))!.text).toContain('Only some members')
    expect(chat.forms).toEqual([])
    for (const [name, who] of [
      ['Mắm', person('Kim', { roles: ['keeper'] })],
      ['Bo', person('Nga', { roles: ['x', 'r-17'] })],
      ['Đào', boss],
    ] as const) {
      expect((await chat.command(who, 'teach', { name, pictures }))!.card).toBeDefined()
      await learned(name)
    }
  })

  it('as often as the quota lets them, and is told when there is more; exempt roles always', async () => {
    here = await home({ quotas: { teach: { person: [1, 'hour'] } }, policy: { exemptRoles: ['Patron'] } })
    const { chat } = here
    await chat.command(an, 'teach', { name: 'Mắm', pictures })
    await learned('Mắm')
    const said = await chat.command(an, 'teach', { name: 'Bo', pictures })
    expect(said!.text).toBe('You have taught me enough for now. The next lesson is free in 60 minutes.')
    expect(said!.to).toBe(an.id)
    const patron = person('Phú', { roles: ['patron'] })
    for (const name of ['Bo', 'Đào']) {
      await chat.command(patron, 'teach', { name, pictures })
      await learned(name)
    }
    expect((await chat.command(lan, 'teach', { name: 'Miu', pictures }))!.card).toBeDefined()
    await learned('Miu')
  })

  it('bad pictures and lessons that fail count for nothing', async () => {
    here = await home({ quotas: { teach: { person: [1, 'hour'] } } })
    const { chat, engine } = here
    await chat.command(an, 'teach', { name: 'Mắm', pictures: await album(2) })
    engine.failure = new Error('driver')
    await chat.command(an, 'teach', { name: 'Mắm', pictures })
    await chat.until(() => chat.messages.some(({ text }) => text.startsWith('I could not learn **Mắm**')))
    engine.failure = undefined
    await chat.command(an, 'teach', { name: 'Mắm', pictures })
    await learned('Mắm')
  })
})

describe('a person', () => {
  it('agrees by the tick when they teach themselves', async () => {
    const { chat, library } = here
    const options = { name: 'Lan', pictures, kind: 'person', person: lan }
    expect((await chat.command(lan, 'teach', options))!.text).toContain('please tick the box')
    await chat.command(lan, 'teach', { ...options, consent: true })
    const end = await learned('Lan')
    expect(end.text).toContain('Lan can take the consent back at any time')
    expect(await library.find(tenant, 'Lan')).toMatchObject({ kind: 'person', depicts: lan.id, owner: lan.id })
  })

  it('has to be named, or to be whoever teaches', async () => {
    const { chat } = here
    const options = { name: 'Lan', pictures, kind: 'person' }
    expect((await chat.command(an, 'teach', options))!.text).toMatch(
      /^Before I learn a person, that person has to agree/,
    )
    const bot = person('Robot', { bot: true })
    expect((await chat.command(an, 'teach', { ...options, person: bot }))!.text).toContain('cannot agree')
    expect(here.queue.list()).toEqual([])
  })

  it('is asked first, and only that person can answer', async () => {
    const { chat, engine, library } = here
    const question = await chat.command(an, 'teach', { name: 'Lan', pictures, kind: 'person', person: lan })
    expect(question!.text).toMatch(/^Lan, An would like to teach me you, as \*\*Lan\*\*, from 4 pictures\./)
    expect(question!.mentions).toEqual([lan.id])
    expect(question!.to).toBeUndefined()
    for (const other of [an, stranger, boss])
      for (const label of ['Yes, I agree', 'No']) {
        const said = await chat.press(other, question, label)
        expect(said).toMatchObject({ text: 'Only the person in the pictures can answer that.', to: other.id })
      }
    expect(engine.lessons).toEqual([])
    const thanks = await chat.press(lan, question, 'Yes, I agree')
    expect(thanks).toMatchObject({ to: lan.id, text: expect.stringContaining('“forget Lan”') })
    await learned('Lan')
    expect(await library.find(tenant, 'Lan')).toMatchObject({ depicts: lan.id, owner: an.id })
    await chat.until(() => chat.now(question!)?.card?.state === 'done')
  })

  it('who refuses is not learned', async () => {
    const { chat, engine, queue, library } = here
    const question = await chat.command(an, 'teach', { name: 'Lan', pictures, kind: 'person', person: lan })
    const said = await chat.press(lan, question, 'No')
    expect(said!.text).toBe('All right. The pictures are deleted.')
    const card = await chat.until(() => chat.now(question!)?.card)
    expect(card).toMatchObject({ state: 'cancelled', status: expect.stringContaining('does not want it') })
    expect([engine.lessons, queue.list(), await library.list(tenant)]).toEqual([[], [], []])
    expect((await chat.pressAction(lan, question!, question!.buttons![0]!.action))!.text).toBe('That is over already.')
  })

  it('is asked in their own words by a message that mentions them', async () => {
    const question = await here.chat.write(an, '@Familiar teach my friend Lan @Lan', { pictures, mentions: [lan] })
    expect(question!.text).toMatch(/^Lan, An would like to teach me you, as \*\*Lan\*\*/)
  })

  it('is asked in their own language', async () => {
    const chi = person('Chi', { locale: 'vi' })
    const question = await here.chat.command(an, 'teach', { name: 'Chi', pictures, person: chi })
    expect(question!.text).toMatch(/^Chi ơi, An muốn dạy mình về bạn/)
  })

  it('of pictures that another has posted has the last word, and whoever has posted them the one before', async () => {
    const { chat } = here
    await chat.command(an, 'teach', {}, { on: { from: stranger, text: '', pictures } })
    await chat.submit(an, { name: 'Lan', kind: 'person', person: lan, consent: false })
    const question = chat.last
    expect(question.mentions).toEqual([stranger.id])
    await chat.press(stranger, question, 'Yes, I agree')
    const other = await chat.until(() => chat.messages.find(({ mentions }) => mentions?.includes(lan.id)))
    await chat.press(lan, other, 'Yes, I agree')
    await learned('Lan')
  })

  it('is asked once when the pictures are theirs', async () => {
    const { chat } = here
    await chat.command(an, 'teach', {}, { on: { from: lan, text: '', pictures } })
    await chat.submit(an, { name: 'Lan', kind: 'person', person: lan, consent: false })
    expect(chat.last.text).toMatch(/^Lan, An would like to teach me you/)
    await chat.press(lan, chat.last, 'Yes, I agree')
    await learned('Lan')
  })

  it('does not become a pet by being taught as one', async () => {
    await here.taught('Lan', { kind: 'person', depicts: 'Lan' })
    expect((await here.chat.command(an, 'teach', { name: 'Lan', pictures }))!.text).toMatch(/^Before I learn a person/)
  })

  it('whoever names a member means a person, whatever the kind says', async () => {
    const question = await here.chat.command(an, 'teach', { name: 'Lan', pictures, kind: 'pet', person: lan })
    expect(question!.mentions).toEqual([lan.id])
  })

  it('who was taught before is asked again, after the owner was', async () => {
    const { chat, library } = here
    await here.taught('Lan', { kind: 'person', depicts: 'Lan' })
    const question = await chat.command(an, 'teach', { name: 'Lan', pictures, kind: 'person', person: lan })
    const { action } = question!.buttons![0]!
    await Promise.all([1, 2].map(() => chat.pressAction(an, question!, action)))
    // An edit would notify nobody: it is asked in a new message, in the place of the other one.
    const other = await chat.until(() => chat.messages.find(({ text }) => text.startsWith('Lan, An would like')))
    expect(other.mentions).toEqual([lan.id])
    expect(other.history).toEqual([])
    await chat.until(() => !chat.now(question!))
    expect(chat.messages.filter(({ mentions }) => mentions?.includes(lan.id))).toHaveLength(1)
    await chat.press(lan, other, 'Yes, I agree')
    await chat.until(() => chat.messages.find(({ text }) => text.startsWith('I have learned')))
    expect(await library.find(tenant, 'Lan')).toMatchObject({ version: 2, depicts: lan.id })
  })

  it('who agrees after somebody else has taught that name is told so, and nothing is replaced', async () => {
    const { chat, queue } = here
    const question = await chat.command(an, 'teach', { name: 'Lan', pictures, kind: 'person', person: lan })
    await new Promise(resolve => setTimeout(resolve, 5))
    await here.taught('Lan', { owner: 'Quân' })
    const said = await chat.press(lan, question, 'Yes, I agree')
    expect(said!.text).toContain('Only Quân')
    expect(queue.list()).toEqual([])
  })
})

describe('a message that holds pictures already', () => {
  const chosen = (by: typeof an, from: typeof an, some = pictures) =>
    here.chat.command(by, 'teach', {}, { on: { from, text: 'look!', pictures: some } })

  it('is learned from when its author wants it, after a form without pictures', async () => {
    const { chat, engine } = here
    await chosen(an, an)
    expect(chat.forms.at(-1)!.form.fields.map(({ name }) => name)).toEqual([
      'name',
      'kind',
      'facts',
      'person',
      'consent',
    ])
    await chat.submit(an, { name: 'Mắm', kind: 'pet', consent: false })
    await learned('Mắm')
    expect(engine.lessons[0]!.photos).toHaveLength(4)
  })

  it('is learned from when its author agrees, and nobody else can', async () => {
    const { chat, engine, library } = here
    await chosen(an, stranger)
    await chat.submit(an, { name: 'Mắm', kind: 'pet', consent: false })
    const question = chat.last
    expect(question.text).toBe(
      'Quân, An would like to teach me **Mắm** from 4 pictures that you posted. May I learn from them?',
    )
    expect(question.mentions).toEqual([stranger.id])
    for (const other of [an, lan, boss])
      expect((await chat.press(other, question, 'Yes, I agree'))!.text).toBe(
        'Only whoever posted the pictures can answer that.',
      )
    expect(engine.lessons).toEqual([])
    expect((await chat.press(stranger, question, 'Yes, I agree'))!.text).toContain('**Mắm** from your pictures')
    await learned('Mắm')
    expect(await library.find(tenant, 'Mắm')).toMatchObject({ owner: an.id })
  })

  it('is not when its author refuses', async () => {
    const { chat, queue } = here
    await chosen(an, stranger)
    await chat.submit(an, { name: 'Mắm', kind: 'pet', consent: false })
    const question = chat.last
    await chat.press(stranger, question, 'No')
    const card = await chat.until(() => chat.now(question)?.card)
    expect(card.status).toBe('Whoever posted the pictures does not want it. My copies of them are deleted.')
    expect(queue.list()).toEqual([])
  })

  it('waits for its author over a restart', async () => {
    await chosen(an, stranger)
    await here.chat.submit(an, { name: 'Mắm', kind: 'pet', consent: false })
    const question = here.chat.last
    here = await here.restart()
    await here.chat.press(stranger, question, 'Yes, I agree')
    await learned('Mắm')
  })

  it('needs 3 to 5 of them, and a person who posted them', async () => {
    expect((await chosen(an, an, pictures.slice(2)))!.text).toBe('I need 3 to 5 pictures, but got 2.')
    expect((await chosen(an, an, []))!.text).toBe('There is no picture in that message.')
    expect((await chosen(an, person('Robot', { bot: true })))!.text).toContain('cannot be asked for its pictures')
  })
})
