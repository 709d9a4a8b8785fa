/**
 * kill -9 of the bot, or of its engine, at random moments while people teach, agree, ask, have drawn, tell and set: what
 * anybody was told is done is there afterwards, whole; what was queued goes on and comes to an end; and a page that goes on
 * where it was has missed nothing. FAMILIAR_KILLS says how often; FAMILIAR_SEED, at which moments; FAMILIAR_TRANSCRIPT=DIR
 * writes down what was killed when.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it, onTestFailed, vi } from 'vitest'
import type { Status } from '../../adapters/web/status.ts'
import type { WireMessage } from '../../adapters/web/wire.ts'
import { readConcept } from '../../engine/learning/concept-file.ts'
import { createRandom } from '../../engine/random.ts'
import type { ConceptRecord } from '../../src/concepts/library.ts'
import { projectRoot } from '../../src/config.ts'
import type { StoredJob } from '../../src/jobs/job-store.ts'
import { openStorage } from '../../src/storage/storage.ts'
import { Member, patience, photosOf, until } from './stage.ts'

const kills = Number(process.env.FAMILIAR_KILLS || 3)
const random = createRandom(`kill/${process.env.FAMILIAR_SEED || 1}`)

vi.setConfig({ testTimeout: (kills + 3) * patience * 1000, hookTimeout: patience * 1000 })

let dataDir: string
let port: number
let bot: ChildProcess
/** Runs the place and does most of the talking. */
let you: Member
let lan: Member
/** What happened, for whoever has to find out. */
const diary: string[] = []
const note = (line: string) => {
  diary.push(line)
  const folder = process.env.FAMILIAR_TRANSCRIPT
  if (folder) appendFileSync(join(folder, 'kill.txt'), `${line}\n`)
}
const errors: string[] = []

const url = () => `http://127.0.0.1:${port}`

async function startBot(): Promise<void> {
  bot = spawn(process.execPath, [join(projectRoot, 'bin', 'familiar.js'), 'start'], {
    env: {
      ...process.env,
      DATA_DIR: dataDir,
      WEB_PORT: String(port),
      DEVICE: 'cpu',
      TEACH_SECONDS: '1',
      LOG_LEVEL: 'warn',
      QUOTA_TEACH: 'none',
      QUOTA_TEACH_ALL: 'none',
      QUOTA_ASK: 'none',
      QUOTA_ASK_ALL: 'none',
      QUOTA_DRAW: 'none',
      QUOTA_DRAW_ALL: 'none',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  bot.stdout!.on('data', data => (output += data))
  bot.stderr!.on('data', data => errors.push(String(data)))
  await until(() => output.includes('Familiar is here') || bot.exitCode !== null, 'the bot to start')
  expect(bot.exitCode, errors.join('')).toBe(null)
}

async function killBot(): Promise<void> {
  const ended = once(bot, 'exit')
  bot.kill('SIGKILL')
  await ended
}

/** The engine's process, which is the bot's only child. Linux tells a process's parent in a file. */
async function enginePid(): Promise<number | undefined> {
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    if (parent !== bot.pid) continue
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (command.includes('host/server')) return Number(pid)
  }
  return undefined
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'familiar-kill-'))
  port = await freePort()
  await startBot()
  you = new Member(url(), 'you', 'You')
  await you.connect()
  const { id } = await you.send<{ id: string }>('POST', '/api/people', { name: 'Lan' })
  lan = new Member(url(), id, 'Lan')
  await lan.connect()
})
afterAll(async () => {
  you?.disconnect()
  lan?.disconnect()
  if (bot?.exitCode === null && bot.signalCode === null) await killBot()
  await rm(dataDir, { recursive: true, force: true })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await new Promise(resolve => server.close(resolve))
  return port
}

/** What the bot has said in the group, oldest first. */
const said = (page = you) => page.in('group').filter(({ from }) => from === 'bot')
/** The last message before Lan was forgotten by a bot that was killed before it could say so. */
let lanGoneAt = 0
/** What is still to be believed: what was said of Lan before that is over. */
const standing = (page = you) =>
  said(page).filter(({ id, text }) => Number(id) > lanGoneAt || !text.includes('**Lan**'))
const answersTo = ({ id }: WireMessage) => said().filter(({ replyTo }) => replyTo?.id === id)

/** What anybody was told, as far as this page has seen it. */
const seen = {
  /** How often each name was told to be learned since it was last forgotten. */
  known(): Map<string, number> {
    const known = new Map<string, number>()
    for (const { text } of standing()) {
      const learned = /^(?:I know \*\*(.+)\*\* now!|I have learned \*\*(.+)\*\* anew\.)/.exec(text)
      const name = learned?.[1] ?? learned?.[2]
      if (name) known.set(name, (known.get(name) ?? 0) + 1)
      const forgotten = /^I have forgotten \*\*(.+)\*\*\.$/.exec(text)?.[1]
      if (forgotten) known.delete(forgotten)
    }
    return known
  },
  facts: () => said().flatMap(({ text }) => /^I will remember about .+?: “(.+)”$/.exec(text)?.[1] ?? []),
  /** Names of lessons that have a card and no end. */
  lessons(): string[] {
    const open = new Set<string>()
    for (const { text, card } of said()) {
      if (card && !['done', 'failed', 'cancelled'].includes(card.state)) open.add(card.title.replace('Learning ', ''))
      const ended = /^(?:I know|I have learned|I could not learn|I have forgotten) \*\*(.+?)\*\*/.exec(text)?.[1]
      if (ended) open.delete(ended)
    }
    return [...open]
  },
}

/** Lan has pressed Forget: until that is told to be done, it may be or not. */
let lanIsAsked = false
/** Lan has pressed the button since the last time that nobody asked. */
let lanAgrees = false
let listening = { told: 'Also when a taught name is used in a question', wished: '' }
let teachings = 0
let facts = 0
/** Questions that the page was told are posted; each is answered once. */
const questions: WireMessage[] = []

const post = async (text: string, options: Parameters<Member['post']>[1] = {}) => {
  questions.push(await you.post('group', { text: `@Familiar ${text}`, ...options }))
}

const activities: Record<string, () => Promise<void>> = {
  async answering() {
    await post('describe Mắm')
  },
  async drawing() {
    await post('draw Mắm at the beach')
  },
  async remembering() {
    await post(`remember that Mắm likes number ${++facts}`)
  },
  async teaching() {
    await post(`teach Pet ${++teachings}`, { pictures: await photosOf('Bo') })
  },
  async again() {
    await post('teach Mắm', { pictures: await photosOf('Mắm') })
    const question = await until(
      () => said().findLast(({ text }) => text.startsWith('I already know a')),
      'a question',
      20,
    )
    const [replace] = question.buttons
    if (replace) await you.press(question.id, replace.action)
  },
  async consenting() {
    if (seen.known().has('Lan')) {
      const before = lan.messages.size
      await lan.command('group', 'forget', { name: 'Lan' })
      const sure = await until(
        () => [...lan.messages.values()].slice(before).find(each => each.buttons.length === 2),
        'a question',
        20,
      )
      lanIsAsked = true
      lanAgrees = false
      await lan.press(sure.id, sure.buttons[0]!.action)
      return
    }
    const open = said().findLast(({ text, buttons }) => text.startsWith('Lan, You would like') && buttons.length > 0)
    if (!open) {
      const pictures = await you.upload(await photosOf('Lan'))
      await you.command('group', 'teach', { name: 'Lan', pictures, kind: 'person', person: lan.as })
    }
    const asked = () =>
      said(lan).findLast(({ text, buttons }) => text.startsWith('Lan, You would like') && buttons.length > 0)
    const question = await until(asked, 'a question to Lan', 20)
    lanAgrees = true
    await lan.press(question.id, question.buttons[0]!.action)
  },
  async setting() {
    const listen = listening.told === 'When mentioned' ? 'names' : 'mention'
    listening.wished = listen === 'mention' ? 'When mentioned' : 'Also when a taught name is used in a question'
    await you.command('group', 'settings', { listen })
  },
}

/** How far Lan was told that it has come. */
function lanStory(): string {
  let story = 'nothing'
  for (const { id, text, card } of said(lan)) {
    if (Number(id) <= lanGoneAt) continue
    if (text.startsWith('Lan, You would like') || card?.title === 'Learning Lan') story = 'asked'
    else if (text.startsWith('Thank you!')) story = 'agreed'
    else if (text.startsWith('I know **Lan** now')) story = 'known'
    else if (text.startsWith('I could not learn **Lan**')) story = 'nothing'
    else if (text.startsWith('I have forgotten **Lan**')) story = 'forgotten'
  }
  return story
}

/** The setting that was told last. */
function readSetting(): void {
  const last = you.in('group').findLast(({ text }) => text.startsWith('In this channel I answer'))
  const told = last && /I answer: (.+?)\. Reports/.exec(last.text)?.[1]
  if (told) listening = { told, wished: told === listening.wished ? '' : listening.wished }
}

/** What lies in the folder of a bot that was killed, as it was left: nothing is swept or mended. */
async function checkFolder(): Promise<void> {
  const storage = await openStorage({ dataDir })
  try {
    const shelves = await storage.store<{ tenant: string; concepts: ConceptRecord[] }>('library').entries()
    const concepts = shelves.flatMap(([, shelf]) => shelf.concepts)
    const folders = await readdir(join(dataDir, 'concepts')).catch(() => [])
    for (const record of concepts) {
      const folder = join(dataDir, 'concepts', folders[0]!)
      expect((await readConcept(join(folder, record.file))).name).toBe(record.name)
      if (record.sample) await sharp(join(folder, record.sample)).stats()
    }
    for (const [name, times] of seen.known()) {
      if (name === 'Lan' && lanIsAsked) continue
      expect(concepts.find(record => record.name === name)?.version ?? 0, name).toBeGreaterThanOrEqual(times)
    }
    const kept = concepts.flatMap(record => record.facts.map(({ text }) => text))
    expect(kept).toEqual(expect.arrayContaining(seen.facts()))
    for (const [, { job, end }] of await storage.store<StoredJob>('jobs').entries()) {
      if (end) continue
      const photos = await readdir(join(dataDir, 'jobs', job.id))
      expect(photos.filter(name => name.endsWith('.png'))).toHaveLength(job.photos)
      for (const name of photos) if (name.endsWith('.png')) await sharp(join(dataDir, 'jobs', job.id, name)).stats()
      // Only Lan's own word has Lan learned, and that word is not lost.
      if (job.depicts && job.state !== 'consent') expect(lanAgrees).toBe(true)
      if (job.depicts && lanStory() === 'agreed') expect(job.state).not.toBe('consent')
    }
    if (lanStory() === 'forgotten') expect(concepts.map(({ name }) => name)).not.toContain('Lan')
  } finally {
    await storage.close()
  }
}

/** A page that goes on where it was, and one that is opened now, see the same. */
async function checkPages(): Promise<void> {
  for (const page of [you, lan]) {
    const fresh = async () => {
      const all: WireMessage[] = []
      for (let before = ''; ; before = `&before=${all[0]!.id}`) {
        const path = `/api/messages?as=${page.as}&channel=group${before}`
        const { messages, more } = await page.send<{ messages: WireMessage[]; more: boolean }>('GET', path)
        all.unshift(...messages)
        if (!more) return all
      }
    }
    const same = async () => JSON.stringify(await fresh()) === JSON.stringify(page.in('group'))
    await until(same, `${page.name}'s page to have missed nothing`, 30)
  }
}

async function reconnect(): Promise<void> {
  for (const page of [you, lan]) {
    const before = page.events.length
    page.disconnect()
    await page.connect()
    // It goes on, rather than begin anew.
    expect(page.events.slice(before).map(({ name }) => name)).not.toContain('snapshot')
  }
}

const queue = async () => (await you.send<Status>('GET', '/api/status?as=you')).queue

/** Every lesson that was shown is in line, or has come to its end. */
async function checkLessons(): Promise<void> {
  const lost = async () => {
    const names = (await queue()).flatMap(({ name, state }) => (state === 'consent' ? [] : name))
    const expected = [...seen.lessons(), ...(lanStory() === 'agreed' ? ['Lan'] : [])]
    return expected.filter(name => !names.includes(name))
  }
  await until(async () => (await lost()).length === 0, 'every lesson that was shown to be in line or over', 60)
}

const drained = () => until(async () => (await queue()).every(({ state }) => state === 'consent'), 'lessons to end')

async function answered(): Promise<void> {
  const open = () => questions.filter(question => answersTo(question).length === 0)
  await until(() => open().length === 0, 'every question to be answered', 120).catch(() => {
    throw new Error(`Not answered: ${open().map(({ id, text }) => `${id} ${text}`)}\n${diary.join('\n')}`)
  })
}

it('the first one is learned', async () => {
  await you.post('group', { text: '@Familiar teach Mắm', pictures: await photosOf('Mắm') })
  await until(() => seen.known().has('Mắm'), 'Mắm to be known')
})

it(`${kills} times, at random moments, nothing that was told is lost`, async () => {
  onTestFailed(() => console.error(`${diary.join('\n')}\n${errors.join('')}`))
  const order = ['teaching', 'remembering', 'consenting', 'drawing', 'again', 'answering', 'setting']
  for (let round = 0; round < kills; round++) {
    const doing = [order[round % order.length]!, random.pick(Object.keys(activities))]
    const engine = random.uniform() < 0.3
    // Most things are over within a second; a lesson takes longer.
    const moment = Math.round(random.uniform() ** 2 * (random.uniform() < 0.3 ? 8000 : 1500))
    note(`${round + 1}: ${doing.join(' and ')}, ${engine ? 'engine' : 'bot'} killed after ${moment} ms`)
    // What is under way when the bot goes fails as a page's request does, and was not told to be done.
    const acts = Promise.allSettled([...new Set(doing)].map(name => activities[name]!()))
    await sleep(moment)
    if (engine) {
      const pid = await enginePid()
      if (pid) process.kill(pid, 'SIGKILL')
    } else {
      await killBot()
      await Promise.race([acts, sleep(1000)])
      readSetting()
      await checkFolder()
      await startBot()
      await reconnect()
    }
    await acts
    expect(bot.exitCode).toBe(null)
    await answered()
    await checkPages()
    await checkLessons()
    readSetting()
    const now = await you.command('group', 'settings', {})
    expect(now).toEqual({})
    const told = await until(
      () => you.in('group').findLast(({ text }) => text.startsWith('In this channel I answer'))?.text,
      'the settings',
    )
    expect([listening.told, listening.wished].filter(Boolean).some(mode => told.includes(mode))).toBe(true)
    readSetting()
    listening.wished = ''
    const { concepts } = await you.send<Status>('GET', '/api/status?as=you')
    if (lanIsAsked && seen.known().has('Lan') && !concepts.some(({ name }) => name === 'Lan'))
      lanGoneAt = Number(you.in('group').at(-1)!.id)
    lanIsAsked = false
    if ((await queue()).length > 2 || random.uniform() < 0.2) await drained()
  }
})

it('in the end everything has come to its end, and nothing is left lying about', async () => {
  await drained()
  await until(() => seen.lessons().every(name => name === 'Lan'), 'every lesson to have told its end', 30)
  const { concepts } = await you.send<Status>('GET', '/api/status?as=you')
  expect(concepts.map(({ name }) => name)).toEqual(expect.arrayContaining([...seen.known().keys()]))
  for (const question of questions) expect(answersTo(question), question.text).toHaveLength(1)
  const waiting = (await queue()).map(({ id }) => id)
  expect(await readdir(join(dataDir, 'jobs')).catch(() => [])).toEqual(waiting)
  const ended = once(bot, 'exit')
  bot.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  await checkFolder()
  const files = (await readdir(join(dataDir, 'concepts'), { recursive: true })).filter(name => name.includes('.'))
  expect(files.filter(name => name.endsWith('.safetensors'))).toHaveLength(concepts.length)
  expect(files.filter(name => name.endsWith('.tmp'))).toEqual([])
})
