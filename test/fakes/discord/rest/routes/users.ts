/** Users, the bot's own guilds, and direct messages. */
import { DiscordError } from '../../errors.ts'
import { channelPayload, userPayload } from '../../payloads/guilds.ts'
import { guildGone } from '../../state/events.ts'
import { permissionsIn } from '../../state/permissions.ts'
import type { World } from '../../state/world.ts'
import type { Handler } from '../api.ts'
import { guildOf } from '../lookup.ts'

const own = ({ bot }: World) => ({
  ...userPayload(bot),
  verified: true,
  mfa_enabled: true,
  flags: 0,
  locale: 'en-US',
  email: null,
})

export const userRoutes: Readonly<Record<string, Handler>> = {
  'GET /users/@me': ({ world }) => own(world),
  'PATCH /users/@me': ({ world }) => own(world),
  'GET /users/{user_id}': ({ world, params }) => {
    const user = world.users.get(params.user_id!)
    if (!user) throw new DiscordError(10013)
    return userPayload(user)
  },
  'GET /users/@me/guilds': ({ world }) =>
    [...world.guilds.values()]
      .filter(({ members }) => members.has(world.bot.id))
      .map(guild => ({
        id: guild.id,
        name: guild.name,
        icon: null,
        banner: null,
        owner: guild.ownerId === world.bot.id,
        permissions: String(permissionsIn(guild, world.bot)),
        features: [],
      })),
  'DELETE /users/@me/guilds/{guild_id}': call => {
    const guild = guildOf(call)
    guild.members.delete(call.world.bot.id)
    call.world.commands.forget(guild.id)
    guildGone(call.world, guild)
    return undefined
  },
  'POST /users/@me/channels': ({ world, body }) => {
    const { recipient_id } = body as { recipient_id?: string }
    const user = world.users.get(String(recipient_id))
    if (!user || user === world.bot) throw new DiscordError(50033)
    if (user.bot) throw new DiscordError(50007)
    return channelPayload(world.directChannel(user))
  },
}
