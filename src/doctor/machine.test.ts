import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { checkDataFolder, checkNode, judgeDisk } from './machine.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'familiar-doctor-'))
})

afterEach(() => rm(folder, { recursive: true }))

it('checkNode asks for a newer Node where the tests would not run', () => {
  expect(checkNode('20.20.2').status).toBe('ok')
  expect(checkNode('24.0.0').status).toBe('ok')
  expect(checkNode('20.6.0').status).toBe('note')
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
