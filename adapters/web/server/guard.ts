/**
 * Keeps other web pages out. Nobody signs in here, so that a page somewhere in the same browser could otherwise act: by
 * posting across sites, or by a name of its own that resolves to this machine (DNS rebinding). Nothing from outside is
 * ever loaded, which the content security policy makes sure of.
 */
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import type { MiddlewareHandler } from 'hono'
import type { ApiError } from '../wire.ts'

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // blob: for pictures that are picked but not yet posted.
  "img-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const headers: Record<string, string> = {
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

/** @param bound the interface that the server listens on */
export function guard(bound: string): MiddlewareHandler {
  return async (context, next) => {
    for (const [name, value] of Object.entries(headers)) context.header(name, value)
    const host = context.req.header('host') ?? ''
    const forbidden = (message: string) => context.json({ code: 'FORBIDDEN', message } satisfies ApiError, 403)
    if (!isOwnHost(host, bound)) return forbidden(`Expected this machine’s own address but received “${host}”`)
    if (!isOwnPage(context.req.header('sec-fetch-site')))
      return forbidden('Expected a request of this page but received one of another site')
    const safe = context.req.method === 'GET' || context.req.method === 'HEAD'
    const origin = context.req.header('origin')
    if (!safe && !isOwnOrigin(origin, host))
      return forbidden(`Expected a request of this page but received one of “${origin ?? 'nobody'}”`)
    return next()
  }
}

/**
 * A name that somebody else registered can be made to resolve to this machine; an address cannot, and neither can the
 * machine's own name. On the loopback interface nothing but its own addresses is asked for.
 */
export function isOwnHost(host: string, bound: string): boolean {
  const name = /^(?:\[([0-9a-f:.]+)\]|([^:]*))(?::\d+)?$/i.exec(host)
  const asked = (name?.[1] ?? name?.[2] ?? '').toLowerCase()
  if (isLoopback(asked)) return true
  if (isLoopback(bound)) return false
  const own = hostname().toLowerCase()
  return isIP(asked) !== 0 || asked === bound.toLowerCase() || asked === own || asked === `${own}.local`
}

export function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'))
}

function isOwnOrigin(origin: string | undefined, host: string): boolean {
  return origin !== undefined && origin.replace(/^https?:\/\//, '') === host
}

/** What browsers say about where a request comes from; other programs say nothing. `none`: a person typed the address. */
function isOwnPage(site: string | undefined): boolean {
  return site === undefined || site === 'same-origin' || site === 'none'
}
