/** What Discord demands of a message, and what becomes of its files. */
import { storeFile } from '../../cdn.ts'
import { DiscordError, type FieldError, invalid, tooLong } from '../../errors.ts'
import type { Change } from '../../state/messages.ts'
import { type Channel, type Component, Flag, type Message, type StoredFile } from '../../state/model.ts'
import { may, Permission } from '../../state/permissions.ts'
import type { World } from '../../state/world.ts'
import type { AttachmentBody, MessageBody, UploadedFile } from '../bodies.ts'
import { checkMessageComponents } from './components.ts'

/** Flags that a bot may set. */
const settable = Flag.SuppressEmbeds | Flag.SuppressNotifications | Flag.ComponentsV2

interface Where {
  readonly channel: Channel
  /** Only one person sees it. */
  readonly ephemeral?: boolean
  /** Interactions have the rights of their own webhook. */
  readonly webhook?: boolean
}

/** What a new message will be. @throws DiscordError */
export async function readNew(world: World, body: MessageBody, files: readonly UploadedFile[], where: Where) {
  const flags = (body.flags ?? 0) & settable
  const draft = {
    content: (body.content ?? '').trim(),
    embeds: body.embeds ?? [],
    components: structuredClone(body.components ?? []) as Component[],
    flags: flags | (where.ephemeral ? Flag.Ephemeral : 0),
    allowed: checkAllowed(body),
  }
  checkContent(draft, body)
  checkFiles(world, body.attachments, files, [], where)
  const kept = await storeFiles(world, body.attachments, files, where)
  orDrop(world, kept, () => {
    checkMessageComponents(draft.components, draft.flags, kept)
    checkNotEmpty(draft, kept)
  })
  return { ...draft, files: kept }
}

/** What an edit changes. @throws DiscordError */
export async function readChange(
  world: World,
  message: Message,
  body: MessageBody,
  files: readonly UploadedFile[],
  where: Where,
): Promise<Change> {
  const asked = (body.flags ?? message.flags) & settable
  if (message.flags & Flag.ComponentsV2 && body.flags !== undefined && !(asked & Flag.ComponentsV2))
    throw invalid({ flags: { code: 'MESSAGE_FLAGS_INVALID', message: 'IS_COMPONENTS_V2 cannot be removed' } })
  const next = {
    content: body.content === undefined ? message.content : (body.content ?? '').trim(),
    embeds: body.embeds === undefined ? message.embeds : (body.embeds ?? []),
    components:
      body.components === undefined ? message.components : (structuredClone(body.components ?? []) as Component[]),
    flags: (message.flags & ~settable) | asked,
  }
  checkContent(next, body)
  checkFiles(world, body.attachments, files, message.files, where)
  const added = await storeFiles(world, body.attachments, files, where)
  const listed = new Set(body.attachments?.map(({ id }) => String(id)))
  const kept = message.files.filter(({ id }) => !body.attachments || listed.has(id))
  for (const { id, description } of body.attachments ?? []) {
    const file = kept.find(file => file.id === String(id))
    if (file && description !== undefined) file.description = description ?? undefined
  }
  const all = [...kept, ...added]
  orDrop(world, added, () => {
    checkMessageComponents(next.components, next.flags, all)
    checkNotEmpty(next, all)
  })
  return { ...next, files: all, allowed: checkAllowed(body) }
}

/** Files of a message that is refused are not kept. */
function orDrop(world: World, added: readonly StoredFile[], check: () => void): void {
  try {
    check()
  } catch (error) {
    for (const { id } of added) world.files.delete(id)
    throw error
  }
}

function checkAllowed({ allowed_mentions: allowed }: MessageBody) {
  if (!allowed) return undefined
  for (const kind of ['users', 'roles'] as const)
    if (allowed.parse?.includes(kind) && allowed[kind]?.length)
      throw invalid({
        [`allowed_mentions.${kind}`]: {
          code: 'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
          message: `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`,
        },
      })
  return allowed
}

type Content = Pick<Message, 'content' | 'embeds' | 'flags' | 'components'>

function checkContent({ content, embeds, flags }: Content, body: MessageBody): void {
  const wrong: Record<string, FieldError> = {}
  if ([...content].length > 2000) wrong.content = tooLong(2000)
  if (embeds.reduce((sum, embed) => sum + embedLength(embed), 0) > 6000)
    wrong.embeds = { code: 'MAX_EMBED_SIZE_EXCEEDED', message: 'Embed size exceeds maximum size of 6000' }
  if (flags & Flag.ComponentsV2) {
    const legacy = { content, embeds: embeds.length, poll: body.poll, sticker_ids: body.sticker_ids?.length }
    for (const [field, used] of Object.entries(legacy))
      if (used)
        wrong[field] = {
          code: 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
          message: `The '${field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`,
        }
  }
  if (Object.keys(wrong).length) throw invalid(wrong)
}

function embedLength(embed: Record<string, unknown>): number {
  const { title, description, footer, author, fields } = embed as {
    title?: string
    description?: string
    footer?: { text?: string }
    author?: { name?: string }
    fields?: { name: string; value: string }[]
  }
  const texts = [
    title,
    description,
    footer?.text,
    author?.name,
    ...(fields ?? []).flatMap(({ name, value }) => [name, value]),
  ]
  return texts.reduce((sum, text) => sum + (text?.length ?? 0), 0)
}

function checkNotEmpty({ content, embeds, components }: Content, files: readonly StoredFile[]): void {
  if (!content && !embeds.length && !components.length && !files.length) throw new DiscordError(50006)
}

function checkFiles(
  world: World,
  attachments: readonly AttachmentBody[] | null | undefined,
  files: readonly UploadedFile[],
  before: readonly StoredFile[],
  { channel, webhook }: Where,
): void {
  const ids = (attachments ?? []).map(({ id }) => String(id))
  const known = new Set([...files.map(({ index }) => index), ...before.map(({ id }) => id)])
  const stray = ids.findIndex(id => !known.has(id))
  if (stray >= 0)
    throw invalid({
      [`attachments.${stray}.id`]: { code: 'ATTACHMENT_NOT_FOUND', message: 'Attachment data not found' },
    })
  const kept = attachments ? before.filter(({ id }) => ids.includes(id)) : before
  if (kept.length + files.length > 10) throw new DiscordError(30015)
  if (files.some(({ bytes }) => bytes.length > world.uploadLimit(channel))) throw new DiscordError(40005)
  if (files.length && !webhook && !may(channel, world.bot, Permission.AttachFiles)) throw new DiscordError(50013)
}

function storeFiles(
  world: World,
  attachments: readonly AttachmentBody[] | null | undefined,
  files: readonly UploadedFile[],
  { channel, ephemeral }: Where,
): Promise<StoredFile[]> {
  return Promise.all(
    files.map(({ index, name, bytes }) => {
      const about = attachments?.find(({ id }) => String(id) === index)
      return storeFile(
        world,
        { name: about?.filename ?? name, bytes, description: about?.description },
        { folder: channel.id, ephemeral },
      )
    }),
  )
}
