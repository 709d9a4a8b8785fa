/** Workspaces and channels as tests hold them. */
import { channelArchived, membershipChanged } from '../delivery/events.ts'
import type { SlackChannel, SlackPerson, SlackTeam } from '../face.ts'
import type { ChannelOptions, PersonOptions } from '../types.ts'
import { install, uninstall } from '../world/installing.ts'
import { messageJson } from '../world/json.ts'
import type { ChannelState, TeamState } from '../world/state.ts'
import type { World } from '../world/world.ts'
import { Person } from './person.ts'

export class Team implements SlackTeam {
  readonly #world: World
  readonly #state: TeamState

  constructor(world: World, state: TeamState) {
    this.#world = world
    this.#state = state
  }

  get id(): string {
    return this.#state.id
  }
  get name(): string {
    return this.#state.name
  }
  get bot(): SlackTeam['bot'] {
    const { token, userId, botId } = this.#state.bot
    return { token, userId, botId, mention: `<@${userId}>` }
  }
  get installed(): boolean {
    return this.#state.bot.state === 'installed'
  }

  addPerson(options: PersonOptions): SlackPerson {
    const user = this.#world.addUser(this.#state, options)
    return new Person({ world: this.#world, team: this.#state, user }, this)
  }

  addChannel(options: ChannelOptions): SlackChannel {
    return new Channel(this.#world, this, this.#state, this.#world.addChannel(this.#state, options))
  }

  async uninstall(): Promise<void> {
    uninstall(this.#world, this.#state)
  }

  reinstall({ scopes = this.#world.manifest.oauth_config.scopes.bot }: { scopes?: readonly string[] } = {}): void {
    install(this.#world, this.#state, scopes)
  }

  revokeToken(): void {
    this.#state.bot.state = 'revoked'
  }
}

class Channel implements SlackChannel {
  readonly team: SlackTeam
  readonly #world: World
  readonly #team: TeamState
  readonly #state: ChannelState

  constructor(world: World, team: SlackTeam, teamState: TeamState, state: ChannelState) {
    this.#world = world
    this.team = team
    this.#team = teamState
    this.#state = state
  }

  get id(): string {
    return this.#state.id
  }
  get name(): string {
    return this.#state.name
  }

  archive(): void {
    channelArchived(this.#world, this.#team, this.#state)
    this.#state.archived = true
  }

  async removeBot(): Promise<void> {
    this.#state.members.delete(this.#team.bot.userId)
    membershipChanged(this.#world, this.#team, this.#state, this.#team.bot.userId, false)
  }

  async inviteBot(by: SlackPerson): Promise<void> {
    this.#state.members.add(this.#team.bot.userId)
    membershipChanged(this.#world, this.#team, this.#state, this.#team.bot.userId, true, by.id)
  }

  get raw(): SlackChannel['raw'] {
    const shown = this.#state.messages.filter(({ ephemeralFor }) => !ephemeralFor)
    return shown.map(message => messageJson(this.#world, this.#team, message))
  }
}
