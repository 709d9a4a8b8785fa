/**
 * To what a message in a thread replies: Slack does not say. It is the last that somebody else wrote there; to the bot, where
 * the thread is one with the bot and nobody else has spoken since.
 */
import type { IncomingMessage } from '../../../src/conversation/chat.ts'
import type { Workspace } from '../workspace/workspaces.ts'
import { isTurn } from '../writing/compose.ts'
import { type History, textOf } from './history.ts'
import { isBots, isPrograms, isSaid, type SlackMessage } from './message.ts'
import type { Pictures } from './pictures.ts'
import { mentionsIn, spansOf } from './text.ts'

type Quoted = IncomingMessage['repliedTo']

/** @param toOthers the message mentions people */
export async function quotedBy(
  message: SlackMessage,
  channel: string,
  toOthers: boolean,
  workspace: Workspace,
  { history, pictures }: { readonly history: History; readonly pictures: Pictures },
): Promise<Quoted> {
  const { ts, thread_ts, parent_user_id, user } = message
  if (thread_ts === undefined || thread_ts === ts) return undefined
  const all = await history.thread(workspace, channel, thread_ts, ts)
  if (!all) {
    const bots = parent_user_id === workspace.botUserId
    return bots ? { fromBot: !toOthers, text: '', pictures: [] } : undefined
  }
  const thread = all.filter(each => isSaid(each) && !isPrograms(each, workspace))
  const last = thread.findLast(each => each.user !== user)
  const toBot = !toOthers && isWithBot(thread, user, workspace) && (!last || isBots(last, workspace))
  // Somebody goes on before the bot has answered: there is nothing yet to which it could be.
  const target = toBot ? last : (last ?? thread[0])
  if (!target && !toBot) return undefined
  const picturesOf = (each: SlackMessage) => pictures.of(each, workspace)
  // "Who is in this picture?" means the nearest one, also when others have spoken since.
  const shown = [...thread].reverse().find(each => picturesOf(each).length > 0)
  const own = target ? picturesOf(target) : []
  return {
    fromBot: toBot,
    text: target && (!isBots(target, workspace) || isTurn(target.blocks)) ? await textOf(target, workspace) : '',
    pictures: own.length > 0 || !shown ? own : picturesOf(shown),
  }
}

/** The thread was begun by the bot or with it, or this person has spoken to it there. */
function isWithBot(thread: readonly SlackMessage[], user: string | undefined, workspace: Workspace): boolean {
  const [root, second] = thread
  const bots = (message: SlackMessage | undefined) => message !== undefined && isBots(message, workspace)
  const speaksTo = (message: SlackMessage) => mentionsIn(spansOf(message)).includes(workspace.botUserId)
  if (!root) return false
  if (bots(root) || speaksTo(root) || bots(second)) return true
  return thread.some(message => message.user === user && speaksTo(message))
}
