/** The way back to where somebody said or did something, as the bot is handed it. */
import type { Exchange, Form, MessageRef, OutgoingMessage, Place } from '../../../src/conversation/chat.ts'
import type { Outcome } from '../wire.ts'
import type { Chat } from './chat.ts'
import type { Draft, History, StoredMessage, StoredPicture } from './history.ts'
import { personOf } from './people.ts'

export const tenant = 'web:local'

export function placeOf(channel: string): Place {
  return { tenant, channel, direct: personOf(channel) !== undefined }
}

/** A message as the bot names it: never like one of another history, should the chat's store be lost and the bot's not. */
export function nameOf(seq: number, { epoch }: History): string {
  return `${epoch}.${seq}`
}

/** The message of that name in this history. */
export function named(name: string, history: History): StoredMessage | undefined {
  const [epoch, seq] = name.split('.')
  return epoch === history.epoch ? history.get(Number(seq)) : undefined
}

export function refOf({ seq, channel }: StoredMessage, history: History): MessageRef {
  return { place: placeOf(channel), message: nameOf(seq, history) }
}

export interface Origin {
  readonly person: string
  readonly channel: string
  /** The message that is answered, or the command. */
  readonly answers?: Pick<Draft, 'replyTo' | 'command'>
  /** Pictures that were handed over outside a message: they go with the first answer that is for everybody. */
  readonly photos?: readonly StoredPicture[]
  /** Whether a form may be opened. */
  readonly opens: boolean
}

/** One act's exchange, and what becomes of it. */
export class WebExchange implements Exchange {
  readonly open?: (form: Form) => Promise<void>
  readonly #chat: Chat
  readonly #origin: Origin
  readonly #begun: (outcome: Outcome) => void
  readonly #failed: (error: unknown) => void
  #photos: readonly StoredPicture[]
  #answered = false
  /** Why the last thing could not be said. */
  #unsaid: unknown

  /**
   * @param begun told once, when the bot does the first thing: from then on there is something to see
   * @param failed told at the end, when nothing that the bot said could be kept (a full disk)
   */
  constructor(
    chat: Chat,
    origin: Origin,
    begun: (outcome: Outcome) => void = () => {},
    failed: (error: unknown) => void = () => {},
  ) {
    this.#failed = failed
    this.#chat = chat
    this.#origin = origin
    this.#begun = begun
    this.#photos = origin.photos ?? []
    if (!origin.opens) return
    this.open = async form => {
      if (this.#answered) throw new Error('A form is opened before anything else is said')
      this.#answered = true
      begun({ form: await chat.forms.add(form, origin.person, origin.channel) })
    }
  }

  async say(message: OutgoingMessage, { privately = false } = {}): Promise<MessageRef> {
    const { channel, person, answers } = this.#origin
    this.#chat.people.requireChannel(channel)
    const first = !this.#answered
    this.#answered = true
    const hidden = privately && personOf(channel) === undefined
    const photos = privately ? [] : this.#photos
    this.#photos = this.#photos.filter(each => !photos.includes(each))
    const rest: Partial<Draft> = { ...(hidden && { visibleTo: person }), ...(first && answers), photos }
    try {
      const said = await this.#chat.say(channel, message, rest)
      this.#chat.claim(photos)
      this.#chat.rested(this)
      this.#begun({})
      return refOf(said, this.#chat.history)
    } catch (error) {
      // The bot will say why: that is then the first answer.
      if (first) this.#answered = false
      this.#photos = [...photos, ...this.#photos]
      this.#unsaid = error
      throw error
    }
  }

  async busy(): Promise<void> {
    this.#chat.busy(this.#origin.channel, this)
    this.#begun({})
  }

  /** The bot is done with it. */
  async end(): Promise<void> {
    this.#chat.rested(this)
    if (this.#unsaid && !this.#answered) this.#failed(this.#unsaid)
    this.#begun({})
    await this.#chat.discard(this.#photos.map(({ id }) => id))
  }
}
