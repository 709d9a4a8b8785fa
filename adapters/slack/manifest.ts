/** The app as Slack is told about it: what it is called, what it may do and hear, its commands. One link creates it. */
import type { CommandInfo } from '../command-info.ts'
import { slashName, usageHint } from './forms/slash-command.ts'

export interface ManifestOptions {
  /**
   * Where Slack reaches Familiar, such as `https://familiar.example.org`, for requests in HTTP mode and the pages of an
   * installation; without it, in Socket Mode, nobody has to reach it.
   */
  readonly url?: string
  /** Events come through a socket also where there is an address. Default: where there is none. */
  readonly socketMode?: boolean
}

export const scopes = [
  'app_mentions:read',
  'channels:history',
  'chat:write',
  'commands',
  'files:read',
  'files:write',
  'groups:history',
  'im:history',
  'im:write',
  'reactions:write',
  'users:read',
] as const

const events = [
  'app_home_opened',
  'app_mention',
  'app_uninstalled',
  'message.channels',
  'message.groups',
  'message.im',
  'tokens_revoked',
]

const description = 'Gets to know your pets and people from a few photos, then talks about them and draws them.'

const prompts = [
  { title: 'What can you do?', message: 'help' },
  { title: 'Whom do you know?', message: 'whom do you know?' },
  { title: 'What do you keep of me?', message: 'privacy' },
]

/** Path of requests, and of the page where the app is installed. */
export const eventsPath = '/slack/events'
export const installPath = '/slack/install'
const redirectPath = '/slack/oauth_redirect'

/** @param commands as they are called in English: Slack has one language for all */
export function createManifest(commands: readonly CommandInfo[], options: ManifestOptions = {}) {
  const { url, socketMode = url === undefined } = options
  const requests = socketMode ? undefined : new URL(eventsPath, url).href
  return {
    display_information: { name: 'Familiar', description, background_color: '#2c2d30' },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      agent_view: { agent_description: description, suggested_prompts: prompts },
      bot_user: { display_name: 'Familiar', always_online: true },
      shortcuts: commands.flatMap(({ name, description, onMessage }) =>
        onMessage ? [{ name: onMessage, type: 'message', callback_id: name, description }] : [],
      ),
      slash_commands: commands.map(command => ({
        command: slashName(command.name),
        description: command.description,
        ...(usageHint(command) && { usage_hint: usageHint(command) }),
        should_escape: true,
        ...(requests && { url: requests }),
      })),
    },
    oauth_config: {
      ...(url && { redirect_urls: [new URL(redirectPath, url).href] }),
      scopes: { bot: [...scopes] },
    },
    settings: {
      event_subscriptions: { ...(requests && { request_url: requests }), bot_events: events },
      interactivity: {
        is_enabled: true,
        ...(requests && { request_url: requests, message_menu_options_url: requests }),
      },
      org_deploy_enabled: false,
      socket_mode_enabled: socketMode,
      token_rotation_enabled: false,
    },
  }
}

/** Opens Slack's own page with the app filled in. */
export function creationLink(manifest: object): string {
  return `https://api.slack.com/apps?new_app=1&manifest_json=${encodeURIComponent(JSON.stringify(manifest))}`
}
