/** The app's Home tab: what the bot shows one person of a workspace. */
import type { MessageRef } from '../../../src/conversation/chat.ts'
import type { Workspace } from '../workspace/workspaces.ts'
import { compose } from '../writing/compose.ts'
import { without } from '../writing/shown-pictures.ts'
import { removeFiles } from '../writing/uploads.ts'
import type { Needs } from './needs.ts'

/** Slack takes so many. */
const mostBlocks = 100

export async function showHome(user: string, workspace: Workspace, { home, posts }: Needs): Promise<void> {
  if (!home) return
  const { tenant, people, api } = workspace
  const message = await home(tenant, await people.person(user))
  const key = `home ${tenant}`
  // It is looked at again and again, and its pictures are seldom others.
  const before = posts.shown.known(key, user)
  const shown = await posts.shown.upload(message.pictures, workspace, before)
  posts.shown.keep(key, user, shown)
  const blocks = compose(message, 'aside', shown).flatMap(part => part.blocks)
  await api.call(client =>
    client.views.publish({ user_id: user, view: { type: 'home', blocks: blocks.slice(0, mostBlocks) } }),
  )
  await removeFiles(without(before, shown), workspace)
}

/** On the Home tab nobody can be answered: answers go where the person and the bot are alone. */
export async function homeMessage({ tenant, people }: Workspace, user: string): Promise<MessageRef> {
  const channel = await people.direct(user)
  return { place: { tenant, channel, direct: true }, message: 'home' }
}
