/** Discord and Slack, as far as they are set up. Neither is loaded when it is not. */
import { describeCommands } from '../adapters/command-info.ts'
import type { DiscordAdapter } from '../adapters/discord/adapter.ts'
import type { SlackAdapter } from '../adapters/slack/adapter.ts'
import type { PlatformStatus } from '../adapters/web/status.ts'
import { commands } from '../commands/index.ts'
import type { RunningBot } from './bot.ts'
import type { Log } from './conversation/needs.ts'
import type { PlatformConfig } from './platform-config.ts'
import type { Storage } from './storage/storage.ts'
import type { Locale } from './texts/texts.ts'

export interface ConnectedPlatforms {
  readonly discord?: DiscordAdapter
  readonly slack?: SlackAdapter
}

/** @param home what somebody sees on a page of the bot's own */
export async function createPlatforms(
  { discord, slack, pictureHosts }: PlatformConfig,
  storage: Storage,
  home: RunningBot['home'],
  log: Log,
): Promise<ConnectedPlatforms> {
  const shared = { commands: (locale: Locale) => describeCommands(commands, locale), log }
  return {
    ...(discord && {
      discord: (await import('../adapters/discord/adapter.ts')).createDiscordAdapter({
        ...shared,
        token: discord.token,
        messageContent: discord.messageContent,
        api: discord.apiUrl,
        pictureHosts,
        store: storage.store('discord'),
      }),
    }),
    ...(slack && {
      slack: (await import('../adapters/slack/adapter.ts')).createSlackAdapter({
        ...shared,
        ...slack,
        pictureHosts,
        store: storage.store('slack'),
        home: (tenant, person) => home(person, { tenant, channel: person.id, direct: true }),
      }),
    }),
  }
}

/** For the operator's view. */
export function platformStatus({ discord, slack }: ConnectedPlatforms): PlatformStatus[] {
  return [
    ...(discord ? [{ name: 'Discord', ...discord.health(), invite: discord.invite }] : []),
    ...(slack ? [{ name: 'Slack', ...slack.health(), ...(slack.installPage && { invite: slack.installPage }) }] : []),
  ]
}
