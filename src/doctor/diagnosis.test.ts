import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeSafetensors } from '../../engine/checkpoints/safetensors.ts'
import { checkDataFolder, checkModel, checkNode, diagnose, judgeDevice, judgeDisk } from './diagnosis.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'familiar-doctor-'))
})

afterEach(() => rm(folder, { recursive: true }))

describe('diagnose', () => {
  it('says what to do about everything that is not in order', async () => {
    const checks = await diagnose()
    expect(checks.map(check => check.name)).toEqual(expect.arrayContaining(['node', 'device', 'model', 'disk']))
    for (const check of checks) expect(Boolean(check.advice), check.found).toBe(check.status !== 'ok')
  })

  it('finds the CPU usable', async () => {
    expect(await diagnose()).toContainEqual(
      expect.objectContaining({ status: 'ok', found: expect.stringMatching(/^cpu/) }),
    )
  })
})

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

it('checkNode asks for a newer Node where the tests would not run', () => {
  expect(checkNode('20.20.2').status).toBe('ok')
  expect(checkNode('24.0.0').status).toBe('ok')
  expect(checkNode('20.6.0').status).toBe('note')
})

it('judgeDevice takes a broken GPU for a note and a broken CPU for a problem', () => {
  const broken = { usable: false, reason: 'no driver' }
  expect(judgeDevice({ device: 'webgpu', ...broken }).status).toBe('note')
  expect(judgeDevice({ device: 'cpu', ...broken }).status).toBe('problem')
})

it('judgeDisk knows little and too little', () => {
  expect([2e10, 1e9, 1e8].map(free => judgeDisk(free, folder).status)).toEqual(['ok', 'note', 'problem'])
})

it('checkDataFolder accepts a folder that can be made, and refuses one that cannot', async () => {
  expect((await checkDataFolder(join(folder, 'not', 'yet'))).found).toBe(
    `${join(folder, 'not', 'yet')} will be created`,
  )
  await writeFile(join(folder, 'file'), '')
  expect((await checkDataFolder(join(folder, 'file', 'data'))).status).toBe('problem')
})
