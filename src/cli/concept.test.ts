import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openCheckpoint } from '../../engine/checkpoints/checkpoint.ts'
import { writeSafetensors } from '../../engine/checkpoints/safetensors.ts'
import type { Concept } from '../../engine/engine.ts'
import { writeConcept } from '../../engine/learning/concept-file.ts'
import { main } from '../cli.ts'

let data: string
let out: string[]
let err: string

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'familiar-concept-'))
  vi.stubEnv('DATA_DIR', data)
  out = []
  err = ''
  vi.spyOn(console, 'log').mockImplementation(line => void out.push(line))
  vi.spyOn(process.stderr, 'write').mockImplementation(text => {
    err += text
    return true
  })
})

afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await rm(data, { recursive: true })
})

const summary: Omit<Concept, 'embedding' | 'head'> = {
  name: 'Mắm',
  kind: 'pet',
  modelFingerprint: 'abcdef0123456789',
  tokens: 1,
  width: 4,
  description: 'a cream cat',
  threshold: 0.5,
  scores: { start: { recognition: 0.8, loss: 2 }, kept: { recognition: 0.95, loss: 1 } },
  recipe: { steps: 100, seed: 1 },
}

async function store(file: string): Promise<string> {
  const path = join(data, 'concepts', `${file}.safetensors`)
  await mkdir(join(data, 'concepts'), { recursive: true })
  await writeConcept(path, { ...summary, embedding: new Float32Array(12), head: new Float32Array(12) })
  return path
}

describe('familiar concept', () => {
  it('list names what is stored, and goes on past a damaged file', async () => {
    await store('mam')
    await truncate(await store('bo'), 200)
    expect(await main(['concept', 'list'])).toBe(0)
    expect(out).toEqual([
      expect.stringMatching(/^bo {2}Expected a concept file at /),
      'mam  Mắm, pet, recognition 95 %',
    ])
  })

  it('list says so when nothing is stored yet', async () => {
    expect(await main(['concept', 'list'])).toBe(0)
    expect(out).toEqual([`Nothing has been learned in ${join(data, 'concepts')}`])
  })

  it('show prints what there is to read', async () => {
    const file = await store('mam')
    expect(await main(['concept', 'show', 'mam', '--json'])).toBe(0)
    expect(JSON.parse(out[0]!)).toEqual({ file, ...summary })
    expect(await main(['concept', 'show', file])).toBe(0)
    expect(out).toContain('recognition  95 % (80 % before the first step)')
  })

  it('check reads the whole file', async () => {
    const file = await store('mam')
    expect(await main(['concept', 'check', 'mam'])).toBe(0)
    expect(out).toEqual([`${file} is a whole concept file: Mắm, a pet`])
    const bytes = await readFile(file)
    bytes[bytes.length - 1]! ^= 1
    await writeFile(file, bytes)
    expect(await main(['concept', 'check', file])).toBe(1)
    expect(err).toBe(
      `familiar: Expected a whole concept file at ${file} but received one whose digest does not match: it was damaged or edited\n`,
    )
  })

  it('check compares the base model with a folder', async () => {
    const file = await store('mam')
    const model = join(data, 'other-model')
    await mkdir(model)
    await writeFile(join(model, 'config.json'), '{}')
    const weight = { dtype: 'F32', shape: [2], data: new Float32Array(2) } as const
    await writeSafetensors(join(model, 'model.safetensors'), { weight })
    expect(await main(['concept', 'check', file, '--model', model])).toBe(1)
    expect(err).toMatch(/^familiar: Expected the concept "Mắm" to be learned on the model other-model \(/)
    const modelFingerprint = await (await openCheckpoint(model)).fingerprint()
    await writeConcept(file, {
      ...summary,
      modelFingerprint,
      embedding: new Float32Array(12),
      head: new Float32Array(12),
    })
    expect(await main(['concept', 'check', file, '--model', model])).toBe(0)
  })

  it('export copies, and replaces a file only with --force', async () => {
    const file = await store('mam')
    const copy = join(data, 'copy.safetensors')
    await writeFile(copy, 'something else')
    expect(await main(['concept', 'export', 'mam', copy])).toBe(1)
    expect(err).toContain('a file that exists (--force replaces it)')
    expect(await readFile(copy, 'utf8')).toBe('something else')
    expect(await main(['concept', 'export', 'mam', copy, '--force'])).toBe(0)
    expect(await readFile(copy)).toEqual(await readFile(file))
  })

  it('says that a concept is not there', async () => {
    expect(await main(['concept', 'show', 'nobody'])).toBe(1)
    const path = join(data, 'concepts', 'nobody.safetensors')
    expect(err).toBe(`familiar: Expected a concept file at ${path} but nothing is there\n`)
  })
})
