/** The bot's ordinary messages, and reading those of others. */
import { DiscordError, invalid } from '../../errors.ts'
import { messagePayload } from '../../payloads/messages.ts'
import { isOn } from '../../state/intents.ts'
import { createMessage, deleteMessage, editMessage } from '../../state/messages.ts'
import { type Channel, ChannelType, type Message, MessageType } from '../../state/model.ts'
import { expectPermission, may, Permission, writing } from '../../state/permissions.ts'
import { compareIds } from '../../state/snowflakes.ts'
import type { World } from '../../state/world.ts'
import type { Handler, RestCall } from '../api.ts'
import type { MessageBody } from '../bodies.ts'
import { channelOf, messageOf } from '../lookup.ts'
import { readChange, readNew } from '../rules/messages.ts'

const hour = 60 * 60_000
/** For so long the same nonce means the same message. */
const nonceLife = 5 * 60_000

/** The REST API goes by what is switched on for the application. */
const read = (message: Message, world: World) =>
  messagePayload(message, world, isOn(world.application.flags as number, 'MessageContent'))

/** Whoever has closed their direct messages is not written to. @throws DiscordError 50007, 50278 */
function expectOpen({ recipient }: Channel, world: World): void {
  if (!recipient) return
  if (!recipient.takesDirect) throw new DiscordError(50007)
  if (!world.acquainted(recipient)) throw new DiscordError(50278)
}

/** The message that is replied to; undefined when it is gone and that is no matter. */
function answeredBy(
  { message_reference: reference }: MessageBody,
  channel: Channel,
  world: World,
): Message | undefined {
  if (!reference) return undefined
  if (reference.type)
    throw invalid({ 'message_reference.type': { code: 'FAKE_UNSUPPORTED', message: 'The fake does not forward' } })
  if (!may(channel, world.bot, Permission.ReadMessageHistory)) throw new DiscordError(160002)
  const answered = channel.messages.get(String(reference.message_id))
  if ((!answered || answered.ephemeralFor !== undefined) && reference.fail_if_not_exists !== false)
    throw new DiscordError(50035, {
      errors: { message_reference: { _errors: [{ code: 'REPLIES_UNKNOWN_MESSAGE', message: 'Unknown message' }] } },
      // Somebody may have deleted it just now.
      breach: false,
    })
  if (answered?.type === MessageType.ThreadCreated)
    throw invalid({
      message_reference: {
        code: 'REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE',
        message: 'Cannot reply to a system message',
      },
    })
  return answered
}

function saidWith(nonce: string | number, { messages }: Channel, world: World): Message | undefined {
  return [...messages.values()].find(
    message => message.author === world.bot && message.nonce === nonce && world.now() - message.createdAt < nonceLife,
  )
}

async function create(call: RestCall): Promise<object> {
  const { world, files } = call
  const body = (call.body ?? {}) as MessageBody
  const channel = channelOf(call)
  if (channel.type === ChannelType.Forum) throw new DiscordError(50008)
  expectPermission(channel, world.bot, writing(channel))
  expectOpen(channel, world)
  if (channel.thread?.locked && !may(channel, world.bot, Permission.ManageThreads)) throw new DiscordError(160005)
  if (body.embeds?.length) expectPermission(channel, world.bot, Permission.EmbedLinks)
  const nonce = body.nonce ?? undefined
  const before = body.enforce_nonce && nonce !== undefined && saidWith(nonce, channel, world)
  if (before) return read(before, world)
  const answers = answeredBy(body, channel, world)
  const draft = await readNew(world, body, files, { channel })
  return read(createMessage(world, { ...draft, channel, author: world.bot, nonce, answers }), world)
}

async function change(call: RestCall): Promise<object> {
  const { world, files, limits } = call
  const channel = channelOf(call)
  const message = messageOf(call, channel)
  if (message.author !== world.bot) throw new DiscordError(50005)
  if (channel.thread?.archived) throw new DiscordError(50083)
  expectOpen(channel, world)
  if (world.now() - message.createdAt > hour) limits.countHourOldEdit(channel)
  const body = (call.body ?? {}) as MessageBody
  editMessage(world, message, await readChange(world, message, body, files, { channel }))
  return read(message, world)
}

/** Oldest or newest first, around a message or from an end, as the API pages. */
function list(call: RestCall): object {
  const { world, query } = call
  const channel = channelOf(call)
  if (!may(channel, world.bot, Permission.ReadMessageHistory)) return []
  const limit = Number(query.get('limit') ?? 50)
  const newestFirst = [...channel.messages.values()]
    .filter(({ ephemeralFor }) => ephemeralFor === undefined)
    .sort((a, b) => compareIds(b.id, a.id))
  const [before, after, around] = ['before', 'after', 'around'].map(name => query.get(name))
  const page = () => {
    if (before) return newestFirst.filter(({ id }) => compareIds(id, before) < 0).slice(0, limit)
    if (after) return newestFirst.filter(({ id }) => compareIds(id, after) > 0).slice(-limit)
    if (!around) return newestFirst.slice(0, limit)
    const at = newestFirst.findIndex(({ id }) => compareIds(id, around) <= 0)
    return newestFirst.slice(Math.max(0, at - Math.floor(limit / 2)), at + Math.ceil(limit / 2))
  }
  return page().map(message => read(message, world))
}

export const messageRoutes: Readonly<Record<string, Handler>> = {
  'GET /channels/{channel_id}/messages': list,
  'GET /channels/{channel_id}/messages/{message_id}': call =>
    read(messageOf(call, channelOf(call, Permission.ReadMessageHistory)), call.world),
  'POST /channels/{channel_id}/messages': create,
  'PATCH /channels/{channel_id}/messages/{message_id}': change,
  'DELETE /channels/{channel_id}/messages/{message_id}': call => {
    const channel = channelOf(call)
    const message = messageOf(call, channel)
    if (message.author !== call.world.bot) expectPermission(channel, call.world.bot, Permission.ManageMessages)
    deleteMessage(call.world, message)
    return undefined
  },
}
