/**
 * How much memory a model takes: its weights in each kind, what a lesson keeps of its steps, and the cache while answering. An
 * estimate from shapes alone, before anything is loaded; what was measured stands in docs/models.md.
 */
import type { Checkpoint } from '../checkpoints/checkpoint.ts'
import { blockLength, codesKey, scalesKey } from '../checkpoints/conversion/blocks.ts'
import { isDecoderProduct, quantisedBytes } from '../checkpoints/conversion/encodings.ts'
import { FamiliarError } from '../errors.ts'
import type { Device } from '../runtime/session.ts'
import { cachePlaceFor } from './cache-place.ts'
import { branchesFor } from './language-sessions.ts'

/** How the decoder's products hold their weights. */
export const weightKinds = ['f32', 'f16', 'int8', 'int4'] as const
export type WeightKind = (typeof weightKinds)[number]

/** Numbers, not bytes. */
export interface ModelSize {
  readonly layers: number
  /** D. */
  readonly width: number
  readonly mlpWidth: number
  readonly heads: number
  /** Of all key and value heads together. */
  readonly keyWidth: number
  /** Weights of the decoder's products, which may be quantised, and of the largest. */
  readonly products: number
  readonly largestProduct: number
  readonly head: number
  /** All others but the embedding table: what sees and draws. */
  readonly others: number
  /** Bytes of the embedding table as it is stored: its rows are read from the file. */
  readonly embeddingBytes: number
}

/** Bytes. */
export interface MemoryPlan {
  readonly weights: number
  readonly learning: number
  readonly cache: number
  readonly total: number
}

/** What a plan is made for: a lesson's usual step behind a picture, and a drawing with guidance. */
export interface Work {
  readonly examples: number
  readonly positions: number
  readonly past: number
  /** Whether a layer's inner results are computed again on the way back (`DecoderInputs`). */
  readonly recomputes?: boolean
}
export const usualWork: Work = { examples: 8, positions: 72, past: 1100 }

/** Bytes, where a GPU does not say how many it has. */
const assumedMemory = 8e9
/** Others use the device too. */
export const usableShare = 0.85

export const usableMemory = (memory: number | undefined) => usableShare * (memory ?? assumedMemory)

/** The runtime and the program itself. */
export const programBytes = 100e6
const guidanceBatch = 2

/**
 * @param heads of `config.json`
 * @throws FamiliarError `BAD_CHECKPOINT` when there is no decoder in it
 */
export function modelSize(checkpoint: Checkpoint, heads: number | undefined): ModelSize {
  const tensors = new Map([...checkpoint.keys()].map(key => [key, shapeOf(checkpoint, key)]))
  const products = [...tensors].filter(([key]) => isDecoderProduct(plainKey(key)))
  const ending = (end: string) => products.filter(([key]) => plainKey(key).endsWith(end))
  const up = ending('mlp.up_proj.weight')[0]?.[1]
  const keys = ending('self_attn.k_proj.weight')[0]?.[1]
  if (!up || !keys)
    throw new FamiliarError('BAD_CHECKPOINT', `Expected a decoder's layers in ${checkpoint.folder} but there are none`)
  const [mlpWidth, width] = up as [number, number]
  const layers = ending('mlp.up_proj.weight').length
  const embedding = [...tensors.keys()].find(key => key.endsWith('embed_tokens.weight'))
  const head = [...tensors.keys()].find(key => key.endsWith('lm_head.weight')) ?? embedding
  const counted = new Set([...products.map(([key]) => key), embedding, head])
  const others = [...tensors].filter(([key]) => !counted.has(key) && !key.endsWith(scalesKey('')))
  return {
    layers,
    width,
    mlpWidth,
    heads: heads ?? Math.ceil(width / 128),
    keyWidth: keys[0] as number,
    products: sum(products.map(([, shape]) => numbers(shape))),
    largestProduct: Math.max(...products.map(([, shape]) => numbers(shape))),
    head: head ? numbers(tensors.get(head) as readonly number[]) : 0,
    others: sum(others.map(([, shape]) => numbers(shape))),
    embeddingBytes: embedding ? checkpoint.tensor(embedding).byteLength : 0,
  }
}

const codes = codesKey('')
const plainKey = (key: string) => (key.endsWith(codes) ? key.slice(0, -codes.length) : key)

/** Of the numbers, where codes stand for them. */
function shapeOf(checkpoint: Checkpoint, key: string): readonly number[] {
  const { shape } = checkpoint.tensor(key)
  const [out, blocks] = shape as [number, number]
  return key.endsWith(codes) && isDecoderProduct(plainKey(key)) ? [out, blocks * blockLength] : shape
}

const numbers = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1)
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

export function memoryPlan(size: ModelSize, kind: WeightKind, device: Device, work: Work = usualWork): MemoryPlan {
  const { layers, width, mlpWidth, heads, keyWidth, products, largestProduct, head, others, embeddingBytes } = size
  // On the CPU the pages of the file from which a lesson learns are beside what is packed for reading. On GPUs one session does both
  // where it can have branches (`language-sessions.ts`).
  const copies = branchesFor(device) ? 1 : 2
  const held = copies * bytesIn(kind, products)
  const weights = held + 4 * head * copies + 4 * others + embeddingBytes + programBytes
  const { examples, positions, past, recomputes } = work
  // What the rules of norms, rotary positions, attention and the gated MLP keep of each position.
  const keptEach = 18 * width + 5 * mlpWidth + 2 * heads * (positions + past)
  const writtenOut = writtenOutBytes(kind, device) * largestProduct
  const cacheEach = 4 * 2 * layers * keyWidth
  const kept = recomputes ? layers * width + 2 * keptEach : layers * keptEach
  const learning = 4 * examples * positions * kept + writtenOut + cacheEach * examples * past
  // What stays on a device is copied for each word, with the new columns behind it.
  const cacheCopies = cachePlaceFor(device) === 'device' ? 2 : 1
  const cache = cacheCopies * cacheEach * guidanceBatch * (positions + past)
  return { weights, learning, cache, total: weights + Math.max(learning, cache) }
}

/** Of weights in so many numbers. */
/** Bytes of a layer's numbers in this kind. */
export function bytesIn(kind: WeightKind, numbers: number): number {
  if (kind === 'f32') return 4 * numbers
  return kind === 'f16' ? 2 * numbers : quantisedBytes(numbers, kind)
}

/** For each number of a layer's weight that is written out for a product. */
function writtenOutBytes(kind: WeightKind, device: Device): number {
  if (kind === 'f32') return 0
  if (kind === 'f16') return device === 'cpu' ? 4 : 0
  return 8
}
