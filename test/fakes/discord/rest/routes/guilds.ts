/** Guilds with their channels, roles and members. */
import { DiscordError } from '../../errors.ts'
import { channelPayload, guildPayload, memberPayload, rolePayload } from '../../payloads/guilds.ts'
import { memberTold } from '../../state/events.ts'
import { isOn } from '../../state/intents.ts'
import { ChannelType, type Guild } from '../../state/model.ts'
import { may, Permission } from '../../state/permissions.ts'
import { compareIds } from '../../state/snowflakes.ts'
import type { World } from '../../state/world.ts'
import type { Handler } from '../api.ts'
import { guildOf } from '../lookup.ts'

const channelsOf = ({ channels }: Guild, world: World) => [...channels].map(id => world.channels.get(id)!)

export const guildRoutes: Readonly<Record<string, Handler>> = {
  'GET /guilds/{guild_id}': call => ({
    ...guildPayload(guildOf(call), call.world),
    ...(call.query.get('with_counts') === 'true' && {
      approximate_member_count: guildOf(call).members.size,
      approximate_presence_count: guildOf(call).members.size,
    }),
  }),
  'GET /guilds/{guild_id}/channels': call =>
    channelsOf(guildOf(call), call.world)
      .filter(({ type }) => type !== ChannelType.Thread)
      .map(channelPayload),
  'GET /guilds/{guild_id}/threads/active': call => ({
    threads: channelsOf(guildOf(call), call.world)
      .filter(
        channel => channel.thread && !channel.thread.archived && may(channel, call.world.bot, Permission.ViewChannel),
      )
      .map(channelPayload),
    members: [],
    has_more: false,
  }),
  'GET /guilds/{guild_id}/roles': call => [...guildOf(call).roles.values()].map(role => rolePayload(role, call.world)),
  'GET /guilds/{guild_id}/members/{user_id}': call => {
    const member = guildOf(call).members.get(call.params.user_id!)
    if (!member) throw new DiscordError(call.world.users.has(call.params.user_id!) ? 10007 : 10013)
    return memberPayload(member)
  },
  'GET /guilds/{guild_id}/members': call => {
    // The list is privileged, like the intent.
    if (!isOn(call.world.application.flags as number, 'GuildMembers')) throw new DiscordError(50001)
    const after = call.query.get('after') ?? '0'
    return [...guildOf(call).members.values()]
      .filter(({ user }) => compareIds(user.id, after) > 0)
      .sort((a, b) => compareIds(a.user.id, b.user.id))
      .slice(0, Number(call.query.get('limit') ?? 1))
      .map(memberPayload)
  },
  'GET /guilds/{guild_id}/members/search': call => {
    const query = call.query.get('query')!.toLowerCase()
    return [...guildOf(call).members.values()]
      .filter(({ user, nick }) =>
        [user.username, user.globalName, nick ?? ''].some(name => name.toLowerCase().startsWith(query)),
      )
      .slice(0, Number(call.query.get('limit') ?? 1))
      .map(memberPayload)
  },
  'PATCH /guilds/{guild_id}/members/@me': call => {
    const guild = guildOf(call)
    const member = guild.members.get(call.world.bot.id)!
    const { nick } = call.body as { nick?: string | null }
    if (nick !== undefined) member.nick = nick ?? undefined
    memberTold(call.world, 'UPDATE', guild, member)
    return memberPayload(member)
  },
}
