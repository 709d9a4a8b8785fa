/**
 * The page without a browser: one person at the real server, over HTTP and server-sent events, for tests. It sees what a
 * page would show that person, and acts as one.
 */
import { randomUUID } from 'node:crypto'
import type { Events, Outcome, WireForm, WireMessage, WirePicture, WireValue } from '../wire.ts'

export interface Upload {
  readonly name: string
  readonly bytes: Uint8Array
}

/** The server's refusal. */
export class Refusal extends Error {
  readonly status: number
  readonly body: { code: string; message: string; fields?: Record<string, { code: string; message: string }> }

  constructor(status: number, body: Refusal['body']) {
    super(body.message)
    this.status = status
    this.body = body
  }
}

export class PageClient {
  readonly as: string
  readonly messages = new Map<string, WireMessage>()
  /** Every message that has notified, by id, also when it is gone. */
  readonly notified = new Map<string, WireMessage>()
  readonly events: { name: string; data: unknown; id?: string }[] = []
  people: Events['people']['people'] = []
  form: WireForm | undefined
  last = ''
  readonly #url: string
  #stop = new AbortController()

  constructor(url: string, as = 'you') {
    this.#url = url
    this.as = as
  }

  /** Opens the stream, from the last event on where there was one. Resolves when it is up to date. */
  async connect(): Promise<void> {
    this.#stop = new AbortController()
    const headers: Record<string, string> = { Accept: 'text/event-stream', 'Accept-Language': 'en-GB' }
    if (this.last) headers['Last-Event-ID'] = this.last
    const response = await fetch(`${this.#url}/api/events?as=${this.as}`, { headers, signal: this.#stop.signal })
    if (!response.ok) throw new Refusal(response.status, (await response.json()) as Refusal['body'])
    let ready: () => void
    const greeted = new Promise<void>(resolve => {
      ready = resolve
    })
    this.#read(response.body!, () => ready()).catch(() => undefined)
    await greeted
  }

  disconnect(): void {
    this.#stop.abort()
  }

  /** What is seen in a channel, in order. */
  in(channel: string): WireMessage[] {
    return [...this.messages.values()]
      .filter(message => message.channel === channel)
      .sort((a, b) => Number(a.id) - Number(b.id))
  }

  async post(
    channel: string,
    {
      text = '',
      pictures = [],
      replyTo,
      nonce = randomUUID(),
    }: { text?: string; pictures?: readonly Upload[]; replyTo?: string; nonce?: string },
  ): Promise<WireMessage> {
    const ids = await this.upload(pictures)
    return this.send('POST', '/api/messages', { as: this.as, nonce, channel, text, pictures: ids, replyTo })
  }

  async command(channel: string, name: string, options: Record<string, WireValue> = {}): Promise<Outcome> {
    return this.#outcome('/api/commands', { channel, name, options })
  }

  async press(message: string, action: string): Promise<Outcome> {
    return this.#outcome('/api/presses', { message, action })
  }

  /** Hands in the form that came last. @throws Refusal, and the form stays open */
  async submit(fields: Record<string, WireValue>): Promise<Outcome> {
    const outcome = await this.#outcome('/api/forms', { token: this.form!.token, fields })
    this.form = undefined
    return outcome
  }

  upload(pictures: readonly Upload[]): Promise<string[]> {
    return Promise.all(
      pictures.map(async ({ name, bytes }) => {
        const path = `/api/pictures?name=${encodeURIComponent(name)}`
        return (await this.send<{ id: string }>('POST', path, bytes)).id
      }),
    )
  }

  async picture({ url }: WirePicture): Promise<Uint8Array> {
    return new Uint8Array(await (await fetch(this.#url + url)).arrayBuffer())
  }

  async send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const raw = body instanceof Uint8Array
    const response = await fetch(this.#url + path, {
      method,
      body: raw ? (body as Uint8Array<ArrayBuffer>) : body === undefined ? undefined : JSON.stringify(body),
      headers: {
        Origin: this.#url,
        'Accept-Language': 'en-GB',
        'Content-Type': raw ? 'application/octet-stream' : 'application/json',
      },
    })
    if (response.status === 204) return undefined as T
    const answer = await response.json()
    if (!response.ok) throw new Refusal(response.status, answer as Refusal['body'])
    return answer as T
  }

  async #outcome(path: string, body: object): Promise<Outcome> {
    const outcome = await this.send<Outcome>('POST', path, { as: this.as, nonce: randomUUID(), ...body })
    if (outcome.form) this.form = outcome.form
    return outcome
  }

  async #read(body: ReadableStream<Uint8Array>, ready: () => void): Promise<void> {
    const decoder = new TextDecoder()
    let text = ''
    for await (const bytes of body) {
      text += decoder.decode(bytes, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop()!
      for (const block of blocks) this.#event(block)
      // The first events come in one piece.
      ready()
    }
  }

  #event(block: string): void {
    const field = (name: string) => block.match(new RegExp(`^${name}: (.*)$`, 'm'))?.[1]
    const name = field('event')
    if (!name) return
    const data = JSON.parse(field('data')!)
    const id = field('id')
    this.last = id ?? this.last
    this.events.push({ name, data, id })
    if (name === 'people') this.people = (data as Events['people']).people
    if (name === 'snapshot') {
      this.messages.clear()
      for (const message of (data as Events['snapshot']).messages) this.#hold(message)
    }
    if (name === 'message') this.#hold(data as WireMessage)
    if (name === 'removed') this.messages.delete((data as Events['removed']).id)
  }

  #hold(message: WireMessage): void {
    this.messages.set(message.id, message)
    if (message.notifies) this.notified.set(message.id, message)
  }
}
