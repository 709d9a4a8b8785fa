/** files.*: the three steps of an upload, and what is known of a file. */
import { addFile, botMayRead } from '../world/files.ts'
import { fileJson } from '../world/json.ts'
import { change, post } from '../world/posting.ts'
import { type ChannelState, type FileState, findMessage, type TeamState } from '../world/state.ts'
import type { World } from '../world/world.ts'
import { checkedContent } from './messages.ts'
import { ApiError, type Call, channelOf, type Methods, misuse, tier } from './method.ts'

const mostAltText = 1000

interface Upload {
  readonly team: TeamState
  readonly id: string
  readonly name: string
  readonly length: number
  readonly altText?: string
  bytes?: Uint8Array
}
/** Uploads by the path of their address, until they are completed. */
const uploads = new WeakMap<World, Map<string, Upload>>()

function uploadsOf(world: World): Map<string, Upload> {
  const known = uploads.get(world) ?? new Map<string, Upload>()
  uploads.set(world, known)
  return known
}

/** The second step: the bytes. Resolves to the HTTP status and the answer. */
export function receiveUpload(
  world: World,
  path: string,
  body: Buffer,
  type: string,
): { status: number; text: string } {
  const upload = uploadsOf(world).get(path)
  if (!upload) return { status: 404, text: 'not found' }
  const bytes = type.startsWith('multipart/form-data') ? firstPart(body, type) : body
  if (bytes.length !== upload.length)
    world.violate('wrong_length', 'upload', `expected ${upload.length} bytes but received ${bytes.length}`)
  upload.bytes = new Uint8Array(bytes)
  return { status: 200, text: `OK - ${bytes.length}` }
}

/** The bytes of the first part of a multipart body. */
function firstPart(body: Buffer, type: string): Buffer {
  const boundary = `--${/boundary="?([^";]+)/.exec(type)![1]}`
  const start = body.indexOf('\r\n\r\n') + 4
  return body.subarray(start, body.indexOf(`\r\n${boundary}`, start))
}

function findFile({ team, args }: Call): FileState {
  const file = team.files.get(args.file as string)
  if (!file || !botMayRead(team, file)) throw new ApiError('file_not_found')
  if (file.deleted) throw new ApiError('file_deleted')
  return file
}

export const files: Methods = {
  'files.getUploadURLExternal': {
    args: { filename: 'string!', length: 'number!', alt_txt: 'string', snippet_type: 'string' },
    scopes: ['files:write'],
    perMinute: tier[4],
    handle(call) {
      const { world, team, args } = call
      const altText = args.alt_txt as string | undefined
      if (!args.length) throw misuse(call, 'missing_argument', 'an upload of 0 bytes')
      if ([...(altText ?? '')].length > mostAltText)
        throw misuse(call, 'alt_txt_too_large', 'alt_txt has at most 1000 characters')
      const id = world.ids.next('F')
      const path = `/upload/v1/${world.ids.token('up')}`
      const upload = { team, id, name: args.filename as string, length: args.length as number, altText }
      uploadsOf(world).set(path, upload)
      return { upload_url: world.url + path, file_id: id }
    },
  },
  'files.completeUploadExternal': {
    args: {
      files: 'json!',
      channel_id: 'string',
      channels: 'string',
      thread_ts: 'string',
      initial_comment: 'string',
      blocks: 'json',
    },
    scopes: ['files:write'],
    perMinute: tier[4],
    handle(call) {
      const { world, team, args } = call
      const channel = args.channel_id === undefined ? undefined : channelOf(call, args.channel_id)
      if (channel && !channel.members.has(team.bot.userId)) throw new ApiError('not_in_channel')
      const text = (args.initial_comment as string | undefined) ?? ''
      // The files themselves are content enough.
      const blocks =
        text === '' && args.blocks ? checkedContent(world, team, call.method, { ...args, text: ' ' }).blocks : undefined
      const list = args.files as { id: string; title?: string }[]
      const done = list.map(({ id, title }) => complete(call, id, title))
      share(call, done, channel, { text, blocks })
      return { files: done.map(file => fileJson(world, team, file)) }
    },
  },
  'files.info': {
    args: { file: 'string!', cursor: 'string', limit: 'number' },
    scopes: ['files:read'],
    perMinute: tier[4],
    handle: call => ({ file: fileJson(call.world, call.team, findFile(call)), comments: [] }),
  },
  'files.delete': {
    args: { file: 'string!' },
    scopes: ['files:write'],
    perMinute: tier[3],
    handle(call) {
      const file = findFile(call)
      if (file.user !== call.team.bot.userId) throw new ApiError('cant_delete_file')
      deleteFile(call.world, call.team, file)
      return {}
    },
  },
}

function complete({ world, team }: Call, id: string, title?: string): FileState {
  const [path, upload] = [...uploadsOf(world)].find(([, each]) => each.id === id && each.team === team) ?? []
  if (!upload?.bytes) throw new ApiError('file_not_found')
  uploadsOf(world).delete(path!)
  const { name, bytes, altText } = upload
  const over = { id, ...(title && { title }), processed: false }
  return addFile(world, team, team.bot.userId, { name, bytes, altText }, over)
}

/** Slack looks through the files first; the message with them comes after the answer. */
function share(
  { world, team, args }: Call,
  done: FileState[],
  channel: ChannelState | undefined,
  said: Pick<ReturnType<typeof checkedContent>, 'text' | 'blocks'>,
): void {
  world.pending.later(world.settings.shareDelay, () => {
    for (const file of done) file.processed = true
    if (!channel) return
    const { userId: user, botId } = team.bot
    const thread = args.thread_ts as string | undefined
    // Where it was to be shared may be gone by now: then nothing appears, and nobody is told.
    if (channel.archived || !channel.members.has(user) || (thread && !findMessage(channel, thread))) return
    post(world, team, channel, { user, botId, ...said, files: done, thread })
  })
}

/** Messages keep a tombstone of it. */
export function deleteFile(world: World, team: TeamState, file: FileState): void {
  file.deleted = true
  for (const id of file.channels)
    for (const message of team.channels.get(id)!.messages)
      if (message.files.includes(file)) change(world, team, message, {})
}
