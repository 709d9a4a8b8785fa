/**
 * A checkpoint of a model's real shapes and names, filled with noise: what such a model takes in time and memory can be
 * measured where its weights are not at hand. It is written tensor by tensor.
 */
import { mkdir, readdir, readFile, rename, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SafetensorsWriter } from '../checkpoints/conversion/writer.ts'
import { float32ToBfloat16, float32ToFloat16 } from '../checkpoints/half.ts'
import { readableBytes } from '../checkpoints/hub/bytes.ts'
import { openSafetensors, type TensorToWrite } from '../checkpoints/safetensors.ts'
import { FamiliarError } from '../errors.ts'
import { sizeOf } from '../graph/graph.ts'
import type { WeightShapes } from '../models/weight-shapes.ts'
import { createRandom } from '../random.ts'

type StoredDtype = 'F32' | 'F16' | 'BF16'

export interface RandomCheckpoint {
  /** Made if it is not there. */
  readonly folder: string
  /** What `config.json` is to hold; its `dtype` says how weights are stored. */
  readonly config: unknown
  readonly shapes: WeightShapes
  readonly signal?: AbortSignal
}

const weightsName = 'model.safetensors'
const marked = { random_weights: 'no two alike' }
/** Numbers that are drawn; large tensors repeat them. No multiple of any width, so that rows differ. */
const period = 1_000_003
/** Left free on the disk. */
const spareBytes = 100e6

/**
 * Writes the checkpoint, or leaves it as it is where the same one was written before.
 * @throws FamiliarError `NOT_EMPTY` when the folder holds anything else, `NO_SPACE`
 */
export async function writeRandomCheckpoint({ folder, config, shapes, signal }: RandomCheckpoint): Promise<void> {
  await mkdir(folder, { recursive: true })
  const json = `${JSON.stringify(config, null, 2)}\n`
  if (await isWritten(folder, json)) return
  const dtype = storedDtype(config)
  const numbers = [...shapes.values()].reduce((sum, shape) => sum + sizeOf(shape), 0)
  await requireRoom(folder, numbers * bytesOf(dtype))
  const unfinished = join(folder, `${weightsName}.unfinished`)
  const writer = await SafetensorsWriter.open(unfinished, shapes.size)
  try {
    const noise = new Noise(dtype, Math.max(...[...shapes.values()].map(sizeOf)))
    for (const [key, shape] of shapes) {
      signal?.throwIfAborted()
      if (writer.has(key)) continue
      const draft = writer.draft(key, [{ name: key, dtype, shape }])
      await draft.write([noise.of(key, shape)])
      await draft.keep({ error: 0, refused: false })
    }
    await writer.finish({ format: 'pt', ...marked })
    await writer.close()
    await writeFile(join(folder, 'config.json'), json)
    await rename(unfinished, join(folder, weightsName))
  } catch (error) {
    await writer.close().catch(() => {})
    await writer.discard()
    throw error
  }
}

/** Whether the same checkpoint is there. @throws FamiliarError `NOT_EMPTY` when anything else is */
async function isWritten(folder: string, json: string): Promise<boolean> {
  const names = await readdir(folder)
  if (names.length === 0) return false
  const file = names.includes(weightsName) ? await openSafetensors(join(folder, weightsName)) : undefined
  if (file?.metadata.random_weights === marked.random_weights) {
    if ((await readFile(join(folder, 'config.json'), 'utf8')) === json) return true
  }
  const holds = file ? 'another model' : names.slice(0, 3).join(', ')
  const message = `Expected an empty folder for random weights, or one of them, at ${folder} but it holds ${holds}`
  throw new FamiliarError('NOT_EMPTY', message)
}

async function requireRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const needed = bytes + spareBytes
  if (bavail * bsize >= needed) return
  const message = `Expected ${readableBytes(needed)} of free disk in ${folder} but received ${readableBytes(bavail * bsize)}`
  throw new FamiliarError('NO_SPACE', `${message}: --random-weights can name a folder on a larger disk`)
}

/** As configurations of transformers say it; before its version 5 the key was `torch_dtype`. */
function storedDtype(config: unknown): StoredDtype {
  const { dtype, torch_dtype } = config as { dtype?: string; torch_dtype?: string }
  const said = dtype ?? torch_dtype
  if (said === 'bfloat16') return 'BF16'
  return said === 'float16' ? 'F16' : 'F32'
}

const bytesOf = (dtype: StoredDtype) => (dtype === 'F32' ? 4 : 2)

/**
 * Numbers of the size that a model's own have, so that what runs through many layers neither grows nor vanishes. Each tensor begins
 * elsewhere among those that are drawn: the runtime holds weights once that are alike, and a processor's cache would hold them
 * all.
 */
class Noise {
  readonly #dtype: StoredDtype
  readonly #random = createRandom('random weights')
  readonly #normal: Float32Array
  /** For one tensor after another. */
  readonly #room: Float32Array | Uint16Array

  constructor(dtype: StoredDtype, largest: number) {
    this.#dtype = dtype
    this.#normal = Float32Array.from({ length: period }, () => this.#random.normal())
    this.#room = dtype === 'F32' ? new Float32Array(largest) : new Uint16Array(largest)
  }

  /** Good until the next one is asked for. */
  of(key: string, shape: readonly number[]): TensorToWrite['data'] {
    const data = this.#room.subarray(0, sizeOf(shape))
    const length = Math.min(data.length, period)
    const start = this.#random.integer(period)
    const turned = new Float32Array(length)
    const first = this.#normal.subarray(start, start + length)
    turned.set(first)
    turned.set(this.#normal.subarray(0, length - first.length), first.length)
    const drawn = this.#stored(scaled(turned, key, shape))
    for (let at = 0; at < data.length; at += length) data.set(drawn.subarray(0, data.length - at), at)
    return data
  }

  #stored(values: Float32Array): Float32Array | Uint16Array {
    if (this.#dtype === 'F32') return values
    return this.#dtype === 'F16' ? float32ToFloat16(values) : float32ToBfloat16(values)
  }
}

function scaled(normal: Float32Array, key: string, shape: readonly number[]): Float32Array {
  if (key.endsWith('.bias')) return normal.map(value => 0.02 * value)
  if (/norm/.test(key)) return normal.map(value => 1 + 0.1 * value)
  if (/embed/.test(key)) return normal
  const inputs = sizeOf(shape) / (shape[0] as number)
  return normal.map(value => value / Math.sqrt(inputs))
}
