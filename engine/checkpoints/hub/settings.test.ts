import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hubSettings } from './settings.ts'

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'hf-home-'))
  await writeFile(join(home, 'token'), 'stored\n')
})
afterAll(() => rm(home, { recursive: true }))

describe('hubSettings', () => {
  it.each([
    [{}, join(homedir(), '.cache', 'huggingface', 'hub')],
    [{ XDG_CACHE_HOME: '/x' }, '/x/huggingface/hub'],
    [{ XDG_CACHE_HOME: '/x', HF_HOME: '/h' }, '/h/hub'],
    [{ HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old' }, '/old'],
    [{ HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old', HF_HUB_CACHE: '~/c' }, join(homedir(), 'c')],
    [{ HF_HOME: ' ', HF_HUB_CACHE: '' }, join(homedir(), '.cache', 'huggingface', 'hub')],
  ])('finds the cache of %j', (variables, folder) => {
    if (process.platform !== 'win32') expect(hubSettings(variables).cacheFolder).toBe(folder)
  })

  it('reads the endpoint, and what is switched on or off', () => {
    expect(hubSettings({ HF_HOME: '/h' })).toMatchObject({
      endpoint: 'https://huggingface.co',
      offline: false,
      links: true,
    })
    const over = { HF_ENDPOINT: 'https://mirror.example//', HF_HUB_OFFLINE: 'YES', HF_HUB_DISABLE_SYMLINKS: 'on' }
    expect(hubSettings(over)).toMatchObject({ endpoint: 'https://mirror.example', offline: true, links: false })
    expect(hubSettings({ TRANSFORMERS_OFFLINE: '1' }).offline).toBe(true)
    expect(hubSettings({ HF_HUB_OFFLINE: '0' }).offline).toBe(false)
  })

  it.each(['mirror.example', 'file:///etc'])('does not take %s for an endpoint', HF_ENDPOINT => {
    expect(() => hubSettings({ HF_ENDPOINT })).toThrow(
      `Expected HF_ENDPOINT to be an http address but received "${HF_ENDPOINT}"`,
    )
  })

  it('shows a stored token to the hub itself only, and a given one to whom the operator names', () => {
    expect(hubSettings({ HF_HOME: home }).token).toBe('stored')
    expect(hubSettings({ HF_HOME: home, HF_TOKEN: 'given' }).token).toBe('given')
    expect(hubSettings({ HF_HOME: home, HF_ENDPOINT: 'https://mirror.example' }).token).toBeUndefined()
    expect(hubSettings({ HF_HOME: home, HF_ENDPOINT: 'https://mirror.example', HF_TOKEN: 'given' }).token).toBe('given')
    expect(hubSettings({ HF_HOME: '/none' }).token).toBeUndefined()
  })
})
