/** Messages, files, users and channels as the Web API and the events write them. */
import type { ChannelState, FileState, Json, MessageState, TeamState, UserState, ViewState } from './state.ts'
import { repliesTo } from './state.ts'
import type { World } from './world.ts'

export function fileJson(world: World, team: TeamState, file: FileState): Json {
  if (file.deleted) return { id: file.id, mode: 'tombstone' }
  const path = `${team.id}-${file.id}`
  const name = encodeURIComponent(file.name.replaceAll(' ', '_'))
  const ending = file.name.includes('.') ? file.name.split('.').at(-1)!.toLowerCase() : ''
  return {
    id: file.id,
    created: file.created,
    timestamp: file.created,
    name: file.name,
    title: file.title,
    mimetype: file.processed ? file.mimetype : '',
    filetype: file.processed ? ending : '',
    pretty_type: file.processed ? ending.toUpperCase() : '',
    user: file.user,
    user_team: team.id,
    editable: false,
    size: file.bytes.length,
    mode: 'hosted',
    is_external: false,
    external_type: '',
    is_public: [...file.channels].some(id => team.channels.get(id)?.kind === 'public'),
    public_url_shared: false,
    display_as_bot: false,
    username: '',
    url_private: `${world.url}/files-pri/${path}/${name}`,
    url_private_download: `${world.url}/files-pri/${path}/download/${name}`,
    permalink: `${world.url}/files/${file.user}/${file.id}/${name}`,
    permalink_public: `${world.url}/${path}`,
    has_rich_preview: false,
    file_access: 'visible',
    ...(file.altText !== undefined && { alt_txt: file.altText }),
  }
}

function botProfile(world: World, team: TeamState, botId: string): Json {
  const user = [...team.users.values()].find(each => each.botId === botId)!
  return {
    id: botId,
    app_id: user.appId,
    user_id: user.id,
    name: user.realName,
    deleted: false,
    updated: 0,
    icons: { image_36: `${world.url}/icon_36.png` },
    team_id: team.id,
  }
}

export function messageJson(world: World, team: TeamState, message: MessageState): Json {
  const channel = team.channels.get(message.channel)!
  const replies = repliesTo(channel, message.ts)
  const profile = message.botId && botProfile(world, team, message.botId)
  const parent = message.thread && channel.messages.find(({ ts }) => ts === message.thread)
  return {
    type: 'message',
    ...(message.subtype && { subtype: message.subtype }),
    // A message of the oldest kind of bots has no user.
    ...(message.subtype !== 'bot_message' && { user: message.user, team: team.id }),
    text: message.text,
    ts: message.ts,
    ...(profile && { bot_id: message.botId, app_id: profile.app_id, bot_profile: profile }),
    ...(message.username && { username: message.username }),
    ...(message.blocks?.length && { blocks: message.blocks }),
    ...(message.files.length > 0 && {
      files: message.files.map(file => fileJson(world, team, file)),
      upload: false,
      display_as_bot: false,
    }),
    ...(message.thread && { thread_ts: message.thread, ...(parent && { parent_user_id: parent.user }) }),
    ...(replies.length > 0 && {
      thread_ts: message.ts,
      reply_count: replies.length,
      reply_users: [...new Set(replies.map(({ user }) => user))],
      latest_reply: replies.at(-1)!.ts,
    }),
    ...(message.edited && { edited: message.edited }),
    ...(message.metadata !== undefined && { metadata: message.metadata }),
    ...(message.reactions.size > 0 && {
      reactions: [...message.reactions].map(([name, users]) => ({ name, users, count: users.length })),
    }),
  }
}

/** The name before there were display names; payloads still carry it. */
export function handleOf(user: UserState): string {
  return user.name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '.')
}

export function userJson(team: TeamState, user: UserState, withLocale = false): Json {
  return {
    id: user.id,
    team_id: team.id,
    name: handleOf(user),
    deleted: user.deactivated,
    ...(!user.deactivated && {
      real_name: user.realName,
      tz: 'Europe/London',
      is_admin: user.admin || user.owner,
      is_owner: user.owner,
      is_primary_owner: false,
      is_restricted: false,
      is_ultra_restricted: false,
      is_app_user: false,
      ...(withLocale && { locale: user.locale }),
    }),
    profile: {
      real_name: user.realName,
      display_name: user.botId ? '' : user.name,
      team: team.id,
      ...(user.botId && { bot_id: user.botId, api_app_id: user.appId }),
    },
    is_bot: user.botId !== undefined,
    updated: 0,
  }
}

export function channelJson(team: TeamState, channel: ChannelState): Json {
  const shared = { id: channel.id, created: channel.created, is_archived: channel.archived }
  if (channel.kind === 'im') return { ...shared, is_im: true, is_org_shared: false, user: channel.with }
  return {
    ...shared,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: channel.kind === 'public',
    is_group: false,
    is_im: false,
    is_mpim: false,
    is_private: channel.kind === 'private',
    is_general: false,
    is_member: channel.members.has(team.bot.userId),
  }
}

export function viewJson(world: World, team: TeamState, view: ViewState, values: Json = {}): Json {
  return {
    id: view.id,
    team_id: team.id,
    private_metadata: '',
    callback_id: '',
    title: null,
    submit: null,
    close: null,
    clear_on_close: false,
    notify_on_close: false,
    external_id: '',
    ...view.content,
    state: { values },
    hash: view.hash,
    root_view_id: view.rootId,
    previous_view_id: view.previousId ?? null,
    app_id: world.app.id,
    app_installed_team_id: team.id,
    bot_id: team.bot.botId,
  }
}
