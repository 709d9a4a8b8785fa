/**
 * The chat's messages, in memory and in a store. Every change has a revision, one higher than the one before and kept
 * with the message, so that whoever knows the last revision that he saw can be told exactly what he missed, also by
 * another process. It knows nothing of people, and who may see what.
 */
import { randomBytes } from 'node:crypto'
import type { Button, Card } from '../../../src/conversation/chat.ts'
import { cannotWrite, inOrder, type Store } from './store.ts'

export interface StoredPicture {
  readonly id: string
  readonly name: string
  readonly altText?: string
  /** Of its bytes, where the bot sent it. */
  readonly sum?: string
}

export interface StoredMessage {
  /** 1, 2, …: the order in which messages were posted. */
  readonly seq: number
  /** The revision that made it what it is. */
  readonly changed: number
  readonly channel: string
  readonly from: string
  readonly at: number
  readonly text: string
  readonly pictures: readonly StoredPicture[]
  readonly photos: readonly StoredPicture[]
  readonly card?: Card
  readonly buttons: readonly Button[]
  readonly mentions: readonly string[]
  readonly replyTo?: number
  readonly command?: { readonly by: string; readonly text: string }
  /** The only person who sees it. */
  readonly visibleTo?: string
  readonly nonce?: string
  /** The bot has not yet dealt with it; `again`: it was told a second time, after a restart. */
  readonly delivery?: 'pending' | 'again'
  /** All that is left of a message that was deleted. */
  readonly removed?: true
}

export type Draft = Omit<StoredMessage, 'seq' | 'changed' | 'at' | 'removed'>

/** Messages beyond these are forgotten, the earliest first. */
const defaultKeep = 2000
/** So many are read at a time when it opens, and forgotten at a time. */
const batch = 64

interface Meta {
  readonly epoch: string
  readonly first: number
}

export class History {
  readonly #store: Store
  readonly #keep: number
  readonly #messages = new Map<number, StoredMessage>()
  readonly #nonces = new Map<string, number>()
  readonly #inOrder = inOrder()
  #meta: Meta = { epoch: randomBytes(6).toString('hex'), first: 1 }
  #next = 1
  #revision = 0

  constructor(store: Store, keep = defaultKeep) {
    this.#store = store
    this.#keep = keep
  }

  /** Names this history: another one begins anew with its revisions. */
  get epoch(): string {
    return this.#meta.epoch
  }

  get revision(): number {
    return this.#revision
  }

  async open(): Promise<void> {
    const meta = (await this.#store.get('chat')) as Meta | undefined
    if (meta) this.#meta = meta
    else await this.#store.set('chat', this.#meta).catch(rethrow)
    this.#next = this.#meta.first
    // Messages lie without gaps, so that the first one missing is the end.
    for (;;) {
      const sequence = Array.from({ length: batch }, (_, i) => this.#next + i)
      const found = await Promise.all(sequence.map(seq => this.#store.get(key(seq))))
      const end = found.findIndex(message => message === undefined || message === null)
      for (const message of end < 0 ? found : found.slice(0, end)) this.#hold(message as StoredMessage)
      if (end >= 0) break
    }
  }

  get(seq: number): StoredMessage | undefined {
    const message = this.#messages.get(seq)
    return message?.removed ? undefined : message
  }

  withNonce(from: string, nonce: string): StoredMessage | undefined {
    const seq = this.#nonces.get(`${from} ${nonce}`)
    return seq === undefined ? undefined : this.get(seq)
  }

  /** In the order in which they were posted; `removed` ones among them. */
  all(): StoredMessage[] {
    return [...this.#messages.values()]
  }

  /** What changed after a revision, in the order of the changes. */
  after(revision: number): StoredMessage[] {
    return this.all()
      .filter(({ changed }) => changed > revision)
      .sort((a, b) => a.changed - b.changed)
  }

  /** @throws FamiliarError `CANNOT_WRITE`; nothing is then posted */
  append(draft: Draft): Promise<StoredMessage> {
    return this.#inOrder(async () => {
      const message = { ...draft, seq: this.#next, changed: this.#revision + 1, at: Date.now() }
      await this.#write(message)
      await this.#trim()
      return message
    })
  }

  /**
   * Changes a message if it is still there. `quietly`: nobody has to be told.
   *
   * @throws FamiliarError `CANNOT_WRITE`; the message is then as it was
   */
  revise(
    seq: number,
    change: (message: StoredMessage) => Partial<Draft>,
    { quietly = false } = {},
  ): Promise<StoredMessage | undefined> {
    return this.#inOrder(async () => {
      const before = this.get(seq)
      if (!before) return undefined
      const message = { ...before, ...change(before), ...(!quietly && { changed: this.#revision + 1 }) }
      await this.#write(message)
      return message
    })
  }

  /** Resolves to what is left of it, or to nothing when it was gone. */
  remove(seq: number): Promise<{ before: StoredMessage; after: StoredMessage } | undefined> {
    return this.#inOrder(async () => {
      const before = this.get(seq)
      if (!before) return undefined
      const { channel, from, at, visibleTo } = before
      const empty = { text: '', pictures: [], photos: [], buttons: [], mentions: [] }
      const after: StoredMessage = {
        seq,
        changed: this.#revision + 1,
        channel,
        from,
        at,
        visibleTo,
        ...empty,
        removed: true,
      }
      await this.#write(after)
      return { before, after }
    })
  }

  async #write(message: StoredMessage): Promise<void> {
    await this.#store.set(key(message.seq), message).catch(rethrow)
    this.#hold(message)
  }

  #hold(message: StoredMessage): void {
    this.#messages.set(message.seq, message)
    if (message.nonce) this.#nonces.set(`${message.from} ${message.nonce}`, message.seq)
    this.#next = Math.max(this.#next, message.seq + 1)
    this.#revision = Math.max(this.#revision, message.changed)
  }

  /** Their pictures' files go with the next sweep. */
  async #trim(): Promise<void> {
    if (this.#messages.size < this.#keep + batch) return
    const old = [...this.#messages.values()].slice(0, batch)
    // A record that is left over does no harm; a first record that is missing would end the history there.
    this.#meta = { ...this.#meta, first: old.at(-1)!.seq + 1 }
    await this.#store.set('chat', this.#meta)
    for (const { seq, from, nonce } of old) {
      this.#messages.delete(seq)
      if (nonce) this.#nonces.delete(`${from} ${nonce}`)
      await this.#store.delete(key(seq))
    }
  }
}

function key(seq: number): string {
  return `message:${seq}`
}

function rethrow(cause: unknown): never {
  throw cannotWrite(cause)
}
