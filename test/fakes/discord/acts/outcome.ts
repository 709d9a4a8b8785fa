/** An interaction from the person's side: it is told to the bot, and something becomes of it. */
import { Callback, Interaction, type ModalBody } from '../state/interactions.ts'
import type { World } from '../state/world.ts'
import type { Outcome } from '../types.ts'
import { seenMessage } from '../view/seen.ts'

const types: Readonly<Record<number, Outcome['type']>> = {
  [Callback.Message]: 'message',
  [Callback.Deferred]: 'thinking',
  [Callback.DeferredUpdate]: 'silent',
  [Callback.Update]: 'edited',
  [Callback.Modal]: 'modal',
}

/** @param open is given the modal that the bot opens */
export async function outcomeOf(
  world: World,
  of: ConstructorParameters<typeof Interaction>[1],
  open: (modal: ModalBody, from: Interaction) => void,
): Promise<Outcome> {
  const interaction = new Interaction(world, of)
  const answer = await interaction.tell()
  const { id } = interaction
  if (!answer) return { type: 'failed', id, after: world.options.ackWithin }
  if (answer.modal) open(answer.modal, interaction)
  const { after, message } = answer
  return { type: types[answer.type]!, id, after, ...(message && { message: seenMessage(message, world) }) }
}
