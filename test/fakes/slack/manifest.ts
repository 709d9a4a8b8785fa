/** The parts of an app's manifest that decide what Slack does for it. Types only, but for the one used without any other. */

export interface Manifest {
  readonly display_information: { readonly name: string; readonly [more: string]: unknown }
  readonly features: {
    readonly bot_user: { readonly display_name: string; readonly always_online?: boolean }
    readonly app_home?: {
      readonly home_tab_enabled?: boolean
      readonly messages_tab_enabled?: boolean
      readonly messages_tab_read_only_enabled?: boolean
    }
    readonly slash_commands?: readonly {
      readonly command: string
      readonly description: string
      readonly usage_hint?: string
      /** Mentions arrive as `<@U123|name>` and not as typed. */
      readonly should_escape?: boolean
      readonly url?: string
    }[]
    readonly shortcuts?: readonly {
      readonly name: string
      readonly type: 'message' | 'global'
      readonly callback_id: string
      readonly description: string
    }[]
    readonly agent_view?: Readonly<Record<string, unknown>>
    readonly assistant_view?: Readonly<Record<string, unknown>>
    readonly [more: string]: unknown
  }
  readonly oauth_config: {
    readonly redirect_urls?: readonly string[]
    readonly scopes: { readonly bot: readonly string[]; readonly [more: string]: unknown }
    readonly [more: string]: unknown
  }
  readonly settings: {
    readonly event_subscriptions?: { readonly bot_events: readonly string[]; readonly [more: string]: unknown }
    readonly interactivity?: { readonly is_enabled: boolean; readonly [more: string]: unknown }
    readonly socket_mode_enabled?: boolean
    readonly [more: string]: unknown
  }
  readonly [more: string]: unknown
}

/** An app that may do and hear all that the fake knows. */
export const wideManifest: Manifest = {
  display_information: { name: 'Familiar' },
  features: {
    bot_user: { display_name: 'Familiar' },
    app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
    slash_commands: [{ command: '/show', description: 'Shows somebody', should_escape: true }],
    shortcuts: [{ name: 'Show this', type: 'message', callback_id: 'show', description: 'Shows somebody' }],
  },
  oauth_config: {
    scopes: {
      bot: [
        'app_mentions:read',
        'assistant:write',
        'channels:history',
        'channels:read',
        'chat:write',
        'commands',
        'files:read',
        'files:write',
        'groups:history',
        'groups:read',
        'im:history',
        'im:read',
        'im:write',
        'reactions:write',
        'team:read',
        'users:read',
      ],
    },
  },
  settings: {
    event_subscriptions: {
      bot_events: [
        'app_home_opened',
        'app_mention',
        'app_uninstalled',
        'channel_archive',
        'channel_left',
        'group_left',
        'member_joined_channel',
        'member_left_channel',
        'message.channels',
        'message.groups',
        'message.im',
        'tokens_revoked',
      ],
    },
    interactivity: { is_enabled: true },
    socket_mode_enabled: true,
  },
}
