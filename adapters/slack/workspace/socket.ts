/**
 * Socket Mode: a connection that is opened from here, kept, and opened again whenever it breaks. The client's own way of
 * doing so gives up, and takes the whole process down, when Slack cannot be reached for a while.
 */
import { SocketModeReceiver } from '@slack/bolt'
import type { Log } from '../../../src/conversation/needs.ts'
import { clientOptions, slackCode } from './api.ts'
import type { BoltLog } from './bolt-log.ts'
import { badToken } from './errors.ts'

export interface SocketOptions {
  readonly appToken: string
  readonly apiUrl?: string
  readonly boltLog: BoltLog
  readonly log: Log
}

/** Milliseconds between attempts; the last one from then on. */
const pauses = [0, 1000, 2000, 5000, 10_000, 30_000]
/** How long closing waits for Slack to say goodbye, in milliseconds. */
const patience = 1000

export class Socket {
  readonly receiver: SocketModeReceiver
  readonly #log: Log
  #closing = false
  #connecting = true
  #timer: NodeJS.Timeout | undefined
  #wake: (() => void) | undefined

  constructor({ appToken, apiUrl, boltLog, log }: SocketOptions) {
    this.#log = log
    this.receiver = new SocketModeReceiver({
      appToken,
      logger: boltLog,
      autoReconnectEnabled: false,
      installerOptions: { clientOptions: clientOptions({ apiUrl, log: boltLog }) },
    })
    this.receiver.client.on('disconnected', () => {
      if (!this.#closing && !this.#connecting) void this.#reconnect()
    })
  }

  /** It is open, once it was started. */
  get connected(): boolean {
    return !this.#connecting && !this.#closing
  }

  /** @throws FamiliarError `BAD_TOKEN`, `SLACK_UNREACHABLE` */
  async start(): Promise<void> {
    try {
      await this.receiver.client.start()
    } catch (error) {
      const where = '“Basic Information” (App-Level Tokens, scope connections:write)'
      throw badToken('SLACK_APP_TOKEN', where, error ?? new Error('no connection'))
    } finally {
      this.#connecting = false
    }
  }

  async stop(): Promise<void> {
    this.#closing = true
    clearTimeout(this.#timer)
    this.#wake?.()
    const { client } = this.receiver
    const closed = client.disconnect()
    const late = new Promise<'late'>(resolve => setTimeout(resolve, patience, 'late').unref())
    // The second time it does not wait for an answer.
    if ((await Promise.race([closed, late])) === 'late') await Promise.race([client.disconnect(), late])
  }

  async #reconnect(): Promise<void> {
    this.#connecting = true
    for (let attempt = 0; !this.#closing; attempt++) {
      await this.#wait(pauses[Math.min(attempt, pauses.length - 1)]!)
      if (this.#closing) return
      try {
        await this.receiver.client.start()
        this.#connecting = false
        this.#log.info({ attempts: attempt + 1 }, 'the connection to Slack was broken and is there again')
        return
      } catch (error) {
        this.#log.warn({ code: slackCode(error) }, 'Slack cannot be reached; trying again')
      }
    }
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise(resolve => {
      this.#wake = resolve
      this.#timer = setTimeout(resolve, milliseconds)
    })
  }
}
