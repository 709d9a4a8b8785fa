/** Which pictures the bot's messages show: those that stay are not uploaded again, and those that go are deleted. */
import { createHash } from 'node:crypto'
import type { OutgoingPicture, Place } from '../../../src/conversation/chat.ts'
import type { SlackBlock, SlackMessage } from '../reading/message.ts'
import { fileOf } from '../reading/pictures.ts'
import type { Workspace } from '../workspace/workspaces.ts'
import type { UploadedPicture } from './compose.ts'
import { upload } from './uploads.ts'

export interface Shown extends UploadedPicture {
  /** Of its bytes and its words; unknown after a restart. */
  readonly hash?: string
}

/** Messages that are remembered. */
const mostKept = 1000

export class ShownPictures {
  readonly #kept = new Map<string, readonly Shown[]>()

  /** After a restart Slack is asked, where the bot may read. */
  async of(workspace: Workspace, { channel, thread }: Place, ts: string): Promise<readonly Shown[]> {
    const known = this.#kept.get(keyOf(channel, ts))
    if (known) return known
    const { client } = workspace.api
    const range = { channel, latest: ts, oldest: ts, inclusive: true, limit: 1 }
    try {
      const { messages = [] } = thread
        ? await client.conversations.replies({ ...range, ts: thread })
        : await client.conversations.history(range)
      const message = (messages as SlackMessage[]).find(each => each.ts === ts)
      return picturesIn(message?.blocks ?? [])
    } catch {
      return []
    }
  }

  /** As far as it is remembered. */
  known(channel: string, ts: string): readonly Shown[] {
    return this.#kept.get(keyOf(channel, ts)) ?? []
  }

  /** @param before those that are there already: the same ones are not uploaded again */
  async upload(
    pictures: readonly OutgoingPicture[] = [],
    workspace: Workspace,
    before: readonly Shown[] = [],
  ): Promise<Shown[]> {
    const hashes = pictures.map(({ bytes, altText }) =>
      createHash('sha256').update(altText).update(bytes).digest('hex'),
    )
    const found = hashes.map(hash => before.find(each => each.hash === hash))
    const missing = pictures.filter((_, i) => !found[i])
    const uploaded = await upload(missing, workspace)
    return pictures.map((_, i) => found[i] ?? { ...uploaded.shift()!, hash: hashes[i]! })
  }

  /** Somebody does something with a message: what it shows need not be asked for. */
  notice(channel: string, { ts, blocks = [] }: { readonly ts: string; readonly blocks?: readonly SlackBlock[] }): void {
    if (!this.#kept.has(keyOf(channel, ts))) this.keep(channel, ts, picturesIn(blocks))
  }

  keep(channel: string, ts: string, shown: readonly Shown[]): void {
    this.forget(channel, ts)
    this.#kept.set(keyOf(channel, ts), shown)
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= mostKept) break
      this.#kept.delete(oldest)
    }
  }

  forget(channel: string, ts: string): void {
    this.#kept.delete(keyOf(channel, ts))
  }
}

/** Those that the others are not. */
export const without = (some: readonly Shown[], others: readonly Shown[]): Shown[] =>
  some.filter(({ id }) => !others.some(other => other.id === id))

const keyOf = (channel: string, ts: string) => `${channel} ${ts}`

function picturesIn(blocks: readonly SlackBlock[]): Shown[] {
  return blocks.flatMap(block => {
    const id = fileOf(block)
    return id === undefined ? [] : [{ id, altText: String(block.alt_text ?? '') }]
  })
}
