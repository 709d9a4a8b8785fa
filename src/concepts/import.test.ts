import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Concept } from '../../engine/engine.ts'
import { writeConcept } from '../../engine/learning/concept-file.ts'
import { openStorage, type Storage } from '../storage/storage.ts'
import { importConcept } from './import.ts'
import type { Library } from './library.ts'
import { createLibrary } from './stored-library.ts'

const tenant = 'web:local'
const model = { name: 'storybook', fingerprint: 'f00d' }
const owner = { id: 'U1', name: 'Anna' }

const concept: Concept = {
  name: 'Mắm',
  kind: 'pet',
  modelFingerprint: model.fingerprint,
  tokens: 1,
  width: 4,
  embedding: Float32Array.from({ length: 12 }, (_, index) => index),
  head: new Float32Array(12),
  description: 'a cream cat',
  threshold: 0.5,
  scores: { start: { recognition: 0.5, loss: 2 }, kept: { recognition: 0.9, loss: 1 } },
  recipe: { steps: 3 },
}

let scratch: string
let storage: Storage
let library: Library
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'familiar-import-test-'))
  storage = await openStorage({ dataDir: join(scratch, 'data') })
  library = await createLibrary(storage, model.fingerprint)
})
afterAll(async () => {
  await storage.close()
  await rm(scratch, { recursive: true })
})

async function file(name: string, changes: Partial<Concept> = {}): Promise<string> {
  const path = join(scratch, name)
  await writeConcept(path, { ...concept, ...changes })
  return path
}

describe('importConcept', () => {
  it('takes a file or its bytes, as if it had been taught here', async () => {
    const path = await file('mam.safetensors')
    const record = await importConcept(library, tenant, path, { owner, model })
    expect(record).toMatchObject({ name: 'Mắm', owner: 'U1', ownerName: 'Anna', version: 1 })
    expect(await library.load([record], tenant)).toEqual([concept])
    const again = await importConcept(library, tenant, await readFile(path), { owner, model, replace: true })
    expect(again).toMatchObject({ id: record.id, version: 2 })
    // What the library exports comes back the same.
    const exported = await importConcept(library, 'web:2', library.path(tenant, again), { owner, model })
    expect(await library.load([exported], 'web:2')).toEqual([concept])
  })

  it.each([
    [
      'of another base model',
      { modelFingerprint: 'beef' },
      'FOREIGN_CONCEPT',
      /^Expected the concept "Mắm" to be learned on the model storybook .* but received /,
    ],
    ['with a reserved name', { name: 'Everyone' }, 'BAD_NAME', /^Expected a name but received "Everyone"/],
    ['of somebody known', { name: 'mắm' }, 'NAME_TAKEN', /^Expected a name that is free but received "mắm"/],
    [
      'of a person without consent',
      { name: 'Chi', kind: 'person' },
      'NEEDS_CONSENT',
      /^Expected the consent .* but received /,
    ],
  ] as const)('refuses one %s, and leaves the library as it was', async (_, changes, code, message) => {
    const path = await file('refused.safetensors', changes)
    const before = await library.list(tenant)
    for (const source of [path, await readFile(path)])
      await expect(importConcept(library, tenant, source, { owner, model })).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      })
    expect(await library.list(tenant)).toEqual(before)
  })

  it('takes a person with the member who agreed', async () => {
    const path = await file('chi.safetensors', { name: 'Chi', kind: 'person' })
    expect(await importConcept(library, tenant, path, { owner, model, depicts: 'U3' })).toMatchObject({ depicts: 'U3' })
  })

  it('refuses damaged bytes in a sentence that says nothing of this machine', async () => {
    const bytes = await readFile(await file('damaged.safetensors'))
    bytes[bytes.length - 1]! ^= 1
    for (const source of [bytes, bytes.subarray(0, 100), Buffer.from('hello'), Buffer.alloc(0)]) {
      const error = await importConcept(library, tenant, source, { owner, model }).catch(error => error)
      expect(error.code).toBe('BAD_CONCEPT')
      expect(error.message).toMatch(/^Expected a.* concept file but received /)
      expect(error.message).not.toContain(tmpdir())
    }
    expect((await readdir(tmpdir())).filter(name => /^familiar-import-(?!test)/.test(name))).toEqual([])
  })
})
