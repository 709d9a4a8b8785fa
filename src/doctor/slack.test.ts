import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeCommands } from '../../adapters/command-info.ts'
import { createManifest, scopes } from '../../adapters/slack/manifest.ts'
import { commands } from '../../commands/index.ts'
import { FakeSlack, type Manifest, type SlackTeam } from '../../test/fakes/slack/fake-slack.ts'
import type { SlackConfig } from '../platform-config.ts'
import type { Check } from './check.ts'
import { checkSlack } from './slack.ts'

let slack: FakeSlack
let team: SlackTeam

beforeEach(async () => {
  slack = await FakeSlack.start({ manifest: createManifest(describeCommands(commands, 'en')) as Manifest })
  team = slack.addTeam({ name: 'Acme' })
})
afterEach(() => slack.close())

const config = (over: Partial<SlackConfig> = {}): SlackConfig => ({
  events: { appToken: slack.appToken },
  workspaces: { botToken: team.bot.token },
  http: { host: '127.0.0.1', port: 3000 },
  apiUrl: slack.apiUrl,
  ...over,
})
const several = (over = {}) => ({
  workspaces: { clientId: slack.clientId, clientSecret: slack.clientSecret, encryptionKey: 'k'.repeat(32), ...over },
})

async function check(over: Partial<SlackConfig> = {}): Promise<Check[]> {
  const all = config(over)
  const checks = await checkSlack(all)
  for (const secret of [...Object.values(all.events), ...Object.values(all.workspaces)])
    if (secret !== slack.clientId) expect(JSON.stringify(checks)).not.toContain(secret)
  return checks
}
const findings = async (over: Partial<SlackConfig> = {}) =>
  (await check(over)).map(({ status, found }) => [status, found])

const messagesTab = ['note', 'whether people can write to it directly cannot be seen from here']

describe('one workspace', () => {
  it('where all is well', async () => {
    expect(await findings()).toEqual([
      ['ok', 'signs in to Acme as familiar'],
      ['ok', 'has all its scopes'],
      ['ok', 'Socket Mode is open'],
      messagesTab,
    ])
    expect(slack.violations).toEqual([])
    // A bot that is running keeps its socket, and nobody is written to.
    expect(slack.sockets).toBe(0)
    expect(slack.calls.map(({ method }) => method).sort()).toEqual(['apps.connections.open', 'auth.test', 'bots.info'])
  })

  it('whose token Slack refuses', async () => {
    team.revokeToken()
    const [first] = await check()
    expect(first).toMatchObject({
      status: 'problem',
      found: expect.stringMatching(/^Slack refuses SLACK_BOT_TOKEN \(\w+\)$/),
      advice: 'copy it again: https://api.slack.com/apps, your app, OAuth & Permissions, Bot User OAuth Token',
    })
  })

  it('that lacks a scope', async () => {
    team.reinstall({ scopes: scopes.filter(scope => scope !== 'files:read' && scope !== 'commands') })
    expect((await check())[1]).toEqual({
      name: 'slack',
      status: 'problem',
      found: 'lacks the scopes commands, files:read',
      advice:
        'add them in https://api.slack.com/apps, your app, OAuth & Permissions, Scopes, and install the app again',
    })
  })

  it('that does not let it hear names', async () => {
    team.reinstall({ scopes: scopes.filter(scope => !/^(channels|groups):history$/.test(scope)) })
    expect((await check())[1]).toMatchObject({
      status: 'note',
      found: 'hears only messages that mention it, for lack of the scopes channels:history, groups:history',
    })
  })

  it('whose socket is of another app', async () => {
    expect(await findings({ events: { appToken: `xapp-1-A0THER-1-${'c'.repeat(20)}` } })).toContainEqual([
      'problem',
      'SLACK_APP_TOKEN and SLACK_BOT_TOKEN are of two different apps',
    ])
  })

  it('where Slack refuses the app token', async () => {
    const checks = await check({ events: { appToken: `${slack.appToken}x` } })
    expect(checks).toContainEqual({
      name: 'slack',
      status: 'problem',
      found: 'Slack refuses SLACK_APP_TOKEN (invalid_auth)',
      advice:
        'copy it again: https://api.slack.com/apps, your app, Basic Information, App-Level Tokens, and see that Socket Mode is on',
    })
  })

  it('where the app token may not connect', async () => {
    slack.faults.inject('apps.connections.open', { error: 'missing_scope' })
    expect(await findings()).toContainEqual(['problem', 'SLACK_APP_TOKEN lacks the scope connections:write'])
  })

  it('that gets requests instead of a socket', async () => {
    const checks = await check({ events: { signingSecret: slack.signingSecret } })
    expect(checks[2]).toMatchObject({
      status: 'note',
      found:
        'requests are expected at http://127.0.0.1:3000/slack/events, signed with a secret that cannot be checked from here',
    })
    expect(slack.calls.map(({ method }) => method)).not.toContain('apps.connections.open')
  })
})

describe('several workspaces', () => {
  it('with the right credentials', async () => {
    expect(await findings(several())).toEqual([
      ['ok', 'SLACK_CLIENT_ID and SLACK_CLIENT_SECRET are right'],
      ['ok', 'workspaces install it at http://127.0.0.1:3000/slack/install'],
      ['ok', 'Socket Mode is open'],
      messagesTab,
    ])
  })

  it.each([
    [{ clientSecret: 'wrong' }, 'Slack refuses SLACK_CLIENT_SECRET (bad_client_secret)'],
    [{ clientId: '1.2' }, 'Slack refuses SLACK_CLIENT_ID (invalid_client_id)'],
  ])('with wrong ones: %j', async (wrong, found) => {
    expect((await check(several(wrong)))[0]).toMatchObject({ status: 'problem', found })
  })
})

describe('Slack', () => {
  it('that is in trouble is not the token’s fault', async () => {
    slack.faults.inject('auth.test', { status: 503 }, 5)
    expect((await check())[0]).toMatchObject({ status: 'problem', found: 'Slack answers with status 503' })
  })

  it('that wants to be left alone says for how long', async () => {
    slack.faults.inject('auth.test', { rateLimited: 7 }, 5)
    expect((await check())[0]).toMatchObject({ found: 'Slack is asked too often', advice: 'wait 7 s and try again' })
  })

  it('that is not there', async () => {
    const gone = await FakeSlack.start()
    await gone.close()
    const checks = await check({ apiUrl: gone.apiUrl })
    expect(checks[0]).toMatchObject({ status: 'problem', found: 'Slack cannot be reached (ECONNREFUSED)' })
  })
})
