/** What a client makes of what somebody types: mentions, links and escapes, and the same as rich text. */
import { handleOf } from '../world/json.ts'
import type { Block, Json, TeamState } from '../world/state.ts'

interface Composed {
  readonly text: string
  readonly blocks: readonly Block[]
}

/** Mentions as `<@U…>`, broadcasts as `@here`, web addresses. */
const special = /<@(U\w+)>|(?<![\p{L}\p{N}])@(here|channel|everyone)\b|(https?:\/\/[^\s<>]+)/gu

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

export function composed(team: TeamState, typed: string, blockId: string): Composed {
  const elements: Json[] = []
  let text = ''
  let end = 0
  const literal = (piece: string) => {
    if (piece === '') return
    text += escaped(piece)
    elements.push({ type: 'text', text: piece })
  }
  for (const match of typed.matchAll(special)) {
    const [whole, user, range, url] = match
    // An id that nobody has cannot be picked from a client's list.
    if (user && !team.users.has(user)) continue
    literal(typed.slice(end, match.index))
    end = match.index + whole.length
    if (user) elements.push({ type: 'user', user_id: user })
    else if (range) elements.push({ type: 'broadcast', range })
    else elements.push({ type: 'link', url })
    text += user ? whole : `<${range ? `!${range}` : escaped(url!)}>`
  }
  literal(typed.slice(end))
  const section = { type: 'rich_text_section', elements }
  return { text, blocks: typed === '' ? [] : [{ type: 'rich_text', block_id: blockId, elements: [section] }] }
}

/** A command's text is sent as typed, or with ids where the manifest asks for them. */
export function commandText(team: TeamState, typed: string, escapes: boolean): string {
  return typed.replace(/<@(U\w+)>/g, (whole, id: string) => {
    const user = team.users.get(id)
    if (!user) return whole
    return escapes ? `<@${id}|${handleOf(user)}>` : `@${user.name}`
  })
}
