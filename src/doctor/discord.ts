/**
 * Discord, as it sees the bot: whether the token is right, which switches of the application are on, and what the bot may do
 * where. It asks Discord's REST API only, so that a bot that is running is not disturbed.
 */
import {
  type APIApplication,
  type APIApplicationCommand,
  type APIApplicationIntegrationTypesConfigMap,
  type APIUser,
  ApplicationFlags,
  ApplicationIntegrationType,
  Client,
  DiscordAPIError,
  HTTPError,
  OAuth2Scopes,
  type RESTPatchCurrentApplicationJSONBody,
  Routes,
} from 'discord.js'
import { describeCommands } from '../../adapters/command-info.ts'
import { definitionsOf } from '../../adapters/discord/commands.ts'
import { commands } from '../../commands/index.ts'
import type { DiscordConfig } from '../platform-config.ts'
import { type Check, few, judge } from './check.ts'
import { checkServers, invitation, permissions } from './discord-servers.ts'

const { ok, note, problem } = judge('discord')

/** @param fix switches on what can be switched on from here */
export async function checkDiscord(config: DiscordConfig, fix: boolean): Promise<Check[]> {
  const { token, messageContent, apiUrl } = config
  const client = new Client({ intents: [], rest: { ...(apiUrl && { api: apiUrl }), timeout: 10_000, retries: 1 } })
  client.rest.setToken(token)
  const checks: Check[] = []
  try {
    const me = (await client.rest.get(Routes.user())) as APIUser
    checks.push(ok(`signs in as ${me.username}`))
    const application = (await client.rest.get(Routes.currentApplication())) as APIApplication
    const change = (body: RESTPatchCurrentApplicationJSONBody) =>
      client.rest.patch(Routes.currentApplication(), { body }).then(
        () => undefined,
        (error: unknown) => (error instanceof DiscordAPIError ? error.message : Promise.reject(error)),
      )
    checks.push(await checkContent(application, messageContent, fix ? change : undefined))
    checks.push(await checkInstallation(application, fix ? change : undefined))
    checks.push(...checkSwitches(application))
    checks.push(await checkCommands(client, application.id))
    checks.push(...(await checkServers(client, me.id, application.id)))
    checks.push(ok(`invite it with ${invitation(application.id)}`))
  } catch (error) {
    checks.push(refusal(error))
  } finally {
    await client.destroy()
  }
  return checks
}

/** Changes the application; a sentence of Discord's when it does not let us. */
type Change = (body: RESTPatchCurrentApplicationJSONBody) => Promise<string | undefined>

const contentFlags: number = ApplicationFlags.GatewayMessageContent | ApplicationFlags.GatewayMessageContentLimited
/** The only flags that an application may change itself. */
const changeable: number =
  ApplicationFlags.GatewayMessageContentLimited |
  ApplicationFlags.GatewayGuildMembersLimited |
  ApplicationFlags.GatewayPresenceLimited

const portal = (id: string, page: string) => `https://discord.com/developers/applications/${id}/${page}`

async function checkContent(
  application: APIApplication,
  wanted: DiscordConfig['messageContent'],
  change?: Change,
): Promise<Check> {
  const without = 'it sees messages that mention it, replies to it and direct messages, and no others'
  const { id } = application
  const flags: number = application.flags ?? 0
  if (wanted === false) return ok(`messages are not read (DISCORD_MESSAGE_CONTENT=false): ${without}`)
  if (flags & contentFlags) return ok('Message Content Intent is on: it can answer to names')
  const byHand = `switch on Message Content Intent: ${portal(id, 'bot')}`
  const refused = await change?.({ flags: (flags & changeable) | ApplicationFlags.GatewayMessageContentLimited })
  if (change && refused === undefined) return ok('Message Content Intent was off and has been switched on')
  const advice = change ? `${byHand} (Discord says: ${refused})` : `${byHand}, or run: familiar doctor --fix`
  return wanted === true
    ? problem('Message Content Intent is off, and DISCORD_MESSAGE_CONTENT=true needs it', advice)
    : note(`Message Content Intent is off: ${without}`, advice)
}

/** What the button "Add App" of the bot's profile asks for. */
async function checkInstallation(application: APIApplication, change?: Change): Promise<Check> {
  const types = application.integration_types_config
  const guild = types?.[ApplicationIntegrationType.GuildInstall]?.oauth2_install_params ?? application.install_params
  const wanted = { scopes: [OAuth2Scopes.Bot, OAuth2Scopes.ApplicationsCommands], permissions: String(permissions) }
  const granted = BigInt(guild?.permissions ?? 0)
  if (wanted.scopes.every(scope => guild?.scopes.includes(scope)) && (granted & permissions) === permissions)
    return ok('“Add App” in its profile installs it as it should be')
  const config = { ...types, [ApplicationIntegrationType.GuildInstall]: { oauth2_install_params: wanted } }
  const refused = await change?.({ integration_types_config: withNumbers(config) })
  if (change && refused === undefined) return ok('“Add App” in its profile now installs it as it should be')
  return note(
    '“Add App” in its profile does not ask for all that the bot needs',
    change
      ? `set scopes and permissions: ${portal(application.id, 'installation')} (Discord says: ${refused})`
      : 'run: familiar doctor --fix, or invite it with the link below',
  )
}

/** Discord's description of its API takes numbers for permissions, where it answers with strings. */
function withNumbers(config: APIApplicationIntegrationTypesConfigMap): APIApplicationIntegrationTypesConfigMap {
  return JSON.parse(JSON.stringify(config), (key, value) => (key === 'permissions' ? Number(value) : value))
}

/** Switches with which nothing works, and which nothing else tells of. */
function checkSwitches(application: APIApplication): Check[] {
  const checks: Check[] = []
  if (application.interactions_endpoint_url)
    checks.push(
      problem(
        `commands and buttons are sent to ${new URL(application.interactions_endpoint_url).host}, and not here`,
        `empty Interactions Endpoint URL: ${portal(application.id, 'information')}`,
      ),
    )
  if (application.bot_require_code_grant)
    checks.push(
      problem(
        '“Requires OAuth2 Code Grant” is on: nobody can invite it',
        `switch it off: ${portal(application.id, 'bot')}`,
      ),
    )
  return checks
}

async function checkCommands(client: Client, application: string): Promise<Check> {
  const registered = (await client.rest.get(Routes.applicationCommands(application))) as APIApplicationCommand[]
  const wanted = definitionsOf(locale => describeCommands(commands, locale))
  const missing = wanted.filter(({ name, type }) => !registered.some(each => each.name === name && each.type === type))
  if (missing.length === 0) return ok(`${registered.length} commands are registered`)
  return note(
    `commands that are not registered: ${few(missing.map(({ name }) => name))}`,
    'start Familiar: it registers its commands',
  )
}

function refusal(error: unknown): Check {
  if (error instanceof DiscordAPIError && error.status === 401)
    return problem(
      'Discord refuses DISCORD_TOKEN',
      'copy it again: https://discord.com/developers/applications, your application, Bot, Reset Token',
    )
  if (error instanceof DiscordAPIError || error instanceof HTTPError)
    return problem(`Discord answers with status ${error.status}`, 'wait a few minutes and try again')
  const { code, name } = error as NodeJS.ErrnoException
  return problem(`Discord cannot be reached (${code ?? name})`, 'check that discord.com can be reached from here')
}
