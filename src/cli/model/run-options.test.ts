import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openCheckpoint } from '../../../engine/checkpoints/checkpoint.ts'
import { parseConfig, projectRoot } from '../../config.ts'
import { loadConfigWith, obtainFolder, weightedModel } from './run-options.ts'

const golden = join(projectRoot, 'test', 'golden', 'chameleon-a')
const { signal } = new AbortController()
let cacheFolder: string
let said = ''

beforeEach(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'hub-cache-'))
  said = ''
  vi.spyOn(process.stderr, 'write').mockImplementation(text => {
    said += text
    return true
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await rm(cacheFolder, { recursive: true })
})

describe('the model of a command', () => {
  it('is the one of its option, whatever MODEL says', () => {
    vi.stubEnv('MODEL', 'no-such-model')
    expect(() => loadConfigWith({})).toThrow('Expected MODEL to be')
    expect(loadConfigWith({ model: golden }).model).toMatchObject({ name: 'chameleon-a', folder: golden })
  })

  it('is opened with the weights that are asked for', async () => {
    const variables = { MODEL: golden, DEVICE: 'cpu', HF_HUB_CACHE: join(cacheFolder, 'hub') }
    const auto = parseConfig(variables)
    const folder = await obtainFolder(auto, {}, signal)
    expect(await weightedModel(auto, folder, signal)).toEqual({ folder: golden, kind: 'f32' })
    expect(said).toBe('')
    const asked = (WEIGHTS: string) => weightedModel(parseConfig({ ...variables, WEIGHTS }), folder, signal)
    const { folder: smaller, ...how } = await asked('int4')
    expect(how).toMatchObject({ kind: 'int4', halves: false })
    expect(smaller).toMatch(new RegExp(`^${join(cacheFolder, 'familiar')}/`))
    expect((await openCheckpoint(smaller)).has('model.layers.0.mlp.up_proj.weight.codes')).toBe(true)
    expect(said).toMatch(/^int4 weights: WEIGHTS=int4 asks for it$/m)
    expect(await asked('f16')).toMatchObject({ kind: 'f16', halves: true })
  })
})
