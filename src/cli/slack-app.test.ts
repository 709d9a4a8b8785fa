import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { main } from '../cli.ts'

let printed: string
let complained: string

beforeEach(() => {
  printed = ''
  complained = ''
  vi.spyOn(console, 'log').mockImplementation(line => {
    printed += line
  })
  vi.spyOn(process.stderr, 'write').mockImplementation(text => {
    complained += text
    return true
  })
})
afterEach(() => vi.restoreAllMocks())

it('prints a link that carries the whole app', async () => {
  expect(await main(['slack-app'])).toBe(0)
  const link = new URL(printed)
  expect([link.origin, link.pathname, link.searchParams.get('new_app')]).toEqual([
    'https://api.slack.com',
    '/apps',
    '1',
  ])
  const manifest = JSON.parse(link.searchParams.get('manifest_json')!)
  expect(manifest.settings.socket_mode_enabled).toBe(true)
  expect(manifest.features.slash_commands.map(({ command }: { command: string }) => command)).toContain('/teach')
})

it('tells Slack where it reaches this machine', async () => {
  expect(await main(['slack-app', '--url', 'https://familiar.example.org', '--json'])).toBe(0)
  const { settings, oauth_config } = JSON.parse(printed)
  expect(settings.socket_mode_enabled).toBe(false)
  expect(settings.event_subscriptions.request_url).toBe('https://familiar.example.org/slack/events')
  expect(oauth_config.redirect_urls).toEqual(['https://familiar.example.org/slack/oauth_redirect'])
})

it('keeps the socket for several workspaces', async () => {
  expect(await main(['slack-app', '--url', 'https://familiar.example.org', '--socket', '--json'])).toBe(0)
  const { settings, oauth_config } = JSON.parse(printed)
  expect(settings.socket_mode_enabled).toBe(true)
  expect(settings.event_subscriptions.request_url).toBeUndefined()
  expect(oauth_config.redirect_urls).toHaveLength(1)
})

it('needs an address that Slack takes', async () => {
  expect(await main(['slack-app', '--url', 'http://familiar.example.org'])).toBe(2)
  expect(complained).toContain('Expected an address that begins with https:.')
})
