/** One session of the gateway: it outlives its socket, and what it missed meanwhile is told when it resumes. */
import { randomBytes } from 'node:crypto'
import type { WebSocket } from 'ws'
import type { GatewayEvent } from '../state/world.ts'

export const Opcode = {
  Dispatch: 0,
  Heartbeat: 1,
  Identify: 2,
  Presence: 3,
  Resume: 6,
  Reconnect: 7,
  RequestMembers: 8,
  InvalidSession: 9,
  Hello: 10,
  HeartbeatAck: 11,
} as const

export interface Payload {
  readonly op: number
  readonly d: unknown
  readonly s?: number
  readonly t?: string
}

export class Session {
  readonly id = randomBytes(16).toString('hex')
  readonly intents: number
  socket?: WebSocket
  readonly #told: Payload[] = []

  constructor(intents: number, socket: WebSocket) {
    this.intents = intents
    this.socket = socket
  }

  tell({ name, intents, data }: GatewayEvent): void {
    if (intents && !(intents & this.intents)) return
    const payload: Payload = { op: Opcode.Dispatch, t: name, s: this.#told.length + 1, d: data(this.intents) }
    this.#told.push(payload)
    send(this.socket, payload)
  }

  /** False where the sequence number was never told. */
  resume(socket: WebSocket, sequence: number): boolean {
    if (sequence > this.#told.length) return false
    this.socket = socket
    for (const payload of this.#told.slice(sequence)) send(socket, payload)
    this.tell({ name: 'RESUMED', intents: 0, data: () => ({}) })
    return true
  }
}

export function send(socket: WebSocket | undefined, payload: Payload): void {
  if (socket?.readyState === socket?.OPEN) socket?.send(JSON.stringify({ s: null, t: null, ...payload }))
}
