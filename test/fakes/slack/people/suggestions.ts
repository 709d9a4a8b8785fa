/** What the app offers while somebody types into a field of a modal (`external_select`). */
import { z } from 'zod'
import { menuOption } from '../blocks/elements.ts'
import { type Actor, blockSuggestion } from '../delivery/interactions.ts'
import { ClientRefusal } from '../refusal.ts'
import type { Block, Json } from '../world/state.ts'

const mostOptions = 100
const answered = z.strictObject({ options: z.array(menuOption).max(mostOptions) })

/** @throws ClientRefusal `no_such_field`, `operation_timeout` */
export async function suggestions(
  actor: Actor,
  field: string,
  typed: string,
): Promise<readonly { text: string; value: string }[]> {
  const { world, user } = actor
  const view = user.views.at(-1)
  const block = ((view?.content.blocks ?? []) as Block[]).find(({ block_id }) => block_id === field)
  const { type, action_id, min_query_length = 3 } = (block?.element ?? {}) as Json
  if (!view || type !== 'external_select') throw new ClientRefusal('no_such_field', `${field} offers nothing`)
  // A client does not ask for less.
  if (typed.length < (min_query_length as number)) return []
  const answer = await blockSuggestion(actor, view, { block_id: field, action_id }, typed)
  const { data, error } = answered.safeParse(answer)
  if (error) world.violate('invalid_ack', 'block_suggestion', error.message)
  const options = data?.options ?? []
  view.offered = { ...view.offered, [field]: options }
  return options.map(({ text, value }) => ({ text: text.text, value }))
}
