import { hostname } from 'node:os'
import { expect, it } from 'vitest'
import { isOwnHost } from './guard.ts'

it.each(['localhost', '127.0.0.1:4747', '127.1.2.3', '[::1]:4747', 'LOCALHOST:1'])('%s is this machine', host => {
  expect(isOwnHost(host, '127.0.0.1')).toBe(true)
})

it.each(['', 'evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '192.168.0.2', '[fe80::1]', 'a b'])(
  '“%s” is not, for a page on the loopback interface',
  host => {
    expect(isOwnHost(host, '127.0.0.1')).toBe(false)
  },
)

it('a page on every interface is asked for by address or by the machine’s name', () => {
  for (const host of ['192.168.0.2:4747', '[fe80::1]:4747', hostname(), `${hostname()}.local:1`, 'localhost'])
    expect(isOwnHost(host, '0.0.0.0')).toBe(true)
  expect(isOwnHost('evil.example', '0.0.0.0')).toBe(false)
  expect(isOwnHost('chat.home', 'chat.home')).toBe(true)
})
