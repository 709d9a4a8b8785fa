/** What the adapter is given. Types only. */
import type { Adapter, OutgoingMessage, Person, Tenant } from '../../src/conversation/chat.ts'
import type { Log, Records } from '../../src/conversation/needs.ts'
import type { SlackConfig } from '../../src/platform-config.ts'
import type { Locale } from '../../src/texts/texts.ts'
import type { CommandInfo } from '../command-info.ts'
import type { PlatformHealth } from '../shared/health.ts'
import type { SealedInstallation } from './workspace/installations.ts'

export interface SlackOptions extends SlackConfig {
  /** What is offered as slash commands and on the menu of messages, in a language. */
  readonly commands: (locale: Locale) => readonly CommandInfo[]
  /** Workspaces that have installed the app, with their tokens encrypted. Read and written with OAuth only. */
  readonly store: Records<SealedInstallation>
  /** Hosts beside Slack's own from which pictures are fetched, for tests and gateways. */
  readonly pictureHosts?: readonly string[]
  /** What somebody sees on the app's Home tab; without it the tab stays as it is. */
  readonly home?: (tenant: Tenant, person: Person) => Promise<OutgoingMessage>
  readonly log: Log
}

export interface SlackAdapter extends Adapter {
  /** Where Slack's requests and the pages of an installation come, once it is started; nothing with a socket alone. */
  readonly url: string | undefined
  /** Where a workspace's people install the app, once it is started with OAuth. */
  readonly installPage: string | undefined
  health(): PlatformHealth
}
