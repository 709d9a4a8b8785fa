/**
 * The whole of Familiar, put together: storage, the engine in its process, the library, the queues, the bot and the
 * platforms that it speaks on; started in an order in which nothing can be missed, and shut down in the opposite one.
 */
import { join } from 'node:path'
import pino, { type Logger } from 'pino'
import { describeCommands } from '../adapters/command-info.ts'
import { createManifest, creationLink } from '../adapters/slack/manifest.ts'
import { createWebAdapter } from '../adapters/web/adapter.ts'
import { commands } from '../commands/index.ts'
import type { ModelInfo } from '../engine/engine.ts'
import { type DeviceNews, type HostSettings, startEngineHost } from '../engine/host/client.ts'
import { requireModel } from '../engine/models/obtain.ts'
import { createBot, type RunningBot } from './bot.ts'
import { createLibrary } from './concepts/stored-library.ts'
import type { Config } from './config.ts'
import { readBlockList } from './conversation/safety.ts'
import { createAsks } from './jobs/asks.ts'
import { createTeachingQueue } from './jobs/teaching-queue.ts'
import { createMemoryRecorder } from './memory-use.ts'
import { createPlatforms, platformStatus } from './platforms.ts'
import { createQuotas } from './quotas.ts'
import { createSettings } from './settings.ts'
import { createStatus } from './status.ts'
import { openStorage } from './storage/storage.ts'

/** Where the page leads to Slack's own one with the app filled in. */
const slackAppPath = '/slack-app'
/** The page's one tenant. */
const webTenant = 'web:local'

export interface Familiar {
  /** Where the chat page is. */
  readonly page: string
  /** Leads to where the Slack app is created with one click. */
  readonly slackApp: string
  /** Where somebody who runs a Discord server invites the bot. */
  readonly discordInvite?: string
  /** Where a workspace's people install the Slack app, if they can. */
  readonly slackInstall?: string
  readonly model: string
  readonly device: string
  readonly weights: ModelInfo['weights']
  /** Ends what is under way within seconds; lessons that wait or run are kept for the next start. */
  close(): Promise<void>
}

/** Log lines go to stderr, for stdout may be read by a program. They hold no text, name or picture of any chat. */
export const createLog = ({ logLevel }: Pick<Config, 'logLevel'>): Logger =>
  pino({ level: logLevel, base: null }, pino.destination({ dest: 2, sync: true }))

/**
 * @param host how the engine's process is started, for measurements
 * @throws FamiliarError for what a person can mend: a data folder that another bot has, a store that is not there, a
 *   damaged model or one that is not downloaded, a port in use, a token that is refused
 */
export async function startFamiliar(
  config: Config,
  log: Logger = createLog(config),
  host: HostSettings = {},
): Promise<Familiar> {
  const opened: (() => Promise<unknown>)[] = []
  /** What was opened last is closed first; what cannot be closed keeps nothing else open. */
  const close = async () => {
    for (const end of opened.splice(0).reverse())
      await end().catch(error => log.error({ err: error }, 'closing failed'))
  }
  try {
    const blockList = config.blockList === undefined ? [] : await readBlockList(config.blockList)
    const storage = await openStorage({ dataDir: config.dataDir, url: config.storeUrl })
    opened.push(() => storage.close())
    const modelFolder = await requireModel(config.model, config.hub)
    const { device, weights, lessons } = config
    const options = { modelFolder, modelName: config.model.name, device, weights, lessons: lessons.sources }
    const report = ({ type, device, reason }: DeviceNews) =>
      log.warn({ device, reason }, type === 'lost' ? 'a device was lost' : 'the engine goes on after a lost device')
    const memory = createMemoryRecorder(config.dataDir, error =>
      log.warn({ err: error }, 'the memory that was used is not recorded'),
    )
    opened.push(() => memory.written())
    const engine = await startEngineHost(options, { report, used: memory.used, ...host })
    opened.push(() => engine.close())
    const library = await createLibrary(storage, engine.model.fingerprint, {
      report: ({ tenant, concept, error }) => log.warn({ tenant, concept, err: error }, 'a stored concept is left out'),
    })
    const queue = createTeachingQueue(storage, engine, {
      retainPhotos: config.retainPhotos,
      seconds: lessons.seconds,
      length: lessons.length,
      report: ({ job, error }) => log.warn({ job, err: error }, 'a stored lesson is left out'),
    })
    const status = createStatus({
      dataDir: config.dataDir,
      modelFolder,
      engine,
      library,
      queue,
      tenant: webTenant,
      platforms: () => platformStatus(connected),
      progressOf: job => bot.progressOf(job),
    })
    opened.push(async () => status.close())
    const web = createWebAdapter({
      ...config.web,
      store: storage.store('page'),
      folder: join(config.dataDir, 'page'),
      commands: locale => describeCommands(commands, locale),
      status: status.read,
      sample: status.sample,
      links: { [slackAppPath]: creationLink(createManifest(describeCommands(commands, 'en'))) },
      onError: error => log.error({ err: error }, 'the page failed'),
    })
    opened.push(() => web.close())
    const connected = await createPlatforms(config, storage, (from, place) => bot.home(from, place), log)
    const { discord, slack } = connected
    const platforms = [web, ...(discord ? [discord] : []), ...(slack ? [slack] : [])]
    for (const platform of platforms.slice(1)) opened.push(() => platform.close())
    const bot: RunningBot = createBot({
      engine,
      library,
      queue,
      asks: createAsks(),
      quotas: await createQuotas(storage, config.quotas),
      // Whoever tries the page has come to talk to the bot.
      settings: createSettings(storage, ({ tenant }) => (tenant === webTenant ? 'names' : 'mention')),
      storage,
      platforms,
      policy: {
        teachRoles: config.teachRoles,
        exemptRoles: config.exemptRoles,
        retainPhotos: config.retainPhotos,
        graceDays: config.graceDays,
        drawingDays: config.drawingDays,
        ...(lessons.sources.teacher && { teacher: new URL(lessons.sources.teacher.url).host }),
      },
      blockList,
      log,
    })
    opened.push(() => bot.close())
    await bot.start()
    for (const platform of platforms) await platform.start(bot)
    return {
      page: web.url,
      slackApp: `${web.url}${slackAppPath}`,
      ...(discord && { discordInvite: discord.invite }),
      ...(slack?.installPage && { slackInstall: slack.installPage }),
      model: engine.model.name,
      device: engine.model.device,
      weights: engine.model.weights,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
