/** What everybody who hears of something in Slack needs. */
import type { Bot, Place } from '../../../src/conversation/chat.ts'
import { withoutContent } from '../../../src/conversation/logging.ts'
import { type Origin, SlackExchange } from '../exchange.ts'
import type { SlackOptions } from '../options.ts'
import type { History } from '../reading/history.ts'
import type { Pictures } from '../reading/pictures.ts'
import type { Workspace, Workspaces } from '../workspace/workspaces.ts'
import type { Posts } from '../writing/posts.ts'
import type { PrivateMessages } from '../writing/private-messages.ts'

export interface Needs extends Pick<SlackOptions, 'commands' | 'home' | 'log'> {
  readonly bot: Bot
  readonly workspaces: Workspaces
  readonly posts: Posts
  readonly privates: PrivateMessages
  readonly pictures: Pictures
  readonly history: History
}

/** Does work for which nobody waits; what goes wrong is logged. */
export async function quietly(what: string, { log }: Pick<Needs, 'log'>, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    log.error(withoutContent(error), `${what} failed`)
  }
}

/** Tells the bot of something, with the way back, until it is done with it. */
export async function tell(
  origin: Origin,
  { posts }: Pick<Needs, 'posts'>,
  telling: (exchange: SlackExchange) => Promise<void>,
): Promise<void> {
  const exchange = new SlackExchange(posts, origin)
  try {
    await telling(exchange)
  } finally {
    await exchange.end()
  }
}

/** A channel as a place. Two people may talk in a direct channel of their own. */
export async function placeOf(
  { tenant, people }: Workspace,
  channel: string,
  user: string,
  thread?: string,
): Promise<Place> {
  const direct = channel.startsWith('D') && (await people.direct(user).catch(() => undefined)) === channel
  return { tenant, channel, direct, ...(thread && { thread }) }
}
