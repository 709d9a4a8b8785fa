/** Messages as people's clients show them. */
import { fileAt, fileUrl } from '../cdn.ts'
import { attached, componentPayload } from '../payloads/components.ts'
import { embeddedFiles } from '../payloads/messages.ts'
import { localName } from '../state/commands.ts'
import { allComponents, textOf } from '../state/mentions.ts'
import {
  type Channel,
  type Component,
  Flag,
  type Guild,
  type Message,
  type StoredFile,
  type User,
} from '../state/model.ts'
import { compareIds } from '../state/snowflakes.ts'
import type { World } from '../state/world.ts'
import type { SeenAttachment, SeenButton, SeenMessage } from '../types.ts'
import { renderMarkdown } from './markdown.ts'

const styles = ['primary', 'secondary', 'success', 'danger', 'link'] as const

/** As others in this guild, or in a direct message, see somebody. */
export function displayName(user: User, guild: Guild | undefined): string {
  return guild?.members.get(user.id)?.nick ?? user.globalName
}

/** @param viewer whose ephemeral messages are among them; nobody's without one */
export function seenMessages(channel: Channel, world: World, viewer?: User): SeenMessage[] {
  return [...channel.messages.values()]
    .filter(({ ephemeralFor, dismissed }) => ephemeralFor === undefined || (ephemeralFor === viewer?.id && !dismissed))
    .sort((a, b) => compareIds(a.id, b.id))
    .map(message => seenMessage(message, world))
}

export function seenMessage(message: Message, world: World): SeenMessage {
  const { author, channel, files, flags, interaction, embeds } = message
  const { guild } = channel
  const embedded = embeddedFiles(message)
  const attachments = files.filter(file => !embedded.has(file)).map(file => seenFile(file, file.description, world))
  const components = allComponents(message.components)
  const { text, bold } = renderMarkdown(textOf(message), {
    user: id => {
      const user = world.users.get(id)
      return user && displayName(user, guild)
    },
    role: id => guild?.roles.get(id)?.name,
    channel: id => world.channels.get(id)?.name,
  })
  return {
    id: message.id,
    channel: channel.id,
    author: { id: author.id, name: displayName(author, guild), bot: author.bot },
    content: message.content,
    text,
    bold,
    attachments,
    pictures: [
      ...attachments.filter(({ contentType }) => contentType.startsWith('image/')),
      ...components
        .flatMap(component => mediaOf(component))
        .flatMap(({ url, description }) => picture(url, description)),
      // A client shows no alt text of embeds.
      ...embeds
        .flatMap(({ image, thumbnail }) => [image, thumbnail])
        .flatMap(media => picture((media as { url?: string })?.url)),
    ],
    buttons: components.filter(({ type }) => type === 2).map(seenButton),
    components: message.components.map(each => componentPayload(each, files, world) as Record<string, unknown>),
    embeds,
    ephemeral: message.ephemeralFor !== undefined,
    thinking: (flags & Flag.Loading) !== 0,
    edited: message.editedAt !== undefined,
    replyTo: message.reference?.message_id,
    ...(interaction?.name !== undefined && { command: { name: interaction.name, by: interaction.user.id } }),
    ...(flags & Flag.HasThread && { thread: message.id }),
    flags,
  }

  function picture(url: string | undefined, description?: string | null): SeenAttachment[] {
    const file = attached(url, files) ?? fileAt(url ?? '', world)
    return file ? [seenFile(file, description, world)] : []
  }
}

function mediaOf({ type, items, media, description }: Component): { url: string; description?: string | null }[] {
  if (type === 12) return (items ?? []).map(item => ({ url: item.media.url, description: item.description }))
  return type === 11 && media ? [{ url: media.url, description }] : []
}

function seenFile(file: StoredFile, description: string | null | undefined, world: World): SeenAttachment {
  return {
    id: file.id,
    name: file.filename,
    bytes: file.bytes,
    description: description ?? '',
    contentType: file.contentType,
    url: fileUrl(file, world),
    spoiler: file.spoiler,
  }
}

function seenButton({ label, custom_id, url, style, disabled }: Component): SeenButton {
  return {
    label: label ?? '',
    ...(custom_id && { customId: custom_id }),
    ...(url && { url }),
    style: styles[(style ?? 1) - 1] ?? 'secondary',
    disabled: disabled ?? false,
  }
}

/** Names of commands as the client lists them. */
export function seenCommands(channel: Channel, user: User, world: World): string[] {
  return world.commands.offered(channel, user, 1).map(command => localName(command, user))
}
