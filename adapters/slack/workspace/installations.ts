/** Workspaces that have installed the app through its pages: who they are, and the bot's token in each, never unencrypted in the store. */
import type { Installation, InstallationQuery, InstallationStore } from '@slack/bolt'
import { FamiliarError } from '../../../engine/errors.ts'
import type { Log, Records } from '../../../src/conversation/needs.ts'
import { createSeal, type Seal } from './seal.ts'

/** As it is stored, by the team's id. */
export interface SealedInstallation {
  readonly sealed: string
}

/** What is kept of an installation. */
export interface InstalledTeam {
  readonly id: string
  readonly token: string
  readonly botId: string
  readonly botUserId: string
}

export class Installations implements InstallationStore {
  readonly #records: Records<SealedInstallation>
  readonly #seal: Seal
  readonly #log: Log
  /** Told of each workspace that is added, with the scopes that it has granted. */
  onInstalled: (team: InstalledTeam, scopes: readonly string[]) => Promise<void> = async () => {}

  constructor(records: Records<SealedInstallation>, secret: string, log: Log) {
    this.#records = records
    this.#seal = createSeal(secret)
    this.#log = log
  }

  async storeInstallation<AuthVersion extends 'v1' | 'v2'>(
    installation: Installation<AuthVersion, boolean>,
  ): Promise<void> {
    const { team, bot, isEnterpriseInstall } = installation
    if (!team || !bot || isEnterpriseInstall)
      throw new FamiliarError(
        'BAD_INSTALLATION',
        'Expected the app to be installed in one workspace but received an organisation: choose a workspace',
      )
    const installed = { id: team.id, token: bot.token, botId: bot.id, botUserId: bot.userId }
    await this.#records.set(team.id, { sealed: this.#seal.close(JSON.stringify(installed), team.id) })
    await this.onInstalled(installed, bot.scopes)
  }

  /** @throws FamiliarError `NOT_INSTALLED` */
  async fetchInstallation({ teamId }: InstallationQuery<boolean>): Promise<Installation<'v2', false>> {
    const record = teamId === undefined ? undefined : await this.#records.get(teamId)
    const team = record && this.#open(teamId!, record)
    if (!team)
      throw new FamiliarError('NOT_INSTALLED', 'Expected a workspace that has installed the app but received another')
    return {
      team: { id: team.id },
      enterprise: undefined,
      user: { id: '', token: undefined, scopes: undefined },
      bot: { token: team.token, id: team.botId, userId: team.botUserId, scopes: [] },
      authVersion: 'v2',
    }
  }

  async deleteInstallation({ teamId }: InstallationQuery<boolean>): Promise<void> {
    if (teamId !== undefined) await this.#records.delete(teamId)
  }

  /** Those whose tokens can be read; what cannot is logged. */
  async all(): Promise<InstalledTeam[]> {
    return (await this.#records.entries()).flatMap(([id, record]) => this.#open(id, record) ?? [])
  }

  #open(id: string, { sealed }: SealedInstallation): InstalledTeam | undefined {
    const text = this.#seal.open(sealed, id)
    if (text !== undefined) return JSON.parse(text) as InstalledTeam
    const advice = 'set SLACK_ENCRYPTION_KEY back to what it was, or have the app installed there again'
    this.#log.error({ team: id }, `a workspace’s token cannot be decrypted: ${advice}`)
    return undefined
  }
}
