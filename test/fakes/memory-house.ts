/**
 * Stand-ins in memory for what the bot is built on: records, library, teaching queue, settings. They behave as their
 * interfaces say and outlive a bot, so that a test can start another one on what an earlier one left.
 */
import { nameKey } from '../../engine/answering/names.ts'
import type { Concept, Engine, TeachProgress } from '../../engine/engine.ts'
import { FamiliarError } from '../../engine/errors.ts'
import type { RgbImage } from '../../engine/image.ts'
import type { ConceptRecord, Fact, Library, TaughtConcept } from '../../src/concepts/library.ts'
import type { Place, Tenant } from '../../src/conversation/chat.ts'
import type { Log, Records, Shelf } from '../../src/conversation/needs.ts'
import type { TeachingEvents, TeachingJob, TeachingQueue } from '../../src/jobs/teaching.ts'
import type { ListeningMode, Settings } from '../../src/settings.ts'

export class MemoryShelf implements Shelf {
  readonly #stores = new Map<string, Map<string, unknown>>()
  readonly #failing = new Set<string>()

  /** From now on nothing can be written there, or it can again. */
  fail(namespace: string, fails: boolean) {
    if (fails) this.#failing.add(namespace)
    else this.#failing.delete(namespace)
  }

  store<Value>(namespace: string): Records<Value> {
    const records = this.#stores.get(namespace) ?? new Map<string, unknown>()
    this.#stores.set(namespace, records)
    return {
      get: async key => structuredClone(records.get(key)) as Value | undefined,
      set: async (key, value) => {
        if (this.#failing.has(namespace)) throw new FamiliarError('CANNOT_WRITE', 'Expected to write but it is full')
        records.set(key, structuredClone(value))
      },
      delete: async key => records.delete(key),
      entries: async () => [...records].map(([key, value]) => [key, structuredClone(value) as Value]),
    }
  }
}

export class MemoryLibrary implements Library {
  readonly records = new Map<Tenant, ConceptRecord[]>()
  readonly concepts = new Map<string, Concept>()
  readonly samples = new Map<string, Uint8Array>()
  /** Thrown by the next `save`. */
  failure: Error | undefined
  #next = 1
  readonly #fingerprint: string

  constructor(fingerprint = 'f00d') {
    this.#fingerprint = fingerprint
  }

  async list(tenant: Tenant) {
    return [...(this.records.get(tenant) ?? [])].sort((a, b) => a.name.localeCompare(b.name))
  }

  async find(tenant: Tenant, name: string) {
    return (await this.list(tenant)).find(record => nameKey(record.name) === nameKey(name))
  }

  async load(records: readonly ConceptRecord[]) {
    return records
      .filter(record => record.modelFingerprint === this.#fingerprint)
      .map(({ file }) => this.concepts.get(file))
      .filter(concept => concept !== undefined)
  }

  async sample(_tenant: Tenant, { sample = '' }: ConceptRecord) {
    return this.samples.get(sample)
  }

  async save(tenant: Tenant, { concept, owner, depicts, sample }: TaughtConcept) {
    if (this.failure) throw this.failure
    const earlier = await this.find(tenant, concept.name)
    const id = earlier?.id ?? `concept-${this.#next++}`
    const version = (earlier?.version ?? 0) + 1
    const record: ConceptRecord = {
      id,
      name: concept.name,
      kind: concept.kind,
      owner: owner.id,
      ownerName: owner.name,
      ...(depicts && { depicts }),
      version,
      taught: new Date().toISOString(),
      modelFingerprint: concept.modelFingerprint,
      description: concept.description,
      scores: concept.scores,
      file: `${id}.${version}`,
      ...(sample && { sample: `${id}.${version}.png` }),
      facts: earlier?.facts ?? [],
    }
    this.concepts.set(record.file, concept)
    if (sample) this.samples.set(record.sample!, sample)
    this.#change(tenant, records => [...records.filter(each => each.id !== id), record])
    return record
  }

  async forget(tenant: Tenant, id: string) {
    const there = (await this.list(tenant)).some(record => record.id === id)
    this.#change(tenant, records => records.filter(record => record.id !== id))
    return there
  }

  path = (_tenant: Tenant, { file }: ConceptRecord) => file

  async remember(tenant: Tenant, ids: readonly string[], { text, by }: { readonly text: string; readonly by: string }) {
    const fact: Fact = { id: `fact-${this.#next++}`, text, by, said: new Date().toISOString() }
    this.#change(tenant, records =>
      records.map(record => (ids.includes(record.id) ? { ...record, facts: [...record.facts, fact] } : record)),
    )
    return fact
  }

  async unremember(tenant: Tenant, id: string) {
    const there = (await this.list(tenant)).some(({ facts }) => facts.some(fact => fact.id === id))
    this.#dropFacts(tenant, fact => fact.id === id)
    return there
  }

  async forgetPerson(tenant: Tenant, person: string) {
    const records = await this.list(tenant)
    const gone = records.filter(({ owner, depicts }) => owner === person || depicts === person)
    const said = new Set(records.flatMap(({ facts }) => facts.filter(({ by }) => by === person).map(({ id }) => id)))
    for (const { id } of gone) await this.forget(tenant, id)
    this.#dropFacts(tenant, ({ by }) => by === person)
    return { concepts: gone.map(({ name }) => name), facts: said.size }
  }

  async forgetTenant(tenant: Tenant) {
    this.records.delete(tenant)
  }

  #dropFacts(tenant: Tenant, which: (fact: Fact) => boolean) {
    this.#change(tenant, records =>
      records.map(record => ({ ...record, facts: record.facts.filter(fact => !which(fact)) })),
    )
  }

  #change(tenant: Tenant, change: (records: ConceptRecord[]) => ConceptRecord[]) {
    this.records.set(tenant, change(this.records.get(tenant) ?? []))
  }
}

interface MemoryJob {
  job: TeachingJob
  readonly photos: readonly RgbImage[]
  readonly abort: AbortController
  saving?: Promise<void>
}

/** One lesson at a time. Its jobs are `jobs`, which another queue can take up. */
export class MemoryQueue implements TeachingQueue {
  readonly jobs: Map<string, MemoryJob>
  readonly #engine: Pick<Engine, 'teach'>
  #events: TeachingEvents | undefined
  #working: Promise<void> | undefined
  #closed = false

  constructor(engine: Pick<Engine, 'teach'>, earlier?: MemoryQueue) {
    this.#engine = engine
    const left = [...(earlier?.jobs ?? [])].map(([id, { job, photos }]): [string, MemoryJob] => [
      id,
      { job: { ...job, state: job.state === 'running' ? 'queued' : job.state }, photos, abort: new AbortController() },
    ])
    this.jobs = new Map(left)
  }

  async add({ photos, awaitsConsent, ...request }: Parameters<TeachingQueue['add']>[0]) {
    const job: TeachingJob = {
      ...request,
      id: `job-${Math.random().toString(36).slice(2)}`,
      photos: photos.length,
      asked: new Date().toISOString(),
      state: awaitsConsent ? 'consent' : 'queued',
      attempts: 0,
    }
    this.jobs.set(job.id, { job, photos, abort: new AbortController() })
    this.#tellPositions()
    this.#work()
    return job
  }

  async agree(id: string) {
    const entry = this.jobs.get(id)
    if (entry?.job.state === 'consent') entry.job = { ...entry.job, state: 'queued' }
    this.#tellPositions()
    this.#work()
    return entry?.job
  }

  async cancel(id: string, by: string) {
    const entry = this.jobs.get(id)
    if (!entry) return false
    if (entry.saving) {
      await entry.saving
      return false
    }
    this.jobs.delete(id)
    entry.abort.abort()
    await this.#events?.ended(entry.job, { cancelledBy: by })
    return true
  }

  find = (id: string) => this.jobs.get(id)?.job

  list(tenant?: Tenant) {
    const ranks = { running: 0, queued: 1, consent: 2 }
    return [...this.jobs.values()]
      .map(({ job }) => job)
      .filter(job => tenant === undefined || job.tenant === tenant)
      .sort((a, b) => ranks[a.state] - ranks[b.state])
  }

  position(id: string) {
    const job = this.find(id)
    if (!job || job.state === 'consent') return undefined
    if (job.state === 'running') return 0
    return 1 + this.#waiting().findIndex(other => other.id === id)
  }

  async attach(id: string, card: NonNullable<TeachingJob['card']>) {
    const entry = this.jobs.get(id)
    if (entry) entry.job = { ...entry.job, card }
  }

  /** Tells how far a job is, as its lesson would. */
  tell(id: string, progress: TeachProgress) {
    const entry = this.jobs.get(id)
    if (entry) this.#events?.progress(entry.job, progress)
  }

  /** Tells that the device of a lesson was lost, as its queue would. */
  interrupt(id: string) {
    const entry = this.jobs.get(id)
    if (entry) this.#events?.interrupted(entry.job)
  }

  photos = async (id: string) => this.jobs.get(id)?.photos ?? []

  async start(events: TeachingEvents) {
    this.#events = events
    this.#tellPositions()
    this.#work()
  }

  async close() {
    this.#closed = true
    for (const { abort, saving } of this.jobs.values()) if (!saving) abort.abort()
    await this.#working
  }

  #waiting() {
    return this.list().filter(({ state }) => state === 'queued')
  }

  #tellPositions() {
    for (const [index, job] of this.#waiting().entries()) this.#events?.waiting(job, index + 1)
  }

  #work() {
    if (this.#events && !this.#closed)
      this.#working ??= this.#workOff().finally(() => {
        this.#working = undefined
      })
  }

  async #workOff() {
    for (let [job] = this.#waiting(); job && !this.#closed; [job] = this.#waiting()) await this.#teach(job.id)
  }

  async #teach(id: string) {
    const entry = this.jobs.get(id)!
    const { job, photos, abort } = entry
    entry.job = { ...job, state: 'running', attempts: job.attempts + 1 }
    this.#tellPositions()
    const { name, kind, seed } = job
    try {
      const concept = await this.#engine.teach(
        { name, kind, photos, seed },
        { signal: abort.signal, progress: progress => this.#events!.progress(entry.job, progress) },
      )
      if (abort.signal.aborted) return
      entry.saving = this.#events!.learned(entry.job, concept)
      await entry.saving
      this.jobs.delete(id)
    } catch (error) {
      entry.saving = undefined
      if (abort.signal.aborted || this.#closed) return
      this.jobs.delete(id)
      await this.#events!.ended(entry.job, { error: error as Error })
    }
  }
}

export class MemorySettings implements Settings {
  readonly #listening = new Map<string, ListeningMode>()
  readonly #reports = new Map<Tenant, Place | undefined>()

  listening: Settings['listening'] = async ({ tenant, channel }) =>
    this.#listening.get(`${tenant} ${channel}`) ?? 'mention'
  listen: Settings['listen'] = async ({ tenant, channel }, mode) =>
    void this.#listening.set(`${tenant} ${channel}`, mode)
  reportsTo: Settings['reportsTo'] = async tenant => this.#reports.get(tenant)
  reportTo: Settings['reportTo'] = async (tenant, place) => void this.#reports.set(tenant, place)
  forgetTenant: Settings['forgetTenant'] = async tenant => void this.#reports.delete(tenant)
}

export class MemoryLog implements Log {
  readonly lines: string[] = []
  readonly #write = (level: string) => (fields: object, message: string) =>
    void this.lines.push(`${level} ${message} ${JSON.stringify(fields)}`)
  info = this.#write('info')
  warn = this.#write('warn')
  error = this.#write('error')
}
