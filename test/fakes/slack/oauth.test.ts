/** Several workspaces: the real install flow of Bolt over HTTP at the fake, and back out. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { App, HTTPReceiver, type Installation } from '@slack/bolt'
import { afterEach, expect, it, vi } from 'vitest'
import { FakeSlack } from './fake-slack.ts'
import { silent } from './testing/stage.ts'

let close: (() => Promise<unknown>)[] = []
const eventually = <T>(check: () => T) => vi.waitFor(check, { timeout: 5000, interval: 10 })
afterEach(async () => {
  for (const each of close) await each()
  close = []
})

it('a team installs the app, is heard and answered with its own token, and is forgotten when it leaves', async () => {
  const fake = await FakeSlack.start()
  close.push(() => fake.close())
  const installed = new Map<string, Installation>()
  const clientOptions = { slackApiUrl: fake.apiUrl }
  const { authorizationUrl, clientId, clientSecret, signingSecret } = fake
  const receiver = new HTTPReceiver({
    signingSecret,
    clientId,
    clientSecret,
    stateSecret: 'a secret of the operator’s own',
    scopes: [...fake.manifest.oauth_config.scopes.bot],
    installationStore: {
      storeInstallation: async installation => void installed.set(installation.team!.id, installation as Installation),
      fetchInstallation: async ({ teamId }) => installed.get(teamId!) as never,
      deleteInstallation: async ({ teamId }) => void installed.delete(teamId!),
    },
    installerOptions: { clientOptions, authorizationUrl, redirectUriPath: '/slack/oauth_redirect' },
    logger: silent,
  })
  const app = new App({ receiver, clientOptions, logger: silent })
  app.message(async ({ say, context }) => void (await say(`hello ${context.teamId}`)))
  app.event('app_uninstalled', async ({ context }) => void installed.delete(context.teamId!))
  const server = (await app.start(0)) as Server
  close.unshift(() => app.stop())
  if (!server.listening) await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  fake.requestUrl = `${url}/slack/events`
  const { oauth_config } = fake.manifest
  const redirect = [`${url}/slack/oauth_redirect`]
  fake.manifest = { ...fake.manifest, oauth_config: { ...oauth_config, redirect_urls: redirect } }

  const teams = ['One', 'Two'].map(name => fake.addTeam({ name, installed: false }))
  for (const team of teams) {
    const boss = team.addPerson({ name: 'Boss', owner: true })
    const channel = team.addChannel({ name: 'all' })
    await boss.post(channel, { text: 'nobody is here' })
    expect((await boss.installApp(`${url}/slack/install`)).status).toBe(200)
    expect(team.installed).toBe(true)
    await boss.post(channel, { text: 'hi' })
    await eventually(() => expect(boss.messages(channel).at(-1)!.text).toBe(`hello ${team.id}`))
    expect(boss.messages(channel)).toHaveLength(3)
  }
  expect([...installed.values()].map(({ bot }) => bot?.token)).toEqual(teams.map(({ bot }) => bot.token))
  expect(fake.calls.filter(({ method }) => method === 'oauth.v2.access')).toHaveLength(2)
  expect(JSON.stringify(fake.calls)).not.toContain(clientSecret)

  const before = teams[0]!.bot.token
  await teams[0]!.uninstall()
  await eventually(() => expect([...installed.keys()]).toEqual([teams[1]!.id]))
  teams[0]!.reinstall()
  expect(teams[0]!.bot.token).not.toBe(before)
  expect(fake.violations).toEqual([])
})
