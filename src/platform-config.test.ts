import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfig, parseEnv, projectRoot } from './config.ts'
import { platformSecrets, platformVariables } from './platform-config.ts'

const botToken = 'xoxb-1-2-c0ffee'
const appToken = 'xapp-1-A1-c0ffee'
const encryptionKey = 'c0ffee'.repeat(6)
const oauth = { SLACK_CLIENT_ID: '1.2', SLACK_CLIENT_SECRET: 'c0ffee', SLACK_ENCRYPTION_KEY: encryptionKey }

describe('Discord', () => {
  it('is on with a token, and needs nothing else', () => {
    expect(parseConfig({ DISCORD_TOKEN: ' MTI.Gx-y.c0ffee_ ' })).toMatchObject({
      discord: { token: 'MTI.Gx-y.c0ffee_', messageContent: 'auto' },
    })
    expect(parseConfig({ DISCORD_MESSAGE_CONTENT: 'true' }).discord).toBeUndefined()
  })

  it('is asked for the content of messages, or not', () => {
    const contents = ['true', 'false', 'auto', ''].map(
      DISCORD_MESSAGE_CONTENT =>
        parseConfig({ DISCORD_TOKEN: 'a.b.c', DISCORD_MESSAGE_CONTENT }).discord?.messageContent,
    )
    expect(contents).toEqual([true, false, 'auto', 'auto'])
  })
})

describe('Slack', () => {
  it('is on with a bot token and an app token: one workspace, through a socket', () => {
    expect(parseConfig({ SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken }).slack).toEqual({
      events: { appToken },
      workspaces: { botToken },
      http: { host: '127.0.0.1', port: 3000 },
    })
  })

  it('is on with a bot token and a signing secret: one workspace, by requests', () => {
    const variables = {
      SLACK_BOT_TOKEN: botToken,
      SLACK_SIGNING_SECRET: 'c0ffee',
      SLACK_HOST: '::',
      SLACK_PORT: '8080',
    }
    expect(parseConfig(variables).slack).toEqual({
      events: { signingSecret: 'c0ffee' },
      workspaces: { botToken },
      http: { host: '::', port: 8080 },
    })
  })

  it('is on with credentials instead of a bot token: several workspaces', () => {
    const workspaces = { clientId: '1.2', clientSecret: 'c0ffee', encryptionKey }
    expect(parseConfig({ ...oauth, SLACK_APP_TOKEN: appToken }).slack).toMatchObject({
      events: { appToken },
      workspaces,
    })
    expect(parseConfig({ ...oauth, SLACK_SIGNING_SECRET: 'c0ffee' }).slack).toMatchObject({
      events: { signingSecret: 'c0ffee' },
      workspaces,
    })
  })

  it('uses the socket when both ways are open', () => {
    const variables = { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: 'c0ffee' }
    expect(parseConfig(variables).slack?.events).toEqual({ appToken })
  })

  it('is off without a token, wherever it would be served', () => {
    expect(
      parseConfig({ SLACK_PORT: '8080', SLACK_HOST: '::', SLACK_API_URL: 'http://127.0.0.1:1/api' }).slack,
    ).toBeUndefined()
  })
})

it('takes other addresses for tests', () => {
  const config = parseConfig({
    DISCORD_TOKEN: 'a.b.c',
    DISCORD_API_URL: 'http://127.0.0.1:4567/api',
    SLACK_BOT_TOKEN: botToken,
    SLACK_APP_TOKEN: appToken,
    SLACK_API_URL: 'http://127.0.0.1:4568/api/',
    PICTURE_HOSTS: '127.0.0.1:4567, Pictures.example.com,[::1]:80 ',
  })
  expect(config.discord?.apiUrl).toBe('http://127.0.0.1:4567/api')
  expect(config.slack?.apiUrl).toBe('http://127.0.0.1:4568/api/')
  expect(config.pictureHosts).toEqual(['127.0.0.1:4567', 'pictures.example.com', '[::1]:80'])
})

describe('what cannot work is said in one sentence without the secret', () => {
  it.each([
    [
      { DISCORD_TOKEN: 'c0ffee' },
      "Expected DISCORD_TOKEN to be a bot's token, which has two dots in it, but received something else",
    ],
    [
      { DISCORD_TOKEN: 'Bot a.b.c0ffee' },
      "Expected DISCORD_TOKEN to be a bot's token, which has two dots in it, but received something else",
    ],
    [
      { DISCORD_MESSAGE_CONTENT: 'yes' },
      'Expected DISCORD_MESSAGE_CONTENT to be auto, true or false but received "yes"',
    ],
    [
      { SLACK_BOT_TOKEN: appToken },
      "Expected SLACK_BOT_TOKEN to be the bot user's token, which begins with xoxb-, but received something else",
    ],
    [
      { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: botToken },
      'Expected SLACK_APP_TOKEN to be an app-level token, which begins with xapp-, but received something else',
    ],
    [
      { SLACK_BOT_TOKEN: botToken },
      'Expected SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) beside SLACK_BOT_TOKEN but received neither of them',
    ],
    [
      oauth,
      'Expected SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) beside SLACK_CLIENT_ID but received neither of them',
    ],
    [
      { SLACK_APP_TOKEN: appToken },
      'Expected SLACK_BOT_TOKEN (one workspace), or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET (several), but received SLACK_APP_TOKEN without them',
    ],
    [
      { SLACK_APP_TOKEN: appToken, SLACK_CLIENT_ID: '1.2' },
      'Expected SLACK_CLIENT_SECRET and SLACK_ENCRYPTION_KEY beside SLACK_CLIENT_ID but received nothing',
    ],
    [
      { ...oauth, SLACK_APP_TOKEN: appToken, SLACK_ENCRYPTION_KEY: 'c0ffee' },
      'Expected SLACK_ENCRYPTION_KEY to be at least 32 characters that nobody can guess but received something else',
    ],
    [
      { ...oauth, SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken },
      'Expected either SLACK_BOT_TOKEN (one workspace) or SLACK_CLIENT_ID with SLACK_CLIENT_SECRET (several) but received both of them',
    ],
    [{ SLACK_PORT: '-1' }, 'Expected SLACK_PORT to be a port from 0 to 65535 but received "-1"'],
    [
      { DISCORD_API_URL: 'discord.com' },
      'Expected DISCORD_API_URL to be a URL that begins with http: or https: but received "discord.com"',
    ],
    [
      { PICTURE_HOSTS: 'https://cdn.example.com/a' },
      'Expected PICTURE_HOSTS to be names of hosts with commas between but received "https://cdn.example.com/a"',
    ],
  ])('%j', (variables, sentence) => {
    let message = ''
    try {
      parseConfig(variables)
    } catch (error) {
      message = (error as Error).message
    }
    expect(message).toBe(sentence)
    expect(message).not.toContain('c0ffee')
  })
})

it('.env.example has a line for every variable, and nothing in the place of a secret', async () => {
  const example = parseEnv(await readFile(join(projectRoot, '.env.example'), 'utf8'))
  expect(Object.keys(example)).toEqual(expect.arrayContaining(Object.keys(platformVariables)))
  for (const name of platformSecrets) expect(example[name]).toBe('')
  expect(parseConfig(example)).toEqual(parseConfig({}))
})
