import { mkdtemp, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeHub } from '../../test/fakes/hub/fake-hub.ts'
import { modelFiles } from '../../test/fakes/hub/model-files.ts'
import { hubSettings } from '../checkpoints/hub/settings.ts'
import { listModels } from './inventory.ts'
import { findModel, obtainModel, requireModel } from './obtain.ts'
import { registeredModels } from './registry.ts'
import { type HubSource, resolveModel } from './resolve.ts'

let hub: FakeHub
let cacheFolder: string
beforeEach(async () => {
  hub = await FakeHub.start()
  cacheFolder = await mkdtemp(join(tmpdir(), 'hub-cache-'))
})
afterEach(async () => {
  await hub.close()
  await rm(cacheFolder, { recursive: true, force: true })
})

const settings = () => hubSettings({ HF_ENDPOINT: hub.url, HF_HUB_CACHE: cacheFolder })
const obtain = (model: string, over: Partial<Parameters<typeof obtainModel>[1]> = {}) =>
  obtainModel(resolveModel(model) as HubSource, {
    settings: settings(),
    accepts: async () => true,
    patience: { tries: 1 },
    ...over,
  })

/** Puts a small model where a registered one is expected. */
async function publish(name: string, modelType: string): Promise<void> {
  const { repository, revision } = registeredModels.find(model => model.name === name)!.hub!
  const commit = revision === 'main' ? undefined : revision
  hub.add(repository, { files: await modelFiles({ modelType, numbers: 5000 }), commit })
}

describe('a registered model', () => {
  it.each([
    ['janus-pro-1b', 'janus'],
    ['janus-pro-7b', 'janus'],
    ['anole-7b', 'chameleon'],
  ])('%s is downloaded under its own licence and found afterwards', async (name, modelType) => {
    await publish(name, modelType)
    const source = resolveModel(name)
    expect(await findModel(source, settings())).toBeUndefined()
    await expect(requireModel(source, settings())).rejects.toThrow(
      `Expected the whole of ${name} in ${cacheFolder} but it is not there; familiar model pull ${name} downloads it`,
    )
    await expect(obtain(name, { accepts: async () => false })).rejects.toThrow(
      /licence of .* to be accepted \((DeepSeek|Chameleon) /,
    )
    expect(hub.requests).toEqual([])
    const { folder } = await obtain(name)
    expect(await requireModel(source, settings())).toBe(folder)
  })

  it('that is damaged is not used, and what is wrong is said', async () => {
    await publish('janus-pro-1b', 'janus')
    const { folder } = await obtain('janus-pro-1b')
    await truncate(join(folder, 'model.safetensors'), 1000)
    await expect(requireModel(resolveModel('janus-pro-1b'), settings())).rejects.toThrow(
      /Expected the whole of janus-pro-1b .*: .*model\.safetensors.* cut short.*; familiar model pull janus-pro-1b downloads it/,
    )
  })

  it('whose pinned commit is not on the hub can be had at another', async () => {
    const { repository } = registeredModels.find(model => model.name === 'janus-pro-1b')!.hub!
    hub.add(repository, { files: await modelFiles({ modelType: 'janus', numbers: 5000 }) })
    await expect(obtain('janus-pro-1b')).rejects.toMatchObject({
      code: 'NOT_ON_HUB',
      message: expect.stringMatching(new RegExp(`RevisionNotFound\\): ${repository}@main names its newest revision$`)),
    })
    const seen: string[] = []
    const accepts = async ({ name }: { name: string }) => seen.push(name) > 0
    await obtain(`${repository}@main`, { accepts })
    expect(seen).toEqual([expect.stringContaining('DeepSeek')])
  })

  it('that is built in is there', async () => {
    expect(await requireModel(resolveModel('storybook'), settings())).toMatch(/storybook$/)
  })
})

describe('an architecture that is not supported', () => {
  it.each([
    ['llama', /\(model_type chameleon, anole, janus\) but received "llama"$/],
    ['multi_modality', /but received "multi_modality": janus-pro-1b and janus-pro-7b name/],
  ])('%s is said before anything large is fetched', async (modelType, sentence) => {
    hub.add('org/model', { files: await modelFiles({ modelType }) })
    await expect(obtain('org/model')).rejects.toMatchObject({
      code: 'UNSUPPORTED_ARCHITECTURE',
      message: expect.stringMatching(sentence),
    })
    expect(hub.asked('model.safetensors', 'hub')).toEqual([])
    expect((await listModels(settings())).map(({ name }) => name)).not.toContain('org/model')
  })
})

describe('too little room', () => {
  it('is answered with how much is needed and what would fit', async () => {
    await publish('janus-pro-1b', 'janus')
    await expect(obtain('janus-pro-1b', { freeBytes: async () => 60e6 })).rejects.toMatchObject({
      code: 'NO_SPACE',
      message: expect.stringMatching(
        /^Expected 100 MB of free disk in .* for janus-pro-1b but received 60 MB: HF_HOME can name a larger disk; storybook is built in$/,
      ),
    })
  })
})

describe('listModels', () => {
  it('tells what is there, in part or whole, and what else the cache holds', async () => {
    await publish('janus-pro-1b', 'janus')
    await publish('anole-7b', 'chameleon')
    await obtain('janus-pro-1b')
    hub.fail('model.safetensors', { breakAfter: 15_000 })
    await expect(obtain('anole-7b')).rejects.toMatchObject({ code: 'HUB_UNREACHABLE' })
    hub.add('org/chameleon', { files: await modelFiles({ numbers: 5000 }) })
    await obtain('org/chameleon')
    const models = await listModels(settings())
    expect(models.map(({ name, state }) => [name, state])).toEqual([
      ['storybook', 'built in'],
      ['janus-pro-1b', 'downloaded'],
      ['janus-pro-7b', 'not downloaded'],
      ['anole-7b', 'partly downloaded'],
      ['org/chameleon', 'downloaded'],
    ])
    expect(models[1]!.folder).toContain('Janus-Pro-1B')
    expect(models[1]!.bytes).toBeGreaterThan(20_000)
    expect(models[3]!.bytes).toBeGreaterThan(10_000)
    expect(models[3]!.bytes).toBeLessThan(models[1]!.bytes)
  })
})
