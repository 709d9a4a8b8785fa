/**
 * The open streams of server-sent events, each for one person's eyes. Knows nothing of what is sent; an event with an id
 * can be gone on from: the browser hands the last one back when it comes again.
 */

export interface SentEvent {
  readonly event: string
  readonly data: unknown
  readonly id?: string
}

interface Stream {
  readonly person: string
  readonly controller: ReadableStreamDefaultController<Uint8Array>
}

/** Milliseconds; the page takes a longer silence for a broken connection. */
const pingEvery = 15_000
/** Milliseconds after which a browser tries again. */
const retryAfter = 1000
/** Bytes that a reader may be behind before its stream is cut; it comes again and is told what it missed. */
const behind = 8 * 2 ** 20

export class Hub {
  readonly #streams = new Set<Stream>()
  readonly #encoder = new TextEncoder()
  readonly #timer: NodeJS.Timeout

  constructor() {
    this.#timer = setInterval(() => this.tell(() => ({ event: 'ping', data: null })), pingEvery)
    this.#timer.unref()
  }

  /** A stream that begins with `first`. */
  open(person: string, first: readonly SentEvent[]): ReadableStream<Uint8Array> {
    let stream: Stream
    return new ReadableStream<Uint8Array>(
      {
        start: controller => {
          stream = { person, controller }
          controller.enqueue(this.#encoder.encode(`retry: ${retryAfter}\n\n`))
          for (const event of first) controller.enqueue(this.#encode(event))
          this.#streams.add(stream)
        },
        cancel: () => {
          this.#streams.delete(stream)
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: behind }),
    )
  }

  /** Tells everybody what `of` gives for them. */
  tell(of: (person: string) => SentEvent | undefined): void {
    const made = new Map<string, Uint8Array | undefined>()
    for (const stream of this.#streams) {
      if (!made.has(stream.person)) {
        const event = of(stream.person)
        made.set(stream.person, event && this.#encode(event))
      }
      const bytes = made.get(stream.person)
      if (!bytes) continue
      if ((stream.controller.desiredSize ?? 0) > 0) stream.controller.enqueue(bytes)
      else this.#end(stream)
    }
  }

  /** Ends the streams of somebody who has left, or of all. */
  end(person?: string): void {
    for (const stream of [...this.#streams]) if (person === undefined || stream.person === person) this.#end(stream)
  }

  close(): void {
    clearInterval(this.#timer)
    this.end()
  }

  #end(stream: Stream): void {
    this.#streams.delete(stream)
    stream.controller.close()
  }

  #encode({ event, data, id }: SentEvent): Uint8Array {
    // JSON holds no line break, so that one data line is enough.
    const lines = [id === undefined ? '' : `id: ${id}\n`, `event: ${event}\n`, `data: ${JSON.stringify(data)}\n\n`]
    return this.#encoder.encode(lines.join(''))
  }
}
