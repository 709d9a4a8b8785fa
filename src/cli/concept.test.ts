import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { writeSafetensors } from '../../engine/checkpoints/safetensors.ts'
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

async function store(name: string): Promise<string> {
  const rows = { dtype: 'F32', shape: [3, 4], data: new Float32Array(12) } as const
  const path = join(data, 'concepts', `${name}.safetensors`)
  await mkdir(join(data, 'concepts'), { recursive: true })
  await writeSafetensors(path, { embedding: rows, head: rows }, { name: 'Mắm' })
  return path
}

describe('familiar concept', () => {
  it('list names what is stored', async () => {
    await store('mam')
    await store('bo')
    expect(await main(['concept', 'list'])).toBe(0)
    expect(out).toEqual(['bo  3 rows of 4', 'mam  3 rows of 4'])
  })

  it('list says so when nothing is stored yet', async () => {
    expect(await main(['concept', 'list'])).toBe(0)
    expect(out).toEqual([`Nothing has been learned in ${join(data, 'concepts')}`])
  })

  it('show prints the metadata', async () => {
    const file = await store('mam')
    expect(await main(['concept', 'show', 'mam', '--json'])).toBe(0)
    expect(JSON.parse(out[0]!)).toEqual({ file, rows: 3, width: 4, metadata: { name: 'Mắm' } })
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

  it('refuses a file that holds no concept', async () => {
    const path = join(data, 'other.safetensors')
    await writeSafetensors(path, { weight: { dtype: 'F32', shape: [1], data: new Float32Array(1) } })
    expect(await main(['concept', 'show', path])).toBe(1)
    expect(err).toBe(
      `familiar: Expected rows named "embedding" in the concept file ${path} but received nothing by that name\n`,
    )
  })
})
