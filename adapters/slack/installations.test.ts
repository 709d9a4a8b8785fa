/** Several workspaces that install the app by themselves, with requests or a socket. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Tenant } from '../../src/conversation/chat.ts'
import { ScriptedBot } from '../../test/fakes/scripted-bot.ts'
import { FakeSlack, type Manifest, type SlackTeam } from '../../test/fakes/slack/fake-slack.ts'
import { createSlackAdapter, type SlackAdapter } from './adapter.ts'
import { createManifest } from './manifest.ts'
import { eventually, seen } from './testing/questions.ts'
import { LogLines, MemoryRecords, stageCommands } from './testing/stage.ts'

/** Tells what the bot is told of workspaces. */
class WatchfulBot extends ScriptedBot {
  readonly comings: string[] = []
  override async joined(tenant: Tenant) {
    this.comings.push(`+${tenant}`)
  }
  override async left(tenant: Tenant) {
    this.comings.push(`-${tenant}`)
  }
}

const encryptionKey = 'thirty-two characters and some more'
let bot: WatchfulBot
let fake: FakeSlack
let store: MemoryRecords
let log: LogLines
let adapter: SlackAdapter

async function start(mode: 'http' | 'socket', key = encryptionKey): Promise<void> {
  adapter = createSlackAdapter({
    events: mode === 'http' ? { signingSecret: fake.signingSecret } : { appToken: fake.appToken },
    workspaces: { clientId: fake.clientId, clientSecret: fake.clientSecret, encryptionKey: key },
    http: { host: '127.0.0.1', port: 0 },
    apiUrl: fake.apiUrl,
    pictureHosts: [fake.host],
    commands: () => stageCommands,
    store,
    log,
  })
  await adapter.start(bot)
  const manifest = createManifest(stageCommands, { url: adapter.url, socketMode: mode === 'socket' })
  fake.manifest = manifest as Manifest
  fake.requestUrl = mode === 'http' ? `${adapter.url}/slack/events` : undefined
  if (mode === 'socket') await fake.connected()
}

async function install(name: string) {
  const team = fake.addTeam({ name, installed: false })
  const boss = team.addPerson({ name: 'Boss', owner: true })
  const channel = team.addChannel({ name: 'all' })
  const last = await boss.installApp(adapter.installPage!)
  expect(last.status).toBe(200)
  return { team, boss, channel, tenant: `slack:${team.id}` }
}

const answers = async ({ team, boss, channel }: Awaited<ReturnType<typeof install>>, text: string) => {
  await boss.post(channel, { text: `${team.bot.mention} ${text}` })
  await seen(boss, channel, `${team.id}: ${text}`)
}

beforeEach(async () => {
  bot = new WatchfulBot()
  fake = await FakeSlack.start()
  store = new MemoryRecords()
  log = new LogLines()
  bot.script.heard = ({ text, place }, exchange) => exchange.say({ text: `${place.tenant.slice(6)}: ${text}` })
})
afterEach(async () => {
  await fake.settled()
  await adapter.close()
  await fake.close()
  expect(fake.violations).toEqual([])
})

const stored = () => JSON.stringify([...store.map])
const tokens = (teams: readonly SlackTeam[]) => teams.map(({ bot }) => bot.token)

describe.each(['http', 'socket'] as const)('two workspaces (%s)', mode => {
  it('install the app, are answered each with its own token, also after a restart, and never meet', async () => {
    await start(mode)
    const [one, two] = [await install('One'), await install('Two')]
    expect(bot.comings).toEqual([`+${one.tenant}`, `+${two.tenant}`])
    await answers(one, 'hello')
    await answers(two, 'hello')
    for (const token of tokens(fake.teams)) expect(stored()).not.toContain(token)
    await adapter.close()
    await start(mode)
    await answers(one, 'and now?')
    await answers(two, 'and now?')
    const astray = adapter.send({ tenant: two.tenant, channel: one.channel.id, direct: false }, { text: 'hi' })
    await expect(astray).rejects.toMatchObject({ code: 'PLACE_GONE' })
    expect(await adapter.admins(one.tenant)).toEqual([one.boss.id])
    expect(JSON.stringify(log.lines)).not.toMatch(/xoxb|hello|and now/)
  })

  it('remove the app, and the bot is told and forgets their token', async () => {
    await start(mode)
    const [one, two] = [await install('One'), await install('Two')]
    bot.comings.length = 0
    await one.team.uninstall()
    await eventually(() => expect(bot.comings).toContain(`-${one.tenant}`))
    await eventually(() => expect([...store.map.keys()]).toEqual([two.team.id]))
    const place = { tenant: one.tenant, channel: one.channel.id, direct: false }
    await expect(adapter.send(place, { text: 'still?' })).rejects.toMatchObject({ code: 'PLACE_GONE' })
    await answers(two, 'hello')
    expect((await one.boss.installApp(adapter.installPage!)).status).toBe(200)
    expect(bot.comings.at(-1)).toBe(`+${one.tenant}`)
    await one.channel.inviteBot(one.boss)
    await answers(one, 'back again')
  })
})

it('a workspace that removed the app while nobody was there is told of at the start', async () => {
  await start('http')
  const [one, two] = [await install('One'), await install('Two')]
  await adapter.close()
  one.team.revokeToken()
  bot.comings.length = 0
  await start('http')
  expect(bot.comings).toEqual([`-${one.tenant}`, `+${two.tenant}`])
  expect([...store.map.keys()]).toEqual([two.team.id])
})

it('with another key no workspace is served, and the log says why', async () => {
  await start('http')
  const one = await install('One')
  await adapter.close()
  bot.comings.length = 0
  await start('http', `${encryptionKey}!`)
  expect(bot.comings).toEqual([])
  expect(
    log.lines
      .filter(({ level }) => level === 'error')
      .map(({ text }) => text)
      .join(),
  ).toContain('SLACK_ENCRYPTION_KEY')
  await expect(adapter.admins(one.tenant)).rejects.toMatchObject({ code: 'PLACE_GONE' })
  // It is not lost: the right key brings it back.
  await adapter.close()
  await start('http')
  await answers(one, 'hello')
})

it('an installation that nobody began here is refused', async () => {
  await start('http')
  const response = await fetch(`${adapter.url}/slack/oauth_redirect?code=1&state=2`)
  expect(response.status).not.toBe(200)
  expect(store.map.size).toBe(0)
})
