/** The chat as one of its people sees it: which messages there are for them, and what they look like. */
import type { WireMessage, WirePerson, WirePicture } from '../wire.ts'
import type { History, StoredMessage, StoredPicture } from './history.ts'
import { directChannel, groupChannel, type Member, type People, personOf } from './people.ts'

export const botId = 'bot'
/** So many messages of a channel come at first, and again with each look further back. */
export const pageLength = 60

/** Of a message that was deleted: whether they saw it. */
export function isVisible({ channel, visibleTo }: StoredMessage, person: string): boolean {
  const open = channel === groupChannel || channel === directChannel(person)
  return open && (visibleTo === undefined || visibleTo === person)
}

export function notifies(message: StoredMessage, person: string): boolean {
  if (message.from === person || message.removed || !isVisible(message, person)) return false
  if (message.mentions.includes(person) || message.visibleTo === person) return true
  return message.from === botId && personOf(message.channel) === person
}

export function toWire(message: StoredMessage, viewer: string, history: History): WireMessage {
  const { seq, replyTo, visibleTo, mentions } = message
  const quoted = replyTo === undefined ? undefined : history.get(replyTo)
  return {
    id: String(seq),
    channel: message.channel,
    from: message.from,
    at: message.at,
    text: message.text,
    pictures: message.pictures.map(toWirePicture),
    photos: photosFor(message, viewer).map(toWirePicture),
    card: message.card,
    buttons: message.buttons,
    mentions,
    ...(quoted && {
      replyTo: { id: String(quoted.seq), from: quoted.from, text: quoted.text, pictures: quoted.pictures.length },
    }),
    command: message.command,
    privately: visibleTo !== undefined,
    notifies: notifies(message, viewer),
    nonce: message.from === viewer ? message.nonce : undefined,
  }
}

/** Handed-over photos are seen with a card or a command; before that, by those whom the bot asks about them. */
function photosFor({ photos, card, command, mentions }: StoredMessage, viewer: string): readonly StoredPicture[] {
  return card || command || mentions.includes(viewer) ? photos : []
}

function toWirePicture({ id, name, altText }: StoredPicture): WirePicture {
  return { url: `/pictures/${id}/${encodeURIComponent(name)}`, name, altText }
}

/** The last messages of a channel before `before`, and whether there are earlier ones. */
export function pageOf(
  history: History,
  person: string,
  channel: string,
  before = Number.POSITIVE_INFINITY,
): { messages: StoredMessage[]; more: boolean } {
  const all = history
    .all()
    .filter(each => !each.removed && each.channel === channel && each.seq < before && isVisible(each, person))
  return { messages: all.slice(-pageLength), more: all.length > pageLength }
}

export function toWirePeople(people: People, history: History): WirePerson[] {
  const messages = history.all()
  return people.list().map(member => {
    const notices: Record<string, number> = {}
    for (const each of messages)
      if (notifies(each, member.id) && !isSeen(each, member)) notices[each.channel] = (notices[each.channel] ?? 0) + 1
    return {
      id: member.id,
      name: member.name,
      colour: member.colour,
      admin: member.admin,
      bot: member.bot,
      notices,
    }
  })
}

function isSeen({ channel, seq }: StoredMessage, member: Member): boolean {
  return seq <= (member.seen[channel] ?? 0)
}
