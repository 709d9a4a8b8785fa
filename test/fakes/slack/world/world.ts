/** Everything that the fake Slack is made of, for its parts to find each other. */
import { Desk } from '../delivery/desk.ts'
import { Tickets } from '../delivery/tickets.ts'
import { FaultList } from '../faults.ts'
import { type Manifest, wideManifest } from '../manifest.ts'
import type { ApiCall, ChannelOptions, FakeSlackOptions, PersonOptions, TeamOptions, Violation } from '../types.ts'
import { Ids } from './ids.ts'
import { Pending } from './pending.ts'
import { type ChannelState, dmOf, type TeamState, type UserState } from './state.ts'

export class World {
  readonly ids = new Ids()
  readonly pending = new Pending()
  readonly faults = new FaultList()
  readonly tickets = new Tickets(this)
  readonly desk = new Desk(this)
  readonly teams = new Map<string, TeamState>()
  readonly violations: Violation[] = []
  readonly calls: ApiCall[] = []
  readonly app = {
    id: this.ids.next('A'),
    token: this.ids.token('xapp-1'),
    signingSecret: this.ids.token('sign'),
    clientId: `${this.ids.next('1')}.${this.ids.next('2')}`,
    clientSecret: this.ids.token('secret'),
    verificationToken: this.ids.token('verify'),
  }
  readonly settings: Required<Omit<FakeSlackOptions, 'manifest' | 'requestUrl'>>
  manifest: Manifest
  requestUrl: string | undefined
  /** Known once it listens. */
  url = ''

  constructor({ manifest = wideManifest, requestUrl, ...options }: FakeSlackOptions) {
    this.manifest = manifest
    this.requestUrl = requestUrl
    this.settings = {
      ackWithin: 3000,
      retryDelays: [0, 60_000, 300_000],
      shareDelay: 30,
      rateLimits: false,
      ...options,
    }
  }

  violate(code: string, where: string, detail: string): void {
    this.violations.push({ code, where, detail })
  }

  addTeam({ name = 'Family', id = this.ids.next('T'), installed = true, scopes }: TeamOptions): TeamState {
    const bot = {
      userId: this.ids.next('U'),
      botId: this.ids.next('B'),
      token: this.ids.token('xoxb'),
      scopes: new Set(scopes ?? this.manifest.oauth_config.scopes.bot),
      state: installed ? ('installed' as const) : ('absent' as const),
    }
    const domain = name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
    const team: TeamState = { id, name, domain, users: new Map(), channels: new Map(), files: new Map(), bot }
    this.teams.set(id, team)
    const displayName = this.manifest.features.bot_user.display_name
    this.#addUser(team, { name: displayName, id: bot.userId }, { botId: bot.botId, appId: this.app.id })
    return team
  }

  addUser(team: TeamState, options: PersonOptions): UserState {
    const bot = options.bot || options.webhook ? { botId: this.ids.next('B'), appId: this.ids.next('A') } : {}
    return this.#addUser(team, options, bot)
  }

  #addUser(team: TeamState, options: PersonOptions, bot: { botId?: string; appId?: string }): UserState {
    const {
      name,
      realName = name,
      id = this.ids.next('U'),
      admin = false,
      owner = false,
      locale = 'en-US',
      webhook = false,
    } = options
    const user = {
      id,
      name,
      realName,
      admin,
      owner,
      locale,
      webhook,
      ...bot,
      deactivated: false,
      notifications: [],
      views: [],
    }
    team.users.set(id, user)
    for (const channel of team.channels.values()) if (channel.forAll) channel.members.add(id)
    return user
  }

  addChannel(team: TeamState, { name, id, members, withBot = true, ...options }: ChannelOptions): ChannelState {
    const all = members ?? [...team.users.values()].filter(user => user.id !== team.bot.userId)
    const channel: ChannelState = {
      id: id ?? this.ids.next('C'),
      name,
      kind: options.private ? 'private' : 'public',
      created: Math.floor(Date.now() / 1000),
      members: new Set(all.map(member => member.id)),
      forAll: members === undefined,
      archived: false,
      messages: [],
      statuses: new Map(),
    }
    if (withBot) channel.members.add(team.bot.userId)
    team.channels.set(channel.id, channel)
    return channel
  }

  /** The DM of the bot with somebody; there is one from now on. */
  openDm(team: TeamState, user: string): ChannelState {
    const open = dmOf(team, user)
    if (open) return open
    const channel: ChannelState = {
      id: this.ids.next('D'),
      name: 'directmessage',
      kind: 'im',
      with: user,
      created: Math.floor(Date.now() / 1000),
      members: new Set([user, team.bot.userId]),
      forAll: false,
      archived: false,
      messages: [],
      statuses: new Map(),
    }
    team.channels.set(channel.id, channel)
    return channel
  }

  teamOfToken(token: string): TeamState | undefined {
    return [...this.teams.values()].find(({ bot }) => bot.token === token)
  }

  /** The app hears of this kind of event there: it is subscribed, installed, and may. */
  hears(team: TeamState, event: string, scope: string): boolean {
    const events = this.manifest.settings.event_subscriptions?.bot_events ?? []
    return events.includes(event) && team.bot.state === 'installed' && team.bot.scopes.has(scope)
  }

  messagesTabOpen(): boolean {
    const { app_home, agent_view } = this.manifest.features
    return agent_view !== undefined || app_home?.messages_tab_enabled === true
  }
}
