/** How requests to the REST API are made: which are repeated when the connection is lost, and which do not wait. */
import { DefaultRestOptions, type RateLimitData, type RESTOptions } from 'discord.js'

/** Milliseconds for one request; pictures take their time. */
const timeout = 30_000
/** Milliseconds that an edit of a message may have to wait. */
const patience = 30_000

/** For the REST client of discord.js. @param api its base, for tests */
export const restOptions = (api: string | undefined): Partial<RESTOptions> => ({
  ...(api && { api }),
  timeout,
  makeRequest,
  // Messages older than an hour bear few edits: a new one is posted sooner than the old one may be edited.
  rejectOnRateLimit: ({ method, route, retryAfter }: RateLimitData) =>
    method === 'PATCH' && route === '/channels/:id/messages/:id' && retryAfter > patience,
})

/** discord.js repeats what failed with this code. */
const again = 'ECONNRESET'

/** A lost connection costs nothing where the same request twice does what it does once. */
const makeRequest: RESTOptions['makeRequest'] = async (url, init) => {
  try {
    return await DefaultRestOptions.makeRequest(url, init)
  } catch (cause) {
    const { name, code } = cause as { name?: string; code?: string }
    if (!isRepeatable(url, init.method)) throw new Error('a request of which nobody knows what became', { cause })
    if (name === 'AbortError' || code !== 'UND_ERR_SOCKET') throw cause
    throw Object.assign(new Error('the connection was lost', { cause }), { code: again })
  }
}

/** Messages have a nonce, first answers to interactions are taken once; what follows up has neither. */
const isRepeatable = (url: string, method: string | undefined) =>
  method?.toUpperCase() !== 'POST' || !new URL(url).pathname.includes('/webhooks/')
