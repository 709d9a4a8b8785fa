/**
 * Messages that one person sees. Slack lets them be changed only through the press of a button on them, for half an hour;
 * all others stay as they are until they go by themselves.
 */
import { FamiliarError } from '../../../engine/errors.ts'
import type { MessageRef, OutgoingMessage, Place } from '../../../src/conversation/chat.ts'
import type { Workspace } from '../workspace/workspaces.ts'
import type { Posts } from './posts.ts'
import { removePrivate, replacePrivate } from './response-url.ts'

const prefix = 'private:'
const mostKept = 500

export const privateRef = (place: Place, id: string): MessageRef => ({ place, message: `${prefix}${id}` })

export const isPrivate = ({ message }: MessageRef): boolean => message.startsWith(prefix)

export class PrivateMessages {
  readonly #urls = new Map<string, string>()

  /** A button of it was pressed. */
  pressed({ message }: MessageRef, responseUrl: string): void {
    this.#urls.delete(message)
    this.#urls.set(message, responseUrl)
    for (const oldest of this.#urls.keys()) {
      if (this.#urls.size <= mostKept) break
      this.#urls.delete(oldest)
    }
  }

  /** @throws FamiliarError `MESSAGE_GONE` when it can no longer be changed */
  async edit({ message }: MessageRef, content: OutgoingMessage, workspace: Workspace, posts: Posts): Promise<void> {
    const url = this.#urls.get(message)
    if (!url)
      throw new FamiliarError(
        'MESSAGE_GONE',
        'Expected a message that Slack lets be changed but it was a private one, on which no button was pressed',
      )
    await gone(async () => replacePrivate(url, content, await posts.shown.upload(content.pictures, workspace)))
  }

  async remove({ message }: MessageRef): Promise<void> {
    const url = this.#urls.get(message)
    this.#urls.delete(message)
    // What can no longer be removed goes by itself.
    if (url) await removePrivate(url).catch(() => {})
  }
}

/** Half an hour is over, or it was changed five times. */
async function gone(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof FamiliarError && error.code === 'PLACE_GONE')) throw error
    throw new FamiliarError('MESSAGE_GONE', error.message, { cause: error })
  }
}
