/** The application itself, and where its gateway is. */
import { invalid } from '../../errors.ts'
import { userPayload } from '../../payloads/guilds.ts'
import { ownFlags } from '../../state/intents.ts'
import type { World } from '../../state/world.ts'
import type { Handler } from '../api.ts'

export function applicationPayload(world: World): Record<string, unknown> {
  const { applicationId, bot, guilds, application } = world
  return {
    id: applicationId,
    name: bot.globalName,
    icon: null,
    type: null,
    bot: userPayload(bot),
    bot_public: true,
    bot_require_code_grant: false,
    verify_key: '00',
    summary: '',
    owner: { ...userPayload(bot), id: '1', username: 'operator', bot: false },
    team: null,
    redirect_uris: [],
    interactions_endpoint_url: null,
    role_connections_verification_url: null,
    explicit_content_filter: 0,
    eligible_oauth2_scopes: [],
    approximate_user_install_count: 0,
    approximate_user_authorization_count: 0,
    approximate_guild_count: [...guilds.values()].filter(({ members }) => members.has(bot.id)).length,
    flags_new: String(application.flags),
    ...application,
  }
}

const url = ({ origin }: World) => origin.replace(/^http/, 'ws')

export const applicationRoutes: Readonly<Record<string, Handler>> = {
  'GET /gateway': ({ world }) => ({ url: url(world) }),
  'GET /gateway/bot': ({ world }) => ({
    url: url(world),
    shards: 1,
    session_start_limit: { total: 1000, remaining: 999, reset_after: 86_400_000, max_concurrency: 1 },
  }),
  'GET /applications/@me': ({ world }) => applicationPayload(world),
  'GET /oauth2/applications/@me': ({ world }) => applicationPayload(world),
  'PATCH /applications/@me': ({ world, body }) => {
    const { flags, ...rest } = body as { flags?: number }
    if (flags !== undefined) {
      const before = world.application.flags as number
      if ((flags & ~ownFlags) !== (before & ~ownFlags))
        throw invalid({ flags: { code: 'APPLICATION_FLAGS_INVALID', message: 'Only limited intents can be changed' } })
      world.application.flags = flags
    }
    Object.assign(world.application, rest)
    return applicationPayload(world)
  },
}
