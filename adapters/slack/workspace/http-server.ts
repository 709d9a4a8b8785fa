/** Where Slack's signed requests come in HTTP mode, and where workspaces install the app with OAuth. */
import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HTTPReceiver } from '@slack/bolt'
import { FamiliarError } from '../../../engine/errors.ts'
import type { SlackOAuth } from '../../../src/platform-config.ts'
import { eventsPath, installPath, scopes } from '../manifest.ts'
import { clientOptions } from './api.ts'
import type { BoltLog } from './bolt-log.ts'
import type { Installations } from './installations.ts'
import { derive } from './seal.ts'

export interface HttpOptions {
  readonly host: string
  readonly port: number
  /** Without it, no request is taken. */
  readonly signingSecret?: string
  /** Without them there are no pages. */
  readonly pages?: { readonly oauth: SlackOAuth; readonly installations: Installations }
  readonly apiUrl?: string
  readonly boltLog: BoltLog
}

/** How long closing waits for what is under way, in milliseconds. */
const patience = 500
const slackApi = 'https://slack.com/api/'

export class HttpServer {
  readonly receiver: HTTPReceiver
  readonly #options: HttpOptions
  #server: Server | undefined

  constructor(options: HttpOptions) {
    this.#options = options
    const { signingSecret = randomBytes(32).toString('hex'), pages, apiUrl, boltLog } = options
    this.receiver = new HTTPReceiver({
      // Nobody knows a secret that was made up: nothing is signed with it.
      signingSecret,
      endpoints: eventsPath,
      logger: boltLog,
      ...(pages && {
        clientId: pages.oauth.clientId,
        clientSecret: pages.oauth.clientSecret,
        stateSecret: derive(pages.oauth.encryptionKey, 'state').toString('hex'),
        installationStore: pages.installations,
        scopes: [...scopes],
        installerOptions: {
          installPath,
          authorizationUrl: new URL('/oauth/v2/authorize', apiUrl ?? slackApi).href,
          clientOptions: clientOptions({ apiUrl, log: boltLog }),
        },
      }),
    })
  }

  /** It listens: Slack does not say whether it can reach it. */
  get connected(): boolean {
    return this.#server?.listening === true
  }

  /** Such as `http://127.0.0.1:3000`, once it is started. */
  get url(): string {
    const { port } = (this.#server?.address() ?? this.#options) as AddressInfo
    const { host } = this.#options
    const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
    return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
  }

  /** @throws FamiliarError `PORT_IN_USE`, `CANNOT_LISTEN` */
  async start(): Promise<void> {
    const { host, port } = this.#options
    try {
      this.#server = (await this.receiver.start({ host, port })) as Server
    } catch (error) {
      throw cannotListen(error as NodeJS.ErrnoException, host, port)
    }
  }

  async stop(): Promise<void> {
    const server = this.#server
    if (!server?.listening) return
    await new Promise<void>(resolve => {
      server.close(() => resolve())
      server.closeIdleConnections()
      setTimeout(() => server.closeAllConnections(), patience).unref()
    })
  }
}

function cannotListen(cause: NodeJS.ErrnoException, host: string, port: number): FamiliarError {
  if (cause.code === 'EADDRINUSE') {
    const sentence = `Expected port ${port} on ${host} to be free but another program uses it: close that one or set SLACK_PORT to another port`
    return new FamiliarError('PORT_IN_USE', sentence, { cause })
  }
  const advice = `Expected to listen on port ${port} of ${host} but received ${cause.code}: set SLACK_HOST and SLACK_PORT to what this machine has`
  return new FamiliarError('CANNOT_LISTEN', advice, { cause })
}
