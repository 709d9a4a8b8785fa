import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { convertedFolder } from '../engine/checkpoints/conversion/convert-checkpoint.ts'
import { type HubSettings, hubSettings } from '../engine/checkpoints/hub/settings.ts'
import type { WeightWish } from '../engine/engine.ts'
import { FamiliarError } from '../engine/errors.ts'
import { weightKinds } from '../engine/models/memory-plan.ts'
import { type ModelSource, resolveModel } from '../engine/models/resolve.ts'
import type { Device } from '../engine/runtime/session.ts'
import { type LessonConfig, lessonSecrets, lessonsOf, lessonVariables } from './lesson-config.ts'
import { type PlatformConfig, platformSecrets, platformsOf, platformVariables } from './platform-config.ts'
import type { Quota, QuotaLimits } from './quotas.ts'

/** The folder that holds package.json. */
export const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)))

/** Where everything is kept without DATA_DIR. */
export const defaultDataDir = join(projectRoot, 'data')
export const devices = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const satisfies readonly Device[]
const deviceWishes = ['auto', ...devices] as const
const weights = ['auto', ...weightKinds] as const
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** Everything that the environment decides, checked once. */
export interface Config extends PlatformConfig {
  /** Where the model runs; `auto` takes the first device that works. */
  device: Device | 'auto'
  /** A folder, or a model of the hub that may have yet to be downloaded. */
  model: ModelSource
  /** How the decoder's weights are held, and where those of another kind than the stored are written. */
  weights: WeightWish
  /** Where models are downloaded from and to. */
  hub: HubSettings
  /** Absolute path of the folder for concepts and everything else that is kept. */
  dataDir: string
  logLevel: (typeof logLevels)[number]
  /** Where records are kept; in the data folder when left out. */
  storeUrl?: string
  /** The chat page. */
  web: { host: string; port: number }
  /** Names or ids of roles that may teach; empty: everybody may. */
  teachRoles: string[]
  /** Names or ids of roles that no quota counts. */
  exemptRoles: string[]
  retainPhotos: boolean
  lessons: LessonConfig
  /** Path of the operator's own list of what is not drawn. */
  blockList?: string
  /** Days after which the data of a workspace that the bot has left is deleted. */
  graceDays: number
  /** Days for which a drawing can be drawn again and reported. */
  drawingDays: number
  quotas: QuotaLimits
}

const port = 'a port from 0 to 65535'
const periods = ['minute', 'hour', 'day', 'week'] as const
const quota = (preset: string) =>
  z
    .string()
    .regex(new RegExp(`^(none|[1-9]\\d{0,5}/(${periods.join('|')}))$`), { error: 'a quota such as 5/day, or none' })
    .default(preset)
    .transform((text): Quota | undefined => {
      const [times, per] = text.split('/') as [string, Quota[1]]
      return text === 'none' ? undefined : [Number(times), per]
    })
const days = (preset: number) =>
  z.coerce.number({ error: 'a number of days' }).min(0, { error: 'a number of days' }).default(preset)
const list = z
  .string()
  .default('')
  .transform(text => text.split(',').flatMap(part => part.trim() || []))

/** A schema's message completes the sentence "Expected NAME to be ... but received ...". */
const environment = z.object({
  ...platformVariables,
  ...lessonVariables,
  DEVICE: z.enum(deviceWishes, { error: oneOf(deviceWishes) }).default('auto'),
  MODEL: z.string().default('storybook'),
  WEIGHTS: z.enum(weights, { error: oneOf(weights) }).default('auto'),
  DATA_DIR: z
    .string()
    .refine(value => !existsSync(value) || isFolder(value), { error: 'the path of a folder' })
    .default(defaultDataDir),
  LOG_LEVEL: z.enum(logLevels, { error: oneOf(logLevels) }).default('info'),
  STORE_URL: z
    .string()
    .regex(/^(rediss?|postgres(ql)?):/, { error: 'a URL that begins with redis: or postgres:' })
    .optional(),
  WEB_HOST: z.string().default('127.0.0.1'),
  WEB_PORT: z.coerce
    .number({ error: port })
    .int({ error: port })
    .min(0, { error: port })
    .max(65_535, { error: port })
    .default(4747),
  TEACH_ROLES: list,
  EXEMPT_ROLES: list,
  RETAIN_PHOTOS: z.enum(['true', 'false'], { error: 'true or false' }).default('false'),
  BLOCK_LIST: z.string().optional(),
  GRACE_DAYS: days(7),
  DRAWING_DAYS: days(30),
  QUOTA_TEACH: quota('5/day'),
  QUOTA_TEACH_ALL: quota('50/day'),
  QUOTA_ASK: quota('60/hour'),
  QUOTA_ASK_ALL: quota('600/hour'),
  QUOTA_DRAW: quota('30/hour'),
  QUOTA_DRAW_ALL: quota('200/hour'),
})
/** Whose values may hold a password: what came is not said. */
const secret = new Set<string>(['STORE_URL', ...platformSecrets, ...lessonSecrets])

/**
 * Reads the configuration from environment variables. An empty variable counts as not set.
 *
 * @throws FamiliarError `BAD_CONFIG`, naming the first variable that is wrong, what was expected and what came; for
 *   MODEL what `resolveModel` throws
 */
export function parseConfig(variables: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value?.trim()))
  const parsed = environment.safeParse(given)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    const name = String(path[0])
    const received = secret.has(name) ? 'something else' : `"${given[name]}"`
    throw new FamiliarError('BAD_CONFIG', `Expected ${name} to be ${message} but received ${received}`)
  }
  const { DEVICE, MODEL, WEIGHTS, DATA_DIR, LOG_LEVEL, ...rest } = parsed.data
  const hub = hubSettings(given)
  return {
    device: DEVICE,
    model: resolveModel(MODEL, 'MODEL'),
    weights: { kind: WEIGHTS, cacheFolder: convertedFolder(hub.cacheFolder) },
    hub,
    dataDir: resolve(DATA_DIR),
    logLevel: LOG_LEVEL,
    storeUrl: rest.STORE_URL,
    web: { host: rest.WEB_HOST, port: rest.WEB_PORT },
    teachRoles: rest.TEACH_ROLES,
    exemptRoles: rest.EXEMPT_ROLES,
    retainPhotos: rest.RETAIN_PHOTOS === 'true',
    lessons: lessonsOf(rest, resolve(DATA_DIR)),
    blockList: rest.BLOCK_LIST,
    graceDays: rest.GRACE_DAYS,
    drawingDays: rest.DRAWING_DAYS,
    quotas: {
      teach: { person: rest.QUOTA_TEACH, tenant: rest.QUOTA_TEACH_ALL },
      ask: { person: rest.QUOTA_ASK, tenant: rest.QUOTA_ASK_ALL },
      draw: { person: rest.QUOTA_DRAW, tenant: rest.QUOTA_DRAW_ALL },
    },
    ...platformsOf(rest),
  }
}

/**
 * Reads `.env` beside package.json, if there is one, then the configuration. Variables already set win over `.env`.
 * @param over variables that win over both
 */
export function loadConfig(over: Record<string, string | undefined> = {}): Config {
  loadEnvFile(join(projectRoot, '.env'))
  return parseConfig({ ...process.env, ...over })
}

function loadEnvFile(path: string): void {
  if (!existsSync(path)) return
  if (process.loadEnvFile) {
    process.loadEnvFile(path)
  } else {
    // Node 20.6 to 20.11 have no reader of their own.
    for (const [name, value] of Object.entries(parseEnv(readFileSync(path, 'utf8')))) process.env[name] ??= value
  }
}

/** The lines `NAME=value` of an `.env` file; quotes around a value and comments are dropped. */
export function parseEnv(text: string): Record<string, string> {
  const line =
    /^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*(?:"([^"]*)"|'([^']*)'|([^#\n]*?))[ \t\r]*(?:#.*)?$/gm
  return Object.fromEntries(
    [...text.matchAll(line)].map(([, name, double, single, bare]) => [name!, double ?? single ?? bare ?? '']),
  )
}

function oneOf(values: readonly string[]): string {
  return `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
