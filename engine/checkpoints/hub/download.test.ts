import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { FakeHub, type Fault } from '../../../test/fakes/hub/fake-hub.ts'
import { type ModelFiles, modelFiles, wantedNames } from '../../../test/fakes/hub/model-files.ts'
import { openCheckpoint } from '../checkpoint.ts'
import { findSnapshot } from './cache.ts'
import { type DownloadOptions, type DownloadProgress, downloadModel } from './download.ts'
import { unfinished } from './fetch-file.ts'
import { hubSettings } from './settings.ts'

const repository = 'org/model'
const weights = 'model.safetensors'

let hub: FakeHub
let cacheFolder: string
let single: ModelFiles
let sharded: ModelFiles

beforeAll(async () => {
  single = await modelFiles()
  sharded = await modelFiles({ shards: 3, numbers: 20_000 })
})
beforeEach(async () => {
  hub = await FakeHub.start()
  cacheFolder = await mkdtemp(join(tmpdir(), 'hub-cache-'))
})
afterEach(async () => {
  await hub.close()
  await rm(cacheFolder, { recursive: true, force: true })
})

const environment = (over: Record<string, string> = {}) =>
  hubSettings({ HF_ENDPOINT: hub.url, HF_HUB_CACHE: cacheFolder, ...over })

function download(over: Partial<DownloadOptions> & { env?: Record<string, string> } = {}) {
  const { env, ...options } = over
  return downloadModel({
    settings: environment(env),
    hub: { repository, revision: 'main' },
    name: repository,
    accepts: async () => true,
    // Silence is longer than a busy machine keeps a connection waiting.
    patience: { firstDelay: 1, longestDelay: 5, silence: 2000, longestWait: 5000 },
    ...options,
  })
}

const cached = (...path: string[]) => join(cacheFolder, 'models--org--model', ...path)

/** Every file of a folder is what the hub has. */
async function expectWhole(folder: string, files: ModelFiles): Promise<void> {
  expect((await readdir(folder)).sort()).toEqual(wantedNames(files))
  for (const name of wantedNames(files))
    expect(Buffer.compare(await readFile(join(folder, name)), files[name]!)).toBe(0)
  await openCheckpoint(folder)
}

describe('a download', () => {
  it('fills the cache as other programs expect it, with what a model needs', async () => {
    const commit = hub.add(repository, { files: single })
    const { folder, fetchedBytes, bytes } = await download()
    expect(folder).toBe(cached('snapshots', commit))
    await expectWhole(folder, single)
    expect(fetchedBytes).toBe(bytes)
    expect(bytes).toBe(wantedNames(single).reduce((sum, name) => sum + single[name]!.length, 0))
    expect(await readFile(cached('refs', 'main'), 'utf8')).toBe(commit)
    const link = await readlink(join(folder, weights))
    expect(link).toMatch(/^\.\.\/\.\.\/blobs\/[0-9a-f]{64}$/)
    expect(await readlink(join(folder, 'config.json'))).toMatch(/^\.\.\/\.\.\/blobs\/[0-9a-f]{40}$/)
    // The list is of the whole commit: who reads it takes what is not in it for missing.
    const tree = JSON.parse(await readFile(cached('trees', `${commit}.json`), 'utf8'))
    expect(Object.keys(tree.files)).toEqual(Object.keys(single).sort())
    expect(tree.files[weights]).toMatchObject({ size: single[weights]!.length, lfs_sha256: link.split('/').at(-1) })
  })

  it('brings every file that the index names', async () => {
    hub.add(repository, { files: { ...sharded, 'model-extra.safetensors': Buffer.alloc(20_000) } })
    await expectWhole((await download()).folder, sharded)
    expect(hub.asked('model-extra.safetensors')).toEqual([])
  })

  it('takes one of two forms of the same weights', async () => {
    hub.add(repository, { files: { ...sharded, [weights]: single[weights]! } })
    const { folder } = await download()
    expect((await readdir(folder)).filter(name => name.endsWith('.safetensors'))).toEqual([weights])
  })

  it('uses what is there: a pinned commit without a request, a branch after one look', async () => {
    const revision = hub.add(repository, { files: single })
    await download()
    const before = hub.requests.length
    expect(await download({ hub: { repository, revision } })).toMatchObject({ fetchedBytes: 0 })
    expect(hub.requests).toHaveLength(before)
    expect(await download()).toMatchObject({ fetchedBytes: 0 })
    expect(hub.requests.slice(before).filter(({ path }) => path.includes('resolve'))).toEqual([])
  })

  it('fetches of a new commit what has changed', async () => {
    hub.add(repository, { files: single })
    const first = await download()
    const changed = { ...single, 'generation_config.json': Buffer.from('{"guidance_scale":5}') }
    hub.add(repository, { files: changed })
    const second = await download()
    expect(second.fetchedBytes).toBe(20)
    await expectWhole(second.folder, changed)
    await expectWhole(first.folder, single)
  })

  it('tells how far it is, how fast and how long it will take', async () => {
    hub.add(repository, { files: single })
    hub.bytesPerSecond = 800_000
    const reports: (DownloadProgress & { at: number })[] = []
    const progress = (report: DownloadProgress) => reports.push({ ...report, at: performance.now() })
    const { bytes } = await download({ progress })
    const [first, middle, last] = [reports[0]!, reports.at(-2)!, reports.at(-1)!]
    expect(first.bytes).toBeLessThan(last.bytes)
    expect(middle).toMatchObject({ state: 'downloading', totalBytes: bytes })
    // The speed is what the reports' own moments say, however fast this machine is.
    const seconds = (middle.at - first.at) / 1000
    const pace = middle.bytesPerSecond / ((middle.bytes - first.bytes) / seconds)
    expect(pace).toBeGreaterThan(0.5)
    expect(pace).toBeLessThan(2)
    expect(middle.secondsLeft).toBeCloseTo((bytes - middle.bytes) / middle.bytesPerSecond)
    expect(last).toMatchObject({ state: 'checking', bytes, totalBytes: bytes, secondsLeft: 0 })
    // Slow is not silent: nothing was asked for twice.
    expect(hub.asked(weights)).toHaveLength(1)
    // Not one for every piece that comes.
    expect(reports.length).toBeLessThan(seconds * 10 + 5)
  })

  it('asks for some files at the same time', async () => {
    hub.add(repository, { files: sharded })
    hub.bytesPerSecond = 80_000
    await download()
    expect(hub.mostAtOnce).toBe(3)
  })

  it('makes folders without links where they are not wanted', async () => {
    hub.add(repository, { files: single })
    const env = { HF_HUB_DISABLE_SYMLINKS: '1' }
    const { folder } = await download({ env })
    await expectWhole(folder, single)
    expect((await lstat(join(folder, weights))).isSymbolicLink()).toBe(false)
    // Nor twice the room.
    expect((await stat(join(folder, weights))).nlink).toBe(2)
    expect(await download({ env })).toMatchObject({ fetchedBytes: 0 })
  })
})

describe('a download that breaks', () => {
  it('goes on where it broke off', async () => {
    hub.add(repository, { files: single })
    hub.fail(weights, { breakAfter: 150_000 })
    hub.fail(weights, { breakAfter: 100_000 })
    const { folder, fetchedBytes, bytes } = await download()
    await expectWhole(folder, single)
    expect(fetchedBytes).toBe(bytes)
    const ranges = hub.asked(weights).map(({ range }) => range)
    expect(ranges[0]).toBeUndefined()
    for (const range of ranges.slice(1)) expect(range).toMatch(/^bytes=[1-9]\d+-$/)
    expect(ranges).toHaveLength(3)
  })

  it('goes on in another run, and counts what is there', async () => {
    hub.add(repository, { files: single })
    hub.fail(weights, { breakAfter: 250_000 })
    await expect(download({ patience: { tries: 1 } })).rejects.toMatchObject({ code: 'HUB_UNREACHABLE' })
    const left = (await readdir(cached('blobs'))).filter(name => name.endsWith(unfinished))
    expect(left).toHaveLength(1)
    const { size } = await stat(cached('blobs', left[0]!))
    expect(size).toBeGreaterThan(0)
    expect(await findSnapshot(environment(), { repository, revision: 'main' })).toBeUndefined()

    const reports: DownloadProgress[] = []
    const { folder, fetchedBytes } = await download({ progress: progress => reports.push(progress) })
    expect(fetchedBytes).toBe(single[weights]!.length - size)
    expect(reports[0]!.bytes).toBeGreaterThan(size)
    await expectWhole(folder, single)
  })

  it('stops when it is asked to, and keeps what it has', async () => {
    hub.add(repository, { files: single })
    hub.bytesPerSecond = 500_000
    const stop = new AbortController()
    const progress = ({ bytes }: DownloadProgress) => bytes > 200_000 && stop.abort()
    await expect(download({ progress, signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' })
    expect((await readdir(cached('blobs'))).some(name => name.endsWith(unfinished))).toBe(true)
    hub.bytesPerSecond = Number.POSITIVE_INFINITY
    expect((await download()).fetchedBytes).toBeLessThan(250_000)
  })

  /** With the number of requests to the hub that it takes, or the numbers that it may take. */
  const passing: [string, number | [number, number], Fault[]][] = [
    ['the hub has an error of its own', 3, [{ status: 500 }, { status: 503 }]],
    ['the storage gives an address that has expired', 3, [{ expired: true }, { expired: true }]],
    // Whoever has every byte needs no further answer; the last of them may get lost with the connection.
    ['the hub says that there is more than there is', [1, 2], [{ contentLength: 5000 }]],
    ['the hub says that there is less than there is', 2, [{ contentLength: -5000 }]],
    ['more comes than there is', 2, [{ surplus: 7 }]],
    ['a byte is another one', 2, [{ corrupt: 123_456 }]],
    ['a part is another part', 3, [{ breakAfter: 150_000 }, { wrongRange: true }]],
    ['the whole comes instead of the rest', 2, [{ breakAfter: 150_000 }, { ignoreRange: true }]],
    ['nothing comes any more', 2, [{ silentAfter: 100_000 }]],
    ['nothing comes at all', 2, [{ silentAfter: 0 }]],
  ]
  it.each(passing)('succeeds though %s', async (_, requests, faults) => {
    hub.add(repository, { files: single })
    for (const fault of faults) hub.fail(weights, fault)
    const { folder } = await download()
    await expectWhole(folder, single)
    const asked = hub.asked(weights, 'hub').length
    const [least, most] = [requests].flat() as [number, number?]
    expect(asked).toBeGreaterThanOrEqual(least)
    expect(asked).toBeLessThanOrEqual(most ?? least)
    expect(hub.faultsLeft).toBe(0)
    expect((await readdir(cached('blobs'))).filter(name => name.includes('incomplete'))).toEqual([])
  })

  it('asks for every address anew and shows the token to the hub only', async () => {
    hub.add(repository, { files: single, token: 'secret' })
    hub.fail(weights, { breakAfter: 100_000 })
    await download({ env: { HF_TOKEN: 'secret' } })
    expect(hub.asked(weights, 'hub')).toHaveLength(2)
    for (const { authorization } of hub.requests.filter(({ host }) => host === 'hub'))
      expect(authorization).toBe('Bearer secret')
    for (const { authorization } of hub.asked(weights)) expect(authorization).toBeUndefined()
  })

  it('waits as long as the hub asks for, with every file', async () => {
    hub.add(repository, { files: sharded })
    const name = 'model-00002-of-00003.safetensors'
    hub.fail(name, { status: 429, headers: { 'retry-after': '1' } })
    // The others break off meanwhile, and would be asked for again at once.
    hub.bytesPerSecond = 100_000
    for (const other of [1, 3]) hub.fail(`model-0000${other}-of-00003.safetensors`, { breakAfter: 30_000 })
    await expectWhole((await download()).folder, sharded)
    const asked = hub.asked(name, 'hub')
    expect(asked[1]!.at - asked[0]!.at).toBeGreaterThanOrEqual(990)
    const continued = hub.requests.filter(({ range }) => range)
    expect(continued.length).toBeGreaterThanOrEqual(2)
    for (const { at } of continued) expect(at - asked[0]!.at).toBeGreaterThanOrEqual(990)
  })

  it('understands a date, and the hub’s own header', async () => {
    hub.add(repository, { files: single })
    const date = new Date(Date.now() + 3000).toUTCString()
    hub.fail(weights, { status: 429, headers: { 'retry-after': date } })
    hub.fail(weights, { status: 429, headers: { ratelimit: '"api";r=0;t=1' } })
    await download()
    const [, second, third] = hub.asked(weights, 'hub').map(({ at }) => at) as [number, number, number]
    expect(second).toBeGreaterThanOrEqual(Date.parse(date) - 10)
    expect(third - second).toBeGreaterThanOrEqual(990)
  })

  it('says when the hub asks for a wait that is too long', async () => {
    hub.add(repository, { files: single })
    hub.fail(weights, { status: 429, headers: { 'retry-after': '3600' } })
    await expect(download()).rejects.toMatchObject({
      code: 'HUB_BUSY',
      message: expect.stringMatching(
        /^Expected the whole of model\.safetensors of org\/model but .* 429 .* in 60 minutes$/,
      ),
    })
  })
})

describe('a download that cannot be', () => {
  const fails = (over: Parameters<typeof download>[0], code: string, sentence: RegExp) =>
    expect(download(over)).rejects.toMatchObject({
      name: 'FamiliarError',
      code,
      message: expect.stringMatching(sentence),
    })

  it('does not end in a file with a wrong checksum', async () => {
    hub.add(repository, { files: single })
    for (const corrupt of [1000, 2000]) hub.fail(weights, { corrupt })
    await fails({}, 'BAD_DOWNLOAD', /with SHA-256 [0-9a-f]{64} but received [0-9a-f]{64}, 2 times/)
    expect(await findSnapshot(environment(), { repository, revision: 'main' })).toBeUndefined()
    expect((await readdir(cached('blobs'))).filter(name => name.includes('incomplete'))).toEqual([])
  })

  it('notices a wrong byte in a small file too', async () => {
    hub.add(repository, { files: single })
    for (const corrupt of [3, 3]) hub.fail('tokenizer.json', { corrupt })
    await fails({}, 'BAD_DOWNLOAD', /tokenizer\.json .* Git id [0-9a-f]{40}/)
  })

  it.each([
    ['shorter', -10, 'HUB_UNREACHABLE', /more than its \d+ bytes came/],
    ['longer', 10, 'HUB_UNREACHABLE', /could not be continued \(416\)|only \d+ of its \d+ bytes came/],
  ])('does not run for ever when the list says a file is %s', async (_, difference, code, sentence) => {
    hub.add(repository, { files: single })
    hub.listedSizes.set(weights, single[weights]!.length + difference)
    await fails({}, code, sentence)
    expect(hub.asked(weights, 'hub').length).toBeLessThan(15)
  })

  it('gives up a server that never comes to the end', async () => {
    hub.add(repository, { files: single })
    for (let time = 0; time < 20; time++) hub.fail(weights, time % 2 ? { ignoreRange: true } : { breakAfter: 100_000 })
    for (let time = 0; time < 20; time++) hub.fail(weights, { status: 500 }, 1)
    await fails({}, 'HUB_UNREACHABLE', /\(tried 6 times\)/)
  })

  it('says who must be asked for access', async () => {
    hub.add(repository, { files: single, token: 'secret' })
    await fails(
      {},
      'NO_ACCESS',
      /accept its conditions on http.*\/org\/model, if it is the right name, and set HF_TOKEN/,
    )
    await fails({ env: { HF_TOKEN: 'other' } }, 'NO_ACCESS', /with the account that HF_TOKEN belongs to/)
  })

  it('says what is not on the hub', async () => {
    hub.add(repository, { files: single })
    await fails({ hub: { repository, revision: 'v9' } }, 'NOT_ON_HUB', /org\/model at revision v9 .*RevisionNotFound/)
    await fails({ hub: { repository: 'org/none', revision: 'main' } }, 'NO_ACCESS', /org\/none/)
    const { [weights]: _, ...rest } = single
    hub.add(repository, { files: rest })
    await fails({}, 'NO_MODEL_FILES', /Expected model\.safetensors or model\.safetensors\.index\.json in org\/model/)
  })

  it('says what is wrong with an index, before the weights', async () => {
    const broken = (weight_map: unknown) => ({
      ...sharded,
      'model.safetensors.index.json': Buffer.from(JSON.stringify({ weight_map })),
    })
    hub.add(repository, { files: broken({ a: '../../escape.safetensors' }) })
    await fails({}, 'BAD_CHECKPOINT', /index\.json of org\/model to name its files but received "\.\.\/\.\.\/escape/)
    hub.add(repository, { files: broken({ a: 'model-00009-of-00003.safetensors' }) })
    await fails({}, 'BAD_CHECKPOINT', /"model-00009-of-00003\.safetensors"/)
    expect(hub.requests.filter(({ host, path }) => host === 'storage' && path.endsWith('safetensors'))).toEqual([])
  })

  it('leaves the weights where they are when they would be of no use', async () => {
    hub.add(repository, { files: single })
    const suits = () => {
      throw new Error('of no use')
    }
    await expect(download({ suits })).rejects.toThrow('of no use')
    expect(hub.requests.filter(({ path }) => path.includes('/resolve/')).map(({ path }) => path)).toEqual([
      expect.stringMatching(/config\.json$/),
    ])
  })

  it('looks for room first', async () => {
    hub.add(repository, { files: single })
    const room = { freeBytes: async () => 60e6, whatFits: (free: number) => `${free} bytes hold a mouse` }
    await fails(
      room,
      'NO_SPACE',
      /^Expected 100 MB of free disk in .* for org\/model but received 60 MB: 60000000 bytes/,
    )
    expect(hub.asked(weights)).toEqual([])
    // What is there needs no room.
    await download()
    await download(room)
  })

  it('needs the hub only for what is not there', async () => {
    const revision = hub.add(repository, { files: single })
    const env = { HF_HUB_OFFLINE: '1' }
    await fails({ env }, 'OFFLINE', /Expected org\/model in .* HF_HUB_OFFLINE/)
    expect(hub.requests).toEqual([])
    await download()
    await hub.close()
    expect(await download({ env })).toMatchObject({ fetchedBytes: 0 })
    expect(await download({ hub: { repository, revision } })).toMatchObject({ fetchedBytes: 0 })
    await fails({}, 'HUB_UNREACHABLE', /Expected an answer about org\/model but the connection failed: .*ECONNREFUSED/)
    hub = await FakeHub.start()
  })

  it('says what is no description of a repository', async () => {
    hub.add(repository, { files: single, commit: 'main' })
    await fails({}, 'BAD_HUB_ANSWER', /Expected the hub's description of org\/model but received sha: /)
  })
})

describe('a licence', () => {
  it('is asked about before anything is fetched, and its refusal is kept to', async () => {
    hub.add(repository, { files: single })
    const licence = { name: 'Own Licence', url: 'https://example.org/licence' }
    const refused = download({ licence, accepts: async () => false })
    await expect(refused).rejects.toMatchObject({
      code: 'LICENSE_NOT_ACCEPTED',
      message: expect.stringMatching(
        /Own Licence, https:\/\/example\.org\/licence.*nothing was downloaded.*ACCEPT_LICENSE/,
      ),
    })
    expect(hub.requests).toEqual([])
    expect(await readdir(cacheFolder)).toEqual([])
  })

  it('is the one of the page when it is not known', async () => {
    const card = { license: 'other', license_name: 'house-rules', license_link: 'LICENSE.md' }
    const commit = hub.add(repository, { files: single, card })
    const shown: unknown[] = []
    const accepts = async (licence: unknown) => {
      shown.push(licence)
      return false
    }
    await expect(download({ accepts })).rejects.toMatchObject({ code: 'LICENSE_NOT_ACCEPTED' })
    expect(shown).toEqual([{ name: 'house-rules', url: `${hub.url}/org/model/blob/${commit}/LICENSE.md` }])
    expect(hub.requests.map(({ path }) => path)).toEqual(['/api/models/org/model/revision/main'])
  })

  it('is not asked about for what is there', async () => {
    hub.add(repository, { files: single })
    await download()
    await download({ accepts: () => Promise.reject(new Error('asked')) })
  })
})

describe('what is there', () => {
  it('is mended: lost, cut short, or of other bytes', async () => {
    const revision = hub.add(repository, { files: sharded })
    const { folder } = await download()
    const pinned = { hub: { repository, revision } }
    const [one, two] = ['model-00001-of-00003.safetensors', 'tokenizer.json'].map(name => join(folder, name))
    await truncate(one!, 5000)
    await rm(two!)
    expect(await findSnapshot(environment(), pinned.hub)).toBeUndefined()
    expect(await download(pinned)).toMatchObject({ fetchedBytes: sharded['model-00001-of-00003.safetensors']!.length })
    await truncate(two!, 10)
    expect(await findSnapshot(environment(), pinned.hub)).toBeUndefined()
    expect(await download(pinned)).toMatchObject({ fetchedBytes: sharded['tokenizer.json']!.length })
    await expectWhole(folder, sharded)

    const bytes = await readFile(one!)
    bytes[70_000]! ^= 1
    await writeFile(one!, bytes)
    expect(await download(pinned)).toMatchObject({ fetchedBytes: 0 })
    expect(await download({ ...pinned, verify: true })).toMatchObject({ fetchedBytes: bytes.length })
    await expectWhole(folder, sharded)
  })

  it('of another program is used: without a list of the files, and without the files that it did not need', async () => {
    const commit = hub.add(repository, { files: single })
    const folder = cached('snapshots', commit)
    await mkdir(folder, { recursive: true })
    for (const name of ['config.json', 'tokenizer.json', weights]) await writeFile(join(folder, name), single[name]!)
    expect(await findSnapshot(environment(), { repository, revision: commit })).toBe(folder)
    expect(await findSnapshot(environment(), { repository, revision: 'main' })).toBeUndefined()
    const { fetchedBytes } = await download()
    expect(fetchedBytes).toBeLessThan(1000)
    await expectWhole(folder, single)
  })

  it('of another program is not used when it is not whole', async () => {
    const commit = hub.add(repository, { files: sharded })
    const folder = cached('snapshots', commit)
    await mkdir(folder, { recursive: true })
    for (const name of [
      'config.json',
      'tokenizer.json',
      'model.safetensors.index.json',
      'model-00001-of-00003.safetensors',
    ])
      await writeFile(join(folder, name), sharded[name]!)
    expect(await findSnapshot(environment(), { repository, revision: commit })).toBeUndefined()
  })
})
