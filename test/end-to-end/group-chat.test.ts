/**
 * A whole group chat against the real engine on the built-in model, over the page: two people with a pet each, a friend who
 * agrees to be learned and takes it back, a stranger, and You, who run the place. The model is young, so that nothing
 * here depends on its being right: only on what must hold whatever it says. FAMILIAR_TRANSCRIPT=DIR writes down what was
 * said. The tests follow one another in one chat.
 */
import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { WireMessage } from '../../adapters/web/wire.ts'
import { type GroupChat, type Member, openChat, photosOf, picture, testTimeout, until } from './stage.ts'

vi.setConfig({ testTimeout, hookTimeout: testTimeout })

let chat: GroupChat
let you: Member
let an: Member
let binh: Member
let lan: Member
let khoa: Member

beforeAll(async () => {
  chat = await openChat('group-chat')
  you = chat.you
  an = await chat.invite('An')
  binh = await chat.invite('Bình')
  lan = await chat.invite('Lan')
  khoa = await chat.invite('Khoa')
})
afterAll(() => chat?.end())

/** Each goes on where the one before it ended. */
let failed = false
beforeEach(({ skip, onTestFailed }) => {
  skip(failed, 'an earlier part of the chat failed')
  onTestFailed(() => {
    failed = true
  })
})

/** A picture that everybody can look at, with words for those who cannot, and marked as made by a machine. */
async function expectDrawing(message: WireMessage, viewer = you): Promise<Uint8Array> {
  expect(message.text).toContain('AI-generated')
  expect(message.pictures).toHaveLength(1)
  const [drawing] = message.pictures
  expect(drawing!.altText).toMatch(/^Drawing of .+, AI-generated$/)
  const bytes = await viewer.picture(drawing!)
  const { format, width, height, exif } = await sharp(bytes).metadata()
  expect(format).toBe('png')
  expect(Math.min(width, height)).toBeGreaterThanOrEqual(256)
  expect(String(exif)).toContain('AI-generated')
  const { channels } = await sharp(bytes).stats()
  // A drawing, and not one colour.
  expect(Math.max(...channels.map(({ stdev }) => stdev))).toBeGreaterThan(5)
  return bytes
}

const expectWords = ({ text, pictures }: WireMessage) => {
  expect(text.trim()).not.toBe('')
  expect(pictures).toEqual([])
}

const labels = ({ buttons }: WireMessage) => buttons.map(({ label }) => label)

/** Files of rows that the library holds. */
async function rows(): Promise<string[]> {
  const names = await readdir(join(chat.dataDir, 'concepts'), { recursive: true }).catch(() => [])
  return names.filter(name => name.endsWith('.safetensors'))
}

describe('two pets', () => {
  it('the first is taught by a form, the second by a mention while it waits its turn', async () => {
    await chat.post(you, 'Hello everybody! Familiar learns your pets here.')
    expect((await chat.ask(an, '@Familiar')).text).toContain('I do not know anybody here yet')
    await chat.command(an, 'teach', { name: 'Mắm' })
    expect(an.form!.title).toBe('Teach me Mắm')
    const pictures = await an.upload(await photosOf('Mắm'))
    const card = await chat.submit(an, { pictures, facts: 'Mắm likes fish' })
    expect(card.card).toMatchObject({ title: 'Learning Mắm', state: 'running' })
    expect(card.photos).toHaveLength(4)
    expect(labels(card)).toEqual(['Cancel'])

    const second = await chat.ask(binh, '@Familiar teach Bo', { pictures: await photosOf('Bo') })
    expect(second.card).toMatchObject({ title: 'Learning Bo', status: 'Next in line', state: 'waiting' })
    const third = await chat.ask(you, '@Familiar teach my cat Miu', { pictures: await photosOf('Mắm') })
    expect(third.card).toMatchObject({ status: 'Number 2 in line' })

    // What was asked while somebody is learned is answered all the same.
    expectWords(await chat.ask(khoa, '@Familiar what does Mắm look like?'))
    expect((await chat.ask(khoa, '@Familiar cancel Bo')).text).toBe('I am not learning “Bo” for you.')
    expect((await chat.press(khoa, second, 'Cancel')).text).toBe('Only Bình or an admin can cancel that.')
    expect((await chat.press(binh, second, 'Cancel')).text).toContain('I have stopped learning **Bo**')
    await chat.until(() => chat.card('Bo', 'cancelled'), 'a card that says that it was cancelled')
    expect(chat.card('Bo')!.card!.status).toBe('Cancelled. The pictures are deleted.')
    await chat.until(() => chat.card('Miu')!.card!.status === 'Next in line', 'the next one to move up')
    await chat.press(you, third, 'Cancel')

    const again = await chat.ask(binh, '@Familiar teach Bo, he is a good dog', { pictures: await photosOf('Bo') })
    expect(again.card!.title).toBe('Learning Bo')
    expect((await chat.press(khoa, again, 'Cancel')).privately).toBe(true)
    const known = await chat.says('I know **Mắm** now!')
    expect(known.mentions).toEqual([an.as])
    expect(known.pictures[0]!.altText).toBe('Drawing of Mắm, AI-generated')
    await chat.until(() => chat.card('Mắm', 'done'), 'a card that says that it is done')
    expect(chat.card('Mắm')!.photos).toEqual([])
    await chat.says('I know **Bo** now!')
    expect(await rows()).toHaveLength(2)
    // The pictures go with the lessons.
    await until(async () => (await readdir(join(chat.dataDir, 'jobs'))).length === 0, 'the pictures to be deleted')
  })
})

describe('a friend', () => {
  it('is learned only when that friend agrees, and nobody else can', async () => {
    await chat.command(an, 'teach', { name: 'Lan' })
    const pictures = await an.upload(await photosOf('Lan'))
    const refused = await chat.submit(an, { pictures, kind: 'person' })
    expect(refused).toMatchObject({ privately: true, text: expect.stringContaining('that person has to agree') })
    // What was typed is there again; pictures are handed over anew.
    await chat.tap(an, refused, 'Try again')
    const question = await chat.submit(an, {
      pictures: await an.upload(await photosOf('Lan')),
      kind: 'person',
      person: lan.as,
    })
    expect(question.mentions).toEqual([lan.as])
    expect(question.text).toMatch(/^Lan, An would like to teach me you, as \*\*Lan\*\*, from 4 pictures/)
    expect((await chat.press(khoa, question, 'Yes, I agree')).text).toBe(
      'Only the person in the pictures can answer that.',
    )
    expect((await chat.press(an, question, 'Yes, I agree')).text).toBe(
      'Only the person in the pictures can answer that.',
    )
    expect(chat.you.messages.get(question.id)!.card).toBeUndefined()
    await chat.tap(lan, question, 'Yes, I agree')
    expect((await chat.says('Thank you!', lan)).privately).toBe(true)
    await chat.says('I know **Lan** now!')
    expect((await chat.command(you, 'concepts', { name: 'Lan' }))!.text).toContain('The person it shows has agreed.')
  })
})

describe('questions', () => {
  it('about pictures are answered in words, yes or no where that is asked', async () => {
    const both = await picture('who-1')
    const other = await picture('who-3')
    for (const shown of [both, other]) {
      const answer = await chat.ask(binh, 'is Mắm in this?', { pictures: [shown] })
      expectWords(answer)
      expect(answer.text).toMatch(/^(yes|no)\b/i)
    }
    const who = await chat.ask(binh, '@Familiar who is in this picture?', { pictures: [both] })
    expect(who.text).toMatch(/^(I see |That may be )\*\*|^I see nobody here/)
    const shown = await chat.post(an, 'Look at this', { pictures: [await picture('who-4')] })
    expectWords(await chat.ask(binh, 'what is Bo doing here?', { replyTo: shown }))
    expectWords(await chat.ask(khoa, '@Familiar who is this?', { replyTo: shown }))
    expect(chat.answersTo(shown, an)).toEqual([])
  })

  it('about somebody are answered in words, with what is remembered', async () => {
    expectWords(await chat.ask(binh, 'describe Bo'))
    const noted = await chat.ask(an, "@Familiar remember that Bo is Mắm's brother")
    expect(noted.text).toMatch(/^I will remember about \*\*\S+\*\* and \*\*\S+\*\*: “Bo is Mắm's brother”$/)
    expectWords(await chat.ask(binh, "who is Bo's brother?"))
    const list = (await chat.command(khoa, 'remember'))!.text
    expect(list).toContain("• Bo is Mắm's brother")
    expect(list).toContain('• Mắm likes fish')
    expect((await chat.ask(khoa, "@Familiar forget that Bo is Mắm's brother")).text).toContain('Only whoever said that')
  })

  it('to nobody are not answered, and a name that was nearly right is asked about', async () => {
    const unanswered = [
      await chat.post(binh, 'what is for dinner?'),
      await chat.post(binh, 'Mắm was here yesterday'),
      await chat.post(binh, '@An what is Mắm doing?'),
    ]
    const meant = await chat.ask(binh, '@Familiar what does Mam look like?')
    expect(meant.text).toBe('I do not know “Mam”. Did you mean **Mắm**?')
    expect(labels(meant)).toEqual(['Yes, Mắm', 'No, as I wrote it'])
    expect((await chat.press(khoa, meant, 'Yes, Mắm')).privately).toBe(true)
    expectWords(await chat.press(binh, meant, 'Yes, Mắm'))
    // Whatever would have been answered to these had its turn before.
    for (const message of unanswered) expect(chat.answersTo(message, binh)).toEqual([])
  })

  it('that are delivered twice are answered once', async () => {
    const [first, second] = await Promise.all(
      [1, 2].map(() => an.post('group', { text: 'describe Mắm', nonce: 'the-same' })),
    )
    expect(first!.id).toBe(second!.id)
    await chat.until(() => chat.answersTo(first!, an)[0], 'an answer')
    await chat.restart()
    expect((await chat.post(an, 'describe Mắm', { nonce: 'the-same' })).id).toBe(first!.id)
    expectWords(await chat.ask(an, 'describe Bo'))
    expect(chat.answersTo(first!, an)).toHaveLength(1)
  })
})

describe('a drawing', () => {
  it('comes as a picture, is drawn again, reported and deleted', async () => {
    const drawing = await chat.ask(an, 'draw Mắm and Bo at the beach')
    const bytes = await expectDrawing(drawing)
    expect(drawing.pictures[0]!.name).toBe('mam-bo.png')
    expect(labels(drawing)).toEqual(['Redraw', 'Delete', 'Report'])
    const another = await chat.press(binh, drawing, 'Redraw')
    expect(Buffer.from(await expectDrawing(another)).equals(bytes)).toBe(false)

    expect(await chat.press(khoa, drawing, 'Delete')).toMatchObject({
      privately: true,
      text: 'Only whoever asked for it, whose it is or an admin can delete it.',
    })
    expect((await chat.press(khoa, drawing, 'Report')).text).toContain('have been told')
    const report = await chat.says('has reported a drawing', you, you.direct)
    expect(report.text).toBe('Khoa has reported a drawing that An asked for: “draw Mắm and Bo at the beach”')
    expect(Buffer.from(await you.picture(report.pictures[0]!)).equals(bytes)).toBe(true)
    expect((await chat.press(khoa, drawing, 'Report')).text).toContain('already')
    expect((await chat.press(an, drawing, 'Delete')).text).toBe('Deleted.')
    await chat.until(() => !you.messages.has(drawing.id), 'the drawing to be gone')
    expect(you.messages.has(another.id)).toBe(true)
  })

  it('that degrades a person is refused', async () => {
    expect((await chat.ask(khoa, '@Familiar draw Lan naked at the beach')).text).toBe('I do not draw that.')
  })
})

describe('settings', () => {
  it('say when the bot speaks in a channel', async () => {
    expect((await chat.command(khoa, 'settings', { listen: 'off' }))!.text).toContain('Only those who run this place')
    expect((await chat.command(you, 'settings', { listen: 'mention' }))!.text).toContain('When mentioned')
    const named = await chat.post(binh, 'describe Bo')
    expectWords(await chat.ask(binh, '@Familiar describe Bo'))
    expect(chat.answersTo(named, binh)).toEqual([])

    await chat.command(you, 'settings', { listen: 'off' })
    const mentioned = await chat.post(binh, '@Familiar describe Bo')
    expectWords(await chat.ask(binh, 'describe Bo', { channel: binh.direct }))
    expect(chat.answersTo(mentioned, binh)).toEqual([])
    expect((await chat.command(binh, 'concepts'))!.text).toContain('I know 3 here')

    await chat.command(you, 'settings', { listen: 'names' })
    expectWords(await chat.ask(binh, 'describe Bo'))
  })
})

describe('a restart in the middle', () => {
  it('keeps everything, and goes on with the lesson; the old version answers until then', async () => {
    const refused = await chat.ask(khoa, '@Familiar teach Mắm', { pictures: await photosOf('Mắm') })
    expect(refused.text).toBe('I already know **Mắm**. Only An, who taught me, or an admin can change that.')
    const question = await chat.ask(an, '@Familiar teach Mắm', { pictures: await photosOf('Mắm') })
    expect(question.text).toMatch(/^I already know a \*\*Mắm\*\*, taught by An\. Shall I learn Mắm anew/)
    await chat.tap(an, question, 'Replace')
    await chat.until(() => chat.card('Mắm', 'running'), 'the lesson to begin')
    expectWords(await chat.ask(binh, 'describe Mắm'))
    const before = you.in('group').map(({ id, text }) => [id, text])

    await chat.stop()
    expect(chat.lines.some(line => line.includes('[Learning Mắm: Paused. I go on when I am back.]'))).toBe(true)
    await chat.start()
    expect(you.in('group').map(({ id, text }) => [id, text])).toEqual(before)
    await chat.until(
      () => chat.card('Mắm')!.card!.status.startsWith('Picked up again') || chat.card('Mắm', 'done'),
      'the lesson to be picked up',
    )
    const known = (await chat.command(binh, 'concepts'))!.text
    for (const name of ['Bo', 'Lan', 'Mắm']) expect(known).toContain(`**${name}**`)
    expectWords(await chat.ask(binh, 'describe Mắm'))
    expect((await chat.command(khoa, 'remember'))!.text).toContain("• Bo is Mắm's brother")
    await chat.says('I have learned **Mắm** anew.')
    expect((await chat.command(an, 'concepts', { name: 'mắm' }))!.text).toContain('taught by An (version 2)')
    expect(await rows()).toHaveLength(3)
  })
})

describe('forgetting', () => {
  it('is not for strangers', async () => {
    expect((await chat.command(khoa, 'forget', { name: 'Mắm' }))!.text).toBe(
      'Only An, the person it shows or an admin can have **Mắm** forgotten.',
    )
    expect((await chat.ask(khoa, '@Familiar forget Lan')).text).toContain('can have **Lan** forgotten')
  })

  it('follows at once when consent is taken back', async () => {
    const sure = await chat.ask(lan, '@Familiar forget Lan')
    expect(sure.privately).toBe(true)
    expect((await chat.press(lan, sure, 'Forget')).text).toBe('I have forgotten **Lan**.')
    expect(await rows()).toHaveLength(2)
    expect((await chat.command(khoa, 'concepts'))!.text).not.toContain('Lan')
    expect((await chat.command(khoa, 'concepts', { name: 'Lan' }))!.text).toBe('I do not know “Lan”.')
  })

  it('of everything of a person is one command, after what is kept was said', async () => {
    const kept = (await chat.command(an, 'privacy'))!
    expect(kept.privately).toBe(true)
    expect(kept.text).toContain('Of you I have: 1 name that you taught me or that is you, 2 sentences')
    const sure = (await chat.command(an, 'forget', { name: 'me' }))!
    expect((await chat.press(an, sure, 'Forget')).text).toBe(
      'Done. I have deleted **Mắm**, 2 sentences and what you asked me to draw.',
    )
    expect((await chat.command(an, 'privacy'))!.text).toContain('Of you I have: 0 names')
    expect((await chat.command(khoa, 'concepts'))!.text).toContain('I know one here')
    expect(await rows()).toHaveLength(1)
    expectWords(await chat.ask(khoa, 'describe Bo'))
  })
})

describe('a quota', () => {
  it('that is used up says when it is free again', async () => {
    // What was asked before the restart counts: these, and what was asked further up.
    for (let count = 0; count < 2; count++) expectWords(await chat.ask(khoa, 'describe Bo'))
    await chat.restart({ QUOTA_ASK: '3/hour', QUOTA_DRAW: '1/hour' })
    expect((await chat.ask(khoa, 'describe Bo')).text).toContain('You have asked a lot for now.')
    const dung = await chat.invite('Dũng')
    for (let count = 0; count < 3; count++) expect((await chat.ask(dung, 'describe Bo')).privately).toBe(false)
    const full = await chat.ask(dung, 'describe Bo')
    expect(full.privately).toBe(true)
    expect(full.text).toMatch(/^You have asked a lot for now\. The next question is free in (\d+ minutes|1 hour)\.$/)
    await expectDrawing(await chat.ask(dung, 'draw Bo in the snow'))
    expect((await chat.ask(dung, 'draw Bo in the snow')).text).toMatch(
      /The next one is free in (\d+ minutes|1 hour)\.$/,
    )
    expect((await chat.command(dung, 'help'))!.text).toContain(
      'You have left for now: 0 questions, 0 drawings, 5 lessons',
    )
    expectWords(await chat.ask(lan, 'describe Bo'))
  })
})

it('in all of this nobody was answered twice, and nothing went wrong that was not said', async () => {
  expect(chat.answeredTwice()).toEqual([])
  expect(chat.warnings).toEqual([])
  for (const viewer of chat.members)
    for (const { pictures } of viewer.messages.values())
      for (const each of pictures) expect((await viewer.picture(each)).length).toBeGreaterThan(100)
  await access(join(chat.dataDir, 'store'))
})
