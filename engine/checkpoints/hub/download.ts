/**
 * A model of the hub, to the cache: what is there is used, what is missing is fetched, and the model's folder appears when
 * all of it is there and has the right checksums. Knows nothing of architectures: who calls says what is wanted.
 */
import { mkdir, readdir, readFile, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import PQueue from 'p-queue'
import { FamiliarError } from '../../errors.ts'
import { readableBytes, Speed } from './bytes.ts'
import { findSnapshot, isCommit, RepositoryCache } from './cache.ts'
import { HubClient, type Patience } from './client.ts'
import { bytesLeftBehind, fetchFile, hasChecksum } from './fetch-file.ts'
import { readIfThere, sizeOf } from './files.ts'
import { type HubFile, type HubRevision, type Licence, readRepository, readTree } from './listing.ts'
import { withLock } from './lock.ts'
import { indexedFiles, indexName, neededFiles } from './needed.ts'
import type { HubSettings } from './settings.ts'
import { writeTreeFile } from './trees.ts'

/** How far a download is. */
export interface DownloadProgress {
  /** `waiting`: another process downloads the same model; `checking`: every byte is there. */
  readonly state: 'waiting' | 'downloading' | 'checking'
  readonly bytes: number
  readonly totalBytes: number
  readonly bytesPerSecond: number
  /** Nothing while it cannot be told. */
  readonly secondsLeft?: number
}

export interface DownloadOptions {
  readonly settings: HubSettings
  readonly hub: HubRevision
  /** How the model is called in messages. */
  readonly name: string
  /** Known beforehand; otherwise it is the one of the model's page. */
  readonly licence?: Licence
  /** Asked before anything of the model is fetched. */
  readonly accepts: (licence: Licence) => Promise<boolean>
  /** Looks at `config.json` before the weights are fetched; throws when they would be of no use. */
  readonly suits?: (config: unknown) => void
  /** What to add for who has too little room: how much there is, in bytes. */
  readonly whatFits?: (freeBytes: number) => string
  /** Compares what is there with its checksums too, and fetches what is damaged again. */
  readonly verify?: boolean
  readonly progress?: (progress: DownloadProgress) => void
  readonly signal?: AbortSignal
  readonly patience?: Partial<Patience>
  /** Bytes that are free for a folder; a test brings its own. */
  readonly freeBytes?: (folder: string) => Promise<number>
}

export interface Downloaded {
  readonly folder: string
  readonly commit: string
  /** Bytes of the model's files. */
  readonly bytes: number
  /** Bytes that had to be fetched now. */
  readonly fetchedBytes: number
}

/** Files that are fetched at the same time. */
const connections = 4
/** Milliseconds between two reports. */
const reportInterval = 100
/** Left free, so that a download does not fill the disk to the last byte. */
const spareBytes = 100e6

/**
 * Downloads a model, or finds it in the cache. A broken download goes on where it was; two processes that ask for the same
 * model at once download it once.
 *
 * @throws FamiliarError `LICENSE_NOT_ACCEPTED`, `OFFLINE`, `NO_SPACE`, `BAD_DOWNLOAD`, `NO_MODEL_FILES`, `NO_ACCESS`,
 *   `NOT_ON_HUB`, `HUB_UNREACHABLE`, `HUB_BUSY` or `BAD_HUB_ANSWER`
 */
export async function downloadModel(options: DownloadOptions): Promise<Downloaded> {
  const { settings, hub, name, signal } = options
  const cached = await findSnapshot(settings, hub)
  const commit = await new RepositoryCache(settings, hub.repository).commitOf(hub.revision)
  // What is there is used without asking anybody; only a branch may have moved on.
  const settled = !options.verify && (isCommit(hub.revision) || settings.offline)
  if (cached && commit && settled) return alreadyThere(cached, commit)
  if (settings.offline) {
    const message = `Expected ${name} in ${settings.cacheFolder} but it is not there whole, and HF_HUB_OFFLINE forbids to fetch it`
    throw new FamiliarError('OFFLINE', message)
  }
  if (options.licence && !cached) await requireLicence(options, options.licence)
  const client = new HubClient(settings, options.patience)
  const repository = await readRepository(client, hub, signal)
  if (!options.licence && !cached) await requireLicence(options, repository.licence)
  return new Download(options, client, repository.commit).run()
}

async function alreadyThere(folder: string, commit: string): Promise<Downloaded> {
  const found = await Promise.all((await readdir(folder)).map(name => sizeOf(join(folder, name))))
  return { folder, commit, bytes: found.reduce<number>((sum, size = 0) => sum + size, 0), fetchedBytes: 0 }
}

async function requireLicence({ name, accepts }: DownloadOptions, licence: Licence): Promise<void> {
  if (await accepts(licence)) return
  const message = `Expected the licence of ${name} to be accepted (${licence.name}, ${licence.url}) but it was not`
  const advice = `nothing was downloaded; --accept-license or ACCEPT_LICENSE=${name} accepts it`
  throw new FamiliarError('LICENSE_NOT_ACCEPTED', `${message}: ${advice}`)
}

/** One model's download at one commit. */
class Download {
  readonly #options: DownloadOptions
  readonly #client: HubClient
  readonly #commit: string
  readonly #cache: RepositoryCache
  readonly #speed = new Speed()
  readonly #intact = new Set<string>()
  #bytes = 0
  #totalBytes = 0
  #fetchedBytes = 0
  #reported = Number.NEGATIVE_INFINITY

  constructor(options: DownloadOptions, client: HubClient, commit: string) {
    this.#options = options
    this.#client = client
    this.#commit = commit
    this.#cache = new RepositoryCache(options.settings, options.hub.repository)
  }

  run(): Promise<Downloaded> {
    const { signal } = this.#options
    return withLock(this.#cache.lock, () => this.#fetchAll(), { signal, waiting: () => this.#report('waiting') })
  }

  async #fetchAll(): Promise<Downloaded> {
    const commit = this.#commit
    const { repository } = this.#cache
    const { signal, suits, hub } = this.#options
    const files = await readTree(this.#client, { repository, commit }, signal)
    // The configuration first: it says whether the rest is wanted.
    const config = files.filter(({ path }) => path === 'config.json')
    await this.#fetch(config)
    for (const file of config) suits?.(parseJson(await this.#read(file), `config.json of ${repository}`))
    const { texts, weights } = neededFiles(files, repository)
    await this.#fetch(texts)
    const index = texts.find(({ path }) => path === indexName)
    const shards = index ? indexedFiles(await this.#read(index), files, repository) : [weights as HubFile]
    const all = [...shards, ...texts]
    await this.#prepare(all)
    await this.#fetch(shards)
    for (const file of all) await this.#cache.place(commit, file)
    await writeTreeFile(this.#cache.folder, commit, files)
    await this.#cache.remember(hub.revision, commit)
    const problem = await this.#cache.problem(commit)
    if (problem) throw new FamiliarError('BAD_CHECKPOINT', `Expected a whole model in ${repository} but: ${problem}`)
    return { folder: this.#cache.snapshot(commit), commit, bytes: sizes(all), fetchedBytes: this.#fetchedBytes }
  }

  /** Counts what there is to do, and whether there is room for it. */
  async #prepare(files: readonly HubFile[]): Promise<void> {
    const { name, settings, whatFits, freeBytes = freeBytesOf } = this.#options
    const missing = await this.#missing(files)
    let bytes = sizes(missing)
    for (const file of missing) bytes -= await bytesLeftBehind(this.#cache.blob(file), file)
    this.#totalBytes = sizes(files)
    this.#bytes = this.#totalBytes - bytes
    if (bytes === 0) return
    const free = await freeBytes(settings.cacheFolder)
    if (free >= bytes + spareBytes) return
    const needed = readableBytes(bytes + spareBytes)
    const message = `Expected ${needed} of free disk in ${settings.cacheFolder} for ${name} but received ${readableBytes(free)}`
    throw new FamiliarError('NO_SPACE', [message, whatFits?.(free)].filter(Boolean).join(': '))
  }

  /** Fetches those that are not there, some at a time; the first that fails ends the others. */
  async #fetch(files: readonly HubFile[]): Promise<void> {
    const { hub, signal } = this.#options
    const failure = new AbortController()
    const either = AbortSignal.any([failure.signal, ...(signal ? [signal] : [])])
    const queue = new PQueue({ concurrency: connections })
    const received = (bytes: number) => {
      this.#bytes += bytes
      this.#fetchedBytes += bytes
      if (this.#totalBytes > 0) this.#report(this.#bytes < this.#totalBytes ? 'downloading' : 'checking')
    }
    const work = (file: HubFile) => async () => {
      if (either.aborted) return
      const revision = { repository: hub.repository, revision: this.#commit }
      const blob = this.#cache.blob(file)
      await fetchFile({ client: this.#client, hub: revision, file, blob, received, signal: either }).catch(error =>
        failure.abort(error),
      )
    }
    await queue.addAll((await this.#missing(files)).map(work))
    either.throwIfAborted()
  }

  /** Each once, though two files of a commit may have the same bytes. */
  async #missing(files: readonly HubFile[]): Promise<HubFile[]> {
    const missing = new Map<string, HubFile>()
    for (const file of files) {
      if ((await this.#cache.has(this.#commit, file)) && (await this.#isIntact(file))) continue
      missing.set(this.#cache.blob(file), file)
    }
    return [...missing.values()]
  }

  /** Looks into a file once, where it is asked for; a damaged one is gone then. */
  async #isIntact(file: HubFile): Promise<boolean> {
    if (!this.#options.verify || this.#intact.has(file.path)) return true
    const places = [join(this.#cache.snapshot(this.#commit), file.path), this.#cache.blob(file)]
    for (const path of places) {
      if ((await sizeOf(path)) === undefined || (await hasChecksum(path, file, this.#options.signal))) continue
      await Promise.all(places.map(damaged => rm(damaged, { force: true })))
      return false
    }
    this.#intact.add(file.path)
    return true
  }

  async #read(file: HubFile): Promise<string> {
    const placed = await readIfThere(join(this.#cache.snapshot(this.#commit), file.path))
    return placed ?? readFile(this.#cache.blob(file), 'utf8')
  }

  #report(state: DownloadProgress['state']): void {
    const now = performance.now()
    if (state === 'downloading' && now - this.#reported < reportInterval) return
    this.#reported = now
    const left = this.#totalBytes - this.#bytes
    const bytesPerSecond = this.#speed.at(this.#bytes)
    const secondsLeft = bytesPerSecond > 0 ? left / bytesPerSecond : undefined
    this.#options.progress?.({ state, bytes: this.#bytes, totalBytes: this.#totalBytes, bytesPerSecond, secondsLeft })
  }
}

const sizes = (files: readonly HubFile[]) => files.reduce((sum, { size }) => sum + size, 0)

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new FamiliarError('BAD_CHECKPOINT', `Expected JSON as ${what} but received: ${(error as Error).message}`)
  }
}

async function freeBytesOf(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true })
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
