/** From what `MODEL` names to the folder that the engine opens: found, or downloaded first. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findSnapshot, isCommit, RepositoryCache } from '../checkpoints/hub/cache.ts'
import { type Downloaded, type DownloadOptions, downloadModel } from '../checkpoints/hub/download.ts'
import type { HubSettings } from '../checkpoints/hub/settings.ts'
import { FamiliarError } from '../errors.ts'
import { architectureNames } from './registry.ts'
import type { HubSource, ModelSource } from './resolve.ts'
import { whatFitsDisk } from './what-fits.ts'

/** The folder of a model that is there whole; nothing when it has yet to be downloaded. */
export async function findModel(source: ModelSource, settings: HubSettings): Promise<string | undefined> {
  return source.hub ? findSnapshot(settings, source.hub) : source.folder
}

/**
 * The folder of a model, for whoever does not download.
 * @throws FamiliarError `MODEL_NOT_DOWNLOADED`, saying what is wrong with what is there, and how to get it, or
 *   `UNSUPPORTED_ARCHITECTURE`
 */
export async function requireModel(source: ModelSource, settings: HubSettings): Promise<string> {
  const folder = await findModel(source, settings)
  if (folder) {
    requireArchitecture(await readConfig(folder), source.hub ? source.name : folder)
    return folder
  }
  const { name, hub } = source as HubSource
  const cache = new RepositoryCache(settings, hub.repository)
  const commit = await cache.commitOf(hub.revision)
  const problem = commit && (await cache.isBegun(commit)) ? `: ${await cache.problem(commit)}` : ''
  throw new FamiliarError(
    'MODEL_NOT_DOWNLOADED',
    `Expected the whole of ${name} in ${settings.cacheFolder} but it is not there${problem}; familiar model pull ${name} downloads it`,
  )
}

type ObtainOptions = Omit<DownloadOptions, 'hub' | 'name' | 'licence' | 'suits' | 'whatFits'>

/**
 * The folder of a model, downloaded if it is not there.
 * @throws FamiliarError `UNSUPPORTED_ARCHITECTURE`, or what `downloadModel` throws
 */
export async function obtainModel(source: HubSource, options: ObtainOptions): Promise<Downloaded> {
  const { name, hub, registered } = source
  return downloadModel({
    ...options,
    name,
    hub,
    licence: registered?.licence,
    suits: config => requireArchitecture(config, name),
    whatFits: free => `HF_HOME can name a larger disk; ${whatFitsDisk(free)}`,
  }).catch(error => {
    if (!(error instanceof FamiliarError && error.code === 'NOT_ON_HUB' && isCommit(hub.revision))) throw error
    throw new FamiliarError('NOT_ON_HUB', `${error.message}: ${hub.repository}@main names its newest revision`)
  })
}

/** What `config.json` holds. @throws FamiliarError `MODEL_NOT_FOUND` or `BAD_CONFIG` */
async function readConfig(folder: string): Promise<unknown> {
  const path = join(folder, 'config.json')
  const text = await readFile(path, 'utf8').catch(cause => {
    const message = `Expected a model folder with ${path} but there is no such file`
    throw new FamiliarError('MODEL_NOT_FOUND', message, { cause })
  })
  try {
    return JSON.parse(text)
  } catch (cause) {
    const message = `Expected JSON in ${path} but received: ${(cause as Error).message}`
    throw new FamiliarError('BAD_CONFIG', message, { cause })
  }
}

/**
 * @param config what `config.json` holds
 * @throws FamiliarError `UNSUPPORTED_ARCHITECTURE`, naming those that are supported
 */
export function requireArchitecture(config: unknown, name: string): void {
  const type = (config as { model_type?: unknown } | null)?.model_type
  if (typeof type === 'string' && architectureNames.has(type)) return
  const known = [...architectureNames.keys()].join(', ')
  const received = type === undefined ? 'none' : JSON.stringify(type)
  const message = `Expected ${name} to have one of the architectures that are supported (model_type ${known}) but received ${received}`
  // The form of Janus-Pro that DeepSeek's own code reads.
  const advice = type === 'multi_modality' ? ': janus-pro-1b and janus-pro-7b name Janus-Pro in the form that is' : ''
  throw new FamiliarError('UNSUPPORTED_ARCHITECTURE', message + advice)
}
