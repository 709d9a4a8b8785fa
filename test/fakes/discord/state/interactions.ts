/** Interactions: told to the bot, answered once within three seconds, then for a quarter of an hour. */
import { randomBytes } from 'node:crypto'
import { DiscordError } from '../errors.ts'
import { channelPayload, memberPayload, userPayload } from '../payloads/guilds.ts'
import { messagePayload } from '../payloads/messages.ts'
import type { Channel, Component, Message, User } from './model.ts'
import { channelPermissions } from './permissions.ts'
import type { World } from './world.ts'

export const InteractionType = { Command: 2, Component: 3, Autocomplete: 4, Modal: 5 } as const

/** The first answers that each kind of interaction may get. */
export const Callback = { Message: 4, Deferred: 5, DeferredUpdate: 6, Update: 7, Autocomplete: 8, Modal: 9 } as const

export interface ModalBody {
  readonly custom_id: string
  readonly title: string
  readonly components: readonly Component[]
}
export interface Choice {
  readonly name: string
  readonly value: string | number
}

export interface Answer {
  readonly type: number
  readonly message?: Message
  readonly modal?: ModalBody
  readonly choices?: readonly Choice[]
  /** Milliseconds from the event to the answer. */
  readonly after: number
}

export class Interaction {
  readonly id: string
  readonly token: string
  readonly type: number
  readonly user: User
  readonly channel: Channel
  /** The message with the button, or from whose button the modal was opened. */
  readonly source?: Message
  readonly command?: { readonly name: string; readonly type: number }
  readonly createdAt: number
  answer?: Answer
  #taken = false
  /** Answers that have arrived and are being dealt with. */
  #arrived = 0
  /** What `@original` means; gone when it was deleted, or where the answer was a modal. */
  original?: Message
  /** Resolves to the first answer, or undefined when none came in time. */
  readonly settled: Promise<Answer | undefined>
  settle!: (answer: Answer | undefined) => void
  readonly #world: World
  readonly #data: object

  constructor(
    world: World,
    of: Pick<Interaction, 'type' | 'user' | 'channel' | 'source' | 'command'> & { readonly data: object },
  ) {
    this.id = world.nextId()
    // As long as real ones, which carry their own meaning in base64.
    this.token = `aW50ZXJhY3Rpb246${randomBytes(120).toString('base64url')}`
    this.type = of.type
    this.user = of.user
    this.channel = of.channel
    this.source = of.source
    this.command = of.command
    this.createdAt = world.now()
    this.#world = world
    this.#data = of.data
    this.settled = new Promise(resolve => {
      this.settle = resolve
    })
    world.interactions.set(this.id, this)
    world.tokens.set(this.token, this)
  }

  /** Tells the bot. Resolves to its first answer. */
  tell(): Promise<Answer | undefined> {
    const event = { name: 'INTERACTION_CREATE', intents: 0, data: () => this.#payload() }
    this.#world.published.set(this.id, event)
    const late = setTimeout(() => this.expire(), this.#world.options.ackWithin + 2)
    this.#world.publish(event)
    return this.settled.finally(() => clearTimeout(late))
  }

  #late(at: number): boolean {
    return at - this.createdAt > this.#world.options.ackWithin
  }

  /** An answer has arrived: what counts is when it did. Returns what is to be called when it is dealt with. */
  arrive(): () => void {
    this.#arrived++
    return () => {
      this.#arrived--
      this.expire()
    }
  }

  /** Gives up waiting for a first answer when it is too late for one. */
  expire(): void {
    if (!this.#arrived && this.#late(this.#world.now())) this.settle(undefined)
  }

  /**
   * Takes the one chance to answer first.
   * @param at when the answer arrived
   * @throws DiscordError 10062 when it is too late, 40060 when another took it
   */
  take(at: number): void {
    if (this.#taken) throw new DiscordError(40060)
    if (this.#late(at)) throw new DiscordError(10062)
    this.#taken = true
  }

  /** The answer was refused: another may be given. */
  giveBack(): void {
    this.#taken = false
  }

  /** @throws DiscordError 50027 when the token is dead, 10015 before a first answer */
  expectAlive(): void {
    if (this.#world.now() - this.createdAt > this.#world.options.tokenLife) throw new DiscordError(50027)
    if (!this.answer) throw new DiscordError(10015)
  }

  acknowledge(answer: Omit<Answer, 'after'>): void {
    this.answer = { ...answer, after: this.#world.now() - this.createdAt }
    this.original = answer.message
    this.settle(this.answer)
  }

  #payload(): object {
    const world = this.#world
    const { guild } = this.channel
    const member = guild?.members.get(this.user.id)
    return {
      id: this.id,
      application_id: world.applicationId,
      type: this.type,
      token: this.token,
      version: 1,
      data: this.#data,
      channel_id: this.channel.id,
      channel: { ...channelPayload(this.channel), permissions: String(channelPermissions(this.channel, this.user)) },
      locale: this.user.locale,
      app_permissions: String(channelPermissions(this.channel, world.bot)),
      entitlements: [],
      authorizing_integration_owners: { '0': guild?.id ?? '0' },
      context: guild ? 0 : 1,
      attachment_size_limit: world.uploadLimit(this.channel),
      ...(member
        ? {
            guild_id: guild!.id,
            guild: { id: guild!.id, locale: guild!.locale, features: [] },
            guild_locale: guild!.locale,
            member: { ...memberPayload(member), permissions: String(channelPermissions(this.channel, this.user)) },
          }
        : { user: userPayload(this.user) }),
      ...(this.source && { message: messagePayload(this.source, world, true) }),
    }
  }
}
