/** Users, members, roles, channels and guilds as the API writes them. */
import { type Channel, ChannelType, type Guild, type Member, type Role, type User } from '../state/model.ts'
import type { World } from '../state/world.ts'

export function userPayload({ id, username, globalName, bot }: User) {
  return {
    id,
    username,
    global_name: bot ? null : globalName,
    discriminator: bot ? id.slice(-4) : '0',
    avatar: null,
    bot,
    flags: 0,
    public_flags: 0,
    primary_guild: null,
  }
}

/** Without the user, as it comes beside messages. */
export function partialMember({ nick, roles, joinedAt }: Member) {
  return {
    nick: nick ?? null,
    roles,
    joined_at: new Date(joinedAt).toISOString(),
    deaf: false,
    mute: false,
    flags: 0,
    avatar: null,
    banner: null,
    communication_disabled_until: null,
    premium_since: null,
    pending: false,
  }
}

export function memberPayload(member: Member) {
  return { user: userPayload(member.user), ...partialMember(member) }
}

export function rolePayload({ id, name, permissions, position, managed }: Role, { bot }: World) {
  return {
    id,
    name,
    permissions: String(permissions),
    position,
    managed,
    mentionable: false,
    hoist: false,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    icon: null,
    unicode_emoji: null,
    flags: 0,
    ...(managed && { tags: { bot_id: bot.id } }),
  }
}

export function channelPayload(channel: Channel) {
  const { id, type, name, guild, parent, recipient, thread, overwrites } = channel
  const last_message_id = channel.lastMessage ?? null
  if (recipient) return { id, type, last_message_id, recipients: [userPayload(recipient)], flags: 0 }
  const common = { id, type, name, guild_id: guild!.id, last_message_id, rate_limit_per_user: 0, flags: 0 }
  if (!thread)
    return {
      ...common,
      position: 0,
      parent_id: null,
      nsfw: false,
      topic: null,
      permission_overwrites: [...overwrites].map(([id, { kind, allow, deny }]) => ({
        id,
        type: kind === 'role' ? 0 : 1,
        allow: String(allow),
        deny: String(deny),
      })),
    }
  return {
    ...common,
    parent_id: parent!.id,
    owner_id: thread.ownerId,
    message_count: channel.messages.size,
    member_count: thread.members.size,
    total_message_sent: channel.messages.size,
    thread_metadata: {
      archived: thread.archived,
      locked: thread.locked,
      auto_archive_duration: 4320,
      archive_timestamp: new Date().toISOString(),
    },
  }
}

/** The guild by itself, as REST answers. */
export function guildPayload(guild: Guild, world: World) {
  return {
    id: guild.id,
    name: guild.name,
    owner_id: guild.ownerId,
    preferred_locale: guild.locale,
    premium_tier: guild.premiumTier,
    roles: [...guild.roles.values()].map(role => rolePayload(role, world)),
    features: [],
    emojis: [],
    stickers: [],
    icon: null,
    splash: null,
    banner: null,
    description: null,
    verification_level: 0,
    default_message_notifications: 0,
    explicit_content_filter: 0,
    mfa_level: 0,
    nsfw_level: 0,
    afk_channel_id: null,
    afk_timeout: 300,
    application_id: null,
    system_channel_id: null,
    system_channel_flags: 0,
    rules_channel_id: null,
    public_updates_channel_id: null,
    vanity_url_code: null,
    premium_progress_bar_enabled: false,
    premium_subscription_count: 0,
    home_header: null,
    discovery_splash: null,
    region: 'deprecated',
    widget_enabled: false,
    widget_channel_id: null,
    max_presences: null,
    max_members: 25_000_000,
    max_stage_video_channel_users: 50,
    max_video_channel_users: 25,
    safety_alerts_channel_id: null,
    nsfw: false,
    incidents_data: null,
  }
}

/** The guild as GUILD_CREATE brings it. Of its members only the bot comes, as Discord does without presences. */
export function guildCreatePayload(guild: Guild, world: World) {
  const channels = [...guild.channels].map(id => world.channels.get(id)!)
  const bot = guild.members.get(world.bot.id)!
  return {
    ...guildPayload(guild, world),
    joined_at: new Date(bot.joinedAt).toISOString(),
    large: false,
    unavailable: false,
    member_count: guild.members.size,
    members: [memberPayload(bot)],
    channels: channels.filter(({ type }) => type !== ChannelType.Thread).map(channelPayload),
    threads: channels.filter(({ thread }) => thread && !thread.archived).map(channelPayload),
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  }
}
