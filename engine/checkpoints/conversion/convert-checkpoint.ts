/**
 * A model folder with its weights in another form, made once from another model folder, piece by piece: the decoder's products
 * in 16, 8 or 4 bits, or what is stored in bf16 as fp16 or f32. The folder appears when all of it is written: one that was
 * begun and not finished has another name, is never opened, and the next run goes on with it.
 */
import { createHash } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, rename, rm, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FamiliarError } from '../../errors.ts'
import { type Checkpoint, openCheckpoint } from '../checkpoint.ts'
import { writeChecksums } from '../checksums.ts'
import { readableBytes } from '../hub/bytes.ts'
import { sizeOf } from '../hub/files.ts'
import { withLock } from '../hub/lock.ts'
import { type ConvertedKind, checkpointBytes, type Encoding, encodingsOf, isDecoderProduct } from './encodings.ts'
import { type Draft, SafetensorsWriter } from './writer.ts'

/** Changes when the same checkpoint would be written otherwise. */
const version = 3
const weightsName = 'model.safetensors'
const unfinished = '.unfinished'
/** Left free on the disk. */
const spareBytes = 100e6
/** Numbers, or bytes, that are in memory at once: whole blocks. */
const pieceLength = 2 ** 22

export interface ConvertProgress {
  readonly tensors: number
  readonly totalTensors: number
}

export interface ConvertOptions {
  /** The folder to read. */
  readonly folder: string
  /** Where folders of this kind lie. */
  readonly cacheFolder: string
  readonly kind: ConvertedKind
  readonly progress?: (progress: ConvertProgress) => void
  readonly signal?: AbortSignal
  /** Bytes that are free for a folder; a test brings its own. */
  readonly freeBytes?: (folder: string) => Promise<number>
  /** What to add for who has too little room: how much there is, in bytes. */
  readonly whatFits?: (freeBytes: number) => Promise<string>
}

/**
 * The folder of the converted model: written now, to its end if it was begun before, or found as it was written.
 * @throws FamiliarError `NO_SPACE`, `BAD_CHECKPOINT` (a weight that is no finite number) or what opening the folder throws
 */
export async function convertCheckpoint(options: ConvertOptions): Promise<string> {
  const { folder, cacheFolder, kind, signal } = options
  const checkpoint = await openCheckpoint(folder)
  const fingerprint = await checkpoint.fingerprint()
  const target = join(cacheFolder, `${fingerprint}-${kind}-${version}-${await digestOfTexts(folder)}`)
  await mkdir(cacheFolder, { recursive: true })
  return withLock(
    `${target}.lock`,
    async () => {
      if (await isWhole(target)) return target
      const begun = `${target}${unfinished}`
      // What has been damaged since, and what is left of other configurations.
      for (const name of await readdir(cacheFolder)) {
        const path = join(cacheFolder, name)
        if (name.startsWith(`${fingerprint}-${kind}-`) && !name.includes('.lock') && path !== begun)
          await rm(path, { recursive: true, force: true })
      }
      await requireRoom(checkpoint, begun, options)
      await mkdir(begun, { recursive: true })
      try {
        await copyTexts(folder, begun)
        await writeWeights(checkpoint, fingerprint, join(begun, weightsName), options)
        await writeChecksums(begun)
        signal?.throwIfAborted()
        await rename(begun, target)
      } catch (error) {
        // What fails would fail again; who is told to stop goes on another time.
        if (!signal?.aborted) await rm(begun, { recursive: true, force: true })
        throw error
      }
      return target
    },
    { signal },
  )
}

async function isWhole(folder: string): Promise<boolean> {
  try {
    // Compares every header with its file's length.
    await openCheckpoint(folder)
    return true
  } catch (error) {
    if (error instanceof FamiliarError) return false
    throw error
  }
}

async function requireRoom(checkpoint: Checkpoint, begun: string, options: ConvertOptions): Promise<void> {
  const { cacheFolder, kind, whatFits, freeBytes = freeBytesOf } = options
  const written = (await sizeOf(join(begun, weightsName))) ?? 0
  const needed = checkpointBytes(checkpoint, kind) - written + spareBytes
  const free = await freeBytes(cacheFolder)
  if (free >= needed) return
  const message = `Expected ${readableBytes(needed)} of free disk in ${cacheFolder} for ${kind} weights but received ${readableBytes(free)}`
  throw new FamiliarError(
    'NO_SPACE',
    [`${message}: HF_HOME can name a larger disk`, await whatFits?.(free)].filter(Boolean).join('; '),
  )
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** Everything beside the weights: configurations, the tokeniser. */
async function textsOf(folder: string): Promise<string[]> {
  const names = await readdir(folder)
  return names.filter(name => /\.(json|jinja)$/.test(name) && !name.endsWith('.safetensors.index.json')).sort()
}

async function copyTexts(from: string, to: string): Promise<void> {
  for (const name of await textsOf(from)) await copyFile(join(from, name), join(to, name))
}

/** A changed configuration makes another folder. */
async function digestOfTexts(folder: string): Promise<string> {
  const hash = createHash('sha256')
  for (const name of await textsOf(folder)) hash.update(name).update(await readFile(join(folder, name)))
  return hash.digest('hex').slice(0, 8)
}

async function writeWeights(
  checkpoint: Checkpoint,
  fingerprint: string,
  path: string,
  { kind, progress, signal }: ConvertOptions,
): Promise<void> {
  // Weights of whole blocks first: every later tensor then lies where its element may.
  const forms = new Map<string, readonly Encoding[]>()
  for (const key of [...checkpoint.keys()].sort((a, b) => Number(isDecoderProduct(b)) - Number(isDecoderProduct(a)))) {
    const { dtype, shape } = checkpoint.tensor(key)
    forms.set(key, encodingsOf(kind, key, dtype, shape))
  }
  const most = [...forms.values()].reduce((sum, [best]) => sum + (best?.parts.length ?? 1), 0)
  const writer = await SafetensorsWriter.open(path, most)
  try {
    for (const [index, [key, encodings]] of [...forms].entries()) {
      signal?.throwIfAborted()
      progress?.({ tensors: index, totalTensors: forms.size })
      if (!writer.has(key)) await writeTensor(writer, checkpoint, key, encodings, signal)
    }
    const facts = writer.facts()
    await writer.finish({
      format: 'pt',
      base_fingerprint: fingerprint,
      weights: kind,
      source: checkpoint.folder,
      largest_error: Math.max(0, ...facts.map(({ error }) => error)).toFixed(4),
      refused: String(facts.filter(({ refused }) => refused).length),
    })
    progress?.({ tensors: forms.size, totalTensors: forms.size })
  } finally {
    await writer.close()
  }
}

/** In the first form that does not lose too much, or as it is stored. */
async function writeTensor(
  writer: SafetensorsWriter,
  checkpoint: Checkpoint,
  key: string,
  encodings: readonly Encoding[],
  signal?: AbortSignal,
): Promise<void> {
  for (const [index, encoding] of encodings.entries()) {
    const draft = writer.draft(key, encoding.parts)
    const error = await encode(draft, checkpoint, key, encoding, signal)
    if (error <= encoding.largestError) return draft.keep({ error, refused: index > 0 })
  }
  const { dtype, shape, byteLength } = checkpoint.tensor(key)
  const draft = writer.draft(key, [{ name: key, dtype, shape }])
  for (let from = 0; from < byteLength; from += pieceLength) {
    signal?.throwIfAborted()
    await draft.write([await checkpoint.readBytes(key, pieceLength, from)])
  }
  return draft.keep({ error: 0, refused: encodings.length > 0 })
}

/** Writes a tensor in a form, and resolves to what that loses. */
async function encode(
  draft: Draft,
  checkpoint: Checkpoint,
  key: string,
  encoding: Encoding,
  signal?: AbortSignal,
): Promise<number> {
  const numbers = checkpoint.tensor(key).shape.reduce((product, length) => product * length, 1)
  let [lost, total] = [0, 0]
  for (let from = 0; from < numbers; from += pieceLength) {
    signal?.throwIfAborted()
    const values = await checkpoint.readFloat32(key, pieceLength, from)
    const encoded = encodeNamed(key, values, encoding, checkpoint.folder)
    lost += encoded.lost
    total += encoded.total
    await draft.write(encoded.data)
  }
  return total === 0 ? 0 : Math.sqrt(lost / total)
}

function encodeNamed(key: string, values: Float32Array, encoding: Encoding, folder: string) {
  try {
    return encoding.encode(values)
  } catch (error) {
    if (!(error instanceof FamiliarError)) throw error
    throw new FamiliarError(error.code, `${error.message} in tensor "${key}" of ${folder}`)
  }
}

/** Beside the hub's cache, where whoever looks for room looks. */
export const convertedFolder = (hubCacheFolder: string): string => join(dirname(hubCacheFolder), 'familiar')
