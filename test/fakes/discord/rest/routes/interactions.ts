/** Answers to interactions: the first one, and what follows through the interaction's webhook. */
import { DiscordError, invalid } from '../../errors.ts'
import { messagePayload } from '../../payloads/messages.ts'
import { CommandType } from '../../state/commands.ts'
import { Callback, type Choice, type Interaction, InteractionType, type ModalBody } from '../../state/interactions.ts'
import { createMessage, deleteMessage, editMessage } from '../../state/messages.ts'
import { Flag, type Message, MessageType } from '../../state/model.ts'
import type { World } from '../../state/world.ts'
import type { Handler, RestCall } from '../api.ts'
import type { MessageBody } from '../bodies.ts'
import { checkModalComponents } from '../rules/components.ts'
import { readChange, readNew } from '../rules/messages.ts'

/** First answers that each kind of interaction may get. */
function permitted({ type, source }: Interaction): readonly number[] {
  const { Message, Deferred, DeferredUpdate, Update, Autocomplete, Modal } = Callback
  if (type === InteractionType.Autocomplete) return [Autocomplete]
  if (type === InteractionType.Command) return [Message, Deferred, Modal]
  if (type === InteractionType.Component) return [Message, Deferred, DeferredUpdate, Update, Modal]
  return source ? [Message, Deferred, DeferredUpdate, Update] : [Message, Deferred]
}

async function answer(call: RestCall): Promise<object | undefined> {
  const { world, params, query } = call
  const interaction = world.interactions.get(params.interaction_id!)
  if (!interaction || interaction.token !== params.interaction_token) throw new DiscordError(10062)
  interaction.take(call.arrived)
  try {
    await acknowledge(call, interaction)
  } catch (error) {
    interaction.giveBack()
    throw error
  }
  return query.get('with_response') === 'true' ? answered(interaction, world) : undefined
}

async function acknowledge(call: RestCall, interaction: Interaction): Promise<void> {
  const { type, data } = call.body as { type: number; data?: object | null }
  const types = permitted(interaction)
  if (!types.includes(type))
    throw invalid({ type: { code: 'BASE_TYPE_CHOICES', message: `Value must be one of {${types.join(', ')}}.` } })
  const message = await carryOut(call, interaction, type, (data ?? {}) as MessageBody)
  if (type === Callback.Modal) {
    const modal = data as ModalBody
    checkModalComponents(modal.components)
    interaction.acknowledge({ type, modal: structuredClone(modal) })
  } else if (type === Callback.Autocomplete)
    interaction.acknowledge({ type, choices: (data as { choices?: Choice[] }).choices ?? [] })
  else interaction.acknowledge({ type, message })
}

/** The message that an answer makes or changes. */
async function carryOut(
  call: RestCall,
  interaction: Interaction,
  type: number,
  body: MessageBody,
): Promise<Message | undefined> {
  const { world, files } = call
  const { channel, source } = interaction
  const ephemeral = ((body.flags ?? 0) & Flag.Ephemeral) !== 0
  if (type === Callback.Message)
    return post(world, interaction, await readNew(world, body, files, where(interaction, ephemeral)))
  if (type === Callback.Deferred)
    return post(world, interaction, { flags: Flag.Loading | (ephemeral ? Flag.Ephemeral : 0) })
  if (type === Callback.DeferredUpdate) return source
  if (type !== Callback.Update) return undefined
  if (!channel.messages.has(source!.id)) throw new DiscordError(10008)
  editMessage(
    world,
    source!,
    await readChange(world, source!, body, files, where(interaction, source!.ephemeralFor !== undefined)),
  )
  return source
}

const where = ({ channel }: Interaction, ephemeral: boolean) => ({ channel, ephemeral, webhook: true })

function post(world: World, interaction: Interaction, draft: Partial<Message>): Message {
  const { channel, user, command, source, type, id } = interaction
  const ephemeral = ((draft.flags ?? 0) & Flag.Ephemeral) !== 0
  const first = !interaction.answer
  const ofCommand = command && (command.type === CommandType.ChatInput ? MessageType.Command : MessageType.MenuCommand)
  return createMessage(world, {
    ...draft,
    channel,
    author: world.bot,
    interaction: { id, type, user, name: command?.name },
    // What follows is shown as an answer to the first message.
    answers: first ? source : interaction.original,
    ...(first && ofCommand !== undefined && { type: ofCommand }),
    ...(ephemeral && { ephemeralFor: user.id }),
  })
}

function answered({ id, type, answer, original: message }: Interaction, world: World): object {
  return {
    interaction: {
      id,
      type,
      ...(message && {
        response_message_id: message.id,
        response_message_loading: (message.flags & Flag.Loading) !== 0,
        response_message_ephemeral: message.ephemeralFor !== undefined,
      }),
    },
    resource: { type: answer!.type, ...(message && { message: messagePayload(message, world, true) }) },
  }
}

/** @throws DiscordError 10015, 50027 */
function alive({ world, params }: RestCall): Interaction {
  const found = world.tokens.get(params.webhook_token!)
  if (!found || params.webhook_id !== world.applicationId) throw new DiscordError(10015)
  found.expectAlive()
  return found
}

/** `@original`, or another message of this interaction. @throws DiscordError 10008 */
function messageOf(call: RestCall): { interaction: Interaction; message: Message } {
  const interaction = alive(call)
  const { message_id: id } = call.params
  const message = id === undefined ? interaction.original : interaction.channel.messages.get(id)
  const mine = message && (message === interaction.original || message.interaction?.id === interaction.id)
  if (!mine || !interaction.channel.messages.has(message.id)) throw new DiscordError(10008)
  return { interaction, message }
}

const followUp: Handler = async call => {
  const { world, files } = call
  const interaction = alive(call)
  const body = (call.body ?? {}) as MessageBody
  // What is thought of is filled in first; whether all see it was decided then.
  if (interaction.original && interaction.original.flags & Flag.Loading) {
    await editWith(call, interaction, interaction.original)
    return messagePayload(interaction.original, world, true)
  }
  const ephemeral = ((body.flags ?? 0) & Flag.Ephemeral) !== 0
  const draft = await readNew(world, body, files, where(interaction, ephemeral))
  return messagePayload(post(world, interaction, draft), world, true)
}

async function editWith(call: RestCall, interaction: Interaction, message: Message): Promise<void> {
  const { world, files } = call
  const body = (call.body ?? {}) as MessageBody
  const change = await readChange(world, message, body, files, where(interaction, message.ephemeralFor !== undefined))
  editMessage(world, message, change)
}

const get: Handler = call => messagePayload(messageOf(call).message, call.world, true)

const edit: Handler = async call => {
  const { interaction, message } = messageOf(call)
  await editWith(call, interaction, message)
  return messagePayload(message, call.world, true)
}

const remove: Handler = call => {
  const { interaction, message } = messageOf(call)
  deleteMessage(call.world, message)
  if (message === interaction.original) interaction.original = undefined
  return undefined
}

export const interactionRoutes: Readonly<Record<string, Handler>> = {
  'POST /interactions/{interaction_id}/{interaction_token}/callback': answer,
  'POST /webhooks/{webhook_id}/{webhook_token}': followUp,
  'GET /webhooks/{webhook_id}/{webhook_token}/messages/@original': get,
  'PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original': edit,
  'DELETE /webhooks/{webhook_id}/{webhook_token}/messages/@original': remove,
  'GET /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}': get,
  'PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}': edit,
  'DELETE /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}': remove,
}
