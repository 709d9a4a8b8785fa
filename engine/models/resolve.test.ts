import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { registeredModels } from './registry.ts'
import { resolveModel } from './resolve.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'models-'))
  await mkdir(join(folder, 'own-model'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('resolveModel', () => {
  it('knows registered models by name and by hub id', () => {
    expect(resolveModel('storybook')).toMatchObject({
      name: 'storybook',
      folder: expect.stringMatching(/models.storybook$/),
    })
    const janus = resolveModel(' Janus-Pro-1B ')
    expect(janus).toMatchObject({
      name: 'janus-pro-1b',
      hub: { repository: 'deepseek-community/Janus-Pro-1B', revision: expect.stringMatching(/^[0-9a-f]{40}$/) },
      registered: { licence: { name: expect.stringContaining('DeepSeek') } },
    })
    expect(resolveModel('deepseek-community/janus-pro-1b')).toEqual(janus)
  })

  it('takes folders, hub ids, and hub ids at a revision', () => {
    expect(resolveModel(join(folder, 'own-model'))).toEqual({ name: 'own-model', folder: join(folder, 'own-model') })
    expect(resolveModel('org/model')).toEqual({ name: 'org/model', hub: { repository: 'org/model', revision: 'main' } })
    const { hub } = resolveModel('org/model@refs/pr/1')
    expect(hub).toEqual({ repository: 'org/model', revision: 'refs/pr/1' })
  })

  it('keeps the licence of a registered model at another revision', () => {
    expect(resolveModel('deepseek-community/Janus-Pro-1B@main')).toMatchObject({
      name: 'deepseek-community/Janus-Pro-1B@main',
      hub: { revision: 'main' },
      registered: { name: 'janus-pro-1b' },
    })
  })

  it('prefers a folder that exists to a hub id', async () => {
    const before = process.cwd()
    await mkdir(join(folder, 'org', 'model'), { recursive: true })
    try {
      process.chdir(folder)
      expect(resolveModel('org/model')).toMatchObject({ name: 'model', folder: expect.stringContaining('org') })
    } finally {
      process.chdir(before)
    }
  })

  it.each([
    ['janus-pro-1', 'janus-pro-1b'],
    ['janus_pro_7b', 'janus-pro-7b'],
    ['anole', 'anole-7b'],
    ['storrybook', 'storybook'],
    ['janus', 'janus-pro-1b'],
  ])('answers %s with %s', (text, suggestion) => {
    const names = registeredModels.map(({ name }) => name).join(', ')
    expect(() => resolveModel(text)).toThrow(
      `Expected a model (${names}), a hub id such as owner/name or the path of a folder but received "${text}": did you mean ${suggestion}?`,
    )
  })

  it.each(['stable-diffusion-xl', '', 'x'])('does not guess at "%s"', text => {
    expect(() => resolveModel(text)).toThrow(/but received "[^"]*"$/)
  })

  it.each(['./none', '/none/there', 'a/b/c', '~/none', 'org/model@../../x'])('takes %s for a path', text => {
    expect(() => resolveModel(text)).toThrow(/^Expected a model folder at .* but there is none$/)
  })
})

describe('the registry', () => {
  it('says of every model what a person has to know before it is downloaded', () => {
    for (const { hub, folder, licence, downloadBytes, needs } of registeredModels) {
      expect(Boolean(hub)).not.toBe(Boolean(folder))
      expect(licence.name).not.toBe('')
      if (hub) expect(licence.url).toMatch(/^https:/)
      expect(downloadBytes > 0).toBe(Boolean(hub))
      expect(needs.memoryBytes).toBeGreaterThan(0)
    }
  })
})
