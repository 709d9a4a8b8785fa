/** What a method of the Web API is: its arguments, who may call it, and what it does. */
import type { ChannelState, Json, MessageState, TeamState } from '../world/state.ts'
import { findMessage } from '../world/state.ts'
import type { World } from '../world/world.ts'

/** A refusal as Slack words it. */
export class ApiError extends Error {
  readonly code: string
  readonly more: Json

  constructor(code: string, more: Json = {}) {
    super(code)
    this.code = code
    this.more = more
  }
}

/** `!` is required. */
export type ArgumentType = 'string' | 'number' | 'boolean' | 'json'
export type ArgumentTypes = Readonly<Record<string, ArgumentType | `${ArgumentType}!`>>

export interface Call {
  readonly world: World
  readonly method: string
  /** Of the token; absent for methods that take none. */
  readonly team: TeamState
  readonly args: Json
  /** Warnings for `response_metadata`. */
  readonly warnings: string[]
}

export interface Method {
  readonly args: ArgumentTypes
  /** One of them is enough. */
  readonly scopes?: readonly string[]
  /** Calls a minute, when rate limits are on. */
  readonly perMinute?: number
  /** Default `bot`. */
  readonly token?: 'bot' | 'app' | 'none'
  handle(call: Call): Json | Promise<Json>
}
export type Methods = Readonly<Record<string, Method>>

/** Calls a minute of Slack's tiers. */
export const tier = { 1: 1, 2: 20, 3: 50, 4: 100 } as const

/** A refusal that a careful app does not provoke: it is remembered. */
export function misuse(call: Pick<Call, 'world' | 'method'>, code: string, detail: string, more: Json = {}): ApiError {
  call.world.violate(code, call.method, detail)
  return new ApiError(code, more)
}

export function requireScope({ team }: Call, ...scopes: readonly string[]): void {
  if (scopes.some(scope => team.bot.scopes.has(scope))) return
  throw new ApiError('missing_scope', { needed: scopes[0], provided: [...team.bot.scopes].join(',') })
}

/** A channel that the bot can know of: not a private one, nor somebody else's DM. */
export function channelOf({ team }: Call, id: unknown): ChannelState {
  const channel = team.channels.get(id as string)
  if (!channel || (channel.kind !== 'public' && !channel.members.has(team.bot.userId)))
    throw new ApiError('channel_not_found')
  return channel
}

/** One of the channel's messages; ephemeral ones cannot be found. */
export function messageOf(channel: ChannelState, ts: unknown, code = 'message_not_found'): MessageState {
  const message = findMessage(channel, ts as string)
  if (!message || message.ephemeralFor || message.subtype === 'tombstone') throw new ApiError(code)
  return message
}

/** A part of a list, and where the next begins. */
export function page<T>({ args }: Call, all: readonly T[], most = 1000, usual = 100): { items: T[]; more: Json } {
  const start = args.cursor ? Number(Buffer.from(args.cursor as string, 'base64').toString()) : 0
  if (!Number.isInteger(start) || start < 0) throw new ApiError('invalid_cursor')
  const limit = Math.min((args.limit as number | undefined) ?? usual, most)
  const end = start + limit
  const next_cursor = end < all.length ? Buffer.from(String(end)).toString('base64') : ''
  return { items: all.slice(start, end), more: { response_metadata: { next_cursor } } }
}
