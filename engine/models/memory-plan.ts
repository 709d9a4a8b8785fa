/**
 * How much memory a model takes: its weights in each kind, what a lesson keeps of its steps, and the cache while answering. An
 * estimate from shapes alone, before anything is loaded; what was measured stands in docs/models.md.
 */
import type { Checkpoint } from '../checkpoints/checkpoint.ts'
import { blockLength, codesKey, scalesKey } from '../checkpoints/conversion/blocks.ts'
import { isDecoderProduct, quantisedBytes } from '../checkpoints/conversion/encodings.ts'
import { FamiliarError } from '../errors.ts'
import type { Device } from '../runtime/session.ts'

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
}
export const usualWork: Work = { examples: 8, positions: 72, past: 1100 }

/** The runtime and the program itself. */
export const programBytes = 100e6
/** Reading and learning each have a session with weights of its own. */
const sessions = 2
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
  // On the CPU the runtime packs what it multiplies, for the way back too: or reads that from the file, where it is quantised.
  const copies = device === 'cpu' ? sessions + 1 : sessions
  // In 16 bits it reads them where they lie in their file, and writes each out as it is used.
  const held = (kind === 'f16' ? sessions : copies) * bytesIn(kind, products)
  const weights = held + 4 * head * copies + 4 * others + embeddingBytes + programBytes
  const { examples, positions, past } = work
  // What the rules of norms, rotary positions, attention and the gated MLP keep of each position.
  const keptEach = 18 * width + 5 * mlpWidth + 2 * heads * (positions + past)
  const writtenOut = writtenOutBytes(kind, device) * largestProduct
  const cacheEach = 4 * 2 * layers * keyWidth
  const learning = 4 * layers * examples * positions * keptEach + writtenOut + cacheEach * examples * past
  const cache = cacheEach * guidanceBatch * (positions + past)
  return { weights, learning, cache, total: weights + Math.max(learning, cache) }
}

/** Of weights in so many numbers. */
function bytesIn(kind: WeightKind, numbers: number): number {
  if (kind === 'f32') return 4 * numbers
  return kind === 'f16' ? 2 * numbers : quantisedBytes(numbers, kind)
}

/** For each number of a layer's weight that is written out for a product. */
function writtenOutBytes(kind: WeightKind, device: Device): number {
  if (kind === 'f32') return 0
  if (kind === 'f16') return device === 'cpu' ? 4 : 0
  return 8
}
