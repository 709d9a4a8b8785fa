/** What people do with the app, as Slack tells it: commands, shortcuts, buttons, forms. All wait to be acknowledged. */
import { ClientRefusal } from '../refusal.ts'
import { handleOf, messageJson, viewJson } from '../world/json.ts'
import type { ChannelState, Json, MessageState, TeamState, UserState, ViewState } from '../world/state.ts'
import type { World } from '../world/world.ts'
import type { Kind } from './desk.ts'

export interface Actor {
  readonly world: World
  readonly team: TeamState
  readonly user: UserState
}

/** @throws ClientRefusal `operation_timeout`, `dispatch_failed` */
async function deliver({ world, team }: Actor, kind: Kind, type: string, payload: Json): Promise<unknown> {
  const { failure, acknowledgement } = await world.desk.send(team.id, type, { kind, payload, attempt: 0 })
  if (failure === undefined) return acknowledgement
  const code = /timeout|socket_closed/.test(failure) ? 'operation_timeout' : 'dispatch_failed'
  throw new ClientRefusal(code, `${type} failed because the app did not respond (${failure})`)
}

function channelName(channel: ChannelState): string {
  return channel.kind === 'private' ? 'privategroup' : channel.name
}

function frame({ world, team, user }: Actor, type: string): Json {
  return {
    type,
    token: world.app.verificationToken,
    api_app_id: world.app.id,
    team: { id: team.id, domain: team.domain },
    user: { id: user.id, username: handleOf(user), name: handleOf(user), team_id: team.id },
    enterprise: null,
    is_enterprise_install: false,
    trigger_id: world.tickets.trigger(team.id, user.id),
  }
}

function responseUrl({ world, team, user }: Actor, channel: ChannelState, message?: MessageState): string {
  return world.tickets.responseUrl({ team: team.id, user: user.id, channel: channel.id, message })
}

export function slashCommand(actor: Actor, channel: ChannelState, command: string, text: string): Promise<unknown> {
  const { world, team, user } = actor
  return deliver(actor, 'slash_commands', command, {
    token: world.app.verificationToken,
    api_app_id: world.app.id,
    team_id: team.id,
    team_domain: team.domain,
    channel_id: channel.id,
    channel_name: channelName(channel),
    user_id: user.id,
    user_name: handleOf(user),
    command,
    text,
    is_enterprise_install: 'false',
    response_url: responseUrl(actor, channel),
    trigger_id: world.tickets.trigger(team.id, user.id),
  })
}

export async function messageShortcut(actor: Actor, message: MessageState, callbackId: string): Promise<void> {
  const { world, team } = actor
  const channel = team.channels.get(message.channel)!
  await deliver(actor, 'interactive', 'message_action', {
    ...frame(actor, 'message_action'),
    action_ts: world.ids.ts(),
    callback_id: callbackId,
    channel: { id: channel.id, name: channelName(channel) },
    message_ts: message.ts,
    message: messageJson(world, team, message),
    response_url: responseUrl(actor, channel),
  })
}

/** The button's element with its `block_id`. */
export async function messageButton(actor: Actor, message: MessageState, button: Json): Promise<void> {
  const { world, team } = actor
  const channel = team.channels.get(message.channel)!
  const isEphemeral = message.ephemeralFor !== undefined
  await deliver(actor, 'interactive', 'block_actions', {
    ...frame(actor, 'block_actions'),
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: isEphemeral,
      ...(message.thread && { thread_ts: message.thread }),
    },
    channel: { id: channel.id, name: channelName(channel) },
    // Slack does not keep ephemeral messages.
    ...(!isEphemeral && { message: messageJson(world, team, message) }),
    state: { values: {} },
    response_url: responseUrl(actor, channel, message),
    actions: [{ ...button, action_ts: world.ids.ts() }],
  })
}

export async function viewButton(actor: Actor, view: ViewState, button: Json): Promise<void> {
  const { world, team } = actor
  await deliver(actor, 'interactive', 'block_actions', {
    ...frame(actor, 'block_actions'),
    container: { type: 'view', view_id: view.id },
    view: viewJson(world, team, view),
    actions: [{ ...button, action_ts: world.ids.ts() }],
  })
}

export function viewSubmission(actor: Actor, view: ViewState, values: Json): Promise<unknown> {
  return deliver(actor, 'interactive', 'view_submission', {
    ...frame(actor, 'view_submission'),
    view: viewJson(actor.world, actor.team, view, values),
    response_urls: [],
  })
}

/** Somebody types into a field whose options the app knows. */
export function blockSuggestion(actor: Actor, view: ViewState, field: Json, value: string): Promise<unknown> {
  const { trigger_id: _, ...rest } = frame(actor, 'block_suggestion')
  return deliver(actor, 'interactive', 'block_suggestion', {
    ...rest,
    ...field,
    container: { type: 'view', view_id: view.id },
    view: viewJson(actor.world, actor.team, view),
    value,
  })
}

export async function viewClosed(actor: Actor, view: ViewState): Promise<void> {
  const { trigger_id: _, ...rest } = frame(actor, 'view_closed')
  await deliver(actor, 'interactive', 'view_closed', {
    ...rest,
    view: viewJson(actor.world, actor.team, view),
    is_cleared: false,
  })
}
