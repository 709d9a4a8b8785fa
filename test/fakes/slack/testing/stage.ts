/** A fake Slack with one team and a real Bolt app at it, for the fake's own tests. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { App, HTTPReceiver, type Logger, LogLevel, SocketModeReceiver, webApi } from '@slack/bolt'
import { FakeSlack, type FakeSlackOptions, type SlackChannel, type SlackPerson, type SlackTeam } from '../fake-slack.ts'

/**
 * Milliseconds until a client that reconnects opens another socket, and in which a ping of its has to be answered: too
 * short for a busy machine where nothing is to break.
 */
const clientPingTimeout = 400

export const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
}

export interface Stage {
  readonly fake: FakeSlack
  readonly team: SlackTeam
  readonly channel: SlackChannel
  /** Runs the team. */
  readonly mai: SlackPerson
  readonly lan: SlackPerson
  readonly client: webApi.WebClient
  close(): Promise<void>
}

export async function openStage(options: FakeSlackOptions = {}): Promise<Stage> {
  const fake = await FakeSlack.start(options)
  const team = fake.addTeam()
  const mai = team.addPerson({ name: 'Mai', admin: true, locale: 'vi-VN' })
  const lan = team.addPerson({ name: 'Lan Anh' })
  const channel = team.addChannel({ name: 'family' })
  const retryConfig = { retries: 0 }
  const client = new webApi.WebClient(team.bot.token, {
    slackApiUrl: fake.apiUrl,
    logger: silent,
    retryConfig,
    timeout: 4000,
  })
  return { fake, team, channel, mai, lan, client, close: () => fake.close() }
}

export interface AppStage extends Stage {
  readonly app: App
}

export interface SocketAppOptions {
  /** What Bolt has to wait for before it acknowledges an event. */
  readonly before?: () => Promise<unknown>
  /** It opens another socket, and soon, where one breaks. */
  readonly reconnects?: boolean
}

/** @param listen registers listeners before anything is heard */
export async function openSocketApp(
  listen: (app: App) => void,
  options?: FakeSlackOptions,
  { before = async () => undefined, reconnects = false }: SocketAppOptions = {},
): Promise<AppStage> {
  const stage = await openStage(options)
  const clientOptions = { slackApiUrl: stage.fake.apiUrl }
  const installerOptions = { clientOptions }
  const receiver = new SocketModeReceiver({
    appToken: stage.fake.appToken,
    autoReconnectEnabled: reconnects,
    ...(reconnects && { clientPingTimeout }),
    installerOptions,
    logger: silent,
  })
  const { token: botToken, botId, userId: botUserId } = stage.team.bot
  const authorize = async () => {
    await before()
    return { botToken, botId, botUserId, teamId: stage.team.id }
  }
  const { client } = receiver
  let connected = false
  client.on('connected', () => (connected = true))
  client.on('close', () => (connected = false))
  const app = new App({ authorize, receiver, clientOptions, logger: silent })
  listen(app)
  await app.start()
  const close = async () => {
    // A client that is stopped while it reconnects rejects with nothing, and nobody is there to catch it. It does so until
    // it has read the greeting, which is later than its socket's opening at the fake.
    if (reconnects && !connected) await new Promise(resolve => client.once('connected', resolve))
    await closeBoth(app, stage)
  }
  return { ...stage, app, close }
}

export async function openHttpApp(
  listen: (app: App) => void,
  options?: FakeSlackOptions,
  signingSecret?: string,
): Promise<AppStage> {
  const stage = await openStage(options)
  const receiver = new HTTPReceiver({ signingSecret: signingSecret ?? stage.fake.signingSecret, logger: silent })
  const clientOptions = { slackApiUrl: stage.fake.apiUrl }
  const app = new App({ token: stage.team.bot.token, receiver, clientOptions, logger: silent })
  listen(app)
  const server = (await app.start(0)) as Server
  if (!server.listening) await once(server, 'listening')
  stage.fake.requestUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`
  return { ...stage, app, close: () => closeBoth(app, stage) }
}

async function closeBoth(app: App, stage: Stage): Promise<void> {
  await app.stop()
  await stage.close()
}
