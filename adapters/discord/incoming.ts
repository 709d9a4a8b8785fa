/** Messages that people post, as the bot hears them. */
import { InteractionType, type Message, MessageFlags, MessageReferenceType, MessageType } from 'discord.js'
import type { Utterance } from '../../engine/engine.ts'
import type { IncomingMessage, MenuTarget, Person, Place } from '../../src/conversation/chat.ts'
import type { FetchOptions } from '../shared/fetch-picture.ts'
import { isCode } from './errors.ts'
import type { Recall } from './memory.ts'
import type { People } from './people.ts'
import { picturesOfMessage } from './pictures.ts'
import { guildPlace, guildTenant, personTenant } from './places.ts'
import { ownWords, wordsOf } from './words.ts'

export interface Reading {
  readonly people: People
  readonly recall: Recall
  readonly fetching: FetchOptions
}

/** The most that Discord hands over of a channel's history at once. */
const mostHistory = 100

/** Whether a message says something, and somebody else than the bot says it. */
export function isHeard(message: Message): boolean {
  const { author, type, reference, content, attachments, client } = message
  if (author.id === client.user?.id) return false
  if (type !== MessageType.Default && type !== MessageType.Reply) return false
  // What is forwarded was said elsewhere; of a sticker, or without the intent, there is nothing to hear.
  return reference?.type !== MessageReferenceType.Forward && (content !== '' || attachments.size > 0)
}

export async function readMessage(message: Message, reading: Reading): Promise<IncomingMessage> {
  const { people, fetching } = reading
  const place = placeOf(message)
  const { text, mentionsBot, mentioned } = wordsOf(message)
  return {
    id: message.id,
    from: authorOf(message, reading),
    place,
    text,
    pictures: picturesOfMessage(message, fetching),
    mentionsBot,
    mentions: mentioned.map(user => people.person(user, place.tenant, message.guild?.members.cache.get(user.id))),
    repliedTo: await repliedTo(message, reading),
    earlier: count => earlier(message, place, count, reading),
  }
}

/** The message on whose menu something was chosen. */
export function readTarget(message: Message, reading: Reading): MenuTarget {
  return {
    from: authorOf(message, reading),
    text: saidIn(message),
    pictures: picturesOfMessage(message, reading.fetching),
  }
}

function placeOf({ guildId, channelId, channel, author }: Message): Place {
  if (guildId) return guildPlace(guildId, channelId, channel)
  return { tenant: personTenant(author.id), channel: channelId, direct: true }
}

function authorOf(message: Message, { people }: Reading): Person {
  const { author, guildId, member, webhookId } = message
  const tenant = guildId ? guildTenant(guildId) : personTenant(author.id)
  const person = people.person(author, tenant, member)
  return webhookId ? { ...person, bot: true } : person
}

const isOwn = ({ author, client }: Message) => author.id === client.user?.id

const saidIn = (message: Message) => (isOwn(message) ? ownWords(message) : wordsOf(message).text)

async function repliedTo(message: Message, { fetching }: Reading): Promise<IncomingMessage['repliedTo']> {
  if (message.type !== MessageType.Reply) return undefined
  // It came with the reply. One that was deleted, or may not be read, is as good as none.
  const answered = await message.fetchReference().catch(() => undefined)
  if (!answered) return undefined
  return {
    fromBot: isOwn(answered),
    text: saidIn(answered),
    pictures: picturesOfMessage(answered, fetching),
  }
}

async function earlier(
  { channel, id }: Message,
  { tenant, direct }: Place,
  count: number,
  { recall }: Reading,
): Promise<readonly Utterance[]> {
  if (count <= 0) return []
  let history: Message[]
  try {
    history = [...(await channel.messages.fetch({ before: id, limit: mostHistory, cache: false })).values()]
  } catch (error) {
    // Without the permission to read the history there is none.
    if (isCode(error, 50001, 50013)) return []
    throw error
  }
  const turns: Utterance[] = []
  for (const message of history) {
    if (turns.length === count) break
    if (!isTurn(message)) continue
    // What was written directly on behalf of a server is not of this conversation.
    if (direct && isOwn(message) && ((await recall.tenantOfMessage(message.id)) ?? tenant) !== tenant) continue
    const text = saidIn(message).trim()
    if (text !== '') turns.push({ from: isOwn(message) ? 'bot' : 'user', text })
  }
  return turns.reverse()
}

/** Something that was said: no command's answer, no card, and nothing of another program. */
function isTurn(message: Message): boolean {
  const { interactionMetadata, flags, author, webhookId } = message
  if (!isOwn(message)) return isHeard(message) && !author.bot && !webhookId
  if (flags.has(MessageFlags.SuppressNotifications)) return false
  return !interactionMetadata || interactionMetadata.type === InteractionType.MessageComponent
}
