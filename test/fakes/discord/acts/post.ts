/** Somebody posts a message. */
import { storeFile } from '../cdn.ts'
import { everything } from '../state/mentions.ts'
import { createMessage } from '../state/messages.ts'
import type { Channel, Message, User } from '../state/model.ts'
import type { World } from '../state/world.ts'
import { type FakeFile, Refused, type SeenMessage } from '../types.ts'
import { seenMessage } from '../view/seen.ts'

export interface Post {
  readonly text?: string
  readonly files?: readonly FakeFile[]
  readonly replyTo?: string | { readonly id: string }
  /** A reply notifies whom it answers; default true. */
  readonly ping?: boolean
}

/** @throws Refused for what a client does not send */
export async function postMessage(
  world: World,
  channel: Channel,
  author: User,
  { text = '', files = [], ping = true, answers }: Post & { answers?: Message },
): Promise<SeenMessage> {
  const content = text.trim()
  if (!content && !files.length) throw new Refused('There is nothing to post')
  if (content.length > 2000) throw new Refused('The text is longer than 2,000 characters')
  if (files.length > 10) throw new Refused('There are more than 10 files')
  const stored = await Promise.all(files.map(file => storeFile(world, file, { folder: channel.id })))
  const allowed = { ...everything, replied_user: ping }
  return seenMessage(createMessage(world, { channel, author, content, files: stored, answers, allowed }), world)
}
