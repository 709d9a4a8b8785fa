/**
 * The library in storage: a record for each tenant that lists its concepts, and a folder for each tenant with their rows
 * and sample drawings. The record is written last and is the only truth: a file that it does not name is a leftover of
 * a process that ended in between, and swept when the library is opened. It knows nothing of who may do what.
 */
import { randomUUID } from 'node:crypto'
import { nameKey } from '../../engine/answering/names.ts'
import type { Concept } from '../../engine/engine.ts'
import { FamiliarError } from '../../engine/errors.ts'
import { readConcept, writeConcept } from '../../engine/learning/concept-file.ts'
import type { Tenant } from '../conversation/chat.ts'
import { safeName } from '../storage/files.ts'
import type { Storage } from '../storage/storage.ts'
import type { Store } from '../storage/store.ts'
import { ConceptCache } from './concept-cache.ts'
import type { ConceptRecord, Fact, Library, TaughtConcept } from './library.ts'
import { conceptPhotos, photosFolder, tenantPhotos } from './retained-photos.ts'

export interface LibraryOptions {
  /** Told of what is wrong with a stored file, once for each; its concept is left out and everything else goes on. */
  readonly report?: (problem: { readonly tenant: Tenant; readonly concept?: string; readonly error: Error }) => void
  /** Bytes of rows that are kept in memory; default 64 MB. */
  readonly cacheBytes?: number
}

/** All concepts of one tenant, under a key that stands for any tenant's name. */
interface Shelf {
  readonly tenant: Tenant
  readonly concepts: readonly ConceptRecord[]
}

/**
 * Opens the library and sweeps what an earlier process left unfinished.
 *
 * @param modelFingerprint of the base model; concepts of another one are kept, listed, and not loaded
 * @throws FamiliarError `STORE_FAILED`
 */
export async function createLibrary(
  storage: Storage,
  modelFingerprint: string,
  options: LibraryOptions = {},
): Promise<Library> {
  const library = new StoredLibrary(storage, modelFingerprint, options)
  await library.sweep()
  return library
}

const order = new Intl.Collator('en', { numeric: true })

class StoredLibrary implements Library {
  readonly #storage: Storage
  readonly #shelves: Store<Shelf>
  readonly #fingerprint: string
  readonly #cache: ConceptCache
  readonly #report: NonNullable<LibraryOptions['report']>
  readonly #reported = new Set<string>()

  constructor(storage: Storage, fingerprint: string, { report = () => {}, cacheBytes = 64e6 }: LibraryOptions) {
    this.#storage = storage
    this.#shelves = storage.store('library')
    this.#fingerprint = fingerprint
    this.#cache = new ConceptCache(cacheBytes)
    this.#report = report
  }

  async list(tenant: Tenant): Promise<readonly ConceptRecord[]> {
    const concepts = (await this.#shelves.get(safeName(tenant)))?.concepts ?? []
    return [...concepts].sort((a, b) => order.compare(a.name, b.name))
  }

  async find(tenant: Tenant, name: string): Promise<ConceptRecord | undefined> {
    return named(await this.list(tenant), name)
  }

  async load(records: readonly ConceptRecord[], tenant: Tenant): Promise<readonly Concept[]> {
    const loaded = await Promise.all(records.map(record => this.#load(tenant, record)))
    return loaded.filter(concept => concept !== undefined)
  }

  async #load(tenant: Tenant, record: ConceptRecord): Promise<Concept | undefined> {
    if (record.modelFingerprint !== this.#fingerprint) return undefined
    const path = this.path(tenant, record)
    const cached = this.#cache.get(path)
    if (cached) return cached
    try {
      const concept = await readConcept(path)
      if (concept.modelFingerprint !== this.#fingerprint || nameKey(concept.name) !== nameKey(record.name))
        throw new FamiliarError('BAD_CONCEPT', `Expected the rows of another concept at ${path}`)
      this.#cache.set(path, concept)
      return concept
    } catch (error) {
      const now = (await this.list(tenant)).find(({ id }) => id === record.id)
      // Taught again, or forgotten, since it was looked up.
      if (now && now.file !== record.file) return this.#load(tenant, now)
      if (now) this.#tell(tenant, error, record.id, path)
      return undefined
    }
  }

  async sample(tenant: Tenant, record: ConceptRecord): Promise<Uint8Array | undefined> {
    return record.sample === undefined ? undefined : this.#storage.files.read(`${folder(tenant)}/${record.sample}`)
  }

  async save(tenant: Tenant, { concept, owner, depicts, sample }: TaughtConcept): Promise<ConceptRecord> {
    const { files } = this.#storage
    return this.#shelves.exclusive(safeName(tenant), async () => {
      const shelf = await this.#shelves.get(safeName(tenant))
      const concepts = shelf?.concepts ?? []
      const earlier = named(concepts, concept.name)
      const id = earlier?.id ?? randomUUID()
      const version = (earlier?.version ?? 0) + 1
      const record: ConceptRecord = {
        id,
        name: concept.name,
        kind: concept.kind,
        owner: owner.id,
        ownerName: owner.name,
        ...(depicts !== undefined && { depicts }),
        version,
        taught: new Date().toISOString(),
        modelFingerprint: concept.modelFingerprint,
        description: concept.description,
        scores: concept.scores,
        file: `${id}.${version}.safetensors`,
        ...(sample && { sample: `${id}.${version}.png` }),
        facts: earlier?.facts ?? [],
      }
      // A tenant is known before its first file, for the sweep touches no folder that it does not know.
      if (!shelf) await this.#shelves.set(safeName(tenant), { tenant, concepts })
      try {
        await files.makeFolder(folder(tenant))
        await writeConcept(this.path(tenant, record), concept)
        if (sample) await files.write(`${folder(tenant)}/${record.sample}`, sample)
      } catch (error) {
        await this.#removeFiles(tenant, record)
        throw error
      }
      // When this fails, the record may be written all the same (a server that did not answer): the files stay.
      await this.#shelves.set(safeName(tenant), {
        tenant,
        concepts: [...concepts.filter(other => other !== earlier), record],
      })
      if (earlier) await this.#removeFiles(tenant, earlier)
      return record
    })
  }

  async forget(tenant: Tenant, id: string): Promise<boolean> {
    const { gone } = await this.#withdraw(
      tenant,
      record => record.id === id,
      () => false,
    )
    return gone.length > 0
  }

  path(tenant: Tenant, record: ConceptRecord): string {
    return this.#storage.files.path(`${folder(tenant)}/${record.file}`)
  }

  /** @throws FamiliarError `NO_SUCH_CONCEPT` when none of them is there any more */
  async remember(
    tenant: Tenant,
    ids: readonly string[],
    { text, by }: { readonly text: string; readonly by: string },
  ): Promise<Fact> {
    const fact: Fact = { id: randomUUID(), text, by, said: new Date().toISOString() }
    await this.#shelves.update(safeName(tenant), shelf => {
      if (!shelf?.concepts.some(({ id }) => ids.includes(id)))
        throw new FamiliarError('NO_SUCH_CONCEPT', 'Expected somebody who was taught but received nobody')
      const concepts = shelf.concepts.map(record =>
        ids.includes(record.id) ? { ...record, facts: [...record.facts, fact] } : record,
      )
      return { tenant, concepts }
    })
    return fact
  }

  async unremember(tenant: Tenant, fact: string): Promise<boolean> {
    const { facts } = await this.#withdraw(
      tenant,
      () => false,
      ({ id }) => id === fact,
    )
    return facts > 0
  }

  async forgetPerson(tenant: Tenant, person: string) {
    const { gone, facts } = await this.#withdraw(
      tenant,
      ({ owner, depicts }) => owner === person || depicts === person,
      ({ by }) => by === person,
    )
    return { concepts: gone.map(({ name }) => name), facts }
  }

  async forgetTenant(tenant: Tenant): Promise<void> {
    await this.#shelves.exclusive(safeName(tenant), async () => {
      const shelf = await this.#shelves.get(safeName(tenant))
      // Known until its files are gone, so that what is left of them by a process that ends here is swept.
      if (shelf) await this.#shelves.set(safeName(tenant), { tenant, concepts: [] })
      for (const record of shelf?.concepts ?? []) this.#cache.delete(this.path(tenant, record))
      await this.#storage.files.remove(folder(tenant))
      await this.#storage.files.remove(tenantPhotos(tenant))
      await this.#shelves.delete(safeName(tenant))
    })
  }

  /**
   * Deletes concepts and sentences. A sentence that stands with a concept that goes is deleted wherever else it stands:
   * it names whoever is to be forgotten.
   */
  async #withdraw(
    tenant: Tenant,
    leaves: (record: ConceptRecord) => boolean,
    drops: (fact: Fact) => boolean,
  ): Promise<{ readonly gone: readonly ConceptRecord[]; readonly facts: number }> {
    return this.#shelves.exclusive(safeName(tenant), async () => {
      const { concepts } = (await this.#shelves.get(safeName(tenant))) ?? { concepts: [] }
      const gone = concepts.filter(leaves)
      const goneFacts = gone.flatMap(({ facts }) => facts)
      const dropped = concepts.flatMap(({ facts }) => facts.filter(drops))
      const ids = new Set([...goneFacts, ...dropped].map(({ id }) => id))
      if (gone.length === 0 && ids.size === 0) return { gone, facts: 0 }
      const stay = concepts
        .filter(record => !gone.includes(record))
        .map(record => ({ ...record, facts: record.facts.filter(({ id }) => !ids.has(id)) }))
      await this.#shelves.set(safeName(tenant), { tenant, concepts: stay })
      for (const record of gone) {
        await this.#removeFiles(tenant, record)
        await this.#remove(tenant, conceptPhotos(tenant, record.name))
      }
      return { gone, facts: ids.size }
    })
  }

  /** Deletes files that no record names, of tenants that are known; other folders may be another store's. */
  async sweep(): Promise<void> {
    const { files } = this.#storage
    for (const [, { tenant, concepts }] of await this.#shelves.entries()) {
      try {
        const named = new Set(concepts.flatMap(({ file, sample }) => [file, sample]))
        for (const name of await files.list(folder(tenant)))
          if (!named.has(name)) await files.remove(`${folder(tenant)}/${name}`)
        const photos = new Set(concepts.map(({ name }) => photosFolder(name)))
        for (const name of await files.list(tenantPhotos(tenant)))
          if (!photos.has(name)) await files.remove(`${tenantPhotos(tenant)}/${name}`)
      } catch (error) {
        this.#tell(tenant, error)
      }
    }
  }

  async #removeFiles(tenant: Tenant, record: ConceptRecord): Promise<void> {
    this.#cache.delete(this.path(tenant, record))
    await this.#remove(tenant, `${folder(tenant)}/${record.file}`)
    if (record.sample) await this.#remove(tenant, `${folder(tenant)}/${record.sample}`)
  }

  /** A file that does not go now (Windows, while somebody reads it) is swept at the next start. */
  async #remove(tenant: Tenant, path: string): Promise<void> {
    await this.#storage.files.remove(path).catch(error => this.#tell(tenant, error))
  }

  #tell(tenant: Tenant, thrown: unknown, concept?: string, about = ''): void {
    if (about && this.#reported.has(about)) return
    this.#reported.add(about)
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    this.#report({ tenant, ...(concept && { concept }), error })
  }
}

const folder = (tenant: Tenant) => `concepts/${safeName(tenant)}`

const named = (concepts: readonly ConceptRecord[], name: string) =>
  concepts.find(record => nameKey(record.name) === nameKey(name))
