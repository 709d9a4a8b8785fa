/**
 * `familiar start` as a process of its own, on Discord and Slack at once: what is asked of it while it teaches, while the
 * platforms ask it to wait, and while somebody floods it; and how it ends on SIGTERM and goes on.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { projectRoot } from '../../../src/config.ts'
import { patience, photosOf, testTimeout, until } from '../stage.ts'
import { discordDriver } from './discord-driver.ts'
import type { Driver } from './driver.ts'
import { slackDriver } from './slack-driver.ts'

vi.setConfig({ testTimeout, hookTimeout: testTimeout })

/** Questions that each person may ask here. */
const quota = 3
const flood = 150

let discord: Awaited<ReturnType<typeof discordDriver>>
let slack: Awaited<ReturnType<typeof slackDriver>>
let dataDir: string
let bot: ChildProcess
let output = ''
const log: string[] = []

async function start(): Promise<void> {
  output = ''
  bot = spawn(process.execPath, [join(projectRoot, 'bin', 'familiar.js'), 'start'], {
    env: {
      ...process.env,
      ...discord.variables,
      ...slack.variables,
      PICTURE_HOSTS: [discord, slack].map(({ variables }) => variables.PICTURE_HOSTS).join(','),
      DATA_DIR: dataDir,
      WEB_PORT: '0',
      DEVICE: 'cpu',
      TEACH_SECONDS: '3600',
      QUOTA_ASK: `${quota}/day`,
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  bot.stdout!.on('data', data => (output += data))
  bot.stderr!.on('data', data => log.push(String(data)))
  await until(() => output.includes('Stop with Ctrl-C') || bot.exitCode !== null, 'the bot to start')
  expect(bot.exitCode, log.join('')).toBe(null)
}

/** Seconds from SIGTERM to the end. */
async function terminate(): Promise<number> {
  const ended = once(bot, 'exit')
  const before = performance.now()
  bot.kill('SIGTERM')
  await ended
  return (performance.now() - before) / 1000
}

beforeAll(async () => {
  discord = await discordDriver()
  slack = await slackDriver()
  for (const chat of [discord, slack]) for (const name of ['An', 'Khoa', 'Lan']) await chat.join(name)
  dataDir = await mkdtemp(join(tmpdir(), 'familiar-process-'))
  await start()
})
afterAll(async () => {
  if (bot?.exitCode === null && bot.signalCode === null) await terminate()
  await discord?.close()
  await slack?.close()
  await rm(dataDir, { recursive: true, force: true })
})

const texts = (chat: Driver, who: string) => chat.sees(who).map(({ text }) => text)
const said = (chat: Driver, part: string, who = 'An') =>
  until(
    () => chat.sees(who).findLast(({ from, text }) => from === 'bot' && text.includes(part)),
    `the bot to say ${part} on ${chat.platform}`,
    patience,
    () => [...texts(chat, who).slice(-8), ...log].join('\n'),
  )

it('is on both platforms, and says how it is invited', () => {
  expect(output).toContain('On Discord. Invite it to a server: https://discord.com/oauth2/authorize?client_id=')
  expect(output).toContain('On Slack. Invite it to a channel: /invite @Familiar')
})

it('teaches while both platforms ask it to wait, and loses nothing', async () => {
  discord.discord.faults.rateLimit({ times: 3, retryAfter: 0.5 })
  slack.slack.faults.inject('chat.postMessage', { rateLimited: 1 }, 2)
  await discord.post('An', { text: `${discord.mention} teach Mắm`, pictures: await photosOf('Mắm') })
  await said(discord, 'Learning Mắm')
  await slack.post('An', { text: `${slack.mention} teach Bo`, pictures: await photosOf('Bo') })
  await said(slack, 'Learning Bo')
  await until(() => /▰|▱/.test(texts(discord, 'An').join()), 'the lesson to begin')
  await said(slack, 'Next in line')
  expect(slack.slack.faults.clear()).toBe(0)
})

describe.each(['Discord', 'Slack'] as const)('a flood on %s', platform => {
  it('is told once that there is no more, and delays nobody else', async () => {
    const chat = platform === 'Discord' ? discord : slack
    const ours = (who: string, where: 'group' | 'direct' = 'group') =>
      chat.sees(who, where).filter(({ from }) => from === 'bot')
    const open = () => ours('Lan').filter(({ privately }) => !privately)
    const before = open().length
    const posts = Array.from({ length: flood }, (_, i) =>
      chat.post('Khoa', { text: `${chat.mention} what is number ${i}?` }),
    )
    await chat.post('Lan', { text: `${chat.mention} what is this?` })
    await chat.command('Lan', 'help')
    await Promise.all(posts)
    await said(chat, 'Commands: teach', 'Lan')
    const told = () =>
      [...ours('Khoa'), ...ours('Khoa', 'direct')].filter(({ text }) => text.includes('You have asked a lot for now'))
    await until(() => told().length > 0, 'Khoa to be told', patience)
    const all = () => texts(chat, 'Lan').slice(-12).join('\n')
    await until(() => open().length >= before + quota + 1, 'answers to Khoa and to Lan', patience, all)
    expect(told()).toHaveLength(1)
  })
})

it('ends within seconds on SIGTERM: lessons are kept, and their messages say so', async () => {
  slack.slack.faults.inject('chat.update', { rateLimited: 1 })
  expect(await terminate()).toBeLessThan(10)
  expect(slack.slack.faults.clear()).toBe(0)
  expect(bot.exitCode, log.join('')).toBe(0)
  for (const chat of [discord, slack]) expect(texts(chat, 'An').join('\n')).toContain('Paused. I go on when I am back.')
})

it('goes on with them when it is back', async () => {
  await start()
  await until(() => texts(discord, 'An').some(text => text.includes('Picked up')), 'the lesson to go on')
  const running = discord.sees('An').find(({ text }) => text.includes('Learning Mắm'))!
  await discord.press('An', running.id, 'Cancel')
  await said(discord, 'Cancelled. The pictures are deleted.')
  const waiting = slack.sees('An').find(({ text }) => text.includes('Learning Bo'))!
  await until(() => /▰|▱/.test(texts(slack, 'An').join()), 'the next lesson to begin')
  await slack.press('An', waiting.id, 'Cancel')
  await said(slack, 'Cancelled. The pictures are deleted.')
})

it('nothing of this was against the rules, and nothing went wrong that was not said', () => {
  expect(discord.violations()).toEqual([])
  expect(slack.violations()).toEqual([])
  expect(log.filter(line => !line.startsWith('familiar: stopping'))).toEqual([])
})
