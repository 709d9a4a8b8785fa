/** The gateway, for tests: who is connected, and what goes wrong. */
import { EventEmitter, once } from 'node:events'
import type { GatewayServer } from './gateway/server.ts'
import { Opcode } from './gateway/session.ts'

/** Milliseconds for the bot to be there. */
const patience = 10_000

export class FakeGateway {
  readonly #server: GatewayServer
  readonly #changes = new EventEmitter()

  constructor(server: GatewayServer) {
    this.#server = server
    server.onChange = () => this.#changes.emit('change')
  }

  /** The bot is connected and has been told READY. */
  get connected(): boolean {
    return [...this.#server.sessions.values()].some(({ socket }) => socket !== undefined)
  }

  /** Sessions that were begun (IDENTIFY) since the start. */
  get identifies(): number {
    return this.#server.identifies
  }

  /** How often a session was resumed since the start. */
  get resumes(): number {
    return this.#server.resumes
  }

  /** Resolves when the bot is connected. @throws after 10 s */
  ready(): Promise<void> {
    return this.#until('connected', () => this.connected)
  }

  /** Asks the bot to reconnect (op 7). Resolves when it has resumed. */
  async reconnect(): Promise<void> {
    const { resumes } = this
    this.#server.signal({ op: Opcode.Reconnect, d: null })
    await this.#until('resumed', () => this.resumes > resumes)
  }

  /** Invalid session (op 9). Resolves when the bot is back: resumed, or with a session of its own. */
  async invalidate(resumable: boolean): Promise<void> {
    const { resumes, identifies } = this
    if (!resumable) this.#server.sessions.clear()
    this.#server.signal({ op: Opcode.InvalidSession, d: resumable })
    await this.#until('back', () => (resumable ? this.resumes > resumes : this.identifies > identifies))
  }

  /** Closes with a code, such as 4000 (resumable), 4004 (bad token), 4009. */
  close(code: number): void {
    for (const socket of this.#server.sockets) socket.close(code)
  }

  /** Tears the socket down without a word. */
  drop(): void {
    for (const socket of this.#server.sockets) socket.terminate()
  }

  /** No acknowledgement of heartbeats from here on (a zombie connection), or again. */
  acknowledge(heartbeats: boolean): void {
    this.#server.acknowledges = heartbeats
  }

  /** Connections are refused, or accepted again. Events meanwhile are kept for a session that resumes. */
  accept(connections: boolean): void {
    this.#server.accepts = connections
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    const signal = AbortSignal.timeout(patience)
    while (!holds()) {
      await once(this.#changes, 'change', { signal }).catch(() => {
        throw new Error(`Expected the bot to be ${what} within ${patience} ms`)
      })
    }
  }
}
