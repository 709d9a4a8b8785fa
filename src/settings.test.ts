import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSettings, type Settings } from './settings.ts'
import { openStorage, type Storage } from './storage/storage.ts'

const tenant = 'web:local'
let dataDir: string
let storage: Storage
let settings: Settings

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'familiar-settings-'))
  storage = await openStorage({ dataDir })
  settings = createSettings(storage)
})
afterEach(async () => {
  await storage.close()
  await rm(dataDir, { recursive: true })
})

describe('settings', () => {
  it('listen to mentions where nothing else is set, and outlive a restart', async () => {
    expect(await settings.listening({ tenant, channel: 'general' })).toBe('mention')
    await settings.listen({ tenant, channel: 'general' }, 'names')
    await settings.listen({ tenant, channel: 'quiet' }, 'off')
    await settings.listen({ tenant, channel: 'general' }, 'off')
    await settings.listen({ tenant, channel: 'general' }, 'names')
    await storage.close()
    storage = await openStorage({ dataDir })
    settings = createSettings(storage, () => 'off')
    expect(await settings.listening({ tenant, channel: 'general' })).toBe('names')
    expect(await settings.listening({ tenant, channel: 'quiet' })).toBe('off')
    expect(await settings.listening({ tenant, channel: 'other' })).toBe('off')
    expect(await settings.listening({ tenant: 'web:2', channel: 'general' })).toBe('off')
  })

  it('take any channel for a channel', async () => {
    for (const channel of ['constructor', '__proto__', '', 'ắ', '0']) {
      expect(await settings.listening({ tenant, channel })).toBe('mention')
      await settings.listen({ tenant, channel }, 'names')
      expect(await settings.listening({ tenant, channel })).toBe('names')
    }
  })

  it('lose none of several that are set at once', async () => {
    const channels = Array.from({ length: 20 }, (_, index) => `channel ${index}`)
    await Promise.all(channels.map(channel => settings.listen({ tenant, channel }, 'off')))
    for (const channel of channels) expect(await settings.listening({ tenant, channel })).toBe('off')
  })

  it('remember where reports go, until it is taken back', async () => {
    const place = { tenant, channel: 'mods', direct: false }
    expect(await settings.reportsTo(tenant)).toBeUndefined()
    await settings.reportTo(tenant, place)
    await settings.listen({ tenant, channel: 'general' }, 'off')
    expect(await settings.reportsTo(tenant)).toEqual(place)
    expect(await settings.reportsTo('web:2')).toBeUndefined()
    await settings.reportTo(tenant, undefined)
    expect(await settings.reportsTo(tenant)).toBeUndefined()
    expect(await settings.listening({ tenant, channel: 'general' })).toBe('off')
  })

  it('are forgotten with their tenant', async () => {
    await settings.listen({ tenant, channel: 'general' }, 'off')
    await settings.listen({ tenant: 'web:2', channel: 'general' }, 'off')
    await settings.forgetTenant(tenant)
    await settings.forgetTenant('web:unknown')
    expect(await settings.listening({ tenant, channel: 'general' })).toBe('mention')
    expect(await settings.listening({ tenant: 'web:2', channel: 'general' })).toBe('off')
    expect(await storage.store('settings').entries()).toHaveLength(1)
  })
})
