/** Which files of a repository make a model folder: a repository may also hold other formats, code and pictures. */
import { FamiliarError } from '../../errors.ts'
import type { HubFile } from './listing.ts'

const textFiles = [
  'config.json',
  'generation_config.json',
  'preprocessor_config.json',
  'processor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'chat_template.jinja',
  'chat_template.json',
]
export const weightsName = 'model.safetensors'
export const indexName = 'model.safetensors.index.json'

export interface NeededFiles<T> {
  /** Small, and read before the weights are fetched. */
  readonly texts: readonly T[]
  /** `model.safetensors`, or nothing when the index says which files hold the weights. */
  readonly weights: T | undefined
}

/**
 * @throws FamiliarError `NO_MODEL_FILES` when the repository is no model in safetensors
 */
export function neededFiles<T extends Pick<HubFile, 'path'>>(files: readonly T[], repository: string): NeededFiles<T> {
  const found = (name: string) => files.find(({ path }) => path === name)
  const weights = found(weightsName)
  const names = weights ? textFiles : [...textFiles, indexName]
  const missing = [
    !found('config.json') && 'config.json',
    !weights && !found(indexName) && `${weightsName} or ${indexName}`,
    !found('tokenizer.json') && 'tokenizer.json',
  ].filter(name => name !== false)
  if (missing.length > 0) {
    const message = `Expected ${missing.join(' and ')} in ${repository} but there is none`
    throw new FamiliarError('NO_MODEL_FILES', message)
  }
  return { texts: names.flatMap(name => found(name) ?? []), weights }
}

/**
 * The files that an index names.
 * @throws FamiliarError `BAD_CHECKPOINT` when it names none, or one that the repository lacks
 */
export function indexedFiles<T extends Pick<HubFile, 'path'>>(
  index: string,
  files: readonly T[],
  repository: string,
): T[] {
  const bad = (received: string) =>
    new FamiliarError(
      'BAD_CHECKPOINT',
      `Expected ${indexName} of ${repository} to name its files but received ${received}`,
    )
  let map: unknown
  try {
    map = JSON.parse(index).weight_map
  } catch (error) {
    throw bad((error as Error).message)
  }
  const names = new Set(Object.values(map ?? {}))
  if (names.size === 0) throw bad('none')
  return [...names].map(name => {
    const file = files.find(({ path }) => path === name)
    if (!file || !/^[\w.-]+\.safetensors$/.test(file.path)) throw bad(JSON.stringify(name))
    return file
  })
}
