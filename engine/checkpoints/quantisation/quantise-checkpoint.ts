/**
 * A model folder with the decoder's products in 4 or 8 bits, made once from another model folder, tensor by tensor. All else
 * (embeddings, norms, heads, what sees and draws) stays as it is stored. The folder appears when all of it is written: one that was
 * begun and not finished has another name, and is never opened.
 */
import { createHash } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, rename, rm, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FamiliarError } from '../../errors.ts'
import { type Checkpoint, openCheckpoint } from '../checkpoint.ts'
import { readableBytes } from '../hub/bytes.ts'
import { withLock } from '../hub/lock.ts'
import { bitsOf, blockLength, codesKey, type QuantisedKind, quantise, scalesKey } from './blocks.ts'
import { SafetensorsWriter } from './writer.ts'

/** Changes when the same checkpoint would be written otherwise. */
const version = 1
const weightsName = 'model.safetensors'
/** Left free on the disk. */
const spareBytes = 100e6
/** A weight that loses more than this stays as it is: a few numbers far from all others have taken the scale. */
const largestError: Readonly<Record<QuantisedKind, number>> = { int8: 0.03, int4: 0.25 }

export interface QuantiseProgress {
  readonly tensors: number
  readonly totalTensors: number
}

export interface QuantiseOptions {
  /** The folder to read. */
  readonly folder: string
  /** Where folders of this kind lie. */
  readonly cacheFolder: string
  readonly kind: QuantisedKind
  readonly progress?: (progress: QuantiseProgress) => void
  readonly signal?: AbortSignal
  /** Bytes that are free for a folder; a test brings its own. */
  readonly freeBytes?: (folder: string) => Promise<number>
}

/** Whether a tensor is the weight of a linear layer of the decoder's attention or MLP. */
export const isDecoderProduct = (key: string): boolean =>
  /(^|\.)layers\.\d+\.(self_attn\.[qkvo]_proj|mlp\.(gate|up|down)_proj)\.weight$/.test(key) &&
  !/vision|vqmodel/.test(key)

/** Whether it can be: of whole blocks. */
export function isQuantisable(key: string, shape: readonly number[]): boolean {
  return isDecoderProduct(key) && shape.length === 2 && (shape[1] as number) % blockLength === 0
}

/** Bytes of a weight of so many numbers, scales included. */
export const quantisedBytes = (numbers: number, kind: QuantisedKind): number =>
  (numbers * bitsOf(kind)) / 8 + (numbers / blockLength) * 4

/** Bytes of a checkpoint's tensors, once it is of this kind. */
export function checkpointBytes(checkpoint: Checkpoint, kind: QuantisedKind): number {
  return [...checkpoint.keys()].reduce((sum, key) => {
    const { shape, byteLength } = checkpoint.tensor(key)
    return sum + (isQuantisable(key, shape) ? quantisedBytes(byNumbers(shape), kind) : byteLength)
  }, 0)
}

const byNumbers = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1)

/**
 * The folder of the quantised model: written now, or found as it was written before.
 * @throws FamiliarError `NO_SPACE`, `BAD_CHECKPOINT` (a weight that is no finite number) or what opening the folder throws
 */
export async function quantiseCheckpoint(options: QuantiseOptions): Promise<string> {
  const { folder, cacheFolder, kind, signal } = options
  const checkpoint = await openCheckpoint(folder)
  const fingerprint = await checkpoint.fingerprint()
  const target = join(cacheFolder, `${fingerprint}-${kind}-${version}-${await digestOfTexts(folder)}`)
  await mkdir(cacheFolder, { recursive: true })
  return withLock(
    `${target}.lock`,
    async () => {
      if (await isWhole(target)) return target
      // What a kill has left, and what has been damaged since.
      for (const name of await readdir(cacheFolder))
        if (name.startsWith(`${fingerprint}-${kind}-`) && !name.includes('.lock'))
          await rm(join(cacheFolder, name), { recursive: true, force: true })
      await requireRoom(checkpoint, options)
      const unfinished = `${target}.unfinished`
      try {
        await mkdir(unfinished)
        await copyTexts(folder, unfinished)
        await writeWeights(checkpoint, fingerprint, join(unfinished, weightsName), options)
        signal?.throwIfAborted()
        await rename(unfinished, target)
      } catch (error) {
        await rm(unfinished, { recursive: true, force: true })
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

async function requireRoom(checkpoint: Checkpoint, options: QuantiseOptions): Promise<void> {
  const { cacheFolder, kind, freeBytes = freeBytesOf } = options
  const needed = checkpointBytes(checkpoint, kind) + spareBytes
  const free = await freeBytes(cacheFolder)
  if (free >= needed) return
  const message = `Expected ${readableBytes(needed)} of free disk in ${cacheFolder} for ${kind} weights but received ${readableBytes(free)}`
  throw new FamiliarError('NO_SPACE', `${message}: HF_HOME can name a larger disk`)
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
  { kind, progress, signal }: QuantiseOptions,
): Promise<void> {
  // What is quantised first: every later tensor then lies where its element may.
  const shapeOf = (key: string) => checkpoint.tensor(key).shape
  const keys = [...checkpoint.keys()]
  const products = keys.filter(key => isQuantisable(key, shapeOf(key)))
  const others = keys.filter(key => !isQuantisable(key, shapeOf(key)))
  const writer = await SafetensorsWriter.create(path, keys.length + products.length)
  let worst = 0
  let kept = 0
  try {
    for (const [index, key] of [...products, ...others].entries()) {
      signal?.throwIfAborted()
      progress?.({ tensors: index, totalTensors: keys.length })
      const { dtype, shape } = checkpoint.tensor(key)
      if (index < products.length) {
        const values = await checkpoint.readFloat32(key)
        const { codes, scales, error } = quantiseNamed(key, values, kind, checkpoint.folder)
        if (error <= largestError[kind]) {
          const [out, width] = shape as [number, number]
          const blocks = width / blockLength
          await writer.add(codesKey(key), {
            dtype: 'U8',
            shape: [out, blocks, codes.length / out / blocks],
            data: codes,
          })
          await writer.add(scalesKey(key), { dtype: 'F32', shape: [out, blocks], data: scales })
          worst = Math.max(worst, error)
          continue
        }
        kept++
      }
      await writer.add(key, { dtype, shape, data: await checkpoint.readBytes(key) })
    }
    await writer.finish({
      format: 'pt',
      base_fingerprint: fingerprint,
      quantisation: kind,
      largest_error: worst.toFixed(4),
      kept_as_stored: String(kept),
    })
    progress?.({ tensors: keys.length, totalTensors: keys.length })
  } finally {
    await writer.close()
  }
}

function quantiseNamed(key: string, values: Float32Array, kind: QuantisedKind, folder: string) {
  try {
    return quantise(values, kind)
  } catch (error) {
    if (!(error instanceof FamiliarError)) throw error
    throw new FamiliarError(error.code, `${error.message} in tensor "${key}" of ${folder}`)
  }
}

/** Beside the hub's cache, where whoever looks for room looks. */
export const quantisedFolder = (hubCacheFolder: string): string => join(dirname(hubCacheFolder), 'familiar')
