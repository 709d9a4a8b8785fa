/** Response URLs, and what a slash command's acknowledgement says: answers that need no membership and no scope. */
import type { ResponseUrl } from '../delivery/tickets.ts'
import { checkedContent } from '../web-api/messages.ts'
import { ApiError } from '../web-api/method.ts'
import { change, post, remove } from '../world/posting.ts'
import type { Json, TeamState } from '../world/state.ts'
import type { World } from '../world/world.ts'

const known = new Set([
  'text',
  'blocks',
  'response_type',
  'replace_original',
  'delete_original',
  'thread_ts',
  'mrkdwn',
  'unfurl_links',
  'unfurl_media',
])

export function respond(world: World, path: string, body: Buffer): { status: number; text: string } {
  const target = world.tickets.use(path)
  const refused = (error: string) => ({ status: 404, text: JSON.stringify({ ok: false, error }) })
  if (typeof target === 'string') {
    world.violate(target, 'response_url', 'a response URL works five times in half an hour')
    return refused(target)
  }
  try {
    answer(world, target, JSON.parse(body.toString()) as Json)
    return { status: 200, text: 'ok' }
  } catch (error) {
    if (error instanceof ApiError) return refused(error.code)
    throw error
  }
}

/** @throws ApiError as `checkedContent` */
export function answer(world: World, target: Omit<ResponseUrl, 'at' | 'uses'>, said: Json): void {
  const team = world.teams.get(target.team)!
  for (const name of Object.keys(said))
    if (!known.has(name)) world.violate('unknown_argument', 'response_url', `${name} is not a field of an answer`)
  const original = target.message && stillThere(team, target)
  if (said.delete_original === true) {
    if (!original) throw new ApiError('message_not_found')
    remove(world, team, original)
    return
  }
  const { text, blocks } = checkedContent(world, team, 'response_url', said)
  if (said.replace_original === true && original) {
    const edited = { user: team.bot.userId, ts: world.ids.ts() }
    change(world, team, original, { text, blocks: blocks ?? [], edited })
    return
  }
  const channel = team.channels.get(target.channel)!
  post(world, team, channel, {
    user: team.bot.userId,
    botId: team.bot.botId,
    text,
    blocks,
    // Without it, also the answer to something in a thread stands in the channel.
    thread: said.thread_ts as string | undefined,
    ephemeralFor: said.response_type === 'in_channel' ? undefined : target.user,
  })
}

function stillThere(team: TeamState, { channel, message }: Pick<ResponseUrl, 'channel' | 'message'>) {
  return team.channels.get(channel)!.messages.find(each => each === message)
}
