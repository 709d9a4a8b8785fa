/** A channel, thread or direct message, for tests. */
import { postMessage } from './acts/post.ts'
import { channelTold } from './state/events.ts'
import { deleteMessage } from './state/messages.ts'
import type { Channel } from './state/model.ts'
import { openThread } from './state/threads.ts'
import type { World } from './state/world.ts'
import { type FakeFile, Refused, type SeenMessage } from './types.ts'
import { seenMessages } from './view/seen.ts'

export class FakeChannel {
  readonly id: string
  readonly name: string
  /** Absent for direct messages. */
  readonly guildId?: string
  readonly #world: World
  readonly #channel: Channel

  constructor(world: World, channel: Channel) {
    this.#world = world
    this.#channel = channel
    this.id = channel.id
    this.name = channel.name
    this.guildId = channel.guild?.id
  }

  /** What everybody sees there, in order: never an ephemeral message. `Person.messages` is what one person sees. */
  get messages(): readonly SeenMessage[] {
    return seenMessages(this.#channel, this.#world)
  }

  /** Ids of users who are shown as typing. */
  get typing(): readonly string[] {
    return [...this.#channel.typing].filter(([, until]) => until > this.#world.now()).map(([id]) => id)
  }

  /**
   * What the bot, a role or a person may or may not do here, beyond the roles (a permission overwrite); bits of
   * `PermissionFlagsBits`. `everyone` is the role that all have.
   */
  permit(
    whom: 'bot' | 'everyone' | { readonly id: string },
    { allow = 0n, deny = 0n }: { allow?: bigint; deny?: bigint },
  ): void {
    const { guild, overwrites } = this.#channel
    if (!guild) throw new Refused('Direct messages have no permissions')
    const { bot } = this.#world
    const id = whom === 'bot' ? bot.id : whom === 'everyone' ? guild.id : whom.id
    overwrites.set(id, { kind: guild.roles.has(id) ? 'role' : 'member', allow, deny })
    channelTold(this.#world, 'UPDATE', this.#channel)
  }

  /** Somebody who may deletes a message. */
  deleteMessage(message: string | { readonly id: string }): void {
    const found = this.#channel.messages.get(typeof message === 'string' ? message : message.id)
    if (!found) throw new Refused('There is no such message')
    deleteMessage(this.#world, found)
  }

  /** A thread without a message at its beginning, opened by whoever runs the guild. */
  openThread(name: string): FakeChannel {
    const by = this.#world.users.get(this.#channel.guild!.ownerId)!
    return new FakeChannel(this.#world, openThread(this.#world, this.#channel, { name, by }))
  }

  /** Of a thread. A new message opens it again, unless it is locked. */
  archive({ locked = false } = {}): void {
    const { thread } = this.#channel
    if (!thread) throw new Refused('It is no thread')
    Object.assign(thread, { archived: true, locked })
    channelTold(this.#world, 'UPDATE', this.#channel)
  }

  /** The channel is deleted, with its threads. */
  delete(): void {
    for (const channel of this.#world.channels.values())
      if (channel.parent === this.#channel) new FakeChannel(this.#world, channel).delete()
    this.#world.channels.delete(this.id)
    this.#channel.guild?.channels.delete(this.id)
    channelTold(this.#world, 'DELETE', this.#channel)
  }

  /** Another program posts here. */
  async postAsProgram(
    text: string,
    { name = 'Beeper', files = [] }: { name?: string; files?: readonly FakeFile[] } = {},
  ): Promise<SeenMessage> {
    const known = [...this.#world.users.values()].find(user => user.bot && user.globalName === name)
    const author = known ?? this.#world.addUser(name, { bot: true })
    const { guild } = this.#channel
    guild?.members.set(author.id, { user: author, roles: [], joinedAt: this.#world.now() })
    return postMessage(this.#world, this.#channel, author, { text, files })
  }
}
