/**
 * What a person has sent until the server has it. It stays on the page and is sent again, under the same name, when the
 * connection comes back; only a refusal ends it.
 */
import type { WireMessage } from '../../wire.ts'
import { api, newNonce, Offline, Refused } from './api.ts'
import { type Picked, uploadAll } from './picked.ts'

export interface Sending {
  readonly nonce: string
  readonly as: string
  readonly channel: string
  readonly text: string
  readonly pictures: readonly Picked[]
  readonly replyTo?: string
  readonly at: number
  readonly state: 'sending' | 'waiting' | 'refused'
  /** Why it was refused. */
  readonly why?: string
}

export class Outbox {
  readonly #changed: (all: readonly Sending[]) => void
  readonly #arrived: (message: WireMessage) => void
  #all: readonly Sending[] = []

  constructor(changed: (all: readonly Sending[]) => void, arrived: (message: WireMessage) => void) {
    this.#changed = changed
    this.#arrived = arrived
  }

  add(draft: Pick<Sending, 'as' | 'channel' | 'text' | 'pictures' | 'replyTo'>): void {
    const sending: Sending = { ...draft, nonce: newNonce(), at: Date.now(), state: 'sending' }
    this.#set([...this.#all, sending])
    void this.#send(sending.nonce)
  }

  /** The connection is back. */
  flush(): void {
    for (const { nonce, state } of this.#all) if (state === 'waiting') void this.#send(nonce)
  }

  retry(nonce: string): void {
    void this.#send(nonce)
  }

  discard(nonce: string): void {
    this.#set(this.#all.filter(each => each.nonce !== nonce))
  }

  async #send(nonce: string): Promise<void> {
    const sending = this.#all.find(each => each.nonce === nonce)
    if (!sending) return
    const { as, channel, text, replyTo } = sending
    this.#change(nonce, { state: 'sending', why: undefined })
    try {
      const send = async () => {
        const pictures = await uploadAll(sending.pictures)
        return api.message({ as, nonce, channel, text, pictures, replyTo })
      }
      this.#arrived(await again(send, sending.pictures))
      this.discard(nonce)
    } catch (error) {
      if (error instanceof Offline) this.#change(nonce, { state: 'waiting' })
      else this.#change(nonce, { state: 'refused', why: (error as Error).message })
    }
  }

  #change(nonce: string, change: Partial<Sending>): void {
    this.#set(this.#all.map(each => (each.nonce === nonce ? { ...each, ...change } : each)))
  }

  #set(all: readonly Sending[]): void {
    this.#all = all
    this.#changed(all)
  }
}

/** Once more with pictures uploaded anew, when the server has started again since they were. */
export async function again<T>(work: () => Promise<T>, pictures: readonly Picked[]): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'UPLOAD_GONE') throw error
    for (const picture of pictures) picture.upload = undefined
    return work()
  }
}
