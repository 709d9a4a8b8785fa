/** The Web API: authenticates, checks arguments and scopes, lets faults happen, and calls the method. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Fault } from '../types.ts'
import type { Json, TeamState } from '../world/state.ts'
import type { World } from '../world/world.ts'
import { apps } from './apps.ts'
import { chat } from './chat.ts'
import { conversations } from './conversations.ts'
import { files } from './files.ts'
import { ApiError, type ArgumentTypes, type Call, type Method, type Methods, misuse } from './method.ts'
import { people } from './people.ts'
import { Quotas } from './quotas.ts'
import { views } from './views.ts'

const methods: Methods = { ...apps, ...chat, ...conversations, ...files, ...people, ...views }

/** Arguments that every method bears; Bolt says with each call in which team it is. */
const everywhere = ['token', 'team_id']

export class WebApi {
  readonly #world: World
  readonly #quotas = new Quotas()

  constructor(world: World) {
    this.#world = world
  }

  async handle(name: string, request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const given = givenArguments(request, body)
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? (given.token as string | undefined)
    const team = token === undefined ? undefined : this.#world.teamOfToken(token)
    const note = (answer: string) =>
      this.#world.calls.push({ method: name, team: team?.id, args: withoutSecrets(given), answer, at: Date.now() })
    const fault = this.#world.faults.take(name)
    if (await suffered(fault, response)) {
      note(describe(fault!))
      return
    }
    const seconds = this.#world.settings.rateLimits ? this.#quotas.wait(name, methods[name], team?.id, given) : 0
    if (seconds > 0) {
      note('ratelimited')
      this.#world.violate('ratelimited', name, 'called more often than Slack allows')
      return tooMany(response, seconds)
    }
    const result = await this.#answer(name, given, token, team)
    if (fault && 'delay' in fault) await wait(fault.delay)
    note(result.ok ? 'ok' : String(result.error))
    if (fault && 'drop' in fault) {
      response.destroy()
      return
    }
    const scopes = team && { 'X-OAuth-Scopes': [...team.bot.scopes].join(',') }
    response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', ...scopes })
    response.end(JSON.stringify(result))
  }

  async #answer(name: string, given: Json, token: string | undefined, team: TeamState | undefined): Promise<Json> {
    const method = methods[name]
    const where = { world: this.#world, method: name }
    try {
      if (!method) throw misuse(where, 'unknown_method', 'the fake does not know this method')
      this.#authenticate(method, token, team)
      const call: Call = { ...where, team: team!, args: checkedArguments(where, method.args, given), warnings: [] }
      const { scopes = [] } = method
      if (scopes.length > 0 && !scopes.some(scope => team!.bot.scopes.has(scope)))
        throw misuse(where, 'missing_scope', `it needs ${scopes.join(' or ')}`, {
          needed: scopes[0],
          provided: [...team!.bot.scopes].join(','),
        })
      const result = await method.handle(call)
      if (call.warnings.length === 0) return { ok: true, ...result }
      for (const warning of call.warnings) this.#world.violate(warning, name, 'Slack warns of it')
      const metadata = result.response_metadata as Json | undefined
      const { warnings } = call
      return { ok: true, ...result, warning: warnings.join(','), response_metadata: { ...metadata, warnings } }
    } catch (error) {
      if (error instanceof ApiError) return { ok: false, error: error.code, ...error.more }
      throw error
    }
  }

  #authenticate({ token: kind = 'bot' }: Method, token: string | undefined, team: TeamState | undefined): void {
    if (kind === 'none') return
    if (!token) throw new ApiError('not_authed')
    if (kind === 'app') {
      if (token !== this.#world.app.token) throw new ApiError(team ? 'not_allowed_token_type' : 'invalid_auth')
      return
    }
    if (!team) throw new ApiError(token === this.#world.app.token ? 'not_allowed_token_type' : 'invalid_auth')
    if (team.bot.state === 'revoked') throw new ApiError('token_revoked')
    if (team.bot.state === 'absent') throw new ApiError('account_inactive')
  }
}

/** Lets those faults happen that keep the call from being done. */
export async function suffered(fault: Fault | undefined, response: ServerResponse): Promise<boolean> {
  if (!fault) return false
  if ('rateLimited' in fault) tooMany(response, fault.rateLimited)
  else if ('status' in fault)
    response.writeHead(fault.status, { 'Content-Type': 'text/html' }).end('<h1>Server Error</h1>')
  else if ('redirect' in fault) response.writeHead(302, { Location: fault.redirect }).end()
  else if ('drop' in fault && fault.drop === 'before') response.destroy()
  else if ('error' in fault) {
    response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' })
    response.end(JSON.stringify({ ok: false, ...fault }))
  } else return false
  return true
}

function describe(fault: Fault): string {
  if ('rateLimited' in fault) return 'ratelimited'
  if ('status' in fault) return String(fault.status)
  if ('redirect' in fault) return '302'
  return 'error' in fault ? fault.error : 'dropped'
}

function tooMany(response: ServerResponse, seconds: number): void {
  response.writeHead(429, { 'Content-Type': 'application/json; charset=utf-8', 'Retry-After': String(seconds) })
  response.end(JSON.stringify({ ok: false, error: 'ratelimited' }))
}

function givenArguments(request: IncomingMessage, body: Buffer): Json {
  const { searchParams } = new URL(request.url!, 'http://127.0.0.1')
  if (request.headers['content-type']?.includes('application/json')) return JSON.parse(body.toString()) as Json
  return Object.fromEntries([...searchParams, ...new URLSearchParams(body.toString())])
}

function withoutSecrets({ token: _, client_secret: __, ...rest }: Json): Json {
  return rest
}

/** Forms bring everything as text. */
function checkedArguments(where: Pick<Call, 'world' | 'method'>, types: ArgumentTypes, given: Json): Json {
  const args: Json = {}
  const bad = (message: string) =>
    misuse(where, 'invalid_arguments', message, { response_metadata: { messages: [`[ERROR] ${message}`] } })
  for (const [name, value] of Object.entries(given)) {
    const type = types[name]?.replace('!', '')
    if (type !== undefined) args[name] = converted(type, value) ?? fail(bad(`invalid value for ${name}`))
    else if (!everywhere.includes(name))
      where.world.violate('unknown_argument', where.method, `${name} is not an argument of it`)
  }
  for (const [name, type] of Object.entries(types))
    if (type.endsWith('!') && args[name] === undefined) throw bad(`missing required field: ${name}`)
  return args
}

function fail(error: Error): never {
  throw error
}

function converted(type: string, value: unknown): unknown {
  if (type === 'string') return String(value)
  if (typeof value !== 'string') return value
  if (type === 'boolean') return value === 'true' || value === '1'
  if (type === 'number') return value.trim() === '' || Number.isNaN(Number(value)) ? undefined : Number(value)
  try {
    return JSON.parse(value) as unknown
  } catch {
    return undefined
  }
}
