/**
 * The cache that the programs of Hugging Face share, so that nothing is downloaded twice:
 *
 *     models--owner--name/
 *       blobs/<SHA-256, or Git's SHA-1 of a small file>
 *       snapshots/<commit>/<path>     links to blobs
 *       refs/<branch or tag>          the commit it stood for
 *       trees/<commit>.json           what the commit holds
 *
 * Source: https://huggingface.co/docs/huggingface_hub/guides/manage-cache
 */
import { copyFile, link, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { FamiliarError } from '../../errors.ts'
import { openCheckpoint } from '../checkpoint.ts'
import { readIfThere, replaceFile, sizeOf } from './files.ts'
import type { HubFile, HubRevision } from './listing.ts'
import { indexedFiles, indexName, neededFiles } from './needed.ts'
import type { HubSettings } from './settings.ts'
import { readTreeFile } from './trees.ts'

export const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision)

/** Where one repository lies in the cache. */
export class RepositoryCache {
  readonly repository: string
  readonly folder: string
  readonly blobs: string
  readonly snapshots: string
  readonly refs: string
  /** Of our own, beside those of others. */
  readonly lock: string
  readonly #links: boolean

  constructor({ cacheFolder, links }: HubSettings, repository: string) {
    this.repository = repository
    const name = `models--${repository.replaceAll('/', '--')}`
    this.folder = join(cacheFolder, name)
    this.lock = join(cacheFolder, '.locks', name, 'familiar')
    this.blobs = join(this.folder, 'blobs')
    this.snapshots = join(this.folder, 'snapshots')
    this.refs = join(this.folder, 'refs')
    this.#links = links
  }

  blob({ sha256, gitId }: HubFile): string {
    return join(this.blobs, sha256 ?? gitId)
  }

  snapshot(commit: string): string {
    return join(this.snapshots, commit)
  }

  /** The commit that a revision stood for when the hub was last asked. */
  async commitOf(revision: string): Promise<string | undefined> {
    if (isCommit(revision)) return revision
    const commit = (await readIfThere(join(this.refs, ...revision.split('/'))))?.trim()
    return commit && isCommit(commit) ? commit : undefined
  }

  /** Whether anything of a commit is there. */
  async isBegun(commit: string): Promise<boolean> {
    return (await sizeOf(this.snapshot(commit))) !== undefined
  }

  async remember(revision: string, commit: string): Promise<void> {
    if (revision !== commit) await replaceFile(join(this.refs, ...revision.split('/')), commit)
  }

  /** Whether a file is there, under its commit or as a blob, as long as it should be. */
  async has(commit: string, file: HubFile): Promise<boolean> {
    if ((await sizeOf(join(this.snapshot(commit), file.path))) === file.size) return true
    return (await sizeOf(this.blob(file))) === file.size
  }

  /** Makes a blob appear in its commit's folder: a link, or the like where the system has no links for everybody. */
  async place(commit: string, file: HubFile): Promise<void> {
    const path = join(this.snapshot(commit), file.path)
    if ((await sizeOf(path)) === file.size) return
    await mkdir(dirname(path), { recursive: true })
    await rm(path, { force: true })
    const blob = this.blob(file)
    if (this.#links && (await succeeds(symlink(relative(dirname(path), blob), path)))) return
    // Windows gives symbolic links to developers only; a second name for the same bytes to everybody.
    if (await succeeds(link(blob, path))) return
    await copyFile(blob, `${path}.tmp`)
    await rename(`${path}.tmp`, path)
  }

  /**
   * What is wrong with a commit's folder, in the words of whoever found it; nothing when the model is there whole. Where the
   * list of the commit's files is not known, what a model cannot do without has to be enough.
   */
  async problem(commit: string): Promise<string | undefined> {
    const folder = this.snapshot(commit)
    try {
      // Compares every header with its file's length.
      await openCheckpoint(folder)
      const files = await readTreeFile(this.folder, commit)
      if (files) {
        const { texts, weights } = neededFiles(files, this.repository)
        const index = weights ? '' : await readFile(join(folder, indexName), 'utf8')
        const all = [...texts, ...(weights ? [weights] : indexedFiles(index, files, this.repository))]
        for (const { path, size } of all) {
          const found = (await stat(join(folder, path))).size
          if (found !== size) return `${path} has ${found} bytes instead of ${size}`
        }
      } else for (const path of ['config.json', 'tokenizer.json']) await stat(join(folder, path))
      return undefined
    } catch (error) {
      if (error instanceof FamiliarError || (error as NodeJS.ErrnoException).code === 'ENOENT')
        return (error as Error).message
      throw error
    }
  }
}

/** The folder of a model that has been downloaded whole, by whichever program. */
export async function findSnapshot(
  settings: HubSettings,
  { repository, revision }: HubRevision,
): Promise<string | undefined> {
  const cache = new RepositoryCache(settings, repository)
  const commit = await cache.commitOf(revision)
  return commit && !(await cache.problem(commit)) ? cache.snapshot(commit) : undefined
}

const succeeds = (work: Promise<void>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  )
