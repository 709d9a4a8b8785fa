import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { FamiliarError } from '../engine/errors.ts'
import type { Device } from '../engine/runtime/session.ts'

/** The folder that holds package.json. */
export const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)))

const devices = ['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const satisfies readonly (Device | 'auto')[]
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** Everything that the environment decides, checked once. */
export interface Config {
  /** Where the model runs; `auto` takes the first device that works. */
  device: (typeof devices)[number]
  /** Absolute path of the model's folder. */
  model: string
  /** Absolute path of the folder for concepts and everything else that is kept. */
  dataDir: string
  logLevel: (typeof logLevels)[number]
}

/** A schema's message completes the sentence "Expected NAME to be ... but received ...". */
const environment = z.object({
  DEVICE: z.enum(devices, { error: oneOf(devices) }).default('auto'),
  MODEL: z
    .string()
    .refine(value => value === 'storybook' || isFolder(value), { error: '"storybook" or the path of a model folder' })
    .default('storybook'),
  DATA_DIR: z
    .string()
    .refine(value => !existsSync(value) || isFolder(value), { error: 'the path of a folder' })
    .default(join(projectRoot, 'data')),
  LOG_LEVEL: z.enum(logLevels, { error: oneOf(logLevels) }).default('info'),
})

/**
 * Reads the configuration from environment variables. An empty variable counts as not set.
 *
 * @throws FamiliarError `BAD_CONFIG`, naming the first variable that is wrong, what was expected and what came
 */
export function parseConfig(variables: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value?.trim()))
  const parsed = environment.safeParse(given)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    const name = String(path[0])
    throw new FamiliarError('BAD_CONFIG', `Expected ${name} to be ${message} but received "${given[name]}"`)
  }
  const { DEVICE, MODEL, DATA_DIR, LOG_LEVEL } = parsed.data
  return {
    device: DEVICE,
    model: MODEL === 'storybook' ? join(projectRoot, 'models', 'storybook') : resolve(MODEL),
    dataDir: resolve(DATA_DIR),
    logLevel: LOG_LEVEL,
  }
}

/** Reads `.env` beside package.json, if there is one, then the configuration. Variables already set win over `.env`. */
export function loadConfig(): Config {
  loadEnvFile(join(projectRoot, '.env'))
  return parseConfig(process.env)
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
  const line = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^#\n]*?))\s*(?:#.*)?$/gm
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
