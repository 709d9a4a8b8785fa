/**
 * What the environment says of Discord and Slack: which of them is on, and how they are reached. Tokens are never repeated
 * in a message.
 */
import { z } from 'zod'
import { FamiliarError } from '../engine/errors.ts'

export interface DiscordConfig {
  readonly token: string
  /**
   * Whether messages are read that do not address the bot, for which Discord has a switch; `auto`: if it is on.
   */
  readonly messageContent: 'auto' | boolean
  /** Instead of Discord's own, for tests and gateways. */
  readonly apiUrl?: string
}

export interface SlackConfig {
  /** How events come: through a socket that is opened from here, or as signed requests to `http`. */
  readonly events: { readonly appToken: string } | { readonly signingSecret: string }
  /** Whose events: one workspace's, or those of all that install the app through the pages at `http`. */
  readonly workspaces: { readonly botToken: string } | SlackOAuth
  /** Where requests and the pages of an installation are served. */
  readonly http: { readonly host: string; readonly port: number }
  /** Instead of Slack's own, for tests and gateways. */
  readonly apiUrl?: string
}

export interface SlackOAuth {
  readonly clientId: string
  readonly clientSecret: string
  /** With which workspaces' tokens are encrypted where they are kept. */
  readonly encryptionKey: string
}

export interface PlatformConfig {
  readonly discord?: DiscordConfig
  readonly slack?: SlackConfig
  /** Hosts beside the platforms' own from which pictures are fetched, for tests and gateways. */
  readonly pictureHosts: readonly string[]
}

const beginningWith = (prefix: string, what: string) =>
  z
    .string()
    .trim()
    .regex(new RegExp(`^${prefix}[\\w-]+$`), { error: `${what}, which begins with ${prefix},` })
    .optional()
const url = z.url({ protocol: /^https?$/, error: 'a URL that begins with http: or https:' }).optional()
const host = /^(?:[\w-]+(?:\.[\w-]+)*|\[[\da-f:]+\])(?::\d+)?$/i

/** The variables, for the schema of all of them; a message completes "Expected NAME to be ... but received ...". */
export const platformVariables = {
  DISCORD_TOKEN: z
    .string()
    .trim()
    .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/, { error: "a bot's token, which has two dots in it," })
    .optional(),
  DISCORD_MESSAGE_CONTENT: z.enum(['auto', 'true', 'false'], { error: 'auto, true or false' }).default('auto'),
  DISCORD_API_URL: url,
  SLACK_BOT_TOKEN: beginningWith('xoxb-', "the bot user's token"),
  SLACK_APP_TOKEN: beginningWith('xapp-', 'an app-level token'),
  SLACK_SIGNING_SECRET: z.string().trim().optional(),
  SLACK_CLIENT_ID: z.string().trim().optional(),
  SLACK_CLIENT_SECRET: z.string().trim().optional(),
  SLACK_ENCRYPTION_KEY: z.string().min(32, { error: 'at least 32 characters that nobody can guess' }).optional(),
  SLACK_HOST: z.string().default('127.0.0.1'),
  SLACK_PORT: z.coerce
    .number({ error: 'a port from 0 to 65535' })
    .int({ error: 'a port from 0 to 65535' })
    .min(0, { error: 'a port from 0 to 65535' })
    .max(65_535, { error: 'a port from 0 to 65535' })
    .default(3000),
  SLACK_API_URL: url,
  PICTURE_HOSTS: z
    .string()
    .default('')
    .transform(text => text.split(',').flatMap(part => part.trim().toLowerCase() || []))
    .refine(hosts => hosts.every(each => host.test(each)), { error: 'names of hosts with commas between' }),
}

/** Whose values are never said. */
export const platformSecrets = [
  'DISCORD_TOKEN',
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'SLACK_CLIENT_SECRET',
  'SLACK_ENCRYPTION_KEY',
] as const

type Variables = z.output<z.ZodObject<typeof platformVariables>>

/** @throws FamiliarError `BAD_CONFIG` for a combination that cannot work */
export function platformsOf(variables: Variables): PlatformConfig {
  const { DISCORD_TOKEN, DISCORD_MESSAGE_CONTENT, DISCORD_API_URL, PICTURE_HOSTS } = variables
  const slack = slackOf(variables)
  return {
    ...(DISCORD_TOKEN && {
      discord: {
        token: DISCORD_TOKEN,
        messageContent: DISCORD_MESSAGE_CONTENT === 'auto' ? 'auto' : DISCORD_MESSAGE_CONTENT === 'true',
        ...(DISCORD_API_URL && { apiUrl: DISCORD_API_URL }),
      },
    }),
    ...(slack && { slack }),
    pictureHosts: PICTURE_HOSTS,
  }
}

function slackOf(variables: Variables): SlackConfig | undefined {
  const { SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET, SLACK_HOST, SLACK_PORT, SLACK_API_URL } = variables
  const given = (Object.keys(platformVariables) as (keyof Variables)[]).filter(
    name => /^SLACK_(?!HOST|PORT|API_URL)/.test(name) && variables[name] !== undefined,
  )
  if (given.length === 0) return undefined
  const oauth = oauthOf(variables)
  if (SLACK_BOT_TOKEN && oauth)
    throw bad(
      'either SLACK_BOT_TOKEN (one workspace) or SLACK_CLIENT_ID with SLACK_CLIENT_SECRET (several)',
      'both of them',
    )
  const workspaces = SLACK_BOT_TOKEN ? { botToken: SLACK_BOT_TOKEN } : oauth
  if (!workspaces)
    throw bad(
      'SLACK_BOT_TOKEN (one workspace), or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET (several),',
      `${given.join(' and ')} without them`,
    )
  if (!SLACK_APP_TOKEN && !SLACK_SIGNING_SECRET)
    throw bad(
      `SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) beside ${SLACK_BOT_TOKEN ? 'SLACK_BOT_TOKEN' : 'SLACK_CLIENT_ID'}`,
      'neither of them',
    )
  return {
    // With both, the socket: it needs no address that Slack can reach.
    events: SLACK_APP_TOKEN ? { appToken: SLACK_APP_TOKEN } : { signingSecret: SLACK_SIGNING_SECRET! },
    workspaces,
    http: { host: SLACK_HOST, port: SLACK_PORT },
    ...(SLACK_API_URL && { apiUrl: SLACK_API_URL }),
  }
}

function oauthOf(variables: Variables): SlackOAuth | undefined {
  const names = ['SLACK_CLIENT_ID', 'SLACK_CLIENT_SECRET', 'SLACK_ENCRYPTION_KEY'] as const
  const given = names.filter(name => variables[name] !== undefined)
  if (given.length === 0) return undefined
  const missing = names.filter(name => variables[name] === undefined)
  if (missing.length > 0) throw bad(`${missing.join(' and ')} beside ${given.join(' and ')}`, 'nothing')
  return {
    clientId: variables.SLACK_CLIENT_ID!,
    clientSecret: variables.SLACK_CLIENT_SECRET!,
    encryptionKey: variables.SLACK_ENCRYPTION_KEY!,
  }
}

const bad = (expected: string, received: string) =>
  new FamiliarError('BAD_CONFIG', `Expected ${expected} but received ${received}`)
