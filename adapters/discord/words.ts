/** What people type, as plain text: mentions are names, and the mention of the bot is taken out. */
import type { Message, User } from 'discord.js'
import { unescapeMarkdown } from './escaping.ts'

export interface Words {
  readonly text: string
  readonly mentionsBot: boolean
  /** People whom the text mentions, in its order. */
  readonly mentioned: readonly User[]
}

const reference = /<(?:@!?(\d+)|@&(\d+)|#(\d+)|a?(:\w+:)\d+|\/([^:>]+):\d+)>/g

export function wordsOf(message: Message): Words {
  const { client, guild, mentions, content } = message
  const me = client.user?.id
  let mentionsBot = false
  const mentioned = new Map<string, User>()
  const text = content.replace(reference, (_, user, role, channel, emoji, command) => {
    if (emoji) return emoji
    if (command) return `/${command}`
    if (channel) return `#${nameOfChannel(message, channel) ?? 'channel'}`
    const roleMentioned = role && guild?.roles.cache.get(role)
    // A bot has a role of its own, which looks just like it when one types a name.
    if (user === me || (roleMentioned && roleMentioned.tags?.botId === me)) {
      mentionsBot = true
      return mark
    }
    if (role) return `@${roleMentioned?.name ?? 'role'}`
    const person = mentions.users.get(user) ?? client.users.cache.get(user)
    if (!person) return '@somebody'
    mentioned.set(person.id, person)
    return `@${guild?.members.cache.get(user)?.displayName ?? person.displayName}`
  })
  return { text: withoutMarks(text), mentionsBot, mentioned: [...mentioned.values()] }
}

/** Where the bot's name stood. */
const mark = '\0'

function withoutMarks(text: string): string {
  if (!text.includes(mark)) return text
  return text.replace(/ *\0+ */g, found => (found.startsWith(' ') && found.endsWith(' ') ? ' ' : '')).trim()
}

function nameOfChannel({ client }: Message, id: string): string | undefined {
  const channel = client.channels.cache.get(id)
  return channel && 'name' in channel && channel.name ? channel.name : undefined
}

/** What the bot has said, without whom it called for it. */
export const ownWords = ({ content }: Message): string => unescapeMarkdown(content.replace(/^(?:<@\d+>\s*)+/, ''))
