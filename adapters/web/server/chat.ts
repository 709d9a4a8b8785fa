/**
 * The chat as a whole: messages are posted, changed and deleted, people come and go, and everybody who looks is told.
 * Both sides go through here, people by way of the routes and the bot by way of the adapter; what either may do is
 * theirs to check.
 */
import { FamiliarError } from '../../../engine/errors.ts'
import type { OutgoingMessage, OutgoingPicture } from '../../../src/conversation/chat.ts'
import type { Events } from '../wire.ts'
import { Forms } from './forms.ts'
import { type Draft, History, type StoredMessage, type StoredPicture } from './history.ts'
import { Hub, type SentEvent } from './hub.ts'
import { directChannel, groupChannel, type Member, People } from './people.ts'
import { checksum, inOrder, PictureFolder, type Store } from './store.ts'
import { botId, isVisible, pageOf, toWire, toWirePeople } from './view.ts'

/** Milliseconds after which nobody believes any longer that an answer is coming. */
const busyFor = 30_000
/** Milliseconds for which a picture stays after another one has taken its place. */
const replacedFor = 5000
/** Milliseconds for which a picture may wait for the message that it belongs to. */
const uploadFor = 60 * 60_000

export class Chat {
  readonly history: History
  readonly people: People
  readonly forms: Forms
  readonly pictures: PictureFolder
  readonly hub = new Hub()
  readonly #edits = inOrder()
  readonly #uploads = new Map<string, StoredPicture>()
  readonly #busy = new Map<object, { channel: string; timer: NodeJS.Timeout }>()

  constructor(store: Store, folder: string, botName: string, keep?: number) {
    this.history = new History(store, keep)
    this.people = new People(store, botName)
    this.forms = new Forms(store)
    this.pictures = new PictureFolder(folder)
  }

  async open(): Promise<void> {
    await Promise.all([this.history.open(), this.people.open(), this.forms.open(), this.pictures.open()])
    const named = this.history.all().flatMap(({ pictures, photos }) => [...pictures, ...photos])
    await this.pictures.sweep(new Set(named.map(({ id }) => id)))
  }

  close(): void {
    for (const { timer } of this.#busy.values()) clearTimeout(timer)
    this.#busy.clear()
    this.hub.close()
  }

  async post(draft: Draft): Promise<StoredMessage> {
    const message = await this.history.append(draft)
    this.#tell(message)
    // Who has something to look at may have changed with it.
    this.tellPeople()
    return message
  }

  /** What the bot says, with its pictures written first. */
  async say(
    channel: string,
    { text, pictures = [], card, buttons = [], mentions = [] }: OutgoingMessage,
    rest: Partial<Draft> = {},
  ): Promise<StoredMessage> {
    const stored = await this.#write(pictures)
    const draft = { channel, from: botId, text, pictures: stored, photos: [], card, buttons, mentions, ...rest }
    return this.post(draft)
  }

  /** @throws FamiliarError `MESSAGE_GONE` */
  edit(seq: number, content: OutgoingMessage): Promise<StoredMessage> {
    // One at a time: what one edit keeps of the pictures another could be deleting.
    return this.#edits(() => this.#edit(seq, content))
  }

  async #edit(
    seq: number,
    { text, pictures = [], card, buttons = [], mentions = [] }: OutgoingMessage,
  ): Promise<StoredMessage> {
    const before = this.history.get(seq)
    if (before?.from !== botId) throw gone()
    const stored = await this.#write(pictures, before.pictures)
    // Photos that were handed over to be learned stay no longer than the learning.
    const ended = card !== undefined && ['done', 'failed', 'cancelled'].includes(card.state)
    const after = await this.history.revise(seq, ({ photos }) => ({
      text,
      pictures: stored,
      photos: ended ? [] : photos,
      card,
      buttons,
      mentions,
    }))
    if (!after) {
      await this.pictures.remove(stored.map(({ id }) => id))
      throw gone()
    }
    this.#tell(after)
    if (ended) await this.pictures.remove(before.photos.map(({ id }) => id))
    const kept = new Set(stored.map(({ id }) => id))
    const old = before.pictures.map(({ id }) => id).filter(id => !kept.has(id))
    // Pages may be about to fetch what was just replaced.
    setTimeout(() => this.pictures.remove(old), replacedFor).unref()
    return after
  }

  /** Deletes a message with its files; one that is gone is no error. */
  async remove(seq: number): Promise<void> {
    const removed = await this.history.remove(seq)
    if (!removed) return
    const { before, after } = removed
    await this.pictures.remove([...before.pictures, ...before.photos].map(({ id }) => id))
    this.#tell(after)
    this.tellPeople()
  }

  /** Takes somebody out of the chat with everything they said and what was only for them. */
  async dismiss(person: string): Promise<void> {
    await this.people.remove(person)
    const channel = directChannel(person)
    const theirs = this.history
      .all()
      .filter(each => !each.removed && (each.from === person || each.visibleTo === person || each.channel === channel))
    for (const { seq } of theirs) await this.remove(seq)
    this.hub.end(person)
    this.tellPeople()
  }

  /** A picture that has arrived before its message. */
  async upload(name: string, body: ReadableStream<Uint8Array> | null): Promise<string> {
    const id = await this.pictures.receive(body)
    this.#uploads.set(id, { id, name })
    setTimeout(() => this.discard([id]), uploadFor).unref()
    return id
  }

  /** @throws FamiliarError `UPLOAD_GONE` */
  uploaded(ids: readonly string[]): StoredPicture[] {
    return ids.map(id => {
      const upload = this.#uploads.get(id)
      if (!upload) throw new FamiliarError('UPLOAD_GONE', 'Expected a picture that is still there: please add it again')
      return upload
    })
  }

  /** Uploads that a message has now. */
  claim(pictures: readonly StoredPicture[]): void {
    for (const { id } of pictures) this.#uploads.delete(id)
  }

  /** Deletes uploads that no message has. */
  async discard(ids: readonly string[]): Promise<void> {
    await this.pictures.remove(ids.filter(id => this.#uploads.delete(id)))
  }

  /** Shows that the bot is about to answer in a channel, until `rested` or for half a minute. */
  busy(channel: string, by: object): void {
    clearTimeout(this.#busy.get(by)?.timer)
    const news = !this.#isBusy(channel)
    const timer = setTimeout(() => this.rested(by), busyFor)
    this.#busy.set(by, { channel, timer })
    if (news) this.#tellBusy(channel, true)
  }

  rested(by: object): void {
    const busy = this.#busy.get(by)
    if (!busy) return
    clearTimeout(busy.timer)
    this.#busy.delete(by)
    if (!this.#isBusy(busy.channel)) this.#tellBusy(busy.channel, false)
  }

  /** Events with which a person's stream begins: what changed after the last one they know, or everything. */
  greeting(viewer: Member, hello: Events['hello'], last: string | undefined): SentEvent[] {
    const revision = this.#revisionOf(last)
    const events: SentEvent[] = [{ event: 'hello', data: hello }, this.#peopleEvent(viewer.id)]
    if (revision === undefined) {
      const pages = this.#channelsOf(viewer.id).map(channel => ({
        channel,
        ...pageOf(this.history, viewer.id, channel),
      }))
      const messages = pages.flatMap(page => page.messages).map(each => toWire(each, viewer.id, this.history))
      const more = pages.filter(page => page.more).map(page => page.channel)
      const id = this.#id(this.history.revision)
      events.push({ event: 'snapshot', data: { messages, more } satisfies Events['snapshot'], id })
    } else {
      const missed = this.history.after(revision).filter(each => isVisible(each, viewer.id))
      events.push(...missed.map(each => this.#event(each, viewer.id)))
    }
    const busy = this.#channelsOf(viewer.id).filter(channel => this.#isBusy(channel))
    return [...events, ...busy.map(channel => ({ event: 'busy', data: { channel, on: true } }))]
  }

  tellPeople(): void {
    this.hub.tell(person => this.#peopleEvent(person))
  }

  #tell(message: StoredMessage): void {
    this.hub.tell(person => (isVisible(message, person) ? this.#event(message, person) : undefined))
  }

  #event(message: StoredMessage, person: string): SentEvent {
    const id = this.#id(message.changed)
    if (!message.removed) return { event: 'message', data: toWire(message, person, this.history), id }
    return { event: 'removed', data: { id: String(message.seq), channel: message.channel }, id }
  }

  #peopleEvent(person: string): SentEvent {
    const channels = [{ id: groupChannel }, { id: directChannel(person), person }]
    const data: Events['people'] = { people: toWirePeople(this.people, this.history), channels }
    return { event: 'people', data }
  }

  #tellBusy(channel: string, on: boolean): void {
    const event = { event: 'busy', data: { channel, on } }
    this.hub.tell(person => (this.#channelsOf(person).includes(channel) ? event : undefined))
  }

  #isBusy(channel: string): boolean {
    return [...this.#busy.values()].some(busy => busy.channel === channel)
  }

  #channelsOf(person: string): string[] {
    return [groupChannel, directChannel(person)]
  }

  /** Names a revision of this history; another history's are not gone on from. */
  #id(revision: number): string {
    return `${this.history.epoch}.${revision}`
  }

  #revisionOf(id: string | undefined): number | undefined {
    const [epoch, revision] = (id ?? '').split('.')
    const number = Number(revision)
    return epoch === this.history.epoch && Number.isInteger(number) && number <= this.history.revision
      ? number
      : undefined
  }

  /** Those of `have` that are the same stay the files that they are. */
  async #write(
    pictures: readonly OutgoingPicture[],
    have: readonly StoredPicture[] = [],
  ): Promise<readonly StoredPicture[]> {
    const written: StoredPicture[] = []
    for (const { name, bytes, altText } of pictures) {
      const sum = checksum(bytes)
      const same = have.find(each => each.sum === sum && !written.some(({ id }) => id === each.id))
      written.push({ id: same?.id ?? (await this.pictures.write(bytes)), name, altText, sum })
    }
    return written
  }
}

export function gone(): FamiliarError {
  return new FamiliarError('MESSAGE_GONE', 'Expected a message of the bot that is still there but it was deleted')
}
