/** users.*, bots.*, team.* and auth.*. */
import { userJson } from '../world/json.ts'
import { ApiError, type Methods, page, tier } from './method.ts'

export const people: Methods = {
  'users.info': {
    args: { user: 'string!', include_locale: 'boolean' },
    scopes: ['users:read'],
    perMinute: tier[4],
    handle({ team, args }) {
      const user = team.users.get(args.user as string)
      if (!user) throw new ApiError('user_not_found')
      return { user: userJson(team, user, args.include_locale === true) }
    },
  },
  'users.list': {
    args: { cursor: 'string', limit: 'number', include_locale: 'boolean' },
    scopes: ['users:read'],
    perMinute: tier[2],
    handle(call) {
      const { items, more } = page(call, [...call.team.users.values()], 1000, 1000)
      return { members: items.map(user => userJson(call.team, user, call.args.include_locale === true)), ...more }
    },
  },
  'bots.info': {
    args: { bot: 'string' },
    scopes: ['users:read'],
    perMinute: tier[3],
    handle({ team, args }) {
      const user = [...team.users.values()].find(({ botId }) => botId !== undefined && botId === args.bot)
      if (!user) throw new ApiError('bot_not_found')
      const bot = {
        id: user.botId,
        app_id: user.appId,
        user_id: user.id,
        name: user.realName,
        deleted: false,
        updated: 0,
      }
      return { bot }
    },
  },
  'team.info': {
    args: { team: 'string' },
    scopes: ['team:read'],
    perMinute: tier[3],
    handle({ team, args }) {
      if (args.team !== undefined && args.team !== team.id) throw new ApiError('team_not_found')
      return { team: { id: team.id, name: team.name, domain: team.domain, email_domain: '', icon: {} } }
    },
  },
  'auth.test': {
    args: {},
    perMinute: 600,
    handle: ({ world, team }) => ({
      url: `https://${team.domain}.slack.com/`,
      team: team.name,
      user: world.manifest.features.bot_user.display_name.toLowerCase(),
      team_id: team.id,
      user_id: team.bot.userId,
      bot_id: team.bot.botId,
      is_enterprise_install: false,
    }),
  },
  'auth.revoke': {
    args: { test: 'boolean' },
    perMinute: tier[3],
    handle({ team, args }) {
      if (args.test) return { revoked: false }
      team.bot.state = 'revoked'
      return { revoked: true }
    },
  },
}
