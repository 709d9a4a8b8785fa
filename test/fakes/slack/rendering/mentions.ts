/** Whom a message calls. What is not shown calls nobody: `text` does not count where there are blocks. */
import type { Json, MessageState } from '../world/state.ts'

export interface Mentions {
  readonly users: readonly string[]
  /** Everybody in the channel. */
  readonly all: boolean
}

export function mentionsIn(message: MessageState): Mentions {
  const users = new Set<string>()
  let all = false
  const inText = (text: string) => {
    for (const [, user] of text.matchAll(/<@([UW]\w+)(?:\|[^<>]*)?>/g)) users.add(user!)
    if (/<!(here|channel|everyone)(\|[^<>]*)?>/.test(text)) all = true
  }
  const walk = (value: unknown) => {
    if (Array.isArray(value)) value.forEach(walk)
    if (typeof value !== 'object' || value === null) return
    const node = value as Json
    if (node.type === 'mrkdwn') inText(node.text as string)
    if (node.type === 'user') users.add(node.user_id as string)
    if (node.type === 'broadcast') all = true
    Object.values(node).forEach(walk)
  }
  if (message.blocks?.length) walk(message.blocks)
  else inText(message.text)
  return { users: [...users], all }
}
