/** The REST API: finds the route of a call, checks it, carries it out, answers, and remembers it. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { DiscordError, invalid } from '../errors.ts'
import type { Drop, Faults } from '../faults.ts'
import type { World } from '../state/world.ts'
import type { UploadedFile } from './bodies.ts'
import { readBody } from './body.ts'
import { checkBody, checkQuery } from './openapi.ts'
import { RateLimited, RateLimits } from './rate-limits.ts'
import { findRoute } from './router.ts'

/** A call as routes get it; the body has the shape that the API's description demands. */
export interface RestCall {
  readonly world: World
  readonly limits: RateLimits
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: unknown
  readonly files: readonly UploadedFile[]
  /** Milliseconds since the epoch, by the fake's clock. */
  readonly arrived: number
}

/** The answer's body; none is 204. */
export type Handler = (call: RestCall) => object | undefined | Promise<object | undefined>

interface Answer {
  readonly status: number
  readonly code: number
  readonly body?: object
  readonly headers?: Record<string, string>
}

export class RestApi {
  readonly #world: World
  readonly #faults: Faults
  readonly #limits: RateLimits

  constructor(world: World, faults: Faults) {
    this.#world = world
    this.#faults = faults
    this.#limits = new RateLimits(world)
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const world = this.#world
    const { pathname, searchParams: query } = new URL(request.url!, world.origin)
    const path = pathname.replace(/^\/api(\/v10)?/, '')
    const method = request.method!
    const { route, params, handler } = findRoute(method, path)
    const arrived = world.now()
    const dealtWith = world.interactions.get(params.interaction_id ?? '')?.arrive()
    let body: unknown
    let files: readonly UploadedFile[] = []
    let headers: Record<string, string> = {}
    let answer: Answer
    let drop: Drop | undefined
    try {
      const read = await readBody(request)
      body = read.json
      files = read.files
      drop = await this.#faults.next(method, route, path)
      if (drop && !drop.after) {
        world.calls.push({ method, path, route, body, files, status: 0, code: 0, at: world.now() })
        tearDown(request, drop)
        return
      }
      this.#authorise(request, route)
      headers = this.#limits.count(method, route, params)
      if (!handler) throw new DiscordError(0, { breach: true, message: `The fake has no ${method} ${route}` })
      checkIds(params)
      checkQuery(method, route, query)
      checkBody(method, route, body)
      const result = await handler({ world, limits: this.#limits, params, query, body, files, arrived })
      answer = { status: result ? 200 : 204, code: 0, body: result, headers }
    } catch (error) {
      answer = this.#failed(error, headers)
      if (error instanceof DiscordError && error.breach)
        world.violations.push({ method, route, code: error.code, message: error.message, errors: error.errors })
    } finally {
      dealtWith?.()
    }
    world.calls.push({ method, path, route, body, files, status: answer.status, code: answer.code, at: world.now() })
    if (drop) tearDown(request, drop)
    else send(response, answer)
  }

  /** Interactions' tokens speak for themselves; everything else needs the bot's. */
  #authorise({ headers }: IncomingMessage, route: string): void {
    if (/^\/(interactions|webhooks)\/.*token/.test(route)) return
    if (headers.authorization !== `Bot ${this.#world.options.token}`)
      throw new DiscordError(0, { status: 401, message: '401: Unauthorized' })
  }

  #failed(error: unknown, headers: Record<string, string>): Answer {
    if (error instanceof DiscordError) return { status: error.status, code: error.code, body: error.body, headers }
    if (error instanceof RateLimited) {
      const { retryAfter, global, code, message } = error
      return {
        status: 429,
        code,
        body: { message, retry_after: retryAfter, global, ...(code && { code }) },
        headers: {
          ...headers,
          'Retry-After': String(retryAfter),
          'X-RateLimit-Scope': global ? 'global' : 'user',
          ...(global && { 'X-RateLimit-Global': 'true' }),
        },
      }
    }
    // A mistake of the fake's own: a test should see it.
    console.error(error)
    return { status: 500, code: 0, body: { message: '500: Internal Server Error', code: 0 } }
  }
}

function tearDown({ socket }: IncomingMessage, { reset }: Drop): void {
  if (reset) socket.resetAndDestroy()
  else socket.destroy()
}

function checkIds(params: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(params))
    if (name.endsWith('_id') && !/^\d+$/.test(value))
      throw invalid({ [name]: { code: 'NUMBER_TYPE_COERCE', message: `Value "${value}" is not snowflake.` } })
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  // A 204 has no body, and says nothing of one.
  response.writeHead(status, { ...headers, ...(body && { 'Content-Type': 'application/json' }) })
  response.end(body && JSON.stringify(body))
}
