/** Messages as the API writes them, and what of them is hidden without the MessageContent intent. */
import { Flag, type Media, type Message, MessageType, type StoredFile } from '../state/model.ts'
import type { World } from '../state/world.ts'
import { attached, componentPayload, filePayload, mediaPayload } from './components.ts'
import { channelPayload, partialMember, userPayload } from './guilds.ts'

function embedPayload(embed: Record<string, unknown>, files: readonly StoredFile[], world: World): object {
  const picture = (key: string) => {
    const media = embed[key] as Media | undefined
    return media && { [key]: { ...media, ...mediaPayload(media, files, world) } }
  }
  return { type: 'rich', ...embed, ...picture('image'), ...picture('thumbnail') }
}

/** Files that a message shows elsewhere than below its text: Discord leaves them out of `attachments`. */
export function embeddedFiles({ components, embeds, files }: Message): Set<StoredFile> {
  const urls = [...JSON.stringify([components, embeds]).matchAll(/"(attachment:\/\/[^"]+)"/g)].map(([, url]) => url)
  return new Set(urls.flatMap(url => attached(url, files) ?? []))
}

/** A bot without the intent reads its own messages, direct ones, and those that mention it. */
export function readable({ author, channel, mentions }: Message, { bot }: World): boolean {
  return author === bot || !channel.guild || mentions.users.includes(bot)
}

/** @param content the bot has the MessageContent intent, or the message came with an interaction */
export function messagePayload(message: Message, world: World, content: boolean): Record<string, unknown> {
  const { channel, author, files, flags, mentions, interaction, reference } = message
  const open = content || readable(message, world)
  const embedded = embeddedFiles(message)
  const answered = reference && world.channels.get(reference.channel_id)?.messages.get(reference.message_id)
  const thread = flags & Flag.HasThread ? world.channels.get(message.id) : undefined
  return {
    id: message.id,
    channel_id: channel.id,
    type: message.type,
    author: userPayload(author),
    content: open ? message.content : '',
    embeds: open ? message.embeds.map(embed => embedPayload(embed, files, world)) : [],
    components: open ? message.components.map(each => componentPayload(each, files, world)) : [],
    attachments: open ? files.filter(file => !embedded.has(file)).map(file => filePayload(file, world)) : [],
    timestamp: new Date(message.createdAt).toISOString(),
    edited_timestamp: message.editedAt === undefined ? null : new Date(message.editedAt).toISOString(),
    flags,
    pinned: false,
    tts: false,
    mention_everyone: mentions.everyone,
    mention_roles: mentions.roles,
    mentions: mentions.users.map(userPayload),
    ...(message.nonce !== undefined && { nonce: message.nonce }),
    ...(reference && { message_reference: { type: 0, ...reference } }),
    ...(message.type === MessageType.Reply && {
      referenced_message: answered ? messagePayload({ ...answered, reference: undefined }, world, content) : null,
    }),
    ...(interaction && {
      application_id: world.applicationId,
      webhook_id: world.applicationId,
      interaction_metadata: {
        id: interaction.id,
        type: interaction.type,
        user: userPayload(interaction.user),
        authorizing_integration_owners: { '0': channel.guild?.id ?? '0' },
        ...(message.ephemeralFor === undefined && { original_response_message_id: message.id }),
      },
    }),
    ...(thread && { thread: channelPayload(thread) }),
  }
}

/** With what only the gateway adds. */
export function gatewayMessage(message: Message, world: World, content: boolean): object {
  const { guild } = message.channel
  const member = guild?.members.get(message.author.id)
  const withMembers = message.mentions.users.map(user => {
    const member = guild?.members.get(user.id)
    return { ...userPayload(user), ...(member && { member: partialMember(member) }) }
  })
  return {
    ...messagePayload(message, world, content),
    channel_type: message.channel.type,
    mentions: withMembers,
    ...(guild && { guild_id: guild.id }),
    ...(member && { member: partialMember(member) }),
  }
}
