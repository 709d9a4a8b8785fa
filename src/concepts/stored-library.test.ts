import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Concept } from '../../engine/engine.ts'
import { FamiliarError } from '../../engine/errors.ts'
import { openStorage, type Storage } from '../storage/storage.ts'
import type { Library } from './library.ts'
import { conceptPhotos } from './retained-photos.ts'
import { createLibrary, type LibraryOptions } from './stored-library.ts'

const tenant = 'web:local'
const model = 'f00d'
const anna = { id: 'U1', name: 'Anna' }
const binh = { id: 'U2', name: 'Bình' }

let dataDir: string
let storage: Storage
let library: Library
let problems: { tenant: string; concept?: string; error: Error }[]

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'familiar-library-'))
  storage = await openStorage({ dataDir })
  library = await open()
})
afterEach(async () => {
  await storage.close()
  await rm(dataDir, { recursive: true })
})

function open(options: LibraryOptions = {}): Promise<Library> {
  problems = []
  return createLibrary(storage, model, { report: problem => problems.push(problem), ...options })
}

function conceptNamed(name: string, more: Partial<Concept> = {}): Concept {
  return {
    name,
    kind: 'pet',
    modelFingerprint: model,
    tokens: 1,
    width: 4,
    embedding: Float32Array.from({ length: 12 }, (_, index) => index),
    head: new Float32Array(12),
    description: 'a cream cat',
    threshold: 0.5,
    scores: { start: { recognition: 0.5, loss: 2 }, kept: { recognition: 0.9, loss: 1 } },
    recipe: { steps: 3 },
    ...more,
  }
}

const save = (name: string, more: { owner?: typeof anna; depicts?: string; sample?: Uint8Array } = {}) =>
  library.save(tenant, { concept: conceptNamed(name), owner: anna, ...more })

/** Every file of the tenant, and of photos that are kept. */
const filesLeft = async () =>
  (
    await Promise.all(
      ['concepts', 'photos'].map(folder => readdir(join(dataDir, folder), { recursive: true }).catch(() => [])),
    )
  )
    .flat()
    .filter(name => /\.\w+$/.test(name))

describe('a library', () => {
  it('keeps concepts over a restart, in the order of their names', async () => {
    const sample = Buffer.from('a drawing')
    const mam = await save('Mắm', { sample })
    await save('bo 10', { owner: binh, depicts: binh.id })
    await save('Bo 9')
    expect(mam).toMatchObject({
      name: 'Mắm',
      kind: 'pet',
      owner: 'U1',
      ownerName: 'Anna',
      version: 1,
      modelFingerprint: model,
      description: 'a cream cat',
      scores: { kept: { recognition: 0.9 } },
      facts: [],
    })
    expect(mam).not.toHaveProperty('depicts')
    expect(Math.abs(Date.parse(mam.taught) - Date.now())).toBeLessThan(10_000)

    await storage.close()
    storage = await openStorage({ dataDir })
    library = await open()
    const records = await library.list(tenant)
    expect(records.map(({ name }) => name)).toEqual(['Bo 9', 'bo 10', 'Mắm'])
    expect(records[1]).toMatchObject({ owner: 'U2', ownerName: 'Bình', depicts: 'U2' })
    expect(records[2]).toEqual(mam)
    expect(await library.load([mam], tenant)).toEqual([conceptNamed('Mắm')])
    expect(Buffer.from((await library.sample(tenant, mam))!)).toEqual(sample)
    expect(await library.sample(tenant, records[0]!)).toBeUndefined()
    expect(await readFile(library.path(tenant, mam))).not.toHaveLength(0)
  })

  it('finds a name in any spelling, and nobody by half of one', async () => {
    const mam = await save('Mắm')
    expect(await library.find(tenant, ' MẮM '.normalize('NFD'))).toEqual(mam)
    expect(await library.find(tenant, 'Mam')).toBeUndefined()
    expect(await library.find('web:other', 'Mắm')).toBeUndefined()
  })

  it('keeps tenants apart, also those whose names look alike', async () => {
    const tenants = ['web:local', 'WEB:LOCAL', 'web/local', '../web', '', 'ắ'.repeat(300)]
    for (const [index, name] of tenants.entries())
      await library.save(name, { concept: conceptNamed('Bo', { threshold: index / 10 }), owner: anna })
    for (const [index, name] of tenants.entries()) {
      const records = await library.list(name)
      expect((await library.load(records, name)).map(({ threshold }) => threshold)).toEqual([index / 10])
    }
    await library.forgetTenant('web:local')
    expect(await library.list('web:local')).toEqual([])
    expect(await library.list('WEB:LOCAL')).toHaveLength(1)
  })

  it('puts a new version in the place of the old one, whose facts and id stay', async () => {
    const first = await save('Mắm', { sample: Buffer.from('old') })
    const fact = await library.remember(tenant, [first.id], { text: 'Mắm is two', by: 'U2' })
    expect(await library.load([first], tenant)).toHaveLength(1)
    const second = await library.save(tenant, {
      concept: conceptNamed('MẮM', { description: 'a grey cat' }),
      owner: binh,
      sample: Buffer.from('new'),
    })
    expect(second).toMatchObject({ id: first.id, version: 2, name: 'MẮM', owner: 'U2', facts: [fact] })
    expect(await library.list(tenant)).toEqual([second])
    // Whoever looked it up before gets the new one.
    expect((await library.load([first], tenant)).map(({ description }) => description)).toEqual(['a grey cat'])
    expect((await filesLeft()).length).toBe(2)
    expect(problems).toEqual([])
  })

  it('loses none of many that are saved at once', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `Pet ${index}`)
    await Promise.all([...names, ...names].map(name => save(name)))
    const records = await library.list(tenant)
    expect(records.map(({ name, version }) => [name, version])).toEqual(names.map(name => [name, 2]))
    expect(await library.load(records, tenant)).toHaveLength(12)
    expect(await filesLeft()).toHaveLength(12)
  })

  it.each(['rows', 'record'])('leaves the old version when the %s of a new one cannot be written', async what => {
    const first = await save('Mắm')
    if (what === 'rows') await mkdir(library.path(tenant, first).replace('.1.', '.2.'))
    else
      vi.spyOn(storage.store('library'), 'set').mockRejectedValueOnce(
        new FamiliarError('CANNOT_WRITE', 'Expected to write a record but the disk is full'),
      )
    await expect(save('Mắm')).rejects.toMatchObject({
      code: 'CANNOT_WRITE',
      message: expect.stringMatching(/^Expected /),
    })
    expect(await library.list(tenant)).toEqual([first])
    // From the disk, not from memory.
    library = await open()
    expect(await library.load([first], tenant)).toHaveLength(1)
    expect(await filesLeft()).toEqual([expect.stringContaining(first.file)])
    expect(await save('Mắm')).toMatchObject({ version: 2 })
  })
})

describe('loading', () => {
  it('leaves out a concept of another base model, and says nothing: it is no fault', async () => {
    await library.save(tenant, { concept: conceptNamed('Bo', { modelFingerprint: 'beef' }), owner: anna })
    await save('Mắm')
    const records = await library.list(tenant)
    expect(records).toHaveLength(2)
    expect((await library.load(records, tenant)).map(({ name }) => name)).toEqual(['Mắm'])
    expect(problems).toEqual([])
  })

  it('leaves out files that are damaged, gone, or of another concept, and reports each once', async () => {
    const [damaged, gone, swapped, foreign] = [await save('A'), await save('B'), await save('C'), await save('D')]
    const whole = await save('E')
    await writeFile(library.path(tenant, damaged), 'not a concept')
    await rm(library.path(tenant, gone))
    await writeFile(library.path(tenant, swapped), await readFile(library.path(tenant, whole)))
    const elsewhere = await library.save('web:2', {
      concept: conceptNamed('D', { modelFingerprint: 'beef' }),
      owner: anna,
    })
    await writeFile(library.path(tenant, foreign), await readFile(library.path('web:2', elsewhere)))
    for (let time = 0; time < 2; time++) {
      const loaded = await library.load(await library.list(tenant), tenant)
      expect(loaded.map(({ name }) => name)).toEqual(['E'])
    }
    expect(problems.map(({ concept, error }) => [concept, (error as FamiliarError).code]).sort()).toEqual(
      [
        [damaged.id, 'BAD_CONCEPT'],
        [gone.id, 'FILE_NOT_FOUND'],
        [swapped.id, 'BAD_CONCEPT'],
        [foreign.id, 'BAD_CONCEPT'],
      ].sort(),
    )
    expect(problems.every(problem => problem.tenant === tenant)).toBe(true)
  })

  it('reads a file once while there is room for it', async () => {
    const bytes = 2 * 12 * 4
    library = await open({ cacheBytes: 2 * bytes })
    const [a, b, c] = [await save('A'), await save('B'), await save('C')]
    const [first] = await library.load([a], tenant)
    expect((await library.load([a, b], tenant))[0]).toBe(first)
    expect((await library.load([a], tenant))[0]).toBe(first)
    // The one that was not used for longest has to go.
    const [second] = await library.load([b], tenant)
    await library.load([a, c], tenant)
    expect((await library.load([a], tenant))[0]).toBe(first)
    expect((await library.load([b], tenant))[0]).not.toBe(second)
    await library.forget(tenant, a.id)
    expect(await library.load([a], tenant)).toEqual([])
  })
})

describe('facts', () => {
  it('stand with every concept that they name, until they are taken back', async () => {
    const [mam, bo] = [await save('Mắm'), await save('Bo')]
    const fact = await library.remember(tenant, [mam.id, bo.id], { text: "Bo is Mắm's brother", by: 'U2' })
    expect(fact).toMatchObject({ text: "Bo is Mắm's brother", by: 'U2' })
    expect((await library.list(tenant)).map(({ facts }) => facts)).toEqual([[fact], [fact]])
    expect(await library.unremember(tenant, fact.id)).toBe(true)
    expect(await library.unremember(tenant, fact.id)).toBe(false)
    expect((await library.list(tenant)).map(({ facts }) => facts)).toEqual([[], []])
    await expect(library.remember(tenant, ['gone'], { text: 'x', by: 'U2' })).rejects.toMatchObject({
      code: 'NO_SUCH_CONCEPT',
    })
  })

  it('are all there after many were said at once', async () => {
    const mam = await save('Mắm')
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => library.remember(tenant, [mam.id], { text: `${n}`, by: 'U1' })),
    )
    expect((await library.list(tenant))[0]!.facts).toHaveLength(20)
  })
})

describe('forgetting', () => {
  it('removes a concept with its files, photos, and every sentence that names it', async () => {
    const [mam, bo] = [await save('Mắm', { sample: Buffer.from('x') }), await save('Bo')]
    await library.remember(tenant, [mam.id, bo.id], { text: "Bo is Mắm's brother", by: 'U2' })
    const kept = await library.remember(tenant, [bo.id], { text: 'Bo barks', by: 'U2' })
    for (const name of ['Mắm', 'Bo'])
      await storage.files.write(`${conceptPhotos(tenant, name)}/1/1.png`, Buffer.from('x'))
    expect(await library.forget(tenant, mam.id)).toBe(true)
    expect(await library.forget(tenant, mam.id)).toBe(false)
    expect(await library.list(tenant)).toEqual([{ ...bo, facts: [kept] }])
    expect(await library.load([mam], tenant)).toEqual([])
    expect((await filesLeft()).length).toBe(2)
    expect(await storage.files.list(conceptPhotos(tenant, 'Mắm'))).toEqual([])
    expect(problems).toEqual([])
  })

  it('removes all of a person: what they own, what shows them, what they said', async () => {
    const [mam, bo] = [await save('Mắm'), await save('Bo', { owner: binh })]
    await save('Chi', { owner: binh, depicts: anna.id })
    await library.remember(tenant, [bo.id, mam.id], { text: 'by Anna', by: anna.id })
    const kept = await library.remember(tenant, [bo.id], { text: 'by Bình', by: binh.id })
    const forgotten = await library.forgetPerson(tenant, anna.id)
    expect([...forgotten.concepts].sort()).toEqual(['Chi', 'Mắm'])
    expect(forgotten.facts).toBe(1)
    expect(await library.list(tenant)).toEqual([{ ...bo, facts: [kept] }])
    expect(await filesLeft()).toEqual([expect.stringContaining(bo.file)])
    expect(await library.forgetPerson(tenant, 'nobody')).toEqual({ concepts: [], facts: 0 })
  })

  it('removes all of a tenant', async () => {
    const mam = await save('Mắm')
    await storage.files.write(`${conceptPhotos(tenant, 'Mắm')}/1/1.png`, Buffer.from('x'))
    await library.forgetTenant(tenant)
    await library.forgetTenant('web:unknown')
    expect(await library.list(tenant)).toEqual([])
    expect(await library.load([mam], tenant)).toEqual([])
    expect(await filesLeft()).toEqual([])
    expect(await storage.store('library').entries()).toEqual([])
  })
})

describe('opening', () => {
  it('sweeps what a process left between its files and its record, and nothing else', async () => {
    const mam = await save('Mắm')
    const folder = dirname(library.path(tenant, mam))
    for (const name of [
      `${mam.id}.2.safetensors`,
      `${mam.id}.2.png`,
      'other.1.safetensors',
      'x.1.safetensors.77.ab.tmp',
    ])
      await writeFile(join(folder, name), 'x')
    await storage.files.write(`${conceptPhotos(tenant, 'Bo')}/1/1.png`, Buffer.from('x'))
    await storage.files.write(`${conceptPhotos(tenant, 'Mắm')}/1/1.png`, Buffer.from('x'))
    // Of a store that this one is not, such as after STORE_URL was changed.
    await storage.files.write('concepts/slack-unknown/y.1.safetensors', Buffer.from('x'))
    library = await open()
    expect(await readdir(folder)).toEqual([mam.file])
    expect(await storage.files.list(conceptPhotos(tenant, 'Bo'))).toEqual([])
    expect(await storage.files.list(conceptPhotos(tenant, 'Mắm'))).toEqual(['1'])
    expect(await storage.files.list('concepts/slack-unknown')).toEqual(['y.1.safetensors'])
    expect(await library.load([mam], tenant)).toHaveLength(1)
  })

  it('sweeps the files of a tenant whose first concept was not finished', async () => {
    const store = storage.store('library')
    const set = store.set.bind(store)
    const first = vi.spyOn(store, 'set').mockImplementation((key, value) => {
      first.mockRejectedValue(new FamiliarError('CANNOT_WRITE', 'Expected to write a record but the disk is full'))
      return set(key, value)
    })
    await expect(save('Mắm')).rejects.toMatchObject({ code: 'CANNOT_WRITE' })
    expect(await filesLeft()).toHaveLength(1)
    library = await open()
    expect(await filesLeft()).toEqual([])
  })

  it('goes on when a folder cannot be swept', async () => {
    const mam = await save('Mắm')
    await storage.files.write('photos', Buffer.from('not a folder'))
    library = await open()
    expect(problems).toHaveLength(1)
    expect(await library.load([mam], tenant)).toHaveLength(1)
  })
})
