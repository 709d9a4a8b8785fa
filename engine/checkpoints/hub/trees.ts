/**
 * What a commit holds, kept beside it, so that a model's completeness can be told without asking the hub. The format is
 * that of huggingface_hub from 2.0 on (`_tree_cache.py`), which reads and writes the same files.
 */
import { join } from 'node:path'
import { z } from 'zod'
import { readIfThere, replaceFile } from './files.ts'
import type { HubFile } from './listing.ts'

const formatVersion = 1

const schema = z.looseObject({
  format_version: z.literal(formatVersion),
  files: z.record(
    z.string(),
    z.looseObject({
      size: z.int().nonnegative(),
      blob_id: z.string(),
      lfs_sha256: z.string().nullish(),
      xet_hash: z.string().nullish(),
    }),
  ),
})

const pathOf = (repositoryFolder: string, commit: string) => join(repositoryFolder, 'trees', `${commit}.json`)

/** Nothing where the list is not there, or is of a format of the future. */
export async function readTreeFile(repositoryFolder: string, commit: string): Promise<HubFile[] | undefined> {
  const text = await readIfThere(pathOf(repositoryFolder, commit))
  if (text === undefined) return undefined
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return undefined
  }
  const result = schema.safeParse(json)
  if (!result.success) return undefined
  return Object.entries(result.data.files).map(([path, { size, blob_id: gitId, lfs_sha256, xet_hash }]) => ({
    path,
    size,
    gitId,
    ...(lfs_sha256 && { sha256: lfs_sha256 }),
    ...(xet_hash && { xetHash: xet_hash }),
  }))
}

/** @param files every file of the commit: who reads it takes what is not in it for missing */
export async function writeTreeFile(
  repositoryFolder: string,
  commit: string,
  files: readonly HubFile[],
): Promise<void> {
  const entries = [...files]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, size, gitId, sha256, xetHash }) => {
      const large = sha256 && { lfs_sha256: sha256, lfs_size: size }
      return [path, { size, blob_id: gitId, ...large, ...(xetHash && { xet_hash: xetHash }) }]
    })
  const json = { format_version: formatVersion, files: Object.fromEntries(entries) }
  await replaceFile(pathOf(repositoryFolder, commit), `${JSON.stringify(json, null, 1)}\n`)
}
