/** Taking a model out of the cache, and nothing that another model, another commit or another program still needs. */
import type { Dirent } from 'node:fs'
import { lstat, readdir, readFile, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FamiliarError } from '../../errors.ts'
import { RepositoryCache } from './cache.ts'
import { unfinished } from './fetch-file.ts'
import { ifMissing } from './files.ts'
import type { HubRevision } from './listing.ts'
import { withLock } from './lock.ts'
import type { HubSettings } from './settings.ts'

export interface Removal {
  /** What goes; nothing when none of the model is there. */
  readonly paths: readonly string[]
  /** What that frees. */
  readonly bytes: number
}

/**
 * Finds out what is there for a revision alone: its folder, the blobs that no other commit's folder leads to, and what
 * broken downloads have left.
 */
export async function planRemoval(settings: HubSettings, { repository, revision }: HubRevision): Promise<Removal> {
  const cache = new RepositoryCache(settings, repository)
  const commit = await cache.commitOf(revision)
  const snapshots = (await entries(cache.snapshots)).map(({ name }) => name)
  const others = snapshots.filter(name => name !== commit)
  const needed = new Set((await Promise.all(others.map(name => identities(cache.snapshot(name))))).flat())
  const paths: string[] = []
  let bytes = 0
  if (commit && snapshots.includes(commit)) {
    const folder = cache.snapshot(commit)
    for (const entry of await entries(folder)) {
      const { nlink, size } = await lstat(join(folder, entry.name))
      if (entry.isFile() && nlink === 1) bytes += size
    }
    // The folder first: a model is there whole or not at all.
    paths.push(folder, join(cache.folder, 'trees', `${commit}.json`), ...(await refsTo(cache.refs, commit)))
  }
  for (const { name } of await entries(cache.blobs)) {
    const path = join(cache.blobs, name)
    const isOthers = name.endsWith('.incomplete') && !name.endsWith(unfinished)
    if (isOthers || needed.has(await identity(path))) continue
    paths.push(path)
    // A link leads to bytes that several repositories share; those stay.
    bytes += (await lstat(path)).size
  }
  return { paths, bytes }
}

/** @throws FamiliarError `MODEL_IN_USE` when it is being downloaded, or the system does not let go of it */
export async function removeModel(settings: HubSettings, hub: HubRevision): Promise<Removal> {
  const cache = new RepositoryCache(settings, hub.repository)
  const waiting = () => {
    throw new FamiliarError('MODEL_IN_USE', `Expected ${hub.repository} to be left alone but it is being downloaded`)
  }
  const removal = await withLock(
    cache.lock,
    async () => {
      const plan = await planRemoval(settings, hub)
      for (const path of plan.paths) await remove(path)
      return plan
    },
    { waiting },
  )
  for (const folder of [cache.blobs, cache.snapshots, cache.refs, join(cache.folder, 'trees'), cache.folder])
    await rmdir(folder).catch(() => {})
  await rmdir(dirname(cache.lock)).catch(() => {})
  return removal
}

async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(cause => {
    throw new FamiliarError('MODEL_IN_USE', `Expected to remove ${path} but received: ${cause.message}`, { cause })
  })
}

async function identities(folder: string): Promise<string[]> {
  return Promise.all((await entries(folder)).map(({ name }) => identity(join(folder, name))))
}

/** Tells files apart, whatever names and links lead to them. */
async function identity(path: string): Promise<string> {
  return stat(path, { bigint: true }).then(({ dev, ino }) => `${dev}:${ino}`, ifMissing(path))
}

async function refsTo(refs: string, commit: string): Promise<string[]> {
  const found = await readdir(refs, { recursive: true }).catch(ifMissing<string[]>([]))
  const paths: string[] = []
  for (const path of found.map(name => join(refs, name)))
    if ((await stat(path)).isFile() && (await readFile(path, 'utf8')).trim() === commit) paths.push(path)
  return paths
}

function entries(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch(ifMissing<Dirent[]>([]))
}
