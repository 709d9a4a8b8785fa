/**
 * A model folder as Hugging Face publishes it: `model.safetensors`, or several files and
 * `model.safetensors.index.json` that says which holds what. Finds a tensor by its key; knows nothing of models.
 */
import { createHash } from 'node:crypto'
import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { FamiliarError } from '../errors.ts'
import { openSafetensors, type SafetensorsFile, type TensorEntry } from './safetensors.ts'

/** A tensor and the file it lies in: `location` is relative to the checkpoint's `root`, with forward slashes. */
export interface CheckpointTensor extends TensorEntry {
  readonly location: string
}

export interface Checkpoint {
  readonly folder: string
  /**
   * The folder inside which every file really lies, symbolic links followed: the checkpoint's own, or the one
   * above both when its files are links, as in the Hugging Face cache. ONNX Runtime asks for it.
   */
  readonly root: string
  keys(): IterableIterator<string>
  has(key: string): boolean
  /** @throws FamiliarError `TENSOR_NOT_FOUND` */
  tensor(key: string): CheckpointTensor
  /** Reads one tensor of floating-point numbers as f32: at most `limit` of them, from number `from` on. */
  readFloat32(key: string, limit?: number, from?: number): Promise<Float32Array>
  /** Reads a tensor's bytes as they are: at most `limit` of them, from byte `from` on. */
  readBytes(key: string, limit?: number, from?: number): Promise<Uint8Array>
  /** What the first file's writer says of it. */
  readonly metadata: Readonly<Record<string, string>>
  /**
   * Tells checkpoints apart, 16 hexadecimal digits: a hash of every tensor's key, type, shape and first bytes. However the
   * tensors are spread over files, it is the same; training changes it, because it changes all of them. A converted
   * checkpoint has that of the one it was made from: what was learned on either is understood by the other.
   */
  fingerprint(): Promise<string>
}

const fingerprintBytes = 64

const singleName = 'model.safetensors'
const indexName = 'model.safetensors.index.json'

/**
 * Opens a model folder; reads headers only.
 * @throws FamiliarError `MODEL_NOT_FOUND` when there is no checkpoint, `BAD_CHECKPOINT` or `BAD_SAFETENSORS` when
 *   there is one that is damaged
 */
export async function openCheckpoint(directory: string): Promise<Checkpoint> {
  const folder = resolve(directory)
  const weightMap = await readIndex(folder)
  const names = weightMap ? [...new Set(weightMap.values())] : [singleName]
  const files = new Map<string, SafetensorsFile>()
  for (const name of names) files.set(name, await openSafetensors(join(folder, name)))

  const owners = weightMap ?? new Map([...(files.get(singleName)?.tensors.keys() ?? [])].map(key => [key, singleName]))
  for (const [key, name] of owners) {
    if (!files.get(name)?.tensors.has(key))
      throw new FamiliarError('BAD_CHECKPOINT', `Expected tensor "${key}" in ${join(folder, name)} but there is none`)
  }
  const fileOf = (key: string) => {
    const name = owners.get(key)
    if (name === undefined)
      throw new FamiliarError('TENSOR_NOT_FOUND', `Expected a tensor named "${key}" in ${folder} but there is none`)
    return files.get(name) as SafetensorsFile
  }
  const root = await commonRoot(
    folder,
    [...files.values()].map(file => file.path),
  )
  return {
    folder,
    root,
    keys: () => owners.keys(),
    has: key => owners.has(key),
    tensor: key => {
      const file = fileOf(key)
      const location = relative(root, file.path).split(sep).join('/')
      return { ...(file.tensors.get(key) as TensorEntry), location }
    },
    readFloat32: async (key, limit, from) => fileOf(key).readFloat32(key, limit, from),
    readBytes: async (key, limit, from) => fileOf(key).readBytes(key, limit, from),
    metadata: files.get(names[0] as string)?.metadata ?? {},
    fingerprint: async () => {
      const base = files.get(singleName)?.metadata.base_fingerprint
      if (base) return base
      const hash = createHash('sha256')
      for (const key of [...owners.keys()].sort()) {
        const { dtype, shape } = fileOf(key).tensors.get(key) as TensorEntry
        hash.update(`${key} ${dtype} [${shape}]`).update(await fileOf(key).readBytes(key, fingerprintBytes))
      }
      return hash.digest('hex').slice(0, 16)
    },
  }
}

/** The index's key → file name, or undefined when the checkpoint is one file. */
async function readIndex(folder: string): Promise<Map<string, string> | undefined> {
  if (await exists(join(folder, singleName))) return undefined
  const path = join(folder, indexName)
  if (!(await exists(path))) {
    const message = `Expected ${singleName} or ${indexName} in ${folder} but there is neither`
    throw new FamiliarError('MODEL_NOT_FOUND', message)
  }
  let index: { weight_map?: unknown }
  try {
    index = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new FamiliarError('BAD_CHECKPOINT', `Expected JSON in ${path} but received: ${cause}`, { cause })
  }
  const entries = Object.entries(index?.weight_map ?? {})
  // A name with a path in it could point outside the folder.
  const isFileName = (name: unknown) => typeof name === 'string' && /^[\w.-]+\.safetensors$/.test(name)
  const wrong = entries.find(([, name]) => !isFileName(name))
  if (entries.length === 0 || wrong) {
    const received = wrong ? JSON.stringify(wrong[1]) : 'none'
    const message = `Expected names of safetensors files as weight_map in ${path} but received ${received}`
    throw new FamiliarError('BAD_CHECKPOINT', message)
  }
  return new Map(entries as [string, string][])
}

async function commonRoot(folder: string, paths: readonly string[]): Promise<string> {
  let root = await realpath(folder)
  const targets = await Promise.all(paths.map(path => realpath(path)))
  while (!targets.every(target => target.startsWith(root.endsWith(sep) ? root : root + sep))) root = dirname(root)
  // Files that really lie in the folder keep the folder's own name, be it a link or not.
  return root === (await realpath(folder)) ? folder : root
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )
