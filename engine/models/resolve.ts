/** What `MODEL` and the commands' arguments name: a registered model, a folder, or a model of the Hugging Face hub. */
import { statSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { distance } from 'fastest-levenshtein'
import type { HubRevision } from '../checkpoints/hub/listing.ts'
import { FamiliarError } from '../errors.ts'
import { type RegisteredModel, registeredModels } from './registry.ts'

/** Where a model is: a folder of this machine, or a revision on the hub that may have been downloaded. */
export type ModelSource = FolderSource | HubSource

interface FolderSource {
  /** How it is called: the registered name, or the folder's. */
  readonly name: string
  /** Absolute path. */
  readonly folder: string
  readonly hub?: undefined
  readonly registered?: RegisteredModel
}

export interface HubSource {
  /** The registered name, or the hub id. */
  readonly name: string
  readonly folder?: undefined
  readonly hub: HubRevision
  readonly registered?: RegisteredModel
}

/** `owner/name`, with `@revision` for another than `main`. */
const hubId = /^([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*)(?:@([\w.-]+(?:\/[\w.-]+)*))?$/
/** More letters than this are not a slip of the keyboard. */
const farthestSuggestion = 4

/**
 * Finds out what a text names; touches neither the network nor the cache. A registered name comes first, then a folder
 * that exists, then a hub id.
 * @param setting where the text stands, such as `MODEL`, for messages
 * @throws FamiliarError `MODEL_NOT_FOUND` for a path without a folder, `UNKNOWN_MODEL` for anything else, with the
 *   nearest name
 */
export function resolveModel(text: string, setting?: string): ModelSource {
  const expected = setting ? `Expected ${setting} to be` : 'Expected'
  const given = text.trim()
  const registered = registeredModels.find(model => isNameOf(model, given))
  if (registered) return sourceOf(registered)
  const path = given.startsWith('~/') ? join(homedir(), given.slice(2)) : given
  if (given && isFolder(path)) return { name: basename(resolve(path)), folder: resolve(path) }
  const [, repository, revision = 'main'] = hubId.exec(given) ?? []
  if (repository && !revision.includes('..')) {
    // Another revision of a registered model is still under its licence.
    const same = registeredModels.find(model => isNameOf(model, repository))
    return { name: given, hub: { repository, revision }, ...(same && { registered: same }) }
  }
  if (/^[.~]|[\\/]/.test(given))
    throw new FamiliarError('MODEL_NOT_FOUND', `${expected} a model folder at ${resolve(path)} but there is none`)
  const near = nearestName(given)
  const names = registeredModels.map(({ name }) => name).join(', ')
  const message = `${expected} a model (${names}), a hub id such as owner/name or the path of a folder but received "${given}"`
  throw new FamiliarError('UNKNOWN_MODEL', near ? `${message}: did you mean ${near}?` : message)
}

export function sourceOf(registered: RegisteredModel): ModelSource {
  const { name, hub, folder } = registered
  return hub ? { name, hub, registered } : { name, folder: folder as string, registered }
}

/** The hub takes ids without regard to case. */
function isNameOf(model: RegisteredModel, text: string): boolean {
  const lower = text.toLowerCase()
  return model.name === lower || model.hub?.repository.toLowerCase() === lower
}

function nearestName(text: string): string | undefined {
  const lower = text.toLowerCase()
  const ranked = registeredModels.map(({ name }) => ({ name, letters: distance(name, lower) }))
  // What stands in a name may be meant by it, however much is missing: "janus" is farther from "janus-pro-1b" than a slip.
  const meant = lower.length >= 4 ? ranked.find(({ name }) => name.includes(lower)) : undefined
  const nearest = ranked.reduce((best, next) => (next.letters < best.letters ? next : best))
  return nearest.letters <= farthestSuggestion ? nearest.name : meant?.name
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
