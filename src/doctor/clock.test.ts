import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { checkClock, judgeClock } from './clock.ts'

let server: Server | undefined
afterEach(() => server?.close())

async function serverAt(date: () => string | undefined): Promise<string> {
  const opened = createServer((_, response) => {
    const now = date()
    response.sendDate = false
    if (now !== undefined) response.setHeader('date', now)
    response.writeHead(401).end()
  })
  server = opened
  await new Promise<void>(resolve => opened.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(opened.address() as AddressInfo).port}/`
}

it('is compared with what another server says', async () => {
  const url = await serverAt(() => new Date().toUTCString())
  expect(await checkClock(url)).toEqual({ name: 'clock', status: 'ok', found: "within 30 s of 127.0.0.1's" })
})

it('that is wrong is worth a note', async () => {
  const url = await serverAt(() => new Date(Date.now() - 600_000).toUTCString())
  const check = await checkClock(url)
  expect(check).toMatchObject({
    status: 'note',
    found: expect.stringMatching(/^(599|600|601) s ahead of 127\.0\.0\.1's$/),
  })
  expect(check?.advice).toContain('timedatectl')
})

it('is not judged by a server that does not say, or is not there', async () => {
  const url = await serverAt(() => undefined)
  expect(await checkClock(url)).toBeUndefined()
  server?.close()
  server?.closeAllConnections()
  expect(await checkClock(url)).toBeUndefined()
})

it.each([
  [-31_000, 'note'],
  [-29_000, 'ok'],
  [29_000, 'ok'],
  [31_000, 'note'],
])('by %d ms is %s', (ahead, status) => {
  expect(judgeClock(ahead, 'discord.com').status).toBe(status)
})
