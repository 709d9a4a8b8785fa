/** The bot on the real library, queue, quotas and settings: what its stand-ins in other tests leave out. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FakeChat, person, tenant } from '../test/fakes/chat.ts'
import { album, ScriptedEngine } from '../test/fakes/chat-bot.ts'
import { MemoryLog } from '../test/fakes/memory-house.ts'
import { createBot, type RunningBot } from './bot.ts'
import type { Library } from './concepts/library.ts'
import { createLibrary } from './concepts/stored-library.ts'
import { createAsks } from './jobs/asks.ts'
import { createTeachingQueue } from './jobs/teaching-queue.ts'
import { createQuotas } from './quotas.ts'
import { createSettings } from './settings.ts'
import { openStorage, type Storage } from './storage/storage.ts'

const an = person('An')
const lan = person('Lan')
let dataDir: string
let chat: FakeChat
let engine: ScriptedEngine
let storage: Storage
let library: Library
let bot: RunningBot
let log: MemoryLog

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'familiar-bot-'))
  chat = new FakeChat()
  engine = new ScriptedEngine()
  log = new MemoryLog()
  await open()
})
afterEach(async () => {
  await close()
  await rm(dataDir, { recursive: true })
})

async function open() {
  storage = await openStorage({ dataDir })
  library = await createLibrary(storage, engine.model.fingerprint)
  bot = createBot({
    engine,
    library,
    queue: createTeachingQueue(storage, engine),
    asks: createAsks(),
    quotas: await createQuotas(storage),
    settings: createSettings(storage),
    storage,
    platforms: [chat],
    log,
  })
  chat.bot = bot
  await bot.start()
}

async function close() {
  await bot.close()
  await storage.close()
}

const told = (part: string) => chat.until(() => chat.messages.find(({ text }) => text.includes(part)))

it('teaches, asks, draws, replaces and forgets, over a restart in the middle', async () => {
  const pictures = await album(4)
  const release = engine.hold()
  const first = await chat.command(an, 'teach', { name: 'Mắm', pictures, facts: 'Mắm likes fish' })
  const second = await chat.command(an, 'teach', { name: 'Bo', pictures })
  expect(second!.card).toMatchObject({ state: 'waiting', status: 'Next in line' })
  await close()
  expect(chat.now(first!)!.card!.state).toBe('paused')
  await open()
  await chat.until(() => chat.now(first!)?.card?.status.startsWith('Picked up'))
  release()
  await told('I know **Mắm** now!')
  await told('I know **Bo** now!')
  await chat.until(() => chat.now(second!)?.card?.state === 'done')

  const drawing = await chat.write(lan, '@Familiar draw Mắm and Bo')
  expect(engine.turns.at(-1)).toMatchObject({
    concepts: [{ name: 'Mắm' }, { name: 'Bo' }],
    facts: ['Mắm likes fish'],
  })
  const question = await chat.command(an, 'teach', { name: 'mắm', pictures })
  await chat.press(an, question, 'Replace')
  await told('I have learned **mắm** anew.')
  expect(await library.find(tenant, 'Mắm')).toMatchObject({ version: 2, facts: [{ text: 'Mắm likes fish' }] })

  await close()
  await open()
  await chat.press(lan, drawing, 'Redraw')
  expect(chat.last.pictures).toHaveLength(1)
  await chat.press(lan, await chat.command(lan, 'forget', { name: 'me' }), 'Forget')
  expect(await storage.store('drawings').entries()).toEqual([])
  await chat.press(an, await chat.command(an, 'forget', { name: 'me' }), 'Forget')
  expect(chat.last.text).toBe('Done. I have deleted **Bo** and **mắm**, 1 sentence and what you asked me to draw.')
  expect(await library.list(tenant)).toEqual([])
  expect(log.lines.filter(line => !line.startsWith('info'))).toEqual([])
})

it('asks for consent over a restart, and forgets at once when it is withdrawn while it learns', async () => {
  const pictures = await album(3)
  const question = await chat.command(an, 'teach', { name: 'Lan', pictures, kind: 'person', person: lan })
  await close()
  await open()
  const release = engine.hold()
  await chat.press(lan, question, 'Yes, I agree')
  await chat.until(() => chat.now(question!)?.card?.state === 'running')
  await chat.press(lan, await chat.command(lan, 'forget', { name: 'me' }), 'Forget')
  release()
  await chat.until(() => chat.now(question!)?.card?.status.startsWith('The person in the pictures'))
  expect(await library.list(tenant)).toEqual([])
})

it('keeps settings and what was handled', async () => {
  const boss = person('Boss', { admin: true })
  await chat.command(boss, 'settings', { listen: 'names' })
  await chat.write(lan, '@Familiar hello there', { id: 'same' })
  await close()
  await open()
  expect(await chat.write(lan, '@Familiar hello there', { id: 'same' })).toBeUndefined()
  expect((await chat.command(boss, 'settings'))!.text).toContain('Also when a taught name is used')
  await bot.left(tenant)
  await bot.joined(tenant)
})
