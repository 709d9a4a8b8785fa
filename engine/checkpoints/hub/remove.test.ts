import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { FakeHub } from '../../../test/fakes/hub/fake-hub.ts'
import { type ModelFiles, modelFiles } from '../../../test/fakes/hub/model-files.ts'
import { openCheckpoint } from '../checkpoint.ts'
import { findSnapshot, RepositoryCache } from './cache.ts'
import { downloadModel } from './download.ts'
import { withLock } from './lock.ts'
import { planRemoval, removeModel } from './remove.ts'
import { hubSettings } from './settings.ts'

const repository = 'org/model'
const weights = 'model.safetensors'
const main = { repository, revision: 'main' }

let hub: FakeHub
let cacheFolder: string
let files: ModelFiles

beforeAll(async () => {
  files = await modelFiles({ numbers: 20_000 })
})
beforeEach(async () => {
  hub = await FakeHub.start()
  cacheFolder = await mkdtemp(join(tmpdir(), 'hub-cache-'))
})
afterEach(async () => {
  await hub.close()
  await rm(cacheFolder, { recursive: true, force: true })
})

const environment = (over = {}) => hubSettings({ HF_ENDPOINT: hub.url, HF_HUB_CACHE: cacheFolder, ...over })
const download = (settings = environment(), tries = 3) =>
  downloadModel({
    settings,
    hub: main,
    name: repository,
    accepts: async () => true,
    patience: { tries, firstDelay: 1 },
  })
const cached = (...path: string[]) => join(cacheFolder, 'models--org--model', ...path)

describe('removeModel', () => {
  it.each([
    ['links', {}],
    ['second names', { HF_HUB_DISABLE_SYMLINKS: '1' }],
  ])('leaves nothing of a model made of %s', async (_, over) => {
    hub.add(repository, { files })
    const { bytes } = await download(environment(over))
    expect(await removeModel(environment(over), main)).toMatchObject({ bytes })
    expect(await readdir(cacheFolder)).toEqual(['.locks'])
    expect(await readdir(join(cacheFolder, '.locks'))).toEqual([])
  })

  it('leaves another commit what it needs', async () => {
    const old = hub.add(repository, { files })
    await download()
    const added = Buffer.from('{"guidance_scale":5}')
    hub.add(repository, { files: { ...files, 'generation_config.json': added } })
    await download()
    expect(await removeModel(environment(), main)).toMatchObject({ bytes: added.length })
    expect(await findSnapshot(environment(), main)).toBeUndefined()
    const kept = await findSnapshot(environment(), { repository, revision: old })
    await openCheckpoint(kept!)
    for (const name of await readdir(kept!))
      expect(await readFile(join(kept!, name))).toEqual(Buffer.from(files[name]!))
  })

  it('clears up what a broken download has left, but not another program’s', async () => {
    const sharded = await modelFiles({ numbers: 20_000, shards: 2 })
    hub.add(repository, { files: sharded })
    hub.fail('model-00002-of-00002.safetensors', { breakAfter: 50_000 })
    await expect(download(environment(), 1)).rejects.toMatchObject({ code: 'HUB_UNREACHABLE' })
    await writeFile(cached('blobs', 'abc.1234.incomplete'), 'of another program')
    const { bytes } = await planRemoval(environment(), main)
    expect(bytes).toBeGreaterThan(50_000)
    await removeModel(environment(), main)
    expect(await readdir(cached('blobs'))).toEqual(['abc.1234.incomplete'])
  })

  it('takes a link to bytes that several repositories share, and leaves the bytes', async () => {
    const commit = hub.add(repository, { files })
    await download()
    const blob = new RepositoryCache(environment(), repository).blobs
    const name = (await readdir(blob)).find(id => id.length === 64)!
    const shared = join(cacheFolder, 'blobs', 'ab', 'abcd')
    await mkdir(dirname(shared), { recursive: true })
    await writeFile(shared, await readFile(join(blob, name)))
    await rm(join(blob, name))
    await symlink(shared, join(blob, name))
    expect(await findSnapshot(environment(), main)).toBe(cached('snapshots', commit))
    const { bytes } = await removeModel(environment(), main)
    expect(bytes).toBeLessThan(2000)
    expect((await stat(shared)).size).toBe(files[weights]!.length)
  })

  it('does not get in the way of a download', async () => {
    hub.add(repository, { files })
    await download()
    await withLock(new RepositoryCache(environment(), repository).lock, async () => {
      await expect(removeModel(environment(), main)).rejects.toMatchObject({ code: 'MODEL_IN_USE' })
    })
    expect(await findSnapshot(environment(), main)).toBeDefined()
  })

  it('finds nothing where nothing is', async () => {
    expect(await planRemoval(environment(), main)).toEqual({ paths: [], bytes: 0 })
  })
})
