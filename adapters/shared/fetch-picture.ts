/**
 * The way from a platform's file server to here. What a message links to was chosen by a stranger: only the platform's own
 * hosts are asked, over https, at addresses of the public Internet; redirects go through the same gate. Links and headers
 * carry signatures and tokens, and appear in no message and no log.
 */
import { type IncomingMessage, type RequestOptions, request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { isIP } from 'node:net'
import { FamiliarError } from '../../engine/errors.ts'
import { sniffFormat } from '../../engine/photo-format.ts'
import { guardedLookup, isLoopback, isPublic, refusedAddress } from './public-address.ts'

export interface FetchOptions {
  /**
   * Exact names of hosts that may be asked, such as `cdn.discordapp.com`: over https, at public addresses. One of this
   * machine with its port, such as `127.0.0.1:4567`, is for tests: there, http will do.
   */
  readonly hosts: readonly string[]
  /** Sent to the link's own host; not to another one to which it redirects. */
  readonly headers?: Readonly<Record<string, string>>
  /** Default 25 MiB. */
  readonly maxBytes?: number
  /** Milliseconds for the whole; default 20 000. */
  readonly timeout?: number
}

const mostRedirects = 3

/**
 * GETs a picture's bytes. They are looked at only so far as to tell a picture from an error page.
 *
 * @param name how a message calls the picture, such as its file's name
 * @throws FamiliarError `BAD_PHOTO` when there are too many bytes; `FETCH_FAILED` when the link is not one of the
 *   platform's, the file server refuses or fails, time runs out, or a page comes instead of a picture
 */
export async function fetchPicture(url: string, name: string, options: FetchOptions): Promise<Uint8Array> {
  const { hosts, headers = {}, maxBytes = 25 * 2 ** 20, timeout = 20_000 } = options
  const signal = AbortSignal.timeout(timeout)
  try {
    const first = gate(url, hosts, name)
    let link = first
    for (let redirects = 0; ; redirects++) {
      const own = link.origin === first.origin
      const response = await get(link, own ? headers : {}, signal)
      const { statusCode = 0, headers: received } = response
      if (isRedirect(statusCode) && received.location !== undefined) {
        response.destroy()
        if (redirects === mostRedirects)
          throw failed(`Expected ${name} after at most ${mostRedirects} redirects but received another one`)
        link = gate(received.location, hosts, name, link)
      } else if (statusCode !== 200) {
        response.destroy()
        throw failed(refusal(name, statusCode, received['retry-after']))
      } else if (!/^(?:identity)?$/i.test(received['content-encoding'] ?? '')) {
        // A few bytes may unpack to any number; pictures are compressed already, and nothing else was asked for.
        response.destroy()
        throw failed(`Expected ${name} as it is but received it packed as ${received['content-encoding']}`)
      } else {
        return checked(await read(response, name, maxBytes), name)
      }
    }
  } catch (error) {
    if (error instanceof FamiliarError) throw error
    if (signal.aborted) throw failed(`Expected ${name} within ${timeout / 1000} s but it did not come; try again`)
    const code = (error as NodeJS.ErrnoException).code ?? 'an error'
    // The error itself is not kept: some carry what was sent.
    if (code === refusedAddress)
      throw failed(`Expected ${name} on the public Internet but received an address that is not`)
    throw failed(`Expected the platform's file server to send ${name} but received ${code}; try again`)
  }
}

const failed = (sentence: string) => new FamiliarError('FETCH_FAILED', sentence)

/** A link, when it leads to one of the hosts. */
function gate(url: string, hosts: readonly string[], name: string, base?: URL): URL {
  const link = URL.canParse(url, base?.href) ? new URL(url, base) : undefined
  if (!link) throw failed(`Expected a link to ${name} but received something else`)
  const allowed = isLocal(link)
    ? hosts.includes(link.host) && /^https?:$/.test(link.protocol)
    : hosts.includes(link.hostname) && link.port === '' && link.protocol === 'https:'
  if (allowed && !link.username && !link.password) return link
  throw failed(
    `Expected ${name} from ${hosts.join(' or ')} but received a link to ${link.protocol}//${link.host}, which is not fetched`,
  )
}

/** Of this machine and with a port, as tests have it. */
function isLocal({ hostname, port }: URL): boolean {
  return port !== '' && (hostname === 'localhost' || isLoopback(bare(hostname)))
}

/** An address of IPv6 without its brackets. */
const bare = (hostname: string) => hostname.replace(/^\[|\]$/g, '')

function get(link: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<IncomingMessage> {
  const allowed = isLocal(link) ? isLoopback : isPublic
  const options: RequestOptions = {
    signal,
    headers: { ...headers, accept: 'image/*', 'accept-encoding': 'identity' },
    lookup: guardedLookup(allowed),
    // A connection of its own: a shared one may have been made by a lookup that nobody guarded.
    agent: false,
  }
  return new Promise((resolve, reject) => {
    // For an address nothing is looked up.
    const address = bare(link.hostname)
    if (isIP(address) && !allowed(address)) {
      reject(Object.assign(new Error('the address is not allowed'), { code: refusedAddress }))
      return
    }
    const request = link.protocol === 'https:' ? requestSecure : requestPlain
    request(link, options, resolve).on('error', reject).end()
  })
}

const isRedirect = (status: number) => [301, 302, 303, 307, 308].includes(status)

async function read(response: IncomingMessage, name: string, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    // The length that a server announces is not believed, and what is too long is not read to its end.
    if (length > maxBytes)
      throw new FamiliarError('BAD_PHOTO', `Expected at most ${megabytes(maxBytes)} for ${name} but received more`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** A file server's error page or sign-in page comes with a status of success, too. */
function checked(bytes: Uint8Array, name: string): Uint8Array {
  const sniffed = sniffFormat(bytes)
  if ('format' in sniffed) return bytes
  const { other } = sniffed
  if (other === 'an empty file') throw failed(`Expected a picture for ${name} but received nothing; send it again`)
  if (other === 'a web page')
    throw failed(
      `Expected a picture for ${name} but received a web page: the bot may not read this file, or the link is too old`,
    )
  if (other === 'text') throw failed(`Expected a picture for ${name} but received text`)
  return bytes
}

function refusal(name: string, status: number, retryAfter: string | undefined): string {
  const expected = `Expected the platform's file server to send ${name} but received`
  const seconds = Number(retryAfter)
  switch (status) {
    case 401:
    case 403:
      return `${expected} a refusal (${status}): the bot may not read files there, or the link is too old; send it again`
    case 404:
    case 410:
      return `${expected} that it is no longer there (${status}); send it again`
    case 429:
      return `${expected} that it is asked too often (429); try again ${seconds > 0 ? `in ${Math.ceil(seconds)} s` : 'in a minute'}`
    default:
      return status >= 500
        ? `${expected} that it is in trouble (${status}); try again in a few minutes`
        : `${expected} status ${status}`
  }
}

const megabytes = (bytes: number) =>
  bytes >= 2 ** 20 ? `${Number((bytes / 2 ** 20).toFixed(1))} MiB` : `${bytes} bytes`
