/** apps.connections.open and oauth.v2.access: how the app gets in. */
import { install } from '../world/installing.ts'
import { ApiError, type Methods, misuse, tier } from './method.ts'

export const apps: Methods = {
  'apps.connections.open': {
    args: {},
    token: 'app',
    handle({ world }) {
      if (!world.desk.sockets.enabled) throw new ApiError('link_disabled')
      return { url: world.desk.sockets.ticket() }
    },
  },
  'oauth.v2.access': {
    args: {
      client_id: 'string!',
      client_secret: 'string!',
      code: 'string!',
      redirect_uri: 'string',
      grant_type: 'string',
    },
    token: 'none',
    perMinute: tier[4],
    handle(call) {
      const { world, args } = call
      if (args.client_id !== world.app.clientId) throw misuse(call, 'invalid_client_id', 'client_id is not the app’s')
      if (args.client_secret !== world.app.clientSecret)
        throw misuse(call, 'bad_client_secret', 'client_secret is wrong')
      const code = world.tickets.codes.get(args.code as string)
      if (!code || !world.tickets.codes.delete(args.code as string)) throw new ApiError('invalid_code')
      if (args.redirect_uri !== undefined && args.redirect_uri !== code.redirectUri)
        throw misuse(call, 'bad_redirect_uri', 'redirect_uri is not the one that was asked with')
      const team = world.teams.get(code.team)!
      install(world, team, code.scopes)
      return {
        app_id: world.app.id,
        authed_user: { id: code.user },
        scope: code.scopes.join(','),
        token_type: 'bot',
        access_token: team.bot.token,
        bot_user_id: team.bot.userId,
        team: { id: team.id, name: team.name },
        enterprise: null,
        is_enterprise_install: false,
      }
    },
  },
}
