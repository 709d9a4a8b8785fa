import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { convertCheckpoint, convertedFolder } from '../../engine/checkpoints/conversion/convert-checkpoint.ts'
import { registeredModels } from '../../engine/models/registry.ts'
import { FakeHub } from '../../test/fakes/hub/fake-hub.ts'
import { modelFiles } from '../../test/fakes/hub/model-files.ts'
import { main } from '../cli.ts'

let out = ''
let err = ''
let hub: FakeHub
let scratch: string
let cacheFolder: string

beforeEach(async () => {
  out = ''
  err = ''
  vi.spyOn(console, 'log').mockImplementation(text => {
    out += `${text}\n`
  })
  vi.spyOn(process.stderr, 'write').mockImplementation(text => {
    err += text
    return true
  })
  hub = await FakeHub.start()
  scratch = await mkdtemp(join(tmpdir(), 'hub-'))
  cacheFolder = join(scratch, 'hub')
  await mkdir(cacheFolder)
  vi.stubEnv('HF_ENDPOINT', hub.url)
  vi.stubEnv('HF_HUB_CACHE', cacheFolder)
  vi.stubEnv('MODEL', '')
  vi.stubEnv('ACCEPT_LICENSE', '')
  const { repository, revision } = registeredModels.find(({ name }) => name === 'janus-pro-1b')!.hub!
  hub.add(repository, { files: await modelFiles({ modelType: 'janus', numbers: 5000 }), commit: revision })
})
afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await hub.close()
  await rm(scratch, { recursive: true, force: true })
})

const familiar = (...argv: string[]) => {
  out = ''
  err = ''
  return main(['model', ...argv])
}

describe('familiar model pull', () => {
  it('shows the licence and downloads nothing while it is not accepted', async () => {
    expect(await familiar('pull', 'janus-pro-1b')).toBe(1)
    const lines = err.trimEnd().split('\n')
    expect(lines[0]).toMatch(
      /^janus-pro-1b \(4\.2 GB\) is under the licence "DeepSeek Model License Agreement 1\.0": commercial/,
    )
    expect(lines[1]).toBe('Read it here: https://github.com/deepseek-ai/Janus/blob/main/LICENSE-MODEL')
    expect(lines[2]).toMatch(/^familiar: Expected the licence of janus-pro-1b to be accepted .* nothing was downloaded/)
    expect(lines).toHaveLength(3)
    expect(hub.requests).toEqual([])
    expect(await readdir(cacheFolder)).toEqual([])
  })

  it.each([
    [['--accept-license'], ''],
    [[], 'anole-7b, Janus-Pro-1B'],
    [[], 'deepseek-community/Janus-Pro-1B'],
  ])('downloads with %j and ACCEPT_LICENSE=%s', async (options, accepted) => {
    vi.stubEnv('ACCEPT_LICENSE', accepted)
    expect(await familiar('pull', 'janus-pro-1b', ...options)).toBe(0)
    expect(out).toMatch(/^janus-pro-1b is there \(\d+ kB, \d+ kB of it fetched now\): .*snapshots.1655280b/)
    expect(err).toContain('under the licence')
    expect(err).toMatch(/^comparing janus-pro-1b with its checksums (\d+)\/\1 {2}kB$/m)
  })

  it('does not take a licence for another model’s', async () => {
    vi.stubEnv('ACCEPT_LICENSE', 'anole-7b')
    expect(await familiar('pull', 'janus-pro-1b')).toBe(1)
  })

  it('says in JSON what it did, and does it once', async () => {
    expect(await familiar('pull', 'janus-pro-1b', '--accept-license', '--json')).toBe(0)
    const first = JSON.parse(out)
    expect(first).toMatchObject({
      name: 'janus-pro-1b',
      repository: 'deepseek-community/Janus-Pro-1B',
      commit: first.revision,
    })
    expect(first.fetchedBytes).toBe(first.bytes)
    const asked = hub.requests.length
    expect(await familiar('pull', 'janus-pro-1b', '--json')).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ folder: first.folder, fetchedBytes: 0 })
    expect(hub.requests).toHaveLength(asked)
  })

  it('has nothing to do for what is on this machine', async () => {
    expect(await familiar('pull')).toBe(0)
    expect(out).toMatch(/^storybook is there: .*storybook\n$/)
  })

  it.each([
    ['janus-pro-1', 'did you mean janus-pro-1b?'],
    ['./nowhere', 'Expected a model folder at'],
  ])('answers %s with one sentence', async (model, sentence) => {
    expect(await familiar('pull', model)).toBe(1)
    expect(err).toContain(sentence)
    expect(err.trimEnd().split('\n')).toHaveLength(1)
  })
})

describe('familiar model list, path, info and remove', () => {
  it('follow a model from its download to its end', async () => {
    vi.stubEnv('MODEL', 'janus-pro-1b')
    expect(await familiar('path')).toBe(1)
    expect(err).toMatch(
      /^familiar: Expected the whole of janus-pro-1b .*; familiar model pull janus-pro-1b downloads it\n$/,
    )
    expect(await familiar('list')).toBe(0)
    expect(out).toMatch(/^janus-pro-1b +4\.2 GB +not downloaded +DeepSeek Model License Agreement 1\.0$/m)

    await familiar('pull', '--accept-license', '--json')
    const { folder } = JSON.parse(out)
    expect(await familiar('path')).toBe(0)
    expect(out).toBe(`${folder}\n`)
    expect(await familiar('list')).toBe(0)
    expect(out).toMatch(/^janus-pro-1b +2\d kB +downloaded +DeepSeek/m)
    expect(await familiar('list', '--json')).toBe(0)
    expect(JSON.parse(out)).toContainEqual(
      expect.objectContaining({ name: 'janus-pro-1b', state: 'downloaded', folder }),
    )
    expect(await familiar('info', '--json')).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ folder, parameters: 5000 })

    expect(await familiar('remove', 'janus-pro-1b')).toBe(1)
    expect(err).toBe('familiar: Expected a yes to deleting janus-pro-1b, or --yes, but received none\n')
    expect(await familiar('path')).toBe(0)
    expect(await familiar('remove', 'janus-pro-1b', '--yes')).toBe(0)
    expect(out).toMatch(/^janus-pro-1b is deleted: 2\d kB are free again\n$/)
    expect(await familiar('path')).toBe(1)
    expect(await familiar('remove', 'janus-pro-1b', '--yes')).toBe(1)
    expect(err).toMatch(/but there is nothing of it\n$/)
  })

  it('show and remove what was written of a model in other forms', async () => {
    const cache = convertedFolder(cacheFolder)
    const before = await readdir(cache).catch(() => [])
    expect(before).toEqual([])
    await familiar('pull', 'janus-pro-1b', '--accept-license', '--json')
    const { folder } = JSON.parse(out)
    await convertCheckpoint({ folder, cacheFolder: cache, kind: 'f16' })
    const own = join(scratch, 'own-model')
    await cp(folder, own, { recursive: true, dereference: true })
    await writeFile(join(own, 'generation_config.json'), '{}')
    const other = await convertCheckpoint({ folder: own, cacheFolder: cache, kind: 'int4' })
    await mkdir(`${other.replace('-int4-', '-int8-')}.unfinished`)
    expect(await familiar('list')).toBe(0)
    // The numbers are the same, so they are the model's.
    expect(out).toMatch(
      /^janus-pro-1b .*\n {2}in f16 +\d+ kB +written from it\n {2}in int4 +.*\n {2}in int8 +0 bytes +written in part: goes on/m,
    )
    expect(await familiar('list', '--json')).toBe(0)
    expect(JSON.parse(out)[1].converted).toMatchObject([
      { kind: 'f16', source: folder, whole: true },
      { kind: 'int4', source: own, whole: true },
      { kind: 'int8', whole: false },
    ])

    expect(await familiar('remove', own)).toBe(1)
    expect(err).toMatch(/^familiar: Expected a yes to deleting .*own-model, or --yes, but received none\n$/)
    expect(await familiar('remove', 'janus-pro-1b', '--yes')).toBe(0)
    expect(out).toMatch(/^janus-pro-1b is deleted: \d+ kB are free again\n$/)
    expect(await readdir(cache)).toEqual([])

    // Of a folder, what was written of it; the folder itself may be no more.
    await convertCheckpoint({ folder: own, cacheFolder: cache, kind: 'int4' })
    expect(await familiar('list')).toBe(0)
    expect(out).toMatch(/^own-model +\d+ kB +folder\n {2}in int4 .* written from it$/m)
    await rm(own, { recursive: true })
    expect(await familiar('list')).toBe(0)
    expect(out).toMatch(/^\S*own-model +0 bytes +gone\n {2}in int4 /m)
    expect(await familiar('remove', own, '--yes')).toBe(0)
    expect(out).toMatch(/^What was written of .*own-model in int4 is deleted: \d+ kB are free again\n$/)
    expect(await readdir(cache)).toEqual([])
  })

  it('remove nothing that was not downloaded', async () => {
    expect(await familiar('remove', 'storybook', '--yes')).toBe(1)
    expect(err).toBe('familiar: Expected a downloaded model but received one that is built in, which is not removed\n')
  })
})
