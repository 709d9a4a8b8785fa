import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { FamiliarError } from '../../engine/errors.ts'
import { type FetchOptions, fetchPicture } from './fetch-picture.ts'
import { isPublic } from './public-address.ts'

type Answer = (response: ServerResponse, request: IncomingMessage) => void

const secret = 'ex=66&hm=c0ffee'

let photo: Buffer
let server: Server
/** Another host that nobody allowed, unless a test does. */
let other: Server
let host: string
let otherHost: string
let answer: Answer
let otherAnswer: Answer
const asked: { host: string; headers: IncomingMessage['headers'] }[] = []

beforeAll(async () => {
  photo = await sharp({ create: { width: 32, height: 32, channels: 3, background: '#c84' } })
    .jpeg()
    .toBuffer()
  const listen = (respond: () => Answer) =>
    new Promise<Server>(resolve => {
      const made = createServer((request, response) => {
        asked.push({ host: request.headers.host ?? '', headers: request.headers })
        response.on('error', () => {})
        respond()(response, request)
      }).listen(0, '127.0.0.1', () => resolve(made))
    })
  server = await listen(() => answer)
  other = await listen(() => otherAnswer)
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  otherHost = `127.0.0.1:${(other.address() as AddressInfo).port}`
})
afterAll(() => {
  for (const one of [server, other]) {
    one.close()
    one.closeAllConnections()
  }
})

beforeEach(() => {
  asked.length = 0
  answer = response => response.end(photo)
  otherAnswer = response => response.end(photo)
})

const fetch = (options: Partial<FetchOptions> = {}, url = `http://${host}/a/mam.jpg?${secret}`) =>
  fetchPicture(url, 'mam.jpg', { hosts: [host], headers: { authorization: 'Bearer xoxb-c0ffee' }, ...options })

/** The error, having looked that it tells nothing that is nobody's business. */
async function failure(attempt: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await attempt.then(
    () => {
      throw new Error('it was fetched')
    },
    (error: FamiliarError) => error,
  )
  expect(error.name).toBe('FamiliarError')
  expect(error.cause).toBeUndefined()
  expect(error.message).not.toMatch(/c0ffee|\/a\//)
  expect(error.message).toMatch(/^Expected .*mam\.jpg/)
  return { code: error.code, message: error.message }
}

const redirectTo =
  (to: string, status = 302): Answer =>
  response =>
    response.writeHead(status, { location: to }).end()

describe('a picture', () => {
  it('comes as its bytes, with the headers that were asked for', async () => {
    expect(Buffer.from(await fetch())).toEqual(photo)
    expect(asked[0]!.headers).toMatchObject({ authorization: 'Bearer xoxb-c0ffee', 'accept-encoding': 'identity' })
  })

  it('comes from a name of this machine, too', async () => {
    const named = host.replace('127.0.0.1', 'localhost')
    expect(await fetch({ hosts: [named] }, `http://${named}/mam.jpg`)).toHaveLength(photo.length)
  })

  it('of another kind than a photo is handed on: reading it says what it is', async () => {
    answer = response => response.end('%PDF-1.7 whatever')
    expect(Buffer.from(await fetch()).toString('latin1')).toBe('%PDF-1.7 whatever')
  })
})

describe('a host', () => {
  it.each([
    ['of another name', 'https://example.com/mam.jpg'],
    ['that only begins like it', 'https://cdn.discordapp.com.example.com/mam.jpg'],
    ['that only ends like it', 'https://evil-cdn.discordapp.com/mam.jpg'],
    ['behind a user name', 'https://cdn.discordapp.com@example.com/mam.jpg'],
    ['with a user name', 'https://me:secret@cdn.discordapp.com/mam.jpg'],
    ['with a port', 'https://cdn.discordapp.com:8443/mam.jpg'],
    ['with a dot behind it', 'https://cdn.discordapp.com./mam.jpg'],
    ['without encryption', 'http://cdn.discordapp.com/mam.jpg'],
    ['that is none', 'file:///etc/passwd'],
    ['of this machine', 'http://127.0.0.1:1/mam.jpg'],
    ['of this machine, written otherwise', 'http://0x7f.1:1/mam.jpg'],
    ['of the metadata service', 'http://169.254.169.254/latest/meta-data'],
  ])('%s is not asked', async (_, url) => {
    const { code, message } = await failure(fetch({ hosts: ['cdn.discordapp.com'] }, url))
    expect(code).toBe('FETCH_FAILED')
    expect(message).toContain('Expected mam.jpg from cdn.discordapp.com but received a link to')
    expect(message).not.toContain('secret')
  })

  it('needs a link', async () => {
    expect(await failure(fetch({}, 'mam.jpg'))).toMatchObject({ code: 'FETCH_FAILED' })
  })

  it.each([
    'https://localhost/mam.jpg',
    'https://127.0.0.1/mam.jpg',
    'https://[::1]/mam.jpg',
    'https://10.0.0.1/mam.jpg',
  ])('that is allowed but leads into the own network is not asked: %s', async url => {
    const hosts = [new URL(url).hostname]
    expect(await failure(fetch({ hosts }, url))).toEqual({
      code: 'FETCH_FAILED',
      message: 'Expected mam.jpg on the public Internet but received an address that is not',
    })
  })

  it('that is not there is named by what happened', async () => {
    const gone = createServer()
    await new Promise<void>(resolve => gone.listen(0, '127.0.0.1', resolve))
    const port = (gone.address() as AddressInfo).port
    await new Promise(resolve => gone.close(resolve))
    const hosts = [`127.0.0.1:${port}`]
    const { message } = await failure(fetch({ hosts }, `http://${hosts[0]}/a/mam.jpg`))
    expect(message).toBe("Expected the platform's file server to send mam.jpg but received ECONNREFUSED; try again")
  })
})

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('%d within the allowed hosts is followed', async status => {
    answer = (response, request) =>
      request.url === '/b.jpg' ? response.end(photo) : redirectTo('/b.jpg', status)(response, request)
    expect(await fetch()).toHaveLength(photo.length)
    expect(asked[1]!.headers.authorization).toBe('Bearer xoxb-c0ffee')
  })

  it('to another allowed host is followed without the headers', async () => {
    answer = redirectTo(`http://${otherHost}/b.jpg`)
    expect(await fetch({ hosts: [host, otherHost] })).toHaveLength(photo.length)
    expect(asked.map(({ host, headers }) => [host, headers.authorization])).toEqual([
      [host, 'Bearer xoxb-c0ffee'],
      [otherHost, undefined],
    ])
  })

  it('to another host is refused, and that one never asked', async () => {
    answer = redirectTo(`http://${otherHost}/a/b.jpg?${secret}`)
    const { code, message } = await failure(fetch())
    expect(code).toBe('FETCH_FAILED')
    expect(message).toBe(
      `Expected mam.jpg from ${host} but received a link to http://${otherHost}, which is not fetched`,
    )
    expect(asked).toHaveLength(1)
  })

  it('to a file is refused', async () => {
    answer = redirectTo('file:///etc/passwd')
    expect(await failure(fetch())).toMatchObject({ code: 'FETCH_FAILED' })
  })

  it('is followed three times', async () => {
    answer = (response, request) => {
      const count = Number(request.url?.slice(1)) || 0
      if (count === 3) response.end(photo)
      else redirectTo(`/${count + 1}`)(response, request)
    }
    expect(await fetch()).toHaveLength(photo.length)
    answer = redirectTo('/again')
    asked.length = 0
    expect((await failure(fetch())).message).toBe('Expected mam.jpg after at most 3 redirects but received another one')
    expect(asked).toHaveLength(4)
  })
})

describe('a body', () => {
  const tooLong = { code: 'BAD_PHOTO', message: 'Expected at most 1 MiB for mam.jpg but received more' }

  it('without an end is not read to its end', async () => {
    let sent = 0
    answer = response => {
      response.write(photo)
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024))) sent += 64 * 1024
      }
      response.on('drain', more)
      more()
    }
    expect(await failure(fetch({ maxBytes: 2 ** 20 }))).toEqual(tooLong)
    expect(sent).toBeLessThan(20 * 2 ** 20)
  })

  it('that is longer than it said is cut off where it said', async () => {
    answer = response => {
      response.socket!.end(
        Buffer.concat([
          Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${photo.length}\r\nConnection: close\r\n\r\n`),
          photo,
          Buffer.alloc(2 ** 21),
        ]),
      )
    }
    // What follows is no valid answer to anything; whether it is seen depends on when it arrives.
    const bytes = await fetch({ maxBytes: 2 ** 20 }).catch((error: FamiliarError) => error)
    if (bytes instanceof Error) expect(bytes).toMatchObject({ code: 'FETCH_FAILED' })
    else expect(Buffer.from(bytes)).toEqual(photo)
  })

  it('that says it is short and comes in pieces without a length is counted', async () => {
    answer = response => {
      response.writeHead(200, { 'x-length': '10' })
      for (let i = 0; i < 20; i++) response.write(Buffer.alloc(64 * 1024, 1))
      response.end()
    }
    expect(await failure(fetch({ maxBytes: 2 ** 20 }))).toEqual(tooLong)
  })

  it('that ends before its length is no picture', async () => {
    answer = response => {
      response.writeHead(200, { 'content-length': String(photo.length) })
      response.write(photo.subarray(0, 50))
      setTimeout(() => response.destroy(), 20)
    }
    expect(await failure(fetch())).toMatchObject({ code: 'FETCH_FAILED' })
  })

  it('of the allowed length is taken', async () => {
    expect(await fetch({ maxBytes: photo.length })).toHaveLength(photo.length)
    expect(await failure(fetch({ maxBytes: photo.length - 1 }))).toMatchObject({ code: 'BAD_PHOTO' })
  })

  it('that drips is given up after the time for the whole', async () => {
    answer = response => {
      response.write(photo.subarray(0, 10))
      const drip = setInterval(() => response.write('.'), 50)
      response.on('close', () => clearInterval(drip))
    }
    const start = performance.now()
    expect(await failure(fetch({ timeout: 300 }))).toEqual({
      code: 'FETCH_FAILED',
      message: 'Expected mam.jpg within 0.3 s but it did not come; try again',
    })
    expect(performance.now() - start).toBeLessThan(2000)
  })

  it('that never begins is given up, too', async () => {
    answer = () => {}
    expect((await failure(fetch({ timeout: 200 }))).message).toContain('within 0.2 s')
  })

  it('that would unpack to more is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20))
    answer = response => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)
    expect(await failure(fetch())).toEqual({
      code: 'FETCH_FAILED',
      message: 'Expected mam.jpg as it is but received it packed as gzip',
    })
  })
})

describe('something else than a picture', () => {
  it.each([
    ['nothing', '', 'received nothing; send it again'],
    [
      'a page',
      '<!DOCTYPE html><html><body>Sign in</body></html>',
      'received a web page: the bot may not read this file',
    ],
    ['JSON', '{"ok":false,"error":"not_authed"}', 'received text'],
  ])('with status 200 is told by its bytes: %s', async (_, body, said) => {
    answer = response => response.writeHead(200, { 'content-type': 'image/png' }).end(body)
    const { code, message } = await failure(fetch())
    expect(code).toBe('FETCH_FAILED')
    expect(message).toContain(`Expected a picture for mam.jpg but ${said}`)
  })

  it.each([
    [401, 'a refusal (401): the bot may not read files there, or the link is too old; send it again'],
    [403, 'a refusal (403): the bot may not read files there, or the link is too old; send it again'],
    [404, 'that it is no longer there (404); send it again'],
    [410, 'that it is no longer there (410); send it again'],
    [429, 'that it is asked too often (429); try again in 7 s'],
    [500, 'that it is in trouble (500); try again in a few minutes'],
    [503, 'that it is in trouble (503); try again in a few minutes'],
    [204, 'status 204'],
    [304, 'status 304'],
  ])('with status %d says what to do', async (status, said) => {
    answer = response => response.writeHead(status, { 'retry-after': '6.5' }).end()
    expect(await failure(fetch())).toEqual({
      code: 'FETCH_FAILED',
      message: `Expected the platform's file server to send mam.jpg but received ${said}`,
    })
  })
})

describe('an address', () => {
  it.each(['1.1.1.1', '162.159.135.233', '2606:4700::6810:84e5', '64:ff9b::a29f:87e9'])('%s is public', address => {
    expect(isPublic(address)).toBe(true)
  })

  it.each([
    '127.0.0.1',
    '0.0.0.0',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::10.0.0.1',
    '2002:7f00:1::',
    '2001:db8::1',
    'fec0::1',
    'localhost',
    '',
  ])('%s is not', address => {
    expect(isPublic(address)).toBe(false)
  })
})
