/**
 * What was said before a message: the thread it stands in, or the channel with the bot's threads in it. Slack lets this be
 * read by the minute only, and not at all without a scope; then the bot knows less and answers all the same.
 */
import type { Utterance } from '../../../engine/engine.ts'
import type { Log } from '../../../src/conversation/needs.ts'
import { isLimit, slackCode } from '../workspace/api.ts'
import type { Workspace } from '../workspace/workspaces.ts'
import { isTurn } from '../writing/compose.ts'
import { isBots, isPrograms, isSaid, type SlackMessage } from './message.ts'
import { mentionsIn, ownText, plainText, spansOf } from './text.ts'

/** Of a thread, which Slack gives from its beginning. */
const pageSize = 200
const mostPages = 5
/** Milliseconds between two lines of the log about the same thing. */
const silence = 60 * 60_000

export class History {
  readonly #log: Log
  readonly #logged = new Map<string, number>()

  constructor(log: Log) {
    this.#log = log
  }

  /** A thread's messages before one of them, the first one first. Nothing when it cannot be read. */
  thread(workspace: Workspace, channel: string, root: string, before: string): Promise<SlackMessage[] | undefined> {
    return this.#reading(workspace, async () => {
      const messages: SlackMessage[] = []
      let cursor: string | undefined
      for (let page = 0; page < mostPages; page++) {
        const { messages: found = [], response_metadata } = await workspace.api.client.conversations.replies({
          channel,
          ts: root,
          latest: before,
          limit: pageSize,
          ...(cursor && { cursor }),
        })
        messages.push(...(found as SlackMessage[]))
        cursor = response_metadata?.next_cursor
        if (!cursor) break
      }
      return messages.filter(({ ts }) => isBefore(ts, before))
    })
  }

  /** A channel's messages before one of them, the latest first, without replies in threads. */
  channel(workspace: Workspace, channel: string, before: string, limit: number): Promise<SlackMessage[] | undefined> {
    return this.#reading(workspace, async () => {
      const { messages = [] } = await workspace.api.client.conversations.history({ channel, latest: before, limit })
      return (messages as SlackMessage[]).filter(({ ts }) => isBefore(ts, before))
    })
  }

  /** The last `count` turns before a message. */
  async turns(workspace: Workspace, channel: string, message: SlackMessage, count: number): Promise<Utterance[]> {
    if (count <= 0) return []
    const { ts, thread_ts } = message
    if (thread_ts !== undefined && thread_ts !== ts) {
      const thread = await this.thread(workspace, channel, thread_ts, ts)
      return (await turnsOf(thread ?? [], workspace)).slice(-count)
    }
    // What the bot answered stands in threads.
    const turns: Utterance[] = []
    for (const root of (await this.channel(workspace, channel, ts, 10 + 2 * count)) ?? []) {
      if (turns.length >= count) break
      const { botUserId, botId } = workspace
      const answered = root.reply_users?.some(user => user === botUserId || user === botId)
      const thread = answered ? await this.thread(workspace, channel, root.ts, ts) : undefined
      turns.unshift(...(await turnsOf(thread ?? [root], workspace)))
    }
    return turns.slice(-count)
  }

  async #reading<Result>({ tenant }: Workspace, work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await work()
    } catch (error) {
      const code = isLimit(error) ? 'ratelimited' : (slackCode(error) ?? (error as Error).name)
      const key = `${tenant} ${code}`
      if ((this.#logged.get(key) ?? 0) + silence < Date.now()) {
        this.#logged.set(key, Date.now())
        this.#log.warn({ tenant, code }, 'what was said before cannot be read in some channel')
      }
      return undefined
    }
  }
}

/** Timestamps of Slack have six decimals: as texts they compare as they do as numbers. */
const isBefore = (ts: string, other: string) => ts < other

async function turnsOf(messages: readonly SlackMessage[], workspace: Workspace): Promise<Utterance[]> {
  const turns: Utterance[] = []
  for (const message of messages) {
    if (!isSaid(message) || isPrograms(message, workspace)) continue
    const own = isBots(message, workspace)
    if (own && !isTurn(message.blocks)) continue
    const text = await textOf(message, workspace)
    if (text !== '') turns.push({ from: own ? 'bot' : 'user', text })
  }
  return turns
}

/** A message's text as the bot would be told it, or as it said it. */
export async function textOf(message: SlackMessage, workspace: Workspace): Promise<string> {
  const spans = spansOf(message)
  const names = new Map<string, string>()
  for (const id of mentionsIn(spans)) names.set(id, (await workspace.people.person(id)).name)
  const nameOf = (id: string) => names.get(id) ?? id
  return isBots(message, workspace) ? ownText(message, nameOf) : plainText(spans, nameOf, workspace.botUserId)
}
