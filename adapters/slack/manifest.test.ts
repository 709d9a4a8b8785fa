import { describe, expect, it } from 'vitest'
import { commands } from '../../commands/index.ts'
import { describeCommands } from '../command-info.ts'
import { createManifest, creationLink } from './manifest.ts'

const manifest = createManifest(describeCommands(commands, 'en'))

describe('the app’s manifest', () => {
  it('is in the repository as it is for the commands that there are', async () => {
    // `npx vitest run adapters/slack/manifest.test.ts -u` writes it anew.
    await expect(`${JSON.stringify(manifest, null, 2)}\n`).toMatchFileSnapshot('./manifest.json')
  })

  it('keeps Slack’s limits', () => {
    const { display_information, features } = manifest
    expect(display_information.description.length).toBeLessThanOrEqual(140)
    expect(features.agent_view.agent_description.length).toBeLessThanOrEqual(300)
    expect(features.agent_view.suggested_prompts.length).toBeLessThanOrEqual(4)
    expect(features.shortcuts.length).toBeLessThanOrEqual(10)
    for (const { name, description } of features.shortcuts) {
      expect(name.length, name).toBeLessThanOrEqual(24)
      expect(description.length, name).toBeLessThanOrEqual(150)
    }
    for (const { command, description, usage_hint = '' } of features.slash_commands) {
      expect(command).toMatch(/^\/[a-z0-9_-]{1,31}$/)
      expect(description.length, command).toBeLessThanOrEqual(2000)
      expect(usage_hint.length, command).toBeLessThanOrEqual(1000)
    }
  })

  it('opens direct messages, which are dead otherwise', () => {
    expect(manifest.features.app_home).toMatchObject({
      messages_tab_enabled: true,
      messages_tab_read_only_enabled: false,
    })
  })

  it('is the same with addresses where Slack has to reach Familiar', () => {
    const http = createManifest(describeCommands(commands, 'en'), { url: 'https://familiar.example.org' })
    const requests = 'https://familiar.example.org/slack/events'
    expect(http.settings).toMatchObject({
      socket_mode_enabled: false,
      event_subscriptions: { request_url: requests },
      interactivity: { request_url: requests, message_menu_options_url: requests },
    })
    expect(http.oauth_config.redirect_urls).toEqual(['https://familiar.example.org/slack/oauth_redirect'])
    for (const { url } of http.features.slash_commands) expect(url).toBe(requests)
    expect(JSON.stringify(manifest)).not.toContain('url')
  })

  it('is all in a link', () => {
    const link = new URL(creationLink(manifest))
    expect(link.origin + link.pathname).toBe('https://api.slack.com/apps')
    expect(link.searchParams.get('new_app')).toBe('1')
    expect(JSON.parse(link.searchParams.get('manifest_json')!)).toEqual(manifest)
    // Browsers and Slack take so much.
    expect(link.href.length).toBeLessThan(16_000)
  })
})
