/**
 * What `familiar doctor` looks at. Every check says what it found and, where something is wrong, what to do about it. It
 * disturbs nothing: a bot that is running goes on.
 */
import { FamiliarError } from '../../engine/errors.ts'
import { type Config, loadConfig } from '../config.ts'
import { type Check, judge } from './check.ts'
import { checkClock } from './clock.ts'
import { checkDevices } from './devices.ts'
import { checkDataFolder, checkDisk, checkNode, checkRuntime } from './machine.ts'
import { checkModel } from './model.ts'
import { checkBlockList, checkPage, checkStore } from './settings.ts'

export interface DiagnosisOptions {
  /** Switches on what can be switched on from here. */
  readonly fix?: boolean
}

/** Runs every check, in the order in which a person would mend things. */
export async function diagnose({ fix = false }: DiagnosisOptions = {}): Promise<Check[]> {
  const checks = [checkNode(process.versions.node), await checkRuntime()]
  const settings = judge('settings')
  let config: Config
  try {
    config = loadConfig()
  } catch (error) {
    if (!(error instanceof FamiliarError)) throw error
    return [...checks, settings.problem(error.message, 'correct the variable or .env')]
  }
  checks.push(settings.ok(`DEVICE=${config.device}, MODEL=${config.model.name}`))
  if (config.blockList !== undefined) checks.push(await checkBlockList(config.blockList))
  checks.push(...(await checkDevices()))
  checks.push(...(await checkModel(config.model, config.hub)))
  checks.push(await checkDataFolder(config.dataDir), await checkDisk(config.dataDir))
  if (config.storeUrl !== undefined) checks.push(await checkStore(config.storeUrl))
  checks.push(await checkPage(config.web))
  checks.push(...(await checkPlatforms(config, fix)))
  return checks
}

async function checkPlatforms({ discord, slack }: Config, fix: boolean): Promise<Check[]> {
  const clock =
    (discord && (await checkClock(`${discord.apiUrl ?? 'https://discord.com/api'}/v10/gateway`))) ??
    (slack && (await checkClock(new URL('api.test', slack.apiUrl ?? 'https://slack.com/api/').href)))
  const checks = clock ? [clock] : []
  // Their libraries are loaded for those who use them.
  if (discord) checks.push(...(await (await import('./discord.ts')).checkDiscord(discord, fix)))
  else checks.push(judge('discord').note('not set up', 'to be in a server, set DISCORD_TOKEN: README, Discord'))
  if (slack) checks.push(...(await (await import('./slack.ts')).checkSlack(slack)))
  else
    checks.push(
      judge('slack').note(
        'not set up',
        'to be in a workspace, run familiar slack-app, and set SLACK_BOT_TOKEN and SLACK_APP_TOKEN: README, Slack',
      ),
    )
  return checks
}
