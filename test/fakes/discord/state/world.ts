/** Everything that the fake knows, behind REST, gateway and people alike. */
import { randomBytes } from 'node:crypto'
import type { Call, FakeDiscordOptions, Violation } from '../types.ts'
import { Commands } from './commands.ts'
import type { Interaction } from './interactions.ts'
import { type Channel, ChannelType, type Guild, type Message, type StoredFile, type User } from './model.ts'
import { everyonesPermissions } from './permissions.ts'
import { Snowflakes } from './snowflakes.ts'

/** What the gateway tells a session. */
export interface GatewayEvent {
  readonly name: string
  /** Any of these intents lets it through; 0 when it needs none. */
  readonly intents: number
  /** As a session with these intents is told. */
  data(intents: number): object
}

export class World {
  readonly options: Required<FakeDiscordOptions>
  readonly bot: User
  readonly applicationId: string
  /** Fields of the application that `PATCH /applications/@me` and the developer portal change. */
  readonly application: Record<string, unknown> = { flags: 0, description: '', tags: [], integration_types_config: {} }
  readonly users = new Map<string, User>()
  readonly guilds = new Map<string, Guild>()
  readonly channels = new Map<string, Channel>()
  readonly files = new Map<string, StoredFile>()
  readonly interactions = new Map<string, Interaction>()
  /** The same, by their token. */
  readonly tokens = new Map<string, Interaction>()
  readonly commands = new Commands(this)
  /** Messages that notified somebody, by their id. */
  readonly notified = new Map<string, Message[]>()
  readonly calls: Call[] = []
  readonly violations: Violation[] = []
  /** Of the bot's messages, to tell them again. */
  readonly published = new Map<string, GatewayEvent>()
  /** Signs the URLs of files. */
  readonly secret = randomBytes(16)
  /** `http://127.0.0.1:PORT` */
  origin = ''
  publish: (event: GatewayEvent) => void = () => {}
  readonly #ids = new Snowflakes()
  #ahead = 0

  constructor(options: FakeDiscordOptions) {
    this.options = {
      token: 'fake.bot.token',
      privileged: [],
      ackWithin: 3000,
      tokenLife: 15 * 60_000,
      urlLife: 24 * 60 * 60_000,
      heartbeatInterval: 41_250,
      uploadLimit: 10 * 1024 * 1024,
      rateLimits: true,
      commandCreates: 200,
      ...options,
    }
    this.applicationId = this.nextId()
    this.bot = this.addUser('Familiar', { bot: true })
  }

  now(): number {
    return Date.now() + this.#ahead
  }

  advance(ms: number): void {
    this.#ahead += ms
    for (const interaction of this.interactions.values()) interaction.expire()
  }

  nextId(): string {
    return this.#ids.next(this.now())
  }

  addUser(name: string, { bot = false, locale = 'en-GB' }: { bot?: boolean; locale?: string } = {}): User {
    const id = this.nextId()
    const username = `${name
      .normalize('NFD')
      .toLowerCase()
      .replace(/[^a-z0-9._]/g, '')}.${id.slice(-4)}`
    const user: User = { id, username, globalName: name, bot, locale, takesDirect: true }
    this.users.set(id, user)
    return user
  }

  addGuild(name: string, owner: User, locale: string): Guild {
    const id = this.nextId()
    const everyone = { id, name: '@everyone', permissions: everyonesPermissions, position: 0, managed: false }
    const guild: Guild = {
      id,
      name,
      ownerId: owner.id,
      locale,
      members: new Map([[owner.id, { user: owner, roles: [], joinedAt: this.now() }]]),
      roles: new Map([[id, everyone]]),
      channels: new Set(),
      premiumTier: 0,
      unavailable: false,
    }
    this.guilds.set(id, guild)
    return guild
  }

  addChannel(of: Partial<Channel> & { readonly type: number }): Channel {
    const channel: Channel = {
      id: this.nextId(),
      name: '',
      overwrites: new Map(),
      messages: new Map(),
      typing: new Map(),
      ...of,
    }
    this.channels.set(channel.id, channel)
    channel.guild?.channels.add(channel.id)
    return channel
  }

  /** Where this user is alone with the bot. */
  directChannel(user: User): Channel {
    const found = [...this.channels.values()].find(channel => channel.recipient === user)
    return found ?? this.addChannel({ type: ChannelType.Direct, recipient: user })
  }

  message(id: string): Message | undefined {
    for (const { messages } of this.channels.values()) {
      const found = messages.get(id)
      if (found) return found
    }
    return undefined
  }

  /** The bot is in a guild with this user. */
  acquainted(user: User): boolean {
    return [...this.guilds.values()].some(({ members }) => members.has(user.id) && members.has(this.bot.id))
  }

  /** Bytes of one file that may be uploaded there. */
  uploadLimit(channel: Channel): number {
    const ofTier = [0, 0, 50, 100][channel.guild?.premiumTier ?? 0]! * 1024 * 1024
    return Math.max(this.options.uploadLimit, ofTier)
  }
}
