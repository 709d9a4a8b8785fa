import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeSafetensors } from '../../engine/checkpoints/safetensors.ts'
import { checkModel } from './model.ts'

let folder: string

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
    const checks = await checkModel(folder)
    const sum = createHash('sha256').update('{}').digest('hex').slice(0, 12)
    expect(checks[0]).toEqual({ name: 'model', status: 'ok', found: `config.json, 0.0 MiB, sha256 ${sum}` })
    expect(checks.map(check => check.status)).toEqual(['ok', 'ok', 'ok'])
  })

  it('compares them with SHA256SUMS', async () => {
    await writeFile(join(folder, 'SHA256SUMS'), `${'0'.repeat(64)}  config.json\n`)
    const problem = (await checkModel(folder)).find(check => check.status === 'problem')
    expect(problem?.found).toMatch(/^config\.json, .* but SHA256SUMS says 000000000000$/)
  })

  it('misses a file that belongs to a model', async () => {
    await rm(join(folder, 'tokenizer.json'))
    expect(await checkModel(folder)).toContainEqual(
      expect.objectContaining({ status: 'problem', found: `tokenizer.json is missing in ${folder}` }),
    )
  })

  it('sees weights that were cut off', async () => {
    await writeFile(join(folder, 'model.safetensors'), 'short')
    expect((await checkModel(folder)).map(check => check.status)).toEqual(['problem'])
  })
})
