/**
 * A chat platform in memory that keeps what people would see: messages in channels and direct ones, their edits, who was
 * told what alone, who was notified, which forms stand open. Its people speak, press buttons and fill in forms.
 */
import { FamiliarError } from '../../engine/errors.ts'
import type {
  Bot,
  Button,
  CommandCall,
  Exchange,
  Form,
  IncomingMessage,
  IncomingPicture,
  MessageRef,
  OutgoingMessage,
  Person,
  Place,
  Platform,
  Tenant,
} from '../../src/conversation/chat.ts'

/** One message as it stands now, and everything that it has shown before. */
export interface Seen extends OutgoingMessage {
  readonly id: string
  readonly place: Place
  /** Only this person sees it. */
  readonly to?: string
  readonly history: readonly OutgoingMessage[]
  /** When it was edited, in milliseconds. */
  readonly edits: readonly number[]
}

export const tenant = 'fake:home'

export function person(name: string, more: Partial<Person> = {}): Person {
  return { id: `id-${name}`, name, admin: false, roles: [], bot: false, locale: 'en', ...more }
}

export function picture(bytes: Uint8Array | Error, name = 'photo.png'): IncomingPicture {
  return {
    name,
    async bytes() {
      if (bytes instanceof Error) throw bytes
      return bytes
    },
  }
}

export class FakeChat implements Platform {
  readonly name = 'fake'
  editEvery = 10
  /** Everything that is there, oldest first. */
  messages: Seen[] = []
  readonly forms: { readonly form: Form; readonly for: string }[] = []
  /** Ids of people who were shown that an answer is under way. */
  readonly busyFor: string[] = []
  readonly closedChannels = new Set<string>()
  adminIds: string[] = []
  bot!: Bot
  #next = 1

  place(channel = 'garden', more: Partial<Place> = {}): Place {
    return { tenant, channel, direct: false, ...more }
  }

  // What the bot does.

  async send(to: Place, message: OutgoingMessage): Promise<MessageRef> {
    return this.#post(to, message)
  }

  async edit({ message, place }: MessageRef, content: OutgoingMessage): Promise<void> {
    this.#requireOpen(place)
    const index = this.messages.findIndex(({ id }) => id === message)
    const before = this.messages[index]
    if (!before) throw new FamiliarError('MESSAGE_GONE', 'Expected a message but it was deleted')
    const { id, to, history, edits } = before
    this.messages[index] = { ...content, id, place, to, history: [...history, before], edits: [...edits, Date.now()] }
  }

  async remove({ message }: MessageRef): Promise<void> {
    this.messages = this.messages.filter(({ id }) => id !== message)
  }

  async direct(of: Tenant, id: string): Promise<Place> {
    if (this.closedChannels.has(`direct ${id}`)) throw new FamiliarError('PLACE_GONE', 'Expected an open door')
    return { tenant: of, channel: `direct ${id}`, direct: true }
  }

  async admins(): Promise<readonly string[]> {
    return this.adminIds
  }

  // What people do.

  /** Somebody writes a message. `@Familiar` in it mentions the bot and is taken out. */
  async write(from: Person, text: string, more: Partial<IncomingMessage> = {}): Promise<Seen | undefined> {
    const before = this.messages.length
    const message: IncomingMessage = {
      id: `in-${this.#next++}`,
      from,
      place: this.place(),
      text: text.replace('@Familiar', '').trim(),
      pictures: [],
      mentionsBot: text.includes('@Familiar'),
      mentions: [],
      earlier: async () => [],
      ...more,
    }
    await this.bot.heard(message, this.exchange(from, message.place, false))
    return this.messages.slice(before)[0]
  }

  async command(from: Person, name: string, options: CommandCall['options'] = {}, more: Partial<CommandCall> = {}) {
    const before = this.messages.length
    const call: CommandCall = { id: `in-${this.#next++}`, name, from, place: this.place(), options, ...more }
    await this.bot.called(call, this.exchange(from, call.place))
    return this.messages.slice(before)[0]
  }

  /** Presses the button with this label of a message as it is now. */
  async press(
    from: Person,
    seen: Seen | undefined,
    label: string,
    id = `in-${this.#next++}`,
  ): Promise<Seen | undefined> {
    const message = seen && this.now(seen)
    const button = message?.buttons?.find(each => each.label === label)
    if (!message || !button) throw new Error(`Expected a button "${label}" but saw ${labels(message?.buttons)}`)
    return this.pressAction(from, message, button.action, id)
  }

  async pressAction(from: Person, { id: message, place }: Seen, action: string, id = `in-${this.#next++}`) {
    const before = this.messages.length
    await this.bot.pressed({ id, from, message: { place, message }, action }, this.exchange(from, place))
    return this.messages.slice(before)[0]
  }

  /** Fills in the form that was opened last for somebody. */
  async submit(from: Person, fields: CommandCall['options']): Promise<Seen | undefined> {
    const form = this.forms.filter(each => each.for === from.id).at(-1)?.form
    if (!form) throw new Error(`Expected a form for ${from.name} but none was opened`)
    const before = this.messages.length
    const submission = { id: `in-${this.#next++}`, from, place: this.place(), action: form.action, fields }
    await this.bot.submitted(submission, this.exchange(from, submission.place, false))
    return this.messages.slice(before)[0]
  }

  exchange(from: Person, place: Place, forms = true): Exchange {
    return {
      say: async (message, { privately = false } = {}) => this.#post(place, message, privately ? from.id : undefined),
      busy: async () => void this.busyFor.push(from.id),
      ...(forms && { open: async (form: Form) => void this.forms.push({ form, for: from.id }) }),
    }
  }

  // What people see.

  /** A message as it is now, if it is still there. */
  now({ id }: Seen): Seen | undefined {
    return this.messages.find(message => message.id === id)
  }

  get last(): Seen {
    return this.messages.at(-1)!
  }

  /** The cards that are there. */
  get cards(): Seen[] {
    return this.messages.filter(({ card }) => card)
  }

  /** Waits until somebody would see it. */
  async until<Value>(see: () => Value | undefined | false, milliseconds = 3000): Promise<Value> {
    const end = Date.now() + milliseconds
    for (;;) {
      const value = see()
      if (value) return value
      if (Date.now() > end)
        throw new Error(
          `Waited in vain; there is ${JSON.stringify(
            this.messages.map(({ text, card }) => card ?? text),
            null,
            1,
          )}`,
        )
      await new Promise(resolve => setTimeout(resolve, 3))
    }
  }

  #post(place: Place, message: OutgoingMessage, to?: string): MessageRef {
    this.#requireOpen(place)
    const id = `out-${this.#next++}`
    this.messages.push({ ...message, id, place, to, history: [], edits: [] })
    return { place, message: id }
  }

  #requireOpen({ channel }: Place) {
    if (this.closedChannels.has(channel)) throw new FamiliarError('PLACE_GONE', 'Expected a channel but it is gone')
  }
}

const labels = (buttons: readonly Button[] = []) => JSON.stringify(buttons.map(({ label }) => label))
