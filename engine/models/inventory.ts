/** The models that can be named, and how much of each is on this machine. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RepositoryCache } from '../checkpoints/hub/cache.ts'
import { ifMissing, sizeOf } from '../checkpoints/hub/files.ts'
import type { HubSettings } from '../checkpoints/hub/settings.ts'
import { architectureNames, registeredModels } from './registry.ts'
import { type ModelSource, sourceOf } from './resolve.ts'

export interface InventoryEntry {
  readonly name: string
  /** `partly`: a download broke off, or files have been lost. */
  readonly state: 'built in' | 'downloaded' | 'partly downloaded' | 'not downloaded'
  readonly repository?: string
  readonly revision?: string
  /** Where it lies, when it is there whole. */
  readonly folder?: string
  /** Bytes that are there. */
  readonly bytes: number
  /** Bytes of the whole, where they are known. */
  readonly wholeBytes?: number
  readonly licence?: string
}

/** The registered models, then what else the cache holds that the engine can open. */
export async function listModels(settings: HubSettings): Promise<InventoryEntry[]> {
  const registered = await Promise.all(registeredModels.map(model => entryOf(sourceOf(model), settings)))
  const known = new Set(registered.map(({ repository }) => repository))
  const others = (await cachedRepositories(settings)).filter(repository => !known.has(repository))
  const found = await Promise.all(others.map(repository => cachedEntry(repository, settings)))
  return [...registered, ...found.filter(entry => entry !== undefined)]
}

async function entryOf(source: ModelSource, settings: HubSettings): Promise<InventoryEntry> {
  const { name, registered } = source
  const licence = registered?.licence.name
  if (!source.hub)
    return { name, state: 'built in', folder: source.folder, bytes: await bytesIn(source.folder), licence }
  const { repository, revision } = source.hub
  const cache = new RepositoryCache(settings, repository)
  const commit = await cache.commitOf(revision)
  const whole = commit !== undefined && !(await cache.problem(commit))
  const bytes = await bytesIn(whole ? cache.snapshot(commit) : cache.blobs)
  return {
    name,
    state: whole ? 'downloaded' : bytes > 0 ? 'partly downloaded' : 'not downloaded',
    repository,
    revision,
    ...(whole && { folder: cache.snapshot(commit) }),
    bytes,
    wholeBytes: registered?.downloadBytes,
    licence,
  }
}

/** Nothing for a repository that is no model of a supported architecture. */
async function cachedEntry(repository: string, settings: HubSettings): Promise<InventoryEntry | undefined> {
  const cache = new RepositoryCache(settings, repository)
  const main = await cache.commitOf('main')
  const commits = await readdir(cache.snapshots).catch(ifMissing<string[]>([]))
  for (const commit of [main, ...commits]) {
    if (!commit || !(await isSupported(cache.snapshot(commit)))) continue
    const revision = commit === main ? 'main' : commit
    const name = commit === main ? repository : `${repository}@${commit}`
    return entryOf({ name, hub: { repository, revision } }, settings)
  }
  return undefined
}

async function isSupported(folder: string): Promise<boolean> {
  try {
    return architectureNames.has(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')).model_type)
  } catch {
    return false
  }
}

async function cachedRepositories({ cacheFolder }: HubSettings): Promise<string[]> {
  const names = await readdir(cacheFolder).catch(ifMissing<string[]>([]))
  return names.flatMap(name => /^models--(.+?)--(.+)$/.exec(name)?.slice(1).join('/') ?? []).sort()
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch(ifMissing<string[]>([]))
  return (await Promise.all(names.map(name => sizeOf(join(folder, name))))).reduce<number>(
    (sum, size = 0) => sum + size,
    0,
  )
}
