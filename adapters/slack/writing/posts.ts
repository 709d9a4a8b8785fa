/** The bot's messages: posted, edited and removed, with their pictures, and in no case posted twice. */
import { setTimeout as wait } from 'node:timers/promises'
import type { MessageRef, OutgoingMessage, Place } from '../../../src/conversation/chat.ts'
import type { SlackMessage } from '../reading/message.ts'
import { slackCode } from '../workspace/api.ts'
import { isGoneMessage, isGonePlace, isGoneThread, saying } from '../workspace/errors.ts'
import type { Workspace } from '../workspace/workspaces.ts'
import { type Composed, compose, composeInto, type Kind } from './compose.ts'
import { type Shown, ShownPictures, without } from './shown-pictures.ts'
import { removeFiles } from './uploads.ts'

/** Milliseconds before a message is posted again whose picture Slack does not know yet. */
const pictureWaits = [500, 1000, 2000]
/** Between the ids of a message that takes several of Slack's. */
const separator = '+'
/** Seconds for which a message is looked for that may have been posted. */
const lookBack = 300

export class Posts {
  readonly shown = new ShownPictures()

  /** @throws FamiliarError `PLACE_GONE`, `SCOPE_MISSING`, `SLACK_BUSY`, `SLACK_UNREACHABLE` */
  async post(workspace: Workspace, place: Place, message: OutgoingMessage, kind: Kind): Promise<MessageRef> {
    const shown = await this.#upload(workspace, message)
    let at = place
    const ids: string[] = []
    await orWithout(shown, workspace, async () => {
      for (const part of compose(message, kind, shown)) {
        const posted = await this.#postPart(workspace, at, part)
        at = posted.place
        ids.push(posted.ts)
      }
    })
    this.shown.keep(at.channel, ids.at(-1)!, shown)
    return { place: at, message: ids.join(separator) }
  }

  /** Seen by one person only, until they look elsewhere. Resolves to the id of the message. */
  async postPrivately(
    workspace: Workspace,
    { channel, thread }: Place,
    user: string,
    message: OutgoingMessage,
  ): Promise<string> {
    const shown = await this.#upload(workspace, message)
    return orWithout(shown, workspace, async () => {
      let ts = ''
      for (const { text, blocks } of compose(message, 'aside', shown)) {
        const call = { channel, user, text, blocks, ...(thread && { thread_ts: thread }) }
        const posted = await saying('to answer one person', () =>
          withPictures(() => workspace.api.call(client => client.chat.postEphemeral(call))),
        )
        ts = posted.message_ts ?? ''
      }
      return ts
    })
  }

  /** @throws FamiliarError `MESSAGE_GONE`, `PLACE_GONE` … */
  async edit(workspace: Workspace, { place, message }: MessageRef, content: OutgoingMessage): Promise<void> {
    const { channel } = place
    const ids = message.split(separator)
    const last = ids.at(-1)!
    const before = await this.shown.of(workspace, place, last)
    const shown = await this.#upload(workspace, content, before)
    const parts = composeInto(ids.length, content, 'aside', shown)
    const superfluous = ids.splice(0, ids.length - parts.length)
    await orWithout(without(shown, before), workspace, async () => {
      for (const [i, { text, blocks }] of parts.entries())
        await saying('to edit a message', () =>
          withPictures(() => workspace.api.call(client => client.chat.update({ channel, ts: ids[i]!, text, blocks }))),
        )
    })
    this.shown.keep(channel, last, shown)
    for (const id of superfluous) await remove(workspace, channel, id)
    await removeFiles(without(before, shown), workspace)
  }

  async remove(workspace: Workspace, { place, message }: MessageRef): Promise<void> {
    const ids = message.split(separator)
    const last = ids.at(-1)!
    const shown = await this.shown.of(workspace, place, last)
    for (const id of ids) await remove(workspace, place.channel, id)
    this.shown.forget(place.channel, last)
    await removeFiles(shown, workspace)
  }

  #upload(workspace: Workspace, { pictures }: OutgoingMessage, before?: readonly Shown[]): Promise<Shown[]> {
    return saying('to post a picture', () => this.shown.upload(pictures, workspace, before))
  }

  async #postPart(workspace: Workspace, place: Place, part: Composed): Promise<{ place: Place; ts: string }> {
    const { thread, ...channel } = place
    return saying('to post in a channel', async () => {
      try {
        return { place, ts: await postOnce(workspace, place, part) }
      } catch (error) {
        if (thread === undefined || !isGoneThread(error)) throw error
        // Whoever began the thread has deleted it: the others still want to know.
        return { place: channel, ts: await postOnce(workspace, channel, part) }
      }
    })
  }
}

function postOnce(workspace: Workspace, place: Place, { text, blocks, nonce }: Composed): Promise<string> {
  const { channel, thread } = place
  const message = { channel, text, blocks, unfurl_links: false, unfurl_media: false }
  const call = { ...message, ...(thread && { thread_ts: thread }) }
  return withPictures(() =>
    workspace.api.call(
      async client => (await client.chat.postMessage(call)).ts!,
      () => findPosted(workspace, place, nonce),
    ),
  )
}

/** The message that was posted although Slack's answer was lost. */
async function findPosted(workspace: Workspace, { channel, thread }: Place, nonce: string) {
  const { client } = workspace.api
  const oldest = String(Date.now() / 1000 - lookBack)
  try {
    const { messages = [] } = thread
      ? await client.conversations.replies({ channel, ts: thread, oldest, limit: 200 })
      : await client.conversations.history({ channel, oldest, limit: 50 })
    const has = ({ blocks }: SlackMessage) => blocks?.some(({ block_id }) => block_id?.includes(nonce))
    return (messages as SlackMessage[]).find(has)?.ts
  } catch {
    // Twice is better than never.
    return undefined
  }
}

/** Slack may have a file and not yet be able to show it. */
async function withPictures<Result>(work: () => Promise<Result>): Promise<Result> {
  for (const pause of pictureWaits) {
    try {
      return await work()
    } catch (error) {
      const refused = slackCode(error) === 'invalid_blocks' && JSON.stringify((error as { data?: unknown }).data)
      if (!refused || !/slack.?file/i.test(refused)) throw error
      await wait(pause)
    }
  }
  return work()
}

/** Pictures that no message shows are not left behind. */
async function orWithout<Result>(added: readonly Shown[], workspace: Workspace, work: () => Promise<Result>) {
  try {
    return await work()
  } catch (error) {
    await removeFiles(added, workspace)
    throw error
  }
}

async function remove(workspace: Workspace, channel: string, ts: string): Promise<void> {
  try {
    await workspace.api.call(client => client.chat.delete({ channel, ts }))
  } catch (error) {
    if (!isGoneMessage(error) && !isGonePlace(error)) await saying('to delete a message', () => Promise.reject(error))
  }
}
