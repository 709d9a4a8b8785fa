/**
 * A group chat on a platform, with the real engine on the built-in model: An and Bình have a pet each, Lan agrees to be
 * learned and takes it back, Khoa may not do everything, and Boss runs the place. The model is young: nothing here depends on
 * its being right. The tests follow one another in one chat; the best of what everybody in the channel saw becomes a picture
 * when FAMILIAR_SCREENSHOTS names a folder.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Status } from '../../../adapters/web/status.ts'
import { parseConfig } from '../../../src/config.ts'
import { type Familiar, startFamiliar } from '../../../src/familiar.ts'
import { patience, photosOf, picture, testTimeout, until } from '../stage.ts'
import { chatPicture, type Line } from './chat-picture.ts'
import type { Driver, Where } from './driver.ts'

const everybody = ['Boss', 'An', 'Bình', 'Lan', 'Khoa']

export function describeStory(open: () => Promise<Driver>): void {
  vi.setConfig({ testTimeout, hookTimeout: testTimeout })
  let chat: Driver
  let dataDir: string
  let familiar: Familiar | undefined
  const warnings: string[] = []

  async function start(): Promise<void> {
    const config = parseConfig({
      DATA_DIR: dataDir,
      WEB_PORT: '0',
      DEVICE: 'cpu',
      TEACH_SECONDS: '2',
      ...chat.variables,
    })
    const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) })
    familiar = await startFamiliar(config, log)
    await chat.connected()
    const { platforms } = (await (await fetch(`${familiar.page}/api/status?as=you`)).json()) as Status
    expect(platforms).toMatchObject([{ name: chat.platform, connected: true, places: 1 }])
  }

  beforeAll(async () => {
    chat = await open()
    for (const name of everybody) await chat.join(name, { admin: name === 'Boss' })
    dataDir = await mkdtemp(join(tmpdir(), 'familiar-story-'))
    await start()
  })
  afterAll(async () => {
    await familiar?.close()
    await chat?.close()
    await rm(dataDir, { recursive: true, force: true })
  })
  let failed = false
  beforeEach(({ skip, onTestFailed }) => {
    skip(failed, 'an earlier part of the chat failed')
    onTestFailed(() => {
      failed = true
    })
  })

  /** For the picture, as it was seen then. */
  const pictured: Line[] = []
  const keep = (...ids: string[]) => {
    for (const id of ids) pictured.push(...chat.sees('Khoa').filter(line => line.id === id))
  }
  /** A lesson's message on the way: with a preview, if there ever was one. */
  let card: Line | undefined
  const glimpse = () => {
    const now = chat.sees('Khoa').find(({ text, buttons }) => /Learning Mắm\s+▰/.test(text) && buttons.length > 0)
    if (now && now.pictures.length >= (card?.pictures.length ?? 0)) card = now
  }

  const transcript = (who: string, where: Where = 'group') =>
    chat
      .sees(who, where)
      .map(({ name, text, buttons, pictures }) => `${name}: ${text} {${buttons.join(' | ')}} [${pictures.length}]`)
      .join('\n')
  /** Waits for a message of the bot that is like this, and newer than what `since` holds. */
  const says = (
    like: string | RegExp,
    who = 'An',
    { where, since }: { where?: Where; since?: readonly Line[] } = {},
  ) => {
    const old = new Set(since?.map(({ id }) => id))
    const found = () => {
      glimpse()
      return chat
        .sees(who, where)
        .findLast(
          ({ id, from, text }) =>
            from === 'bot' && !old.has(id) && (typeof like === 'string' ? text.includes(like) : like.test(text)),
        )
    }
    return until(found, `the bot to say ${like} to ${who}`, patience, () => transcript(who, where))
  }
  /** Posts, and waits for what the bot says then. */
  const ask = async (
    who: string,
    text: string,
    like: string | RegExp = /\S/,
    { kept = false, ...more }: Parameters<Driver['post']>[1] & { readonly kept?: boolean } = {},
  ) => {
    const since = chat.sees(who)
    const asked = await chat.post(who, { text: `${chat.mention} ${text}`, ...more })
    const answer = await says(like, who, { since })
    if (kept) keep(asked, answer.id)
    return answer
  }
  const press = async (who: string, { id }: Line, label: string, like: string | RegExp) => {
    const since = chat.sees(who)
    await chat.press(who, id, label)
    return says(like, who, { since })
  }
  const command = async (who: string, name: string, subject: string | undefined, like: string | RegExp) => {
    const since = chat.sees(who)
    await chat.command(who, name, subject)
    return says(like, who, { since })
  }

  describe('two pets', () => {
    it('are taught by a mention with pictures, and by a form', async () => {
      await chat.post('Boss', { text: 'Hello everybody! Familiar learns your pets here.' })
      keep(await chat.post('An', { text: `${chat.mention} teach Mắm`, pictures: await photosOf('Mắm') }))
      await says(/Learning Mắm/)
      await chat.command('Bình', 'teach', 'Bo')
      await until(() => chat.form('Bình'), 'a form')
      expect(chat.form('Bình')).toBe('Teach me Bo')
      await chat.fillIn('Bình', { pictures: await photosOf('Bo'), kind: 'pet', facts: 'Bo is a good dog' })
      await says(/Learning Bo/, 'Bình')
      const known = await says('I know Mắm now!')
      if (card) pictured.push(card)
      keep(known.id)
      expect(known.bold).toContain('Mắm')
      expect(known.pictures.map(({ altText }) => altText)).toEqual(['Drawing of Mắm, AI-generated'])
      expect(chat.notified('An')).toContain(known.id)
      const other = await says('I know Bo now!')
      expect(chat.notified('Bình')).toContain(other.id)
      expect(chat.notified('An')).not.toContain(other.id)
    })
  })

  describe('a friend', () => {
    it('is learned only when that friend agrees, and nobody else can', async () => {
      await chat.command('An', 'teach', 'Lan')
      await until(() => chat.form('An'), 'a form')
      await chat.fillIn('An', { pictures: await photosOf('Lan'), kind: 'person', person: 'Lan' })
      const question = await says('would like to teach me you, as Lan')
      expect(chat.notified('Lan')).toContain(question.id)
      keep(question.id)
      await press('Khoa', question, 'Yes, I agree', 'Only the person in the pictures can answer that.')
      await press('Lan', question, 'Yes, I agree', 'Thank you!')
      await says('I know Lan now!')
    })

    it('is called with a new message when the question comes after another one', async () => {
      // The news comes a moment before the lesson is over.
      await until(() => /Learning Lan\s+▰+ 100%/.test(transcript('An')), 'the end of the lesson')
      await chat.command('An', 'teach', 'Lan')
      await until(() => chat.form('An'), 'a form')
      await chat.fillIn('An', { pictures: await photosOf('Lan'), kind: 'person', person: 'Lan' })
      const replace = await says('I already know a Lan, taught by An')
      const since = chat.sees('Lan')
      await chat.press('An', replace.id, 'Replace')
      const question = await says('would like to teach me you, as Lan', 'Lan', { since })
      expect(chat.notified('Lan')).toContain(question.id)
      await until(() => !chat.sees('An').some(({ id }) => id === replace.id), 'the answered question to be gone')
      await press('Lan', question, 'No', 'The pictures are deleted.')
    })
  })

  describe('questions', () => {
    it('about pictures are answered, also from the menu of a message', async () => {
      await ask('Bình', 'is Mắm in this?', /^(yes|no)\b/i, { pictures: [await picture('who-1')], kept: true })
      const shown = await chat.post('An', { text: 'Look at this', pictures: [await picture('who-4')] })
      const since = chat.sees('Khoa')
      await chat.menu('Khoa', shown, 'Who is in this?')
      await says(/I see|That may be/, 'Khoa', { since })
    })

    it('about somebody are answered in words, with what is remembered', async () => {
      await ask('Bình', 'describe Bo')
      await ask('An', "remember that Bo is Mắm's brother", "“Bo is Mắm's brother”", { kept: true })
      await ask('Khoa', "who is Bo's brother?")
      await command('Khoa', 'remember', undefined, "Bo is Mắm's brother")
    })

    it('to one alone are answered there', async () => {
      await chat.post('Khoa', { text: 'describe Bo' }, 'direct')
      await says(/\S/, 'Khoa', { where: 'direct' })
      expect(transcript('An')).not.toContain('Khoa: describe Bo')
    })
  })

  describe('a drawing', () => {
    it('comes as a picture, is drawn again, reported and deleted', async () => {
      const drawing = await ask('An', 'draw Mắm and Bo at the beach', 'AI-generated', { kept: true })
      expect(drawing.pictures.map(({ altText }) => altText)).toEqual([
        expect.stringMatching(/^Drawing of .+, AI-generated$/),
      ])
      const { width, height, exif } = await sharp(drawing.pictures[0]!.bytes).metadata()
      expect(Math.min(width, height)).toBeGreaterThanOrEqual(256)
      expect(String(exif)).toContain('AI-generated')
      expect(drawing.buttons).toEqual(['Redraw', 'Delete', 'Report'])
      const again = await press('Bình', drawing, 'Redraw', 'AI-generated')
      expect(Buffer.from(again.pictures[0]!.bytes).equals(Buffer.from(drawing.pictures[0]!.bytes))).toBe(false)
      await press('Khoa', drawing, 'Delete', 'Only whoever asked for it')
      await press('Khoa', drawing, 'Report', 'have been told')
      const report = await says('Khoa has reported a drawing that An asked for', 'Boss', { where: 'direct' })
      expect(report.pictures).toHaveLength(1)
      await press('An', drawing, 'Delete', 'Deleted.')
      await until(() => !chat.sees('Khoa').some(({ id }) => id === drawing.id), 'the drawing to be gone')
    })

    it('that degrades a person is refused', async () => {
      await ask('Khoa', 'draw Lan naked at the beach', 'I do not draw that.')
    })
  })

  it('a restart in the middle of a lesson pauses it, and it goes on', async () => {
    const question = await ask('An', 'teach Mắm', 'I already know a Mắm, taught by An', {
      pictures: await photosOf('Mắm'),
    })
    await chat.press('An', question.id, 'Replace')
    await says(/Learning Mắm/)
    await familiar!.close()
    await until(() => transcript('An').includes('Paused. I go on when I am back.'), 'the card to say that it is paused')
    await start()
    await says('I have learned Mắm anew.')
  })

  it('consent that is taken back is followed at once, and strangers forget nobody', async () => {
    await command('Khoa', 'forget', 'Mắm', 'Only An, the person it shows or an admin')
    const sure = await command('Lan', 'forget', 'Lan', 'Shall I forget Lan')
    expect(sure.privately).toBe(true)
    expect(chat.sees('Khoa').map(({ id }) => id)).not.toContain(sure.id)
    await press('Lan', sure, 'Forget', 'I have forgotten Lan.')
    await command('Khoa', 'concepts', undefined, /I know 2 here/)
  })

  it('nothing was against the rules of the platform, and nothing went wrong that was not said', async () => {
    expect(chat.violations()).toEqual([])
    expect(warnings).toEqual([])
    const folder = process.env.FAMILIAR_SCREENSHOTS
    if (folder)
      await chatPicture(join(folder, `chat-${chat.platform.toLowerCase()}.png`), pictured, {
        title: 'pets',
        platform: chat.platform,
      })
  })
}
