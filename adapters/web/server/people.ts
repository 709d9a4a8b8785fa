/**
 * Who is in this chat: You, who runs it, and anybody whom You let in to see what a group is like. One person's own
 * machine carries them all, so nobody signs in. Knows their names and what each has looked at, nothing of messages.
 */
import { randomBytes } from 'node:crypto'
import { FamiliarError } from '../../../engine/errors.ts'
import type { Person } from '../../../src/conversation/chat.ts'
import type { Locale } from '../../../src/texts/texts.ts'
import { cannotWrite, inOrder, type Store } from './store.ts'

export const groupChannel = 'group'
const directPrefix = 'direct-'
const nameLength = 32
const colours = 8

export interface Member {
  readonly id: string
  readonly name: string
  readonly colour: number
  readonly admin: boolean
  readonly bot: boolean
  readonly locale: Locale
  /** The last message looked at, by channel. */
  readonly seen: Readonly<Record<string, number>>
}

/** The channel in which this person is alone with the bot. */
export function directChannel(person: string): string {
  return directPrefix + person
}

/** The person of a direct channel. */
export function personOf(channel: string): string | undefined {
  return channel.startsWith(directPrefix) ? channel.slice(directPrefix.length) : undefined
}

const you: Member = { id: 'you', name: 'You', colour: 0, admin: true, bot: false, locale: 'en', seen: {} }

export class People {
  readonly #store: Store
  readonly #botName: string
  readonly #inOrder = inOrder()
  #members: readonly Member[] = [you]

  constructor(store: Store, botName: string) {
    this.#store = store
    this.#botName = botName
  }

  async open(): Promise<void> {
    this.#members = ((await this.#store.get('people')) as Member[] | undefined) ?? [you]
  }

  list(): readonly Member[] {
    return this.#members
  }

  find(id: string): Member | undefined {
    return this.#members.find(member => member.id === id)
  }

  /** @throws FamiliarError `NO_SUCH_PERSON` */
  get(id: string): Member {
    const member = this.find(id)
    if (!member) throw new FamiliarError('NO_SUCH_PERSON', `Expected somebody of this chat but received "${id}"`)
    return member
  }

  /** @throws FamiliarError `PLACE_GONE` for what is no channel of this chat, or no longer one */
  requireChannel(channel: string): void {
    const person = personOf(channel)
    if (channel === groupChannel || (person !== undefined && this.find(person))) return
    throw new FamiliarError('PLACE_GONE', 'Expected a channel of this chat but it is not there')
  }

  /** @throws FamiliarError `BAD_NAME` */
  add(name: string, { bot = false, colour }: { bot?: boolean; colour?: number } = {}): Promise<Member> {
    return this.#inOrder(async () => {
      const taken = [this.#botName, ...this.#members.map(each => each.name)]
      const checked = checkName(name, taken)
      const used = this.#members.map(each => each.colour)
      const free = Array.from({ length: colours }, (_, i) => i).find(each => !used.includes(each))
      const member: Member = {
        id: randomBytes(4).toString('hex'),
        name: checked,
        colour: colour ?? free ?? this.#members.length % colours,
        admin: false,
        bot,
        locale: 'en',
        seen: {},
      }
      await this.#save([...this.#members, member])
      return member
    })
  }

  /** @throws FamiliarError `BAD_NAME`, `NO_SUCH_PERSON` */
  rename(id: string, name: string): Promise<void> {
    return this.#inOrder(async () => {
      const others = this.#members.filter(each => each.id !== this.get(id).id).map(each => each.name)
      const checked = checkName(name, [this.#botName, ...others])
      await this.#save(this.#members.map(each => (each.id === id ? { ...each, name: checked } : each)))
    })
  }

  /** @throws FamiliarError `NO_SUCH_PERSON`, `FORBIDDEN` for whoever runs the chat */
  remove(id: string): Promise<void> {
    return this.#inOrder(async () => {
      if (this.get(id).admin) throw new FamiliarError('FORBIDDEN', 'Expected somebody else than who runs this chat')
      await this.#save(this.#members.filter(each => each.id !== id))
    })
  }

  /** Resolves to whether that was news. */
  see(id: string, channel: string, seq: number): Promise<boolean> {
    return this.#inOrder(async () => {
      if ((this.get(id).seen[channel] ?? 0) >= seq) return false
      const seen = (each: Member) => ({ ...each, seen: { ...each.seen, [channel]: seq } })
      await this.#save(this.#members.map(each => (each.id === id ? seen(each) : each)))
      return true
    })
  }

  /** The language of a person's browser; kept with whatever is saved next. */
  speaks(id: string, locale: Locale): void {
    this.#members = this.#members.map(each => (each.id === id ? { ...each, locale } : each))
  }

  async #save(members: readonly Member[]): Promise<void> {
    await this.#store.set('people', members).catch(cause => {
      throw cannotWrite(cause)
    })
    this.#members = members
  }
}

/** As the bot knows a member. */
export function toPerson({ id, name, admin, bot, locale }: Member): Person {
  return { id, name, admin, roles: [], bot, locale }
}

/** Ignores case and ways to write one character, so that no two people look alike. */
export function nameKey(name: string): string {
  return name.normalize('NFC').replaceAll('\u200d', '').toLocaleLowerCase('en')
}

function checkName(name: string, taken: readonly string[]): string {
  const bad = (expected: string, received: string) =>
    new FamiliarError('BAD_NAME', `Expected ${expected} but received ${received}`)
  // Zero-width and bidirectional marks, and whatever else shows nothing.
  const clean = name
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Co}]/gu, match => (match === '\u200d' ? match : ''))
    .replace(/\s+/gu, ' ')
    .replace(/^[\s@]+|\s+$/gu, '')
  if (!/[\p{L}\p{N}\p{Emoji_Presentation}]/u.test(clean)) throw bad('a name', clean === '' ? 'an empty one' : clean)
  const length = [...new Intl.Segmenter().segment(clean)].length
  if (length > nameLength) throw bad(`a name of at most ${nameLength} characters`, `one of ${length}`)
  const same = taken.find(each => nameKey(each) === nameKey(clean))
  if (same) throw bad('a name that nobody here has', `that of ${same}`)
  return clean
}
