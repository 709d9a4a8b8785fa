/** Whom a message mentions, and whom it therefore notifies. */
import { type Channel, type Component, Flag, type Mentions, type Message, type User } from './model.ts'
import { may, Permission } from './permissions.ts'
import type { World } from './world.ts'

/** As the API has it; without it, everything in the text counts. */
export interface AllowedMentions {
  readonly parse?: readonly string[] | null
  readonly users?: readonly string[] | null
  readonly roles?: readonly string[] | null
  readonly replied_user?: boolean | null
}

export const everything: AllowedMentions = { parse: ['users', 'roles', 'everyone'], replied_user: true }

/** Every component of a message, however deep. */
export function allComponents(components: readonly Component[]): Component[] {
  return components.flatMap(each => [
    each,
    ...allComponents([
      ...(each.components ?? []),
      ...(each.component ? [each.component] : []),
      ...(each.accessory ? [each.accessory] : []),
    ]),
  ])
}

/** What is read in a message: its content, or its text displays. */
export function textOf({ content, components }: Pick<Message, 'content' | 'components'>): string {
  const displays = allComponents(components).flatMap(({ type, content }) => (type === 10 ? (content ?? '') : []))
  return [content, ...displays].filter(Boolean).join('\n')
}

export function mentionsIn(
  text: string,
  {
    channel,
    author,
    allowed,
    answered,
  }: {
    channel: Channel
    author: User
    allowed: AllowedMentions
    /** The message that it replies to. */
    answered?: Message
  },
  world: World,
): Mentions {
  // Code mentions nobody.
  const prose = text.replace(/```[\s\S]*?```|`[^`\n]*`/g, ' ')
  const ids = (pattern: RegExp) => [...new Set([...prose.matchAll(pattern)].map(([, id]) => id!))]
  const parses = (what: string) => allowed.parse?.includes(what) ?? false
  const { guild } = channel
  const loud = !guild || may(channel, author, Permission.MentionEveryone)
  const users = ids(/<@!?(\d+)>/g).filter(id => parses('users') || allowed.users?.includes(id))
  if (answered && answered.author !== author && allowed.replied_user && !users.includes(answered.author.id))
    users.push(answered.author.id)
  const known = users.flatMap(id => world.users.get(id) ?? [])
  return {
    users: guild ? known.filter(({ id }) => guild.members.has(id)) : known,
    roles: ids(/<@&(\d+)>/g).filter(
      id => guild?.roles.has(id) && loud && (parses('roles') || allowed.roles?.includes(id)),
    ),
    everyone: loud && parses('everyone') && /@(everyone|here)\b/.test(prose),
  }
}

/** Remembers who is notified of a new message. */
export function notify(message: Message, world: World): void {
  const { author, channel, flags, mentions } = message
  if (flags & Flag.SuppressNotifications || message.ephemeralFor !== undefined) return
  const { guild } = channel
  const pinged = !guild
    ? [channel.recipient!]
    : [...guild.members.values()]
        .filter(
          ({ user, roles }) =>
            mentions.everyone || mentions.users.includes(user) || roles.some(id => mentions.roles.includes(id)),
        )
        .map(({ user }) => user)
        .filter(user => may(channel, user, Permission.ViewChannel))
  for (const user of pinged) {
    if (user === author || user.bot) continue
    const before = world.notified.get(user.id)
    if (before) before.push(message)
    else world.notified.set(user.id, [message])
  }
}
