/** A fake Slack, with a team and a channel, and a real adapter at it, in either mode. For tests. */
import type { Bot } from '../../../src/conversation/chat.ts'
import type { Locale } from '../../../src/texts/texts.ts'
import {
  FakeSlack,
  type FakeSlackOptions,
  type Manifest,
  type SlackChannel,
  type SlackPerson,
  type SlackTeam,
} from '../../../test/fakes/slack/fake-slack.ts'
import type { CommandInfo } from '../../command-info.ts'
import { suiteCommand } from '../../suite/helpers.ts'
import { createSlackAdapter, type SlackAdapter, type SlackOptions } from '../adapter.ts'
import { createManifest, eventsPath } from '../manifest.ts'
import type { SealedInstallation } from '../workspace/installations.ts'

/** The command of the shared suite, and one that takes no more than a name that is known. */
export const stageCommands: readonly CommandInfo[] = [
  suiteCommand,
  {
    name: 'drop',
    description: 'Drops somebody',
    options: [{ name: 'name', description: 'Whom?', type: 'text', required: true, completes: true }],
  },
]

export type Mode = 'socket' | 'http'

/** Where installations lie, for several adapters one after another. */
export class MemoryRecords {
  readonly map = new Map<string, SealedInstallation>()
  get = async (key: string) => this.map.get(key)
  set = async (key: string, value: SealedInstallation) => void this.map.set(key, value)
  delete = async (key: string) => this.map.delete(key)
  entries = async () => [...this.map]
}

/** Lines that were logged, to be searched for what must not be in them. */
export class LogLines {
  readonly lines: { readonly level: string; readonly text: string }[] = []
  readonly #write = (level: string) => (fields: object, message: string) =>
    void this.lines.push({ level, text: `${message} ${JSON.stringify(fields)}` })
  info = this.#write('info')
  warn = this.#write('warn')
  error = this.#write('error')
}

export interface Stage {
  readonly fake: FakeSlack
  readonly team: SlackTeam
  readonly group: SlackChannel
  readonly admin: SlackPerson
  readonly friend: SlackPerson
  readonly adapter: SlackAdapter
  readonly log: LogLines
  /** The adapter ends and another one takes its place, as after a restart. */
  restart(): Promise<SlackAdapter>
  close(): Promise<void>
}

export interface StageOptions extends Partial<Pick<SlackOptions, 'home'>> {
  readonly mode?: Mode
  readonly fake?: FakeSlackOptions
  readonly commands?: (locale: Locale) => readonly CommandInfo[]
}

export async function openStage(bot: Bot, options: StageOptions = {}): Promise<Stage> {
  const { mode = 'socket', commands = () => stageCommands } = options
  const url = mode === 'http' ? 'https://familiar.example.org' : undefined
  const manifest = createManifest(commands('en'), { url }) as Manifest
  const fake = await FakeSlack.start({ manifest, ...options.fake })
  const team = fake.addTeam({ name: 'Pets' })
  const admin = team.addPerson({ name: 'Mai', admin: true, locale: 'vi-VN' })
  const friend = team.addPerson({ name: 'Lan Anh' })
  const group = team.addChannel({ name: 'pets' })
  const log = new LogLines()
  const start = async () => {
    const adapter = createSlackAdapter({
      events: mode === 'socket' ? { appToken: fake.appToken } : { signingSecret: fake.signingSecret },
      workspaces: { botToken: team.bot.token },
      http: { host: '127.0.0.1', port: 0 },
      apiUrl: fake.apiUrl,
      pictureHosts: [fake.host],
      commands,
      store: new MemoryRecords(),
      home: options.home,
      log,
    })
    await adapter.start(bot)
    if (mode === 'http') fake.requestUrl = `${adapter.url}${eventsPath}`
    else await fake.connected()
    return adapter
  }
  const stage = { fake, team, group, admin, friend, log, adapter: await start() }
  return Object.assign(stage, {
    async restart() {
      await stage.adapter.close()
      stage.adapter = await start()
      return stage.adapter
    },
    async close() {
      await fake.settled()
      await stage.adapter.close()
      await fake.close()
    },
  })
}
