/**
 * What people do, told to the bot: they post, call a command, press a button, hand in a form. An act has a name that its
 * page gave it; a page that got no answer, because the bot was started again, repeats the act under that name, and it is
 * done once.
 */
import { FamiliarError } from '../../../engine/errors.ts'
import type { Bot, IncomingMessage, IncomingPicture, OptionValue } from '../../../src/conversation/chat.ts'
import type { CommandInfo } from '../../command-info.ts'
import type { Outcome, PostCommand, PostForm, PostMessage, PostPress, WireMessage, WireValue } from '../wire.ts'
import type { Chat } from './chat.ts'
import { nameOf, type Origin, placeOf, refOf, WebExchange } from './exchange.ts'
import { checkFields } from './forms.ts'
import type { StoredMessage, StoredPicture } from './history.ts'
import { readMentions } from './mentions.ts'
import { type Member, personOf, toPerson } from './people.ts'
import { botId, isVisible, toWire } from './view.ts'

/** Names of acts beyond these are forgotten, the earliest first. */
const keptNames = 500
/** Milliseconds after which a question is too old to be answered after a restart. */
const redeliverWithin = 10 * 60_000

export interface ActsOptions {
  readonly chat: Chat
  readonly bot: Bot
  readonly botName: string
  readonly commands: (member: Member) => readonly CommandInfo[]
  readonly onError: (error: unknown) => void
}

export class Acts {
  readonly #chat: Chat
  readonly #bot: Bot
  readonly #options: ActsOptions
  readonly #done = new Map<string, Promise<unknown>>()

  constructor(options: ActsOptions) {
    this.#chat = options.chat
    this.#bot = options.bot
    this.#options = options
  }

  post({ as, nonce, channel, text, pictures: ids, replyTo }: PostMessage): Promise<WireMessage> {
    return this.#once(as, nonce, async () => {
      const { people, history } = this.#chat
      const member = this.#whoIn(as, channel)
      const before = history.withNonce(as, nonce)
      if (before) return toWire(before, as, history)
      const quoted = replyTo === undefined ? undefined : this.#visible(replyTo, as)
      const pictures = this.#chat.uploaded(ids)
      const read = readMentions(text, people.list(), this.#options.botName)
      const posted = await this.#chat.post({
        channel,
        from: as,
        text,
        pictures,
        photos: [],
        buttons: [],
        mentions: read.mentions.map(({ id }) => id).filter(id => id !== as),
        replyTo: quoted?.seq,
        nonce,
        delivery: 'pending',
      })
      this.#chat.claim(pictures)
      this.#hear(member, posted)
      return toWire(posted, as, history)
    })
  }

  command({ as, nonce, channel, name, options }: PostCommand): Promise<Outcome> {
    return this.#once(as, nonce, () => {
      const member = this.#whoIn(as, channel)
      const command = this.#options.commands(member).find(each => each.name === name)
      if (!command) throw bad(`a command of the bot`, `/${name}`)
      const types = Object.fromEntries(command.options.map(option => [option.name, option.type]))
      const read = this.#read(types, options)
      const words = Object.values(read.values).filter(value => typeof value === 'string')
      const text = [`/${name}`, ...words].join(' ').slice(0, 80)
      const origin = {
        person: as,
        channel,
        answers: { command: { by: as, text } },
        photos: read.photos,
        opens: true,
      }
      const call = { id: nonce, name, from: toPerson(member), place: placeOf(channel), options: read.values }
      return this.#act(origin, exchange => this.#bot.called(call, exchange))
    })
  }

  press({ as, nonce, message: id, action }: PostPress): Promise<Outcome> {
    return this.#once(as, nonce, () => {
      const message = this.#visible(id, as)
      const member = this.#whoIn(as, message.channel)
      if (!message.buttons.some(button => button.action === action))
        throw new FamiliarError('BUTTON_GONE', 'Expected a button that is still there but it was taken away')
      const press = { id: nonce, from: toPerson(member), message: refOf(message, this.#chat.history), action }
      const origin = { person: as, channel: message.channel, opens: true }
      return this.#act(origin, exchange => this.#bot.pressed(press, exchange))
    })
  }

  submit({ as, nonce, token, fields }: PostForm): Promise<Outcome> {
    return this.#once(as, nonce, async () => {
      const { form, channel } = this.#chat.forms.find(token, as)
      const member = this.#whoIn(as, channel)
      checkFields(form, fields, this.#chat.people)
      const types = Object.fromEntries(form.fields.map(field => [field.name, field.type]))
      const { values, photos } = this.#read(types, fields)
      await this.#chat.forms.remove(token)
      const place = placeOf(channel)
      const submission = { id: nonce, from: toPerson(member), place, action: form.action, fields: values }
      const origin = { person: as, channel, photos, opens: false }
      return this.#act(origin, exchange => this.#bot.submitted(submission, exchange))
    })
  }

  /** Tells the bot of questions that an earlier process was killed over. Once: they may be what it died of. */
  async redeliver(): Promise<void> {
    const since = Date.now() - redeliverWithin
    const all = this.#chat.history.all()
    // The process may have ended between the answer and the note that there is one.
    const answered = new Set(all.flatMap(({ from, replyTo }) => (from === botId ? [replyTo] : [])))
    for (const message of all) {
      const member = this.#chat.people.find(message.from)
      if (!message.delivery || message.removed || !member) continue
      const again = message.delivery === 'pending' && message.at >= since && !answered.has(message.seq)
      const delivery = again ? 'again' : undefined
      await this.#chat.history.revise(message.seq, () => ({ delivery }), { quietly: true })
      if (again) this.#hear(member, message)
    }
  }

  #hear(member: Member, message: StoredMessage): void {
    const { seq, channel } = message
    const origin = { person: member.id, channel, answers: { replyTo: seq }, opens: false }
    const heard = async () => {
      await this.#act(origin, exchange => this.#bot.heard(this.#incoming(member, message), exchange), 'end')
      await this.#chat.history.revise(seq, () => ({ delivery: undefined }), { quietly: true })
    }
    heard().catch(this.#options.onError)
  }

  #incoming(member: Member, message: StoredMessage): IncomingMessage {
    const { people, history } = this.#chat
    const { botName } = this.#options
    const read = readMentions(message.text, people.list(), botName)
    const quoted = message.replyTo === undefined ? undefined : history.get(message.replyTo)
    return {
      id: nameOf(message.seq, history),
      from: toPerson(member),
      place: placeOf(message.channel),
      text: read.text,
      pictures: message.pictures.map(picture => this.#picture(picture)),
      mentionsBot: read.mentionsBot,
      mentions: read.mentions.map(toPerson),
      ...(quoted && {
        repliedTo: {
          fromBot: quoted.from === botId,
          text: quoted.from === botId ? quoted.text : readMentions(quoted.text, [], botName).text,
          pictures: quoted.pictures.map(picture => this.#picture(picture)),
        },
      }),
      earlier: async count => {
        const turns = history
          .all()
          .filter(each => each.seq < message.seq && each.channel === message.channel && isTurn(each))
        return turns
          .slice(Math.max(0, turns.length - count))
          .map(({ from, text }) =>
            from === botId ? { from: 'bot', text } : { from: 'user', text: readMentions(text, [], botName).text },
          )
      },
    }
  }

  /**
   * Resolves when the bot has begun to answer, or with `until: 'end'` when it is done.
   * @throws FamiliarError `CANNOT_WRITE` when no answer can be kept: whoever acted reads that instead
   */
  #act(origin: Origin, tell: (exchange: WebExchange) => Promise<void>, until = 'begun'): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const [begun, failed] = until === 'begun' ? [resolve, reject] : []
      const exchange = new WebExchange(this.#chat, origin, begun, failed)
      tell(exchange)
        .catch(this.#options.onError)
        .then(() => exchange.end())
        .catch(this.#options.onError)
        .finally(() => resolve({}))
    })
  }

  #read(
    types: Readonly<Record<string, string>>,
    given: Readonly<Record<string, WireValue>>,
  ): { values: Record<string, OptionValue>; photos: StoredPicture[] } {
    const values: Record<string, OptionValue> = {}
    const photos: StoredPicture[] = []
    for (const [name, value] of Object.entries(given)) {
      const type = types[name]
      if (type === undefined) throw bad('an option or field that there is', `“${name}”`)
      if ((type === 'pictures' || type === 'picture') && typeof value === 'object') {
        const uploads = this.#chat.uploaded(value)
        if (uploads.length === 0) continue
        photos.push(...uploads)
        values[name] = uploads.map(picture => this.#picture(picture))
      } else if (type === 'person' && typeof value === 'string') {
        if (value !== '') values[name] = toPerson(this.#chat.people.get(value))
      } else if (type === 'tick' && typeof value === 'boolean') values[name] = value
      else if ((type === 'text' || type === 'choice') && typeof value === 'string') {
        if (value.trim() !== '') values[name] = value.trim()
      } else throw bad(`a ${type} for “${name}”`, typeof value)
    }
    return { values, photos }
  }

  #picture({ id, name }: StoredPicture): IncomingPicture {
    return { name, bytes: () => this.#chat.pictures.read(id, name) }
  }

  #visible(id: string, as: string): StoredMessage {
    const message = this.#chat.history.get(Number(id))
    if (message && isVisible(message, as)) return message
    throw new FamiliarError('MESSAGE_GONE', 'Expected a message that is still there but it was deleted')
  }

  #whoIn(as: string, channel: string): Member {
    const member = this.#chat.people.get(as)
    this.#chat.people.requireChannel(channel)
    const person = personOf(channel)
    if (person === undefined || person === as) return member
    throw new FamiliarError('PLACE_GONE', 'Expected a channel that is open to this person')
  }

  #once<T>(as: string, nonce: string, work: () => Promise<T>): Promise<T> {
    const name = `${as} ${nonce}`
    const before = this.#done.get(name)
    if (before) return before as Promise<T>
    const result = (async () => work())()
    this.#done.set(name, result)
    // What failed has not been done.
    result.catch(() => this.#done.delete(name))
    for (const old of this.#done.keys()) {
      if (this.#done.size <= keptNames) break
      this.#done.delete(old)
    }
    return result
  }
}

/** Whether a message counts as a turn of the conversation: said to everybody there, not a command's answer, not a card. */
function isTurn({ removed, visibleTo, command, card, text }: StoredMessage): boolean {
  return !removed && visibleTo === undefined && !command && !card && text !== ''
}

function bad(expected: string, received: string): FamiliarError {
  return new FamiliarError('BAD_REQUEST', `Expected ${expected} but received ${received}`)
}
