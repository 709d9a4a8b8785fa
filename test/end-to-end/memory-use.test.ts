/** What a bot's engine has taken in answering and in a lesson, and `familiar model info` shows beside its plan. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { main } from '../../src/cli.ts'
import { type GroupChat, openChat, patience, photosOf, testTimeout } from './stage.ts'

vi.setConfig({ testTimeout: 2 * testTimeout, hookTimeout: testTimeout })

let chat: GroupChat
beforeAll(async () => {
  chat = await openChat('memory-use', { LESSON: 'quick' })
})
afterAll(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await chat?.end()
})

async function info(): Promise<string> {
  const lines: string[] = []
  vi.stubEnv('DATA_DIR', chat.dataDir)
  vi.spyOn(console, 'log').mockImplementation(text => void lines.push(text))
  expect(await main(['model', 'info', 'storybook'])).toBe(0)
  vi.mocked(console.log).mockRestore()
  return lines.join('\n')
}

it('is there once something was answered, and once something was learned', async () => {
  expect(await info()).toContain('Nothing was run on cpu yet')
  await chat.ask(chat.you, 'Familiar, draw a cat in the snow', { channel: chat.you.direct })
  await chat.command(chat.you, 'teach', { name: 'Mắm' })
  await chat.submit(chat.you, { pictures: await chat.you.upload(await photosOf('Mắm')) })
  await chat.until(() => chat.card('Mắm', 'done'), 'Mắm to be learned', 2 * patience)
  await chat.stop()

  const megabytes = (work: string) => {
    const [, planned, used, share] = table.match(
      new RegExp(`^f32, ${work} +planned (\\d+) MB +really used (\\d+) MB, (\\d+) % of it$`, 'm'),
    )!
    expect(Number(share)).toBeCloseTo((100 * Number(used)) / Number(planned), -1)
    return Number(used)
  }
  const table = await info()
  expect(megabytes('last answers')).toBeGreaterThan(100)
  expect(megabytes('last lesson')).toBeGreaterThan(megabytes('last answers'))

  const file = await readFile(join(chat.dataDir, 'memory-use.json'), 'utf8')
  expect(JSON.parse(file)).toEqual([
    { model: 'storybook', device: 'cpu', weights: 'f32', answering: expect.any(Number), learning: expect.any(Number) },
  ])
  expect((await readdir(chat.dataDir)).filter(name => name.endsWith('.tmp'))).toEqual([])
})
