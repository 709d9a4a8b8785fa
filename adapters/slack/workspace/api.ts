/**
 * Calls of Slack's Web API through its own client, which sends and reads; what is tried again, when and how often, is decided
 * here. The client alone would repeat a message that was posted although the answer was lost, and lets every other call
 * wait while one is over its limit.
 */
import { webApi } from '@slack/bolt'
import type { BoltLog } from './bolt-log.ts'

export type Client = webApi.WebClient

export interface ApiOptions {
  /** Default Slack's own. */
  readonly apiUrl?: string
  readonly log: BoltLog
  /** Ends every wait. */
  readonly closing: AbortSignal
}

/** Milliseconds for one call. */
const timeout = 15_000
/** Waits between attempts, in milliseconds; longer ones where Slack says so. */
const pauses = [500, 1500, 4000]
/** What Slack may ask to wait in all, in milliseconds: a longer wait is an answer that nobody waits for. */
const patience = 60_000
/** Slack's own troubles, by which a call may have been done or not. */
const troubles = new Set(['fatal_error', 'internal_error', 'request_timeout', 'service_unavailable'])

export const clientOptions = ({ apiUrl, log }: Omit<ApiOptions, 'closing'>): webApi.WebClientOptions => ({
  ...(apiUrl && { slackApiUrl: apiUrl }),
  timeout,
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
  logger: log,
})

export class Api {
  readonly client: Client
  readonly #closing: AbortSignal

  constructor(token: string | undefined, options: ApiOptions) {
    this.client = new webApi.WebClient(token, clientOptions(options))
    this.#closing = options.closing
  }

  /**
   * Calls, and calls again after a while when the network or Slack fails, or when Slack asks to wait.
   *
   * @param done looks whether a call was done whose answer was lost; for calls that must not be done twice
   * @throws an error of the client, as of the last attempt
   */
  async call<Result>(
    work: (client: Client) => Promise<Result>,
    done: () => Promise<Result | undefined> = async () => undefined,
  ): Promise<Result> {
    let waited = 0
    for (let attempt = 0; ; attempt++) {
      try {
        return await work(this.client)
      } catch (error) {
        const pause = pauseAfter(error, attempt)
        if (pause === undefined || waited + pause > patience || !(await this.#wait(pause))) throw error
        waited += pause
        const result = isLimit(error) ? undefined : await done()
        if (result !== undefined) return result
      }
    }
  }

  /** False when the adapter closes meanwhile. */
  #wait(milliseconds: number): Promise<boolean> {
    return new Promise(resolve => {
      if (this.#closing.aborted) return resolve(false)
      const end = () => {
        clearTimeout(timer)
        this.#closing.removeEventListener('abort', end)
        resolve(!this.#closing.aborted)
      }
      const timer = setTimeout(end, milliseconds)
      this.#closing.addEventListener('abort', end)
    })
  }
}

/** Slack's code of what is wrong, such as `channel_not_found`. */
export function slackCode(error: unknown): string | undefined {
  return error instanceof webApi.WebAPIPlatformError ? error.data.error : undefined
}

/** Slack asks to wait. */
export function isLimit(error: unknown): error is Error {
  return error instanceof webApi.WebAPIRateLimitedError || slackCode(error) === 'ratelimited'
}

/** The network or Slack has failed, and another time it may not. */
export function isTrouble(error: unknown): boolean {
  if (error instanceof webApi.WebAPIRequestError) return true
  if (error instanceof webApi.WebAPIHTTPError) return error.statusCode >= 500
  return troubles.has(slackCode(error) ?? '')
}

function pauseAfter(error: unknown, attempt: number): number | undefined {
  if (error instanceof webApi.WebAPIRateLimitedError) return 1000 * error.retryAfter
  if (!isTrouble(error) && !isLimit(error)) return undefined
  return pauses[attempt]
}
