/** The workspaces whose people the bot talks to, each with its token: one that the operator names, or those that install the app. */
import { FamiliarError } from '../../../engine/errors.ts'
import type { Tenant } from '../../../src/conversation/chat.ts'
import type { Log } from '../../../src/conversation/needs.ts'
import { Api, type ApiOptions, slackCode } from './api.ts'
import { badToken } from './errors.ts'
import type { Installations, InstalledTeam } from './installations.ts'
import { People } from './people.ts'

export interface Workspace extends InstalledTeam {
  readonly tenant: Tenant
  readonly api: Api
  readonly people: People
}

export const tenantOf = (team: string): Tenant => `slack:${team}`

/** Why a token never works again: the app was removed. */
const dead = new Set(['account_inactive', 'invalid_auth', 'team_disabled', 'token_revoked'])

export class Workspaces {
  readonly #source: { readonly botToken: string } | Installations
  readonly #options: ApiOptions
  readonly #log: Log
  readonly #byTeam = new Map<string, Workspace>()
  #opening: Promise<void> | undefined
  #gone: string[] = []

  constructor(source: { readonly botToken: string } | Installations, options: ApiOptions, log: Log) {
    this.#source = source
    this.#options = options
    this.#log = log
  }

  /** Asks Slack who the bot is. @throws FamiliarError `BAD_TOKEN`, `SLACK_UNREACHABLE` */
  open(): Promise<void> {
    this.#opening ??= (
      'botToken' in this.#source ? this.#openOne(this.#source.botToken) : this.#openAll(this.#source)
    ).catch(error => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  /** Tenants that have removed the app while nobody could be told, once. */
  takeGone(): Tenant[] {
    return this.#gone.splice(0).map(tenantOf)
  }

  list(): readonly Workspace[] {
    return [...this.#byTeam.values()]
  }

  /** @throws FamiliarError `PLACE_GONE` for a tenant without the bot; `BAD_TOKEN`, `SLACK_UNREACHABLE` */
  async of(tenant: Tenant): Promise<Workspace> {
    await this.open()
    const workspace = this.list().find(each => each.tenant === tenant)
    if (workspace) return workspace
    throw new FamiliarError('PLACE_GONE', `Expected a workspace with the bot but received ${tenant}`)
  }

  /** The workspace that an event is about. With one workspace it is that, also where Slack names a guest's. */
  serving(team: string | undefined): Workspace | undefined {
    if ('botToken' in this.#source) return this.list()[0]
    return team === undefined ? undefined : this.#byTeam.get(team)
  }

  add(team: InstalledTeam, scopes: readonly string[] = []): Workspace {
    const api = new Api(team.token, this.#options)
    const workspace = { ...team, tenant: tenantOf(team.id), api, people: new People(api, team, scopes, this.#log) }
    this.#byTeam.set(team.id, workspace)
    return workspace
  }

  /** The app was removed there. */
  async drop(team: string): Promise<void> {
    const known = this.#byTeam.delete(team)
    if ('botToken' in this.#source) {
      const advice = 'installed again it has another token: set SLACK_BOT_TOKEN to it and start again'
      if (known) this.#log.error({ team }, `the app was removed from its workspace; ${advice}`)
      return
    }
    await this.#source.deleteInstallation({ teamId: team, enterpriseId: undefined, isEnterpriseInstall: false })
  }

  async #openOne(token: string): Promise<void> {
    const api = new Api(token, this.#options)
    const { team_id, user_id, bot_id, response_metadata } = await api
      .call(client => client.auth.test())
      .catch(error => {
        throw badToken('SLACK_BOT_TOKEN', '“OAuth & Permissions” (Bot User OAuth Token)', error)
      })
    if (!team_id || !user_id || !bot_id)
      throw new FamiliarError(
        'BAD_TOKEN',
        'Expected SLACK_BOT_TOKEN to be the token of a bot in a workspace but received another: copy “Bot User OAuth Token” from “OAuth & Permissions” of the app at https://api.slack.com/apps',
      )
    this.add({ id: team_id, token, botId: bot_id, botUserId: user_id }, response_metadata?.scopes)
  }

  async #openAll(installations: Installations): Promise<void> {
    const teams = await installations.all()
    await Promise.all(
      teams.map(async team => {
        const { api } = this.add(team)
        try {
          const { response_metadata } = await api.call(client => client.auth.test())
          this.add(team, response_metadata?.scopes)
        } catch (error) {
          // One workspace's trouble is not the others'.
          if (!dead.has(slackCode(error) ?? '')) return
          await this.drop(team.id)
          this.#gone.push(team.id)
        }
      }),
    )
  }
}
