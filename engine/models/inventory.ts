/** The models that can be named, and how much of each is on this machine. */
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { convertedFolder } from '../checkpoints/conversion/convert-checkpoint.ts'
import { RepositoryCache } from '../checkpoints/hub/cache.ts'
import { ifMissing, sizeOf } from '../checkpoints/hub/files.ts'
import type { HubSettings } from '../checkpoints/hub/settings.ts'
import { type ConvertedWeights, convertedOf, listConverted } from './converted.ts'
import { architectureNames, registeredModels } from './registry.ts'
import { type ModelSource, sourceOf } from './resolve.ts'

export interface InventoryEntry {
  readonly name: string
  /** `partly`: a download broke off, or files have been lost. `folder`: one that was used here; `gone`: it is no more. */
  readonly state: 'built in' | 'downloaded' | 'partly downloaded' | 'not downloaded' | 'folder' | 'gone'
  readonly repository?: string
  readonly revision?: string
  /** Where it lies, when it is there whole. */
  readonly folder?: string
  /** Bytes that are there. */
  readonly bytes: number
  /** Bytes of the whole, where they are known. */
  readonly wholeBytes?: number
  readonly licence?: string
  /** Its weights in other forms. */
  readonly converted: readonly ConvertedWeights[]
}

type Found = Omit<InventoryEntry, 'converted'>

/**
 * The registered models, then what else the cache holds that the engine can open, then what weights in other forms were
 * made from.
 */
export async function listModels(settings: HubSettings): Promise<InventoryEntry[]> {
  const all = await listConverted(convertedFolder(settings.cacheFolder))
  const entries: InventoryEntry[] = []
  const left = new Set(all)
  for (const found of await findModels(settings)) {
    const converted = found.folder ? await convertedOf(found.folder, all) : []
    for (const weights of converted) left.delete(weights)
    entries.push({ ...found, converted })
  }
  const sources = new Set([...left].map(({ source }) => source))
  for (const source of sources)
    entries.push({ ...(await sourceEntry(source)), converted: [...left].filter(weights => weights.source === source) })
  return entries
}

async function findModels(settings: HubSettings): Promise<Found[]> {
  const registered = await Promise.all(registeredModels.map(model => entryOf(sourceOf(model), settings)))
  const known = new Set(registered.map(({ repository }) => repository))
  const others = (await cachedRepositories(settings)).filter(repository => !known.has(repository))
  const found = await Promise.all(others.map(repository => cachedEntry(repository, settings)))
  return [...registered, ...found.filter(entry => entry !== undefined)]
}

/** A folder of somebody's own, or what is known of a model that was removed by another program. */
async function sourceEntry(source: string | undefined): Promise<Found> {
  // Half written, and whose it is would stand at its end.
  if (source === undefined) return { name: 'not known', state: 'gone', bytes: 0 }
  const [, owner, repository] = /models--(.+?)--([^\\/]+)/.exec(source) ?? []
  const bytes = await bytesIn(source)
  return bytes > 0
    ? { name: basename(source), state: 'folder', folder: source, bytes }
    : { name: owner ? `${owner}/${repository}` : source, state: 'gone', bytes }
}

async function entryOf(source: ModelSource, settings: HubSettings): Promise<Found> {
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
async function cachedEntry(repository: string, settings: HubSettings): Promise<Found | undefined> {
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
