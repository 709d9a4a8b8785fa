import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { prepareWeights } from '../../engine/models/weight-choice.ts'
import { parseConfig, projectRoot } from '../config.ts'
import { findWeights } from './weights.ts'

const folder = join(projectRoot, 'test', 'golden', 'chameleon-a')
let scratch: string
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'familiar-doctor-'))
})
afterEach(() => rm(scratch, { recursive: true }))

const config = (variables: Record<string, string>) =>
  parseConfig({ MODEL: folder, HF_HUB_CACHE: join(scratch, 'hub'), ...variables })

it('says which weights are picked and why, and whether they have yet to be written', async () => {
  expect(await findWeights(config({}), 'cpu')).toEqual({
    ok: true,
    sentence: expect.stringMatching(/^f32: at least \d+ MB with a lesson, cpu has \d/),
  })
  const int4 = config({ WEIGHTS: 'int4' })
  const begin = 'int4: WEIGHTS=int4 asks for it; '
  expect((await findWeights(int4, 'cpu'))?.sentence).toMatch(
    new RegExp(`^${begin}to be written once, \\d+ kB in ${join(scratch, 'familiar')}$`),
  )
  const { cacheFolder } = int4.weights
  const { folder: written } = await prepareWeights({ folder, cacheFolder, wish: 'int4', device: 'cpu' })
  expect(await findWeights(int4, 'cpu')).toEqual({ ok: true, sentence: `${begin}written to ${written}` })
})

it('says nothing of a model that is not there', async () => {
  expect(await findWeights(config({ MODEL: 'janus-pro-1b' }), 'cpu')).toBeUndefined()
})
