/**
 * Requests to a Hugging Face hub, with the patience that a download of an hour needs: what passes is tried again after a
 * while, a wait that the hub asks for is kept by all requests together, and what does not pass is said in one sentence.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { FamiliarError } from '../../errors.ts'
import type { HubSettings } from './settings.ts'

/** Times are milliseconds. */
export interface Patience {
  /** Tries in a row that bring nothing, before the work is given up. */
  readonly tries: number
  /** Before the second try; doubled for every further one, up to `longestDelay`. */
  readonly firstDelay: number
  readonly longestDelay: number
  /** A hub that asks for a longer wait than this is told to people instead. */
  readonly longestWait: number
  /** A connection that brings nothing for so long is given up. */
  readonly silence: number
}

const defaultPatience: Patience = {
  tries: 6,
  firstDelay: 1_000,
  longestDelay: 30_000,
  longestWait: 10 * 60_000,
  silence: 60_000,
}

/** What may go well when it is tried again. */
export class TransientError extends Error {
  /** Milliseconds to wait, where the hub says so. */
  readonly wait: number | undefined
  /** Whether the try has brought something: such tries are not counted. */
  readonly progressed: boolean

  constructor(message: string, { wait, progressed = false }: { wait?: number; progressed?: boolean } = {}) {
    super(message)
    this.wait = wait
    this.progressed = progressed
  }
}

export class HubClient {
  readonly settings: HubSettings
  readonly #patience: Patience
  /** A moment before which nothing is asked, in milliseconds since 1970. */
  #notBefore = 0

  constructor(settings: HubSettings, patience: Partial<Patience> = {}) {
    this.settings = settings
    this.#patience = { ...defaultPatience, ...patience }
  }

  /**
   * Does the work until it succeeds, fails for good or has failed too often.
   * @param what it is, for the sentence: `Expected ${what} but …`
   * @throws FamiliarError `HUB_UNREACHABLE`, `HUB_BUSY`, or what the work throws other than a `TransientError`
   */
  async retrying<T>(what: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { tries, firstDelay, longestDelay, longestWait } = this.#patience
    for (let failed = 1; ; failed++) {
      try {
        return await work()
      } catch (error) {
        signal?.throwIfAborted()
        if (!(error instanceof TransientError)) throw error
        if (error.progressed) failed = 1
        const { wait, message } = error
        if (wait !== undefined && wait > longestWait) {
          const minutes = Math.ceil(wait / 60_000)
          throw new FamiliarError('HUB_BUSY', `Expected ${what} but ${message}: try again in ${minutes} minutes`)
        }
        if (failed >= tries)
          throw new FamiliarError('HUB_UNREACHABLE', `Expected ${what} but ${message} (tried ${tries} times)`)
        // Spread, so that several connections that broke at once do not come back at once.
        const delay = Math.min(longestDelay, firstDelay * 2 ** (failed - 1)) * (0.75 + Math.random() / 2)
        if (wait !== undefined) this.#notBefore = Math.max(this.#notBefore, Date.now() + wait)
        await sleep(wait ?? delay, undefined, { signal })
      }
    }
  }

  /**
   * One request, followed to where it leads. The token goes to the hub only: fetch leaves it out when it is sent on to
   * another host.
   *
   * @param path begins with a slash, or is a whole address of this hub
   * @returns a response of status 2xx or 416
   * @throws TransientError, or FamiliarError `NO_ACCESS` or `NOT_ON_HUB`
   */
  async request(path: string, { headers = {}, signal, silence }: RequestOptions = {}): Promise<Response> {
    const pause = this.#notBefore - Date.now()
    if (pause > 0) await sleep(pause, undefined, { signal })
    const { endpoint, token } = this.settings
    const address = path.startsWith('/') ? endpoint + path : path
    const response = await fetch(address, {
      headers: {
        'user-agent': `familiar (node ${process.versions.node})`,
        ...(token && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      signal: eitherSignal(signal, silence?.signal),
    }).catch(error => {
      throw asTransient(error, signal)
    })
    if (response.ok || response.status === 416) return response
    await response.body?.cancel().catch(() => {})
    throw refusal(response, endpoint)
  }

  /** @param next receives the address of the next page, where there is one */
  async json(path: string, what: string, signal?: AbortSignal, next?: (address: string) => void): Promise<unknown> {
    return this.retrying(
      what,
      async () => {
        const silence = this.silence()
        try {
          const response = await this.request(path, { signal, silence })
          const link = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
          const body = await response.json().catch(error => {
            throw asTransient(error, signal)
          })
          // A page elsewhere would be asked with the token.
          if (link && new URL(link).origin === new URL(this.settings.endpoint).origin) next?.(link)
          return body
        } finally {
          silence.end()
        }
      },
      signal,
    )
  }

  /** A watch over one connection. */
  silence(): Silence {
    return new Silence(this.#patience.silence)
  }
}

interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  readonly silence?: Silence
}

/** Aborts when nothing has been heard for a while. */
export class Silence {
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly signal = this.#controller.signal

  constructor(milliseconds: number) {
    const reason = new TransientError(`nothing came for ${Math.round(milliseconds / 1000)} s`)
    this.#timer = setTimeout(() => this.#controller.abort(reason), milliseconds)
  }

  heard(): void {
    this.#timer.refresh()
  }

  end(): void {
    clearTimeout(this.#timer)
  }
}

function eitherSignal(...signals: (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter(signal => signal !== undefined))
}

/** What broke on the way may hold the next time; who was asked to stop stops. */
export function asTransient(error: unknown, signal: AbortSignal | undefined, progressed = false): unknown {
  if (signal?.aborted) return signal.reason
  if (error instanceof TransientError) return new TransientError(error.message, { wait: error.wait, progressed })
  const { cause } = error as { cause?: { code?: string; message?: string } }
  const reason = cause?.message || cause?.code || (error instanceof Error ? error.message : String(error))
  return new TransientError(`the connection failed: ${reason}`, { progressed })
}

function refusal(response: Response, endpoint: string): Error {
  const { status, headers } = response
  const from = new URL(response.url).host
  const answered = `${from} answered ${status}`
  if (status === 429) return new TransientError(`${answered} (too many requests)`, { wait: askedWait(headers) })
  // Files lie elsewhere, behind addresses that expire: the hub gives a new one.
  const elsewhere = from !== new URL(endpoint).host
  if (status >= 500 || status === 408 || elsewhere) return new TransientError(answered, { wait: askedWait(headers) })
  const problem = headers.get('x-error-code') ?? headers.get('x-error-message') ?? response.statusText
  if (status === 401 || status === 403) return new FamiliarError('NO_ACCESS', `${answered} (${problem})`)
  return new FamiliarError('NOT_ON_HUB', `${answered} (${problem})`)
}

/** Milliseconds of `Retry-After` (seconds or a date), or of the hub's `RateLimit: "api";r=0;t=55`. */
function askedWait(headers: Headers): number | undefined {
  const after = headers.get('retry-after')?.trim()
  if (after && /^\d+$/.test(after)) return Number(after) * 1000
  if (after && !Number.isNaN(Date.parse(after))) return Math.max(0, Date.parse(after) - Date.now())
  const [, left, reset] = /;\s*r\s*=\s*(\d+)\s*;\s*t\s*=\s*(\d+)/.exec(headers.get('ratelimit') ?? '') ?? []
  return left === '0' ? Number(reset) * 1000 : undefined
}
