import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeDiscord } from '../../test/fakes/discord/fake-discord.ts'
import { FakeSlack } from '../../test/fakes/slack/fake-slack.ts'
import { main } from '../cli.ts'
import { platformVariables } from '../platform-config.ts'
import { diagnose } from './diagnosis.ts'

// Whoever runs the tests may have a bot of their own.
beforeEach(() => {
  for (const name of Object.keys(platformVariables)) vi.stubEnv(name, '')
})

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  process.exitCode = undefined
  for (const end of ends.splice(0)) await end()
})

/** A Discord and a Slack with the bot on them, as the environment says. */
async function onBoth(): Promise<void> {
  const discord = await FakeDiscord.start({ rateLimits: false })
  const slack = await FakeSlack.start()
  ends.push(
    () => discord.close(),
    () => slack.close(),
  )
  discord.addGuild({ name: 'Home' }).addChannel({ name: 'general' })
  vi.stubEnv('DISCORD_TOKEN', discord.token)
  vi.stubEnv('DISCORD_API_URL', discord.api)
  vi.stubEnv('SLACK_BOT_TOKEN', slack.addTeam({ name: 'Acme' }).bot.token)
  vi.stubEnv('SLACK_APP_TOKEN', slack.appToken)
  vi.stubEnv('SLACK_API_URL', slack.apiUrl)
}

describe('diagnose', () => {
  it('says what to do about everything that is not in order', async () => {
    const checks = await diagnose()
    expect(checks.map(check => check.name)).toEqual(
      expect.arrayContaining(['node', 'device', 'model', 'disk', 'page', 'discord', 'slack']),
    )
    for (const check of checks) expect(Boolean(check.advice), check.found).toBe(check.status !== 'ok')
    expect(checks.filter(({ found }) => found === 'not set up').map(({ name, status }) => [name, status])).toEqual([
      ['discord', 'note'],
      ['slack', 'note'],
    ])
  })

  it('finds the CPU usable', async () => {
    expect(await diagnose()).toContainEqual(
      expect.objectContaining({ status: 'ok', found: expect.stringMatching(/^cpu/) }),
    )
  })

  it('looks at both platforms, and at the clock', async () => {
    await onBoth()
    const checks = await diagnose()
    for (const check of checks) expect(Boolean(check.advice), check.found).toBe(check.status !== 'ok')
    const found = checks.map(({ name, found }) => `${name}: ${found}`)
    expect(found).toContain("clock: within 30 s of 127.0.0.1's")
    expect(found).toContain('discord: Home: has its rights in #general')
    expect(found).toContain('slack: signs in to Acme as familiar')
  })
})

describe('familiar doctor', () => {
  it('mends with --fix, prints JSON with --json, and has a good exit code where nothing is a problem', async () => {
    await onBoth()
    vi.stubEnv('WEB_PORT', '0')
    const print = vi.spyOn(console, 'log').mockImplementation(() => {})
    expect(await main(['doctor', '--fix', '--json'])).toBe(0)
    const checks: unknown[] = JSON.parse(print.mock.calls[0]![0])
    expect(checks).toContainEqual({
      name: 'discord',
      status: 'ok',
      found: 'Message Content Intent was off and has been switched on',
    })
  })

  it('has exit code 1 where there is a problem, and says which setting is wrong without its value', async () => {
    vi.stubEnv('SLACK_BOT_TOKEN', 'xoxb-c0ffee')
    const print = vi.spyOn(console, 'log').mockImplementation(() => {})
    expect(await main(['doctor'])).toBe(1)
    const lines = print.mock.calls.map(([line]) => String(line)).join('\n')
    expect(lines).toMatch(/^PROBLEM {2}settings {5}Expected SLACK_APP_TOKEN \(Socket Mode\) or .*\n {22}-> correct/m)
    expect(lines).not.toContain('c0ffee')
  })
})
