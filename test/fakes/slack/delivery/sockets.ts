/** Socket Mode: the web sockets that the app has opened, up to ten. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { World } from '../world/world.ts'
import { type Attempt, acknowledge, type OpenDelivery } from './desk.ts'

const mostSockets = 10
const pingEvery = 5000
const closeAfterWarning = 10_000

export class Sockets {
  enabled = true
  readonly #world: World
  readonly #server = new WebSocketServer({ noServer: true })
  readonly #tickets = new Set<string>()
  /** Those that events may go to. */
  readonly #open = new Set<WebSocket>()
  readonly #waiting = new Map<
    string,
    { socket: WebSocket; delivery: OpenDelivery; settle: (failure?: string) => void }
  >()
  #turn = 0

  constructor(world: World) {
    this.#world = world
  }

  get open(): number {
    return this.#open.size
  }

  /** Address for one new socket. */
  ticket(): string {
    const ticket = this.#world.ids.token('ticket')
    this.#tickets.add(ticket)
    return `${this.#world.url.replace('http', 'ws')}/link/?ticket=${ticket}&app_id=${this.#world.app.id}`
  }

  upgrade(request: IncomingMessage, raw: Duplex, head: Buffer): void {
    const ticket = new URL(request.url!, this.#world.url).searchParams.get('ticket') ?? ''
    if (!this.enabled || !this.#tickets.delete(ticket) || this.#server.clients.size >= mostSockets) {
      this.#world.violate(
        'invalid_ticket',
        'socket',
        `an address of a socket was used twice, or made up, or is one too many`,
      )
      raw.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      return
    }
    this.#server.handleUpgrade(request, raw, head, socket => this.#greet(socket))
  }

  #greet(socket: WebSocket): void {
    socket.on('message', data => this.#heard(socket, String(data)))
    socket.on('error', () => undefined)
    const ping = setInterval(() => socket.ping(), pingEvery)
    socket.on('close', () => {
      clearInterval(ping)
      this.#open.delete(socket)
      for (const waiting of this.#waiting.values()) if (waiting.socket === socket) waiting.settle('socket_closed')
    })
    const hello = {
      type: 'hello',
      num_connections: this.#server.clients.size,
      debug_info: { host: 'applink-1', build_number: 1, approximate_connection_time: 18060 },
      connection_info: { app_id: this.#world.app.id },
    }
    socket.send(JSON.stringify(hello))
    this.#open.add(socket)
  }

  /** Sends an envelope to one of the sockets, in turn. */
  send({ kind, payload, attempt, reason = '' }: Attempt, delivery: OpenDelivery): Promise<void> {
    const socket = [...this.#open][this.#turn++ % this.#open.size]!
    const id = this.#world.ids.next('envelope-')
    const isEvent = kind === 'events_api'
    const envelope = {
      envelope_id: id,
      type: kind,
      payload,
      accepts_response_payload: !isEvent,
      ...(isEvent && { retry_attempt: attempt, retry_reason: reason }),
    }
    socket.send(JSON.stringify(envelope))
    return new Promise(resolve => {
      const cancel = this.#world.pending.later(
        this.#world.settings.ackWithin,
        () => {
          this.#world.violate('not_acknowledged', delivery.type, 'nothing came back in time')
          settle('timeout')
        },
        false,
      )
      const settle = (failure?: string) => {
        cancel()
        delivery.failure = failure
        // An acknowledgement that comes too late is still to be noted.
        if (failure !== 'timeout') this.#waiting.delete(id)
        resolve()
      }
      this.#waiting.set(id, { socket, delivery, settle })
    })
  }

  #heard(socket: WebSocket, text: string): void {
    const { envelope_id: id, payload } = JSON.parse(text) as { envelope_id?: string; payload?: unknown }
    const waiting = id === undefined ? undefined : this.#waiting.get(id)
    if (!waiting || waiting.socket !== socket) {
      this.#world.violate('unknown_envelope', 'socket', `an acknowledgement of ${id}, which nobody waits for`)
      return
    }
    this.#waiting.delete(id!)
    acknowledge(this.#world, waiting.delivery, payload)
    if (waiting.delivery.failure === undefined) waiting.settle()
  }

  /** Breaks all, without a word. */
  drop(): void {
    this.#open.clear()
    for (const socket of this.#server.clients) socket.terminate()
  }

  /** Tells all that they will be closed, as Slack does. */
  disconnect(reason: 'warning' | 'refresh_requested' | 'link_disabled'): void {
    if (reason === 'link_disabled') this.enabled = false
    for (const socket of this.#server.clients) {
      this.#open.delete(socket)
      socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'applink-1' } }))
      this.#world.pending.later(closeAfterWarning, () => socket.close(), false)
    }
  }

  close(): void {
    this.drop()
    this.#server.close()
  }
}
