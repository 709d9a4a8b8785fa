/** What the app wants to say, checked before it is posted: by methods, acknowledgements and response URLs alike. */
import { completed, messageProblems } from '../blocks/blocks.ts'
import type { Block, Json, TeamState } from '../world/state.ts'
import type { World } from '../world/world.ts'
import { ApiError } from './method.ts'

const advisedText = 4000
const mostText = 40_000
/** Not documented; seen with 13 297 characters in one markdown block. */
const mostBlocks = 13_200

export interface Content {
  readonly text: string
  readonly blocks?: readonly Block[]
  readonly warnings: readonly string[]
}

/**
 * @param where for violations: the method, or `response_url`
 * @throws ApiError `no_text`, `invalid_blocks`, `msg_blocks_too_long`
 */
export function checkedContent(world: World, team: TeamState, where: string, said: Json): Content {
  const text = (said.text as string | undefined) ?? ''
  const blocks = said.blocks === undefined ? undefined : checkedBlocks(world, team, where, said.blocks)
  if (text === '' && !blocks?.length) {
    world.violate('no_text', where, 'a message without text and blocks')
    throw new ApiError('no_text')
  }
  if (text === '' && where !== 'chat.update')
    world.violate('missing_fallback', where, 'blocks need a text for notifications')
  const length = [...text].length
  if (length > advisedText) world.violate('advised_length', where, `a text of ${length} characters; 4000 are advised`)
  if (length <= mostText) return { text, blocks, warnings: [] }
  return { text: [...text].slice(0, mostText).join(''), blocks, warnings: ['message_truncated'] }
}

function checkedBlocks(world: World, team: TeamState, where: string, blocks: unknown): Block[] {
  const errors = messageProblems(blocks, team)
  if (errors.length > 0) {
    // A picture that Slack is still looking through is nobody's mistake.
    if (!errors.every(error => error.startsWith('invalid slack file')))
      world.violate('invalid_blocks', where, errors.join('; '))
    throw new ApiError('invalid_blocks', {
      errors,
      response_metadata: { messages: errors.map(error => `[ERROR] ${error}`) },
    })
  }
  if (JSON.stringify(blocks).length > mostBlocks) {
    world.violate('msg_blocks_too_long', where, `blocks of ${JSON.stringify(blocks).length} characters`)
    throw new ApiError('msg_blocks_too_long')
  }
  return completed(blocks as Block[], () => world.ids.next('b'))
}
