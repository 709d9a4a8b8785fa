import { createHash } from 'node:crypto'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { downloadModel } from '../../engine/checkpoints/hub/download.ts'
import { type HubSettings, hubSettings } from '../../engine/checkpoints/hub/settings.ts'
import { writeSafetensors } from '../../engine/checkpoints/safetensors.ts'
import { type ModelSource, resolveModel } from '../../engine/models/resolve.ts'
import { FakeHub } from '../../test/fakes/hub/fake-hub.ts'
import { modelFiles } from '../../test/fakes/hub/model-files.ts'
import { checkModel } from './model.ts'

let folder: string

const settings = () => hubSettings({ HF_HUB_CACHE: join(folder, 'cache') })
const check = (source: ModelSource, over: Partial<HubSettings> = {}) => checkModel(source, { ...settings(), ...over })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'familiar-doctor-'))
})

afterEach(() => rm(folder, { recursive: true }))

describe('checkModel', () => {
  const weights = { 'model.weight': { dtype: 'F32', shape: [1], data: Float32Array.of(1) } } as const

  beforeEach(async () => {
    await writeSafetensors(join(folder, 'model.safetensors'), weights)
    await writeFile(join(folder, 'config.json'), '{}')
    await writeFile(join(folder, 'tokenizer.json'), '{}')
  })

  it('lists the files with size and checksum', async () => {
    const checks = await check({ name: 'own', folder })
    const sum = createHash('sha256').update('{}').digest('hex').slice(0, 12)
    expect(checks[0]).toEqual({ name: 'model', status: 'ok', found: `config.json, 0.0 MiB, sha256 ${sum}` })
    expect(checks.map(check => check.status)).toEqual(['ok', 'ok', 'ok'])
  })

  it('compares them with SHA256SUMS', async () => {
    await writeFile(join(folder, 'SHA256SUMS'), `${'0'.repeat(64)}  config.json\n`)
    const problem = (await check({ name: 'own', folder })).find(check => check.status === 'problem')
    expect(problem?.found).toMatch(/^config\.json, .* but SHA256SUMS says 000000000000$/)
  })

  it('misses a file that belongs to a model', async () => {
    await rm(join(folder, 'tokenizer.json'))
    expect(await check({ name: 'own', folder })).toContainEqual(
      expect.objectContaining({ status: 'problem', found: `tokenizer.json is missing in ${folder}` }),
    )
  })

  it('sees weights that were cut off', async () => {
    await writeFile(join(folder, 'model.safetensors'), 'short')
    expect((await check({ name: 'own', folder })).map(check => check.status)).toEqual(['problem'])
  })
})

describe('checkModel for a model of the hub', () => {
  it('says what will be downloaded and under which licence', async () => {
    const [found] = await check(resolveModel('janus-pro-1b'))
    expect(found).toMatchObject({
      status: 'note',
      found: expect.stringMatching(
        /^Expected the whole of janus-pro-1b in .* but it is not there; familiar model pull/,
      ),
      advice: expect.stringMatching(
        /^familiar start downloads 4\.2 GB under the licence "DeepSeek Model License Agreement 1\.0" \(https:/,
      ),
    })
    const [offline] = await check(resolveModel('org/model'), { offline: true })
    expect(offline).toMatchObject({ status: 'problem', advice: expect.stringContaining('HF_HUB_OFFLINE') })
  })

  it('says what is there, and what is wrong with it', async () => {
    const hub = await FakeHub.start()
    try {
      hub.add('org/model', { files: await modelFiles({ numbers: 5000 }) })
      const source = resolveModel('org/model')
      const accepts = async () => true
      const { folder: snapshot } = await downloadModel({
        settings: { ...settings(), endpoint: hub.url },
        hub: source.hub!,
        name: source.name,
        accepts,
      })
      expect(await check(source)).toEqual([
        { name: 'model', status: 'ok', found: `org/model is downloaded: 6 files, 20 kB, in ${snapshot}` },
      ])
      await truncate(join(snapshot, 'model.safetensors'), 1000)
      expect(await check(source)).toMatchObject([{ status: 'note', found: expect.stringContaining('cut short') }])
    } finally {
      await hub.close()
    }
  })
})
