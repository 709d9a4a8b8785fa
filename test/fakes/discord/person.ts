/** Somebody at a Discord client: what they do and what they see. */
import { choose, commandData, completionData } from './acts/commands.ts'
import { componentData, type Use } from './acts/components.ts'
import { modalData } from './acts/modal.ts'
import { outcomeOf } from './acts/outcome.ts'
import { type Post, postMessage } from './acts/post.ts'
import { Resolved } from './acts/resolved.ts'
import { FakeChannel } from './channel.ts'
import { messagePayload } from './payloads/messages.ts'
import { CommandType, localName } from './state/commands.ts'
import { Interaction, InteractionType, type ModalBody } from './state/interactions.ts'
import { deleteMessage, editMessage } from './state/messages.ts'
import { type Channel, Flag, type Message, type User } from './state/model.ts'
import { may, Permission, writing } from './state/permissions.ts'
import { openThread } from './state/threads.ts'
import type { World } from './state/world.ts'
import { type ModalValue, type OptionInput, type Outcome, Refused, type SeenMessage, type SeenModal } from './types.ts'
import { seenModal } from './view/modal.ts'
import { seenCommands, seenMessage, seenMessages } from './view/seen.ts'

type Told = Omit<ConstructorParameters<typeof Interaction>[1], 'user'>

export class Person {
  readonly id: string
  /** The display name. */
  readonly name: string
  readonly #world: World
  readonly #user: User
  #modal?: { readonly body: ModalBody; readonly from: Interaction }

  constructor(world: World, user: User) {
    this.#world = world
    this.#user = user
    this.id = user.id
    this.name = user.globalName
  }

  /** What one types to mention them. */
  get mention(): string {
    return `<@${this.id}>`
  }

  /** Where they are alone with the bot; it is opened when it was not. */
  get direct(): FakeChannel {
    return new FakeChannel(this.#world, this.#world.directChannel(this.#user))
  }

  /** Resolves when the bot has been told. @throws Refused where they may not post */
  async post(where: FakeChannel, post: Post): Promise<SeenMessage> {
    const channel = this.#channel(where.id)
    this.#expect(channel, writing(channel) | (post.files?.length ? Permission.AttachFiles : 0n))
    const answers = post.replyTo === undefined ? undefined : this.#message(post.replyTo)
    return postMessage(this.#world, channel, this.#user, { ...post, answers })
  }

  async edit(message: { readonly id: string }, text: string): Promise<void> {
    const own = this.#message(message)
    if (own.author !== this.#user) throw new Refused('It is somebody else’s')
    editMessage(this.#world, own, { content: text.trim() })
  }

  /** @throws Refused where it is not theirs and they may not manage messages */
  async delete(message: { readonly id: string }): Promise<void> {
    const found = this.#message(message)
    if (found.author !== this.#user) this.#expect(found.channel, Permission.ManageMessages)
    deleteMessage(this.#world, found)
  }

  /** Opens a thread at a message. */
  async openThread(message: { readonly id: string }, name: string): Promise<FakeChannel> {
    const at = this.#message(message)
    this.#expect(at.channel, Permission.CreatePublicThreads)
    return new FakeChannel(this.#world, openThread(this.#world, at.channel, { name, by: this.#user, at }))
  }

  /**
   * Runs a slash command, with its subcommands such as `settings language`; names are the API's or those of their language.
   * Resolves at the first answer of the bot. @throws Refused for what a client does not let through: no such command here,
   * not permitted, required options that are missing, a value of another kind or not among the choices
   */
  async run(
    where: FakeChannel,
    command: string,
    options: Readonly<Record<string, OptionInput>> = {},
  ): Promise<Outcome> {
    const channel = this.#channel(where.id)
    this.#expect(channel, Permission.UseApplicationCommands)
    const chosen = choose(this.#world, channel, this.#user, command)
    const data = await commandData(this.#world, channel, this.#user, chosen, options)
    const { name, type } = chosen.command
    return this.#tell({ type: InteractionType.Command, channel, command: { name, type }, data })
  }

  /** What is offered while an option is typed; undefined when nothing came in time. `filled` are the other options so far. */
  async complete(
    where: FakeChannel,
    command: string,
    option: string,
    typed: string,
    filled: Readonly<Record<string, OptionInput>> = {},
  ): Promise<readonly { readonly name: string; readonly value: string | number }[] | undefined> {
    const channel = this.#channel(where.id)
    const chosen = choose(this.#world, channel, this.#user, command)
    const data = completionData(channel, this.#user, chosen, { option, typed, filled })
    const user = this.#user
    const answer = await new Interaction(this.#world, {
      type: InteractionType.Autocomplete,
      user,
      channel,
      data,
    }).tell()
    return answer?.choices?.map(choice => ({ name: localName(choice, user), value: choice.value }))
  }

  /** Chooses an app command on a message's menu, by its name (in their language or the API's). */
  async choose(message: { readonly id: string }, command: string): Promise<Outcome> {
    const target = this.#message(message)
    const { channel } = target
    this.#expect(channel, Permission.UseApplicationCommands)
    const found = this.#world.commands.find(channel, this.#user, CommandType.Message, command)
    if (!found) throw new Refused(`${this.name} is offered no “${command}” on messages here`)
    const { id, name, type } = found
    const resolved = new Resolved(this.#world, channel)
    resolved.user(target.author.id)
    const messages = { [target.id]: messagePayload(target, this.#world, true) }
    const data = { id, name, type, target_id: target.id, resolved: { ...resolved.payload.resolved, messages } }
    return this.#tell({ type: InteractionType.Command, channel, command: { name, type }, data })
  }

  /** Presses the button with this label or custom id. @throws Refused where they see no such button, or it is disabled */
  async press(message: { readonly id: string }, button: string): Promise<Outcome> {
    return this.#use(message, { button })
  }

  /** Chooses values in a select menu of a message: values of its options, or ids. */
  async select(message: { readonly id: string }, customId: string, values: readonly string[]): Promise<Outcome> {
    return this.#use(message, { menu: customId, values })
  }

  /** The modal that is open to them. */
  get modal(): SeenModal | undefined {
    return this.#modal && seenModal(this.#modal.body)
  }

  /**
   * Hands the open modal in; values by custom id, and what is left out is as it stood. It stays open when the client finds
   * something wrong or no answer comes.
   * @throws RefusedFields for what the client finds wrong: too few files, too long a text, something required that is empty
   */
  async submit(values: Readonly<Record<string, ModalValue>>): Promise<Outcome> {
    const modal = this.#modal
    if (!modal) throw new Refused(`No modal is open to ${this.name}`)
    const { channel, source } = modal.from
    const data = await modalData(this.#world, channel, modal.body, values)
    const outcome = await this.#tell({ type: InteractionType.Modal, channel, source, data })
    if (outcome.type !== 'failed' && this.#modal === modal) this.#modal = undefined
    return outcome
  }

  dismissModal(): void {
    this.#modal = undefined
  }

  /** What they see in a channel, in order, their ephemeral messages included. @throws Refused where they may not look */
  messages(where: FakeChannel): readonly SeenMessage[] {
    const channel = this.#channel(where.id)
    this.#expect(channel, Permission.ViewChannel)
    return seenMessages(channel, this.#world, this.#user)
  }

  /** Messages that notified them, oldest first: pings, and whatever is said to them alone. As they are now. */
  get notifications(): readonly SeenMessage[] {
    return (this.#world.notified.get(this.id) ?? []).map(message => seenMessage(message, this.#world))
  }

  /** Hides an ephemeral message. */
  dismiss(message: { readonly id: string }): void {
    const found = this.#message(message)
    if (!(found.flags & Flag.Ephemeral)) throw new Refused('Only ephemeral messages can be dismissed')
    found.dismissed = true
  }

  /** Names of the slash commands that the client offers there, in their language. */
  commands(where: FakeChannel): readonly string[] {
    return seenCommands(this.#channel(where.id), this.#user, this.#world)
  }

  /** They no longer take direct messages from the bot (50007), or do again. */
  allowDirect(allowed: boolean): void {
    this.#user.takesDirect = allowed
  }

  #use({ id }: { readonly id: string }, use: Use): Promise<Outcome> {
    const source = this.#message(id)
    const { channel } = source
    return this.#tell({
      type: InteractionType.Component,
      channel,
      source,
      data: componentData(this.#world, source, use),
    })
  }

  #tell(of: Told): Promise<Outcome> {
    return outcomeOf(this.#world, { ...of, user: this.#user }, (body, from) => {
      this.#modal = { body, from }
    })
  }

  #channel(id: string): Channel {
    const channel = this.#world.channels.get(id)
    if (!channel) throw new Refused('The channel is gone')
    return channel
  }

  /** @throws Refused where they do not see it */
  #message(of: string | { readonly id: string }): Message {
    const message = this.#world.message(typeof of === 'string' ? of : of.id)
    const hidden = message?.dismissed || (message?.ephemeralFor ?? this.id) !== this.id
    if (!message || hidden) throw new Refused(`${this.name} sees no such message`)
    this.#expect(message.channel, Permission.ViewChannel)
    return message
  }

  /** @throws Refused */
  #expect(channel: Channel, bits: bigint): void {
    if (!may(channel, this.#user, bits)) throw new Refused(`${this.name} may not do that here`)
  }
}
