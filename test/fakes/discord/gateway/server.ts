/** The gateway's side of the sockets: HELLO, IDENTIFY, RESUME, heartbeats. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { guildCreatePayload, memberPayload, userPayload } from '../payloads/guilds.ts'
import { allowedIntents, Intent } from '../state/intents.ts'
import type { GatewayEvent, World } from '../state/world.ts'
import { Opcode, type Payload, Session, send } from './session.ts'

interface Identify {
  readonly token: string
  readonly intents?: number
  readonly shard?: readonly [number, number]
}
interface RequestMembers {
  readonly guild_id: string
  readonly query?: string
  readonly limit?: number
  readonly user_ids?: string | readonly string[]
  readonly nonce?: string
}

export class GatewayServer {
  readonly #world: World
  readonly #sockets = new WebSocketServer({ noServer: true })
  readonly sessions = new Map<string, Session>()
  identifies = 0
  resumes = 0
  accepts = true
  acknowledges = true
  /** Called when something about the connection has changed. */
  onChange: () => void = () => {}

  constructor(world: World) {
    this.#world = world
    world.publish = event => this.#publish(event)
  }

  get sockets(): ReadonlySet<WebSocket> {
    return this.#sockets.clients
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (!this.accepts) {
      socket.destroy()
      return
    }
    this.#sockets.handleUpgrade(request, socket, head, each => this.#greet(each))
  }

  #publish(event: GatewayEvent): void {
    for (const session of this.sessions.values()) session.tell(event)
  }

  #greet(socket: WebSocket): void {
    send(socket, { op: Opcode.Hello, d: { heartbeat_interval: this.#world.options.heartbeatInterval } })
    socket.on('message', data => {
      let payload: Payload
      try {
        payload = JSON.parse(String(data)) as Payload
      } catch {
        socket.close(4002, 'Decode error')
        return
      }
      this.#receive(socket, payload)
    })
    socket.on('error', () => socket.terminate())
    socket.on('close', code => {
      const session = this.#of(socket)
      if (session) session.socket = undefined
      // A client that closes with 1000 or 1001 gives its session up.
      if (session && (code === 1000 || code === 1001)) this.sessions.delete(session.id)
      this.onChange()
    })
  }

  #of(socket: WebSocket): Session | undefined {
    return [...this.sessions.values()].find(session => session.socket === socket)
  }

  #receive(socket: WebSocket, { op, d }: Payload): void {
    if (op === Opcode.Heartbeat) {
      if (this.acknowledges) send(socket, { op: Opcode.HeartbeatAck, d: null })
    } else if (op === Opcode.Identify) this.#identify(socket, d as Identify)
    else if (op === Opcode.Resume) this.#resume(socket, d as { token: string; session_id: string; seq: number })
    else if (!this.#of(socket)) socket.close(4003, 'Not authenticated')
    else if (op === Opcode.RequestMembers) this.#members(socket, d as RequestMembers)
    else if (op !== Opcode.Presence) socket.close(4001, 'Unknown opcode')
  }

  #identify(socket: WebSocket, { token, intents, shard }: Identify): void {
    const world = this.#world
    const flags = world.application.flags as number
    const refusal = this.#refusal(socket, token, intents)
    if (refusal) {
      socket.close(refusal)
      return
    }
    const session = new Session(intents!, socket)
    this.sessions.set(session.id, session)
    this.identifies++
    const guilds = [...world.guilds.values()].filter(({ members }) => members.has(world.bot.id))
    const ready = {
      v: 10,
      user: { ...userPayload(world.bot), verified: true, mfa_enabled: true, email: null, flags: 0 },
      guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
      session_id: session.id,
      resume_gateway_url: world.origin.replace(/^http/, 'ws'),
      shard: shard ?? [0, 1],
      application: { id: world.applicationId, flags },
      private_channels: [],
      relationships: [],
    }
    session.tell({ name: 'READY', intents: 0, data: () => ready })
    for (const guild of guilds)
      if (!guild.unavailable)
        session.tell({ name: 'GUILD_CREATE', intents: Intent.Guilds, data: () => guildCreatePayload(guild, world) })
    this.onChange()
  }

  /** The code with which an IDENTIFY is refused. */
  #refusal(socket: WebSocket, token: string, intents: number | undefined): number | undefined {
    if (this.#of(socket)) return 4005
    if (token !== this.#world.options.token) return 4004
    if (intents === undefined || intents < 0 || intents >= 1 << 26) return 4013
    return allowedIntents(this.#world.application.flags as number, intents) ? undefined : 4014
  }

  #resume(socket: WebSocket, { token, session_id, seq }: { token: string; session_id: string; seq: number }): void {
    if (token !== this.#world.options.token) {
      socket.close(4004)
      return
    }
    if (!this.sessions.get(session_id)?.resume(socket, seq)) {
      send(socket, { op: Opcode.InvalidSession, d: false })
      return
    }
    this.resumes++
    this.onChange()
  }

  #members(socket: WebSocket, { guild_id, query, limit = 0, user_ids, nonce }: RequestMembers): void {
    const guild = this.#world.guilds.get(guild_id)
    const session = this.#of(socket)
    if (!guild || !session) return
    const everybody = query === '' && limit === 0
    const privileged = (session.intents & Intent.GuildMembers) !== 0
    if (everybody && !privileged) {
      socket.close(4014)
      return
    }
    const wanted = user_ids === undefined ? undefined : [user_ids].flat()
    const found = [...guild.members.values()].filter(({ user, nick }) =>
      wanted
        ? wanted.includes(user.id)
        : [user.username, user.globalName, nick ?? ''].some(name => name.startsWith(query ?? '')),
    )
    const members = (limit ? found.slice(0, limit) : found).map(memberPayload)
    const not_found = wanted?.filter(id => !guild.members.has(id)) ?? []
    const chunk = { guild_id, members, not_found, chunk_index: 0, chunk_count: 1, ...(nonce && { nonce }) }
    session.tell({ name: 'GUILD_MEMBERS_CHUNK', intents: 0, data: () => chunk })
  }

  /** Sends every socket an operation. */
  signal(payload: Payload): void {
    for (const socket of this.sockets) send(socket, payload)
  }

  close(): void {
    for (const socket of this.sockets) socket.terminate()
    this.#sockets.close()
  }
}
