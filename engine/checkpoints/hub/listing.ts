/** What a repository of the hub holds at a revision: the commit, the licence on its page, the files with their checksums. */
import { z } from 'zod'
import { FamiliarError } from '../../errors.ts'
import type { HubClient } from './client.ts'

/** A repository of the hub at one revision: a commit of 40 digits, or a branch or tag. */
export interface HubRevision {
  /** `owner/name`. */
  readonly repository: string
  readonly revision: string
}

export interface Licence {
  readonly name: string
  readonly url: string
  /** What it allows, in a few words. */
  readonly terms?: string
}

/** A file of a commit. */
export interface HubFile {
  /** With `/` between folders. */
  readonly path: string
  readonly size: number
  /** Git's name of the file: the SHA-1 of its bytes or, of a large file, of a pointer to it. */
  readonly gitId: string
  /** SHA-256 of the bytes of a large file. */
  readonly sha256?: string
  /** Names the bytes in a storage of the hub's; kept for other programs. */
  readonly xetHash?: string
}

export interface Repository {
  readonly commit: string
  readonly licence: Licence
}

const digits = (length: number) => z.string().regex(new RegExp(`^[0-9a-f]{${length}}$`))

const repositorySchema = z.looseObject({
  sha: digits(40),
  cardData: z
    .looseObject({
      license: z.union([z.string(), z.array(z.string())]).nullish(),
      license_name: z.string().nullish(),
      license_link: z.string().nullish(),
    })
    .nullish(),
})

const treeSchema = z.array(
  z.looseObject({
    type: z.string(),
    path: z.string(),
    oid: digits(40),
    size: z.int().nonnegative(),
    lfs: z.looseObject({ oid: digits(64), size: z.int().nonnegative() }).nullish(),
    xetHash: digits(64).nullish(),
  }),
)

/** @throws FamiliarError `NOT_ON_HUB`, `NO_ACCESS`, `HUB_UNREACHABLE` or `BAD_HUB_ANSWER` */
export async function readRepository(client: HubClient, hub: HubRevision, signal?: AbortSignal): Promise<Repository> {
  const path = `/api/models/${hub.repository}/revision/${encodeURIComponent(hub.revision)}`
  const answer = await ask(client, hub, () => client.json(path, `an answer about ${hub.repository}`, signal))
  const { sha, cardData } = parse(repositorySchema, answer, hub)
  const page = `${client.settings.endpoint}/${hub.repository}`
  const { license, license_name: name, license_link: link } = cardData ?? {}
  const url = link && (/^https?:/.test(link) ? link : `${page}/blob/${sha}/${link}`)
  return {
    commit: sha,
    licence: { name: name || [license ?? 'a licence that its page does not name'].flat().join(', '), url: url || page },
  }
}

/** Every file of a commit. @throws FamiliarError as `readRepository` does */
export async function readTree(
  client: HubClient,
  { repository, commit }: { repository: string; commit: string },
  signal?: AbortSignal,
): Promise<HubFile[]> {
  const hub = { repository, revision: commit }
  const files: HubFile[] = []
  let page: string | undefined = `/api/models/${repository}/tree/${commit}?recursive=true`
  while (page) {
    const path: string = page
    page = undefined
    const remember = (address: string) => {
      page = address
    }
    const answer = await ask(client, hub, () => client.json(path, `the files of ${repository}`, signal, remember))
    for (const entry of parse(treeSchema, answer, hub)) {
      if (entry.type !== 'file') continue
      const { path, oid: gitId, lfs, xetHash } = entry
      const large = lfs ? { sha256: lfs.oid, size: lfs.size } : { size: entry.size }
      files.push({ path, gitId, ...large, ...(xetHash && { xetHash }) })
    }
  }
  return files
}

/** What the hub's refusals mean for whoever wants a model. */
export async function ask<T>(client: HubClient, hub: HubRevision, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof FamiliarError)) throw error
    const { code, message } = error
    const page = `${client.settings.endpoint}/${hub.repository}`
    if (code === 'NO_ACCESS') {
      const advice = client.settings.token
        ? `accept its conditions on ${page} with the account that HF_TOKEN belongs to`
        : `accept its conditions on ${page}, if it is the right name, and set HF_TOKEN`
      throw new FamiliarError(code, `Expected access to ${hub.repository} but ${message}: ${advice}`)
    }
    if (code === 'NOT_ON_HUB') {
      const wanted = `${hub.repository} at revision ${hub.revision}`
      throw new FamiliarError(code, `Expected to find ${wanted} but ${message}`)
    }
    throw error
  }
}

function parse<T>(schema: z.ZodType<T>, answer: unknown, hub: HubRevision): T {
  const result = schema.safeParse(answer)
  if (result.success) return result.data
  const { path, message } = result.error.issues[0] as z.core.$ZodIssue
  throw new FamiliarError(
    'BAD_HUB_ANSWER',
    `Expected the hub's description of ${hub.repository} but received ${path.join('.') || 'something else'}: ${message}`,
  )
}
