/**
 * The way back to whoever ran a command, pressed a button or handed a form in. Discord waits three seconds for the first
 * answer, which decides who sees it, and fifteen minutes for the others; after that the channel, or the person, is written
 * to like anybody.
 */
import { Mutex } from 'async-mutex'
import {
  type APIInteractionResponse,
  type APIMessage,
  RESTJSONErrorCodes as Codes,
  InteractionResponseType,
  MessageFlags,
  type RawFile,
  type REST,
} from 'discord.js'
import { FamiliarError } from '../../engine/errors.ts'
import type { Exchange, Form, MessageRef, OutgoingMessage, Place, Tenant } from '../../src/conversation/chat.ts'
import { type Locale, speaker } from '../../src/texts/texts.ts'
import { isCode, isInteractionGone, translate } from './errors.ts'
import { modalOf } from './forms.ts'
import { InteractionApi } from './interaction-api.ts'
import type { Outbox } from './outbox.ts'
import { type Body, type Draft, draftsOf, flagsOf } from './payload.ts'

export interface Interacted {
  readonly id: string
  readonly token: string
  /** It was done to a message, which can stay as it is. */
  readonly onMessage: boolean
  /** A form may be opened. */
  readonly opens: boolean
  readonly place: Place
  readonly person: string
  readonly locale: Locale
  /** Bytes of a request. */
  readonly uploadLimit: number
  /** Nothing that is said to it is for others. */
  readonly private: boolean
}

export interface InteractionExchangeNeeds {
  readonly rest: REST
  readonly application: string
  readonly outbox: Outbox
  direct(tenant: Tenant, person: string): Promise<Place>
}

/** By then something has to be said, so that Discord does not tell people that nobody answers. */
const patience = 2_000
/** Pictures of so many bytes might take longer than there is. */
const heavy = 200_000

type Stage =
  /** Nothing has been answered. */
  | 'fresh'
  /** “Familiar is thinking…” stands there, for all or for one person. */
  | 'thinking'
  | 'thinking privately'
  /** There is no placeholder (any more): what is said follows up. */
  | 'answered'
  /** The token is no longer good. */
  | 'over'

export class InteractionExchange implements Exchange {
  readonly open?: (form: Form) => Promise<void>
  readonly #interacted: Interacted
  readonly #needs: InteractionExchangeNeeds
  readonly #api: InteractionApi
  readonly #turns = new Mutex()
  readonly #timer: NodeJS.Timeout
  #stage: Stage = 'fresh'
  /** The message that was acted on is what Discord calls the original answer. */
  #seen = false
  #ending = false

  constructor(interacted: Interacted, needs: InteractionExchangeNeeds) {
    this.#interacted = interacted
    this.#needs = needs
    this.#api = new InteractionApi(needs.rest, needs.application, interacted)
    this.#timer = setTimeout(() => void this.#turns.runExclusive(() => this.#hold()).catch(() => undefined), patience)
    if (interacted.opens) this.open = form => this.#turns.runExclusive(() => this.#open(form))
  }

  say(message: OutgoingMessage, { privately = false } = {}): Promise<MessageRef> {
    return this.#turns.runExclusive(() => this.#say(message, privately && !this.#interacted.place.direct))
  }

  busy(): Promise<void> {
    // An answer need not be announced.
    return this.#turns.runExclusive(() => this.#think(this.#staysPrivate)).catch(() => undefined)
  }

  /**
   * Makes the message that was acted on reachable, as `@original`.
   * @throws FamiliarError `MESSAGE_GONE` when it is too late for that
   */
  touch(): Promise<void> {
    return this.#turns.runExclusive(async () => {
      if (this.#stage === 'fresh') await this.#see()
      if (!this.#seen)
        throw new FamiliarError('MESSAGE_GONE', 'Expected a message but received one that is out of reach')
    })
  }

  /** The bot is done: what has not been answered is taken for seen, and no placeholder stays. */
  end(): Promise<void> {
    clearTimeout(this.#timer)
    return this.#turns.runExclusive(async () => {
      this.#ending = true
      if (this.#stage === 'fresh') await this.#see()
      if (this.#isThinking) await this.#clear()
    })
  }

  get #isThinking(): boolean {
    return this.#stage === 'thinking' || this.#stage === 'thinking privately'
  }

  get #staysPrivate(): boolean {
    return this.#interacted.private && !this.#interacted.place.direct
  }

  async #say(message: OutgoingMessage, hidden: boolean): Promise<MessageRef> {
    const { place, person } = this.#interacted
    const { outbox, direct } = this.#needs
    const bytes = (message.pictures ?? []).reduce((sum, picture) => sum + picture.bytes.length, 0)
    if (bytes > heavy) await this.#think(hidden)
    const drafts = draftsOf(message, place.direct)
    let answer: APIMessage | undefined
    for (const [i, draft] of drafts.entries()) {
      answer = await this.#answer(draft, hidden)
      // What was to be private stays so.
      if (!answer) {
        const where = hidden ? await direct(place.tenant, person) : place
        return i === 0 ? outbox.send(where, message) : outbox.post(where, drafts.slice(i))
      }
      if (hidden) outbox.hide(answer.id, { token: this.#interacted.token, as: answer.id })
    }
    return outbox.noted(place, answer!)
  }

  /** Resolves to nothing when it is too late for an answer. */
  async #answer(draft: Draft, hidden: boolean): Promise<APIMessage | undefined> {
    try {
      const placeholderFits = (this.#stage === 'thinking privately') === hidden && draft.mentions.length === 0
      // An edit notifies nobody: whoever is to be notified needs a new message.
      if (this.#isThinking && !placeholderFits) await this.#clear()
      if (this.#stage === 'over') return undefined
      if (this.#stage === 'fresh') return await this.#reply(draft, hidden)
      return this.#isThinking ? await this.#replaceOriginal(draft) : await this.#followUp(draft, hidden)
    } catch (error) {
      if (!isInteractionGone(error)) throw translate(error)
      this.#stage = 'over'
      return undefined
    }
  }

  #reply(draft: Draft, hidden: boolean): Promise<APIMessage> {
    return this.#upload(draft, async (body, files) => {
      const data = { ...body, flags: this.#flags(draft, hidden) }
      this.#stage = 'answered'
      try {
        const type = InteractionResponseType.ChannelMessageWithSource
        return await this.#api.answer({ type, data } as APIInteractionResponse, files)
      } catch (error) {
        // The answer to this very request was lost: it has been posted.
        if (isCode(error, Codes.InteractionHasAlreadyBeenAcknowledged)) return this.#api.original()
        if (!isInteractionGone(error)) this.#stage = 'fresh'
        throw error
      }
    })
  }

  async #replaceOriginal(draft: Draft): Promise<APIMessage> {
    const message = await this.#upload(draft, (body, files) => this.#api.editOriginal(body, files))
    this.#stage = 'answered'
    return message
  }

  #followUp(draft: Draft, hidden: boolean): Promise<APIMessage> {
    const flags = this.#flags(draft, hidden)
    return this.#upload(draft, (body, files) => this.#api.followUp({ ...body, flags }, files))
  }

  #upload(draft: Draft, request: (body: Body, files: RawFile[]) => Promise<unknown>): Promise<APIMessage> {
    return this.#needs.outbox.upload(draft, this.#interacted.uploadLimit, undefined, request)
  }

  async #open(form: Form): Promise<void> {
    const say = speaker(this.#interacted.locale)
    const tooLate = new FamiliarError('TOO_LATE', say('discord.tooLate'))
    if (this.#stage !== 'fresh') throw tooLate
    this.#stage = 'answered'
    try {
      await this.#api.answer({ type: InteractionResponseType.Modal, data: modalOf(form, say) })
    } catch (error) {
      if (isCode(error, Codes.InteractionHasAlreadyBeenAcknowledged)) return
      this.#stage = isInteractionGone(error) ? 'over' : 'fresh'
      throw isInteractionGone(error) ? tooLate : translate(error)
    }
  }

  /** Shows that an answer is coming. */
  async #think(hidden: boolean): Promise<void> {
    if (this.#stage !== 'fresh') return
    const flags = hidden ? { flags: MessageFlags.Ephemeral as const } : {}
    const type = InteractionResponseType.DeferredChannelMessageWithSource
    this.#stage = hidden ? 'thinking privately' : 'thinking'
    await this.#acknowledge({ type, data: flags })
  }

  /** Takes note, and shows nothing. */
  async #see(): Promise<void> {
    if (!this.#interacted.onMessage) return this.#think(true)
    this.#stage = 'answered'
    await this.#acknowledge({ type: InteractionResponseType.DeferredMessageUpdate })
    this.#seen = this.#stage === 'answered'
  }

  /** Nothing has been said for a while: there is still time, if Discord hears of it. */
  async #hold(): Promise<void> {
    if (this.#stage !== 'fresh') return
    if (this.#interacted.onMessage) await this.#see()
    else await this.#think(this.#staysPrivate)
  }

  async #acknowledge(response: APIInteractionResponse): Promise<void> {
    try {
      await this.#api.answer(response)
    } catch (error) {
      if (isCode(error, Codes.InteractionHasAlreadyBeenAcknowledged)) {
        // Told twice, it has been answered the first time: that answer is not to be taken away.
        if (this.#ending) this.#stage = 'answered'
        return
      }
      this.#stage = isInteractionGone(error) ? 'over' : 'fresh'
      if (this.#stage === 'fresh') throw error
    }
  }

  /** Takes the placeholder away. */
  async #clear(): Promise<void> {
    this.#stage = 'answered'
    await this.#api.deleteOriginal().catch(error => {
      if (isInteractionGone(error)) this.#stage = 'over'
      else if (!isCode(error, Codes.UnknownMessage)) throw error
    })
  }

  #flags(draft: Draft, hidden: boolean): number {
    return flagsOf(draft) | (hidden ? MessageFlags.Ephemeral : 0)
  }
}
