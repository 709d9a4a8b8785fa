/**
 * How much memory a model takes: its weights in each kind, what a lesson keeps of its steps, and the cache while answering. An
 * estimate from shapes alone, before anything is loaded; what was measured stands in docs/models.md.
 */
import type { Checkpoint } from '../checkpoints/checkpoint.ts'
import { blockLength, codesKey, scalesKey } from '../checkpoints/conversion/blocks.ts'
import { isDecoderProduct, quantisedBytes } from '../checkpoints/conversion/encodings.ts'
import { FamiliarError } from '../errors.ts'
import { mostWidened } from '../graph/graph.ts'
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
  /** Whether queries and keys have norms of their own. */
  readonly headNorms: boolean
  /** Of all key and value heads together. */
  readonly keyWidth: number
  /** Weights of the decoder's products, which may be quantised, and of the largest. */
  readonly products: number
  readonly largestProduct: number
  readonly head: number
  /** Bytes of the head as it is stored. */
  readonly headBytes: number
  /** K, where a picture's codes have a head of their own. */
  readonly codes?: number
  /** All others but the embedding table: what sees and draws. */
  readonly others: number
  /** Positions that a picture takes. */
  readonly picture: number
  /** H·W·C of the layers over a picture's pixels. */
  readonly pixels: number
  /** Bytes of the embedding table as it is stored: its rows are read from the file. */
  readonly embeddingBytes: number
}

/** Bytes. */
export interface MemoryPlan {
  /** Weights that are held from the start to the end, what pictures are read and drawn in, and the program itself. */
  readonly weights: number
  /** Pages of files from which a lesson learns: the system takes them back when none runs. */
  readonly pages: number
  /** What a lesson's steps take beside them. */
  readonly learning: number
  /** Keys and values of the pictures that it shows again and again; those that find no room are read again. */
  readonly pictures: number
  readonly cache: number
  readonly total: number
  /** Without the pages and the pictures: what there has to be. A lesson reads what finds no room again at each step. */
  readonly least: number
}

/** What a plan is made for: a lesson's questions behind a picture and its drawing, and a drawing with guidance. */
export interface Work {
  /** Questions that are learned from in one run, and positions of each. */
  readonly examples: number
  readonly positions: number
  /** Of the picture and what stands around it; as the model's pictures have when left out. */
  readonly past?: number
  /** Pictures that a lesson shows; a standard one's when left out. */
  readonly pictures?: number
  /** Whether a layer's inner results are computed again on the way back (`DecoderInputs`). */
  readonly recomputes?: boolean
}
export const usualWork: Work = { examples: 8, positions: 72 }
/** Four photos and what belongs to them (`lessonBudgets`). */
const usualPictures = 50
/** Words around a picture: a system's line, the marks of both sides. */
const besidePicture = 76

/** One run of the learning graph. */
export interface LearningRun extends Work {
  readonly past: number
  /** Labels of each example that are words, and that are codes of a picture. */
  readonly words: number
  readonly codes: number
}

/** Bytes, where a GPU does not say how many it has. */
const assumedMemory = 8e9
/** Others use the device too. */
export const usableShare = 0.85

export const usableMemory = (memory: number | undefined) => usableShare * (memory ?? assumedMemory)

/** The runtime and the program itself. */
export const programBytes = 300e6
const guidanceBatch = 2
/** Words of each question's answer. */
const usualLabels = 30
/** Logits, their logarithms and their gradients. */
const logitCopies = 3
/** One from pictures to codes and one back; of layers over all pixels each keeps this many (docs/performance.md). */
const pictureSessions = 2
const pixelLayers = 6
/** What blocks that lie apart take beyond the most that is in use at once: measured, docs/performance.md. */
const blockSpread = 1.3

/** What the tensors do not tell. */
export interface ConfiguredSize {
  readonly heads?: number
  /** Of a picture, in pixels, and of a code's square of them. */
  readonly side: number
  readonly codeSide: number
}

/** @throws FamiliarError `BAD_CHECKPOINT` when there is no decoder in it */
export function modelSize(checkpoint: Checkpoint, { heads, side, codeSide }: ConfiguredSize): ModelSize {
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
  const codesHead = [...tensors].find(([key]) => key.endsWith(codesHeadKey))?.[1]
  const firstLayer = [...tensors].find(([key]) => key.endsWith('encoder.conv_in.weight'))?.[1]
  const counted = new Set([...products.map(([key]) => key), embedding, head])
  const beside = (key: string) =>
    key.endsWith(scalesKey('')) || (key.endsWith(codesEnding) && tensors.has(plainKey(key)))
  const others = [...tensors].filter(([key]) => !counted.has(key) && !beside(key))
  return {
    layers,
    width,
    mlpWidth,
    heads: heads ?? Math.ceil(width / 128),
    headNorms: [...tensors.keys()].some(key => key.endsWith('self_attn.q_norm.weight')),
    keyWidth: keys[0] as number,
    products: sum(products.map(([, shape]) => numbers(shape))),
    largestProduct: Math.max(...products.map(([, shape]) => numbers(shape))),
    head: head ? numbers(tensors.get(head) as readonly number[]) : 0,
    headBytes: head ? checkpoint.tensor(head).byteLength : 0,
    ...(codesHead && { codes: codesHead[0] as number }),
    others: sum(others.map(([, shape]) => numbers(shape))),
    picture: Math.round(side / codeSide) ** 2,
    pixels: side ** 2 * (firstLayer?.[0] ?? 0),
    embeddingBytes: embedding ? checkpoint.tensor(embedding).byteLength : 0,
  }
}

/** Of Janus-Pro. */
const codesHeadKey = 'generation_head.vision_head.weight'
const codesEnding = codesKey('')
const plainKey = (key: string) => (key.endsWith(codesEnding) ? key.slice(0, -codesEnding.length) : key)

/** Of the numbers, where codes stand for them. */
function shapeOf(checkpoint: Checkpoint, key: string): readonly number[] {
  const { shape } = checkpoint.tensor(key)
  const [out, blocks] = shape as [number, number]
  return key.endsWith(codesEnding) && isDecoderProduct(plainKey(key)) ? [out, blocks * blockLength] : shape
}

const numbers = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1)
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

export function memoryPlan(size: ModelSize, kind: WeightKind, device: Device, work: Work = usualWork): MemoryPlan {
  const { layers, keyWidth, products, head, others, pixels, embeddingBytes } = size
  const { positions, past = besidePicture + size.picture, pictures: shown = usualPictures, recomputes } = work
  // On the CPU a word's embedding is read from the file; other devices hold the table.
  const table = device === 'cpu' ? 0 : embeddingBytes
  // Outside of CPUs a session that learns holds weights of its own, but where one session does both (`language-sessions.ts`).
  const copies = device === 'cpu' || branchesFor(device) ? 1 : 2
  const pixelSessions = 4 * pictureSessions * pixelLayers * pixels
  const weights =
    copies * (bytesIn(kind, products) + bytesIn(headKind(kind, device), head)) +
    4 * others +
    table +
    pixelSessions +
    programBytes
  const pages = device === 'cpu' ? pagesOf(size, kind) : 0
  const asked = { ...work, past, words: usualLabels, codes: 0 }
  const drawn = { examples: 1, positions: positions + past, past: 0, words: 0, codes: past, recomputes }
  const learning = Math.max(...[asked, drawn].map(run => learningBytes(size, kind, device, run)))
  // What stays on a device is copied for each word, with the new columns behind it.
  const cacheCopies = cachePlaceFor(device) === 'device' ? 2 : 1
  const cache = cacheCopies * 4 * 2 * layers * keyWidth * guidanceBatch * (positions + past)
  // In 8 bits, a byte a number. Of a GPU they take nothing: they lie in this process.
  const pictures = device === 'cpu' ? 2 * layers * keyWidth * past * shown : 0
  const total = weights + Math.max(pages + learning + pictures, cache)
  return { weights, pages, learning, pictures, cache, total, least: weights + Math.max(learning, cache) }
}

/** Bytes of the files that learning on the CPU reads where they lie. */
export function pagesOf({ products, width, head, headBytes, codes = 0 }: ModelSize, kind: WeightKind): number {
  const codesHead = codes * width
  return bytesIn(kind, products) + (kind === 'f32' ? 4 * (head + codesHead) : headBytes + 2 * codesHead)
}

/**
 * Bytes that one run of learning takes beside the weights, with what was read before. Most is taken where the way back begins, at
 * the logits, or in the layer behind them.
 */
export function learningBytes(size: ModelSize, kind: WeightKind, device: Device, run: LearningRun): number {
  const { layers, width, head, codes, keyWidth } = size
  const { examples, positions, past, words, recomputes } = run
  const keptEach = keptNumbers(size)
  const kept = positions * layers * (recomputes ? width : keptEach)
  const logits = words * (head / width) + run.codes * (codes ?? head / width)
  const atLogits = 4 * examples * logitCopies * logits + widenedBytes(size, kind, device)
  const each = gradientNumbers(size, positions + past) + (recomputes ? keptEach : 0)
  const inLayer = 4 * examples * positions * each + writtenOutBytes(size, kind, device)
  const read = 2 * layers * keyWidth * past
  return blockSpread * (4 * examples * kept + Math.max(atLogits, inLayer)) + 4 * examples * read
}

/**
 * Of a position in a layer: what goes into both norms, queries, keys and values, and with norms on queries and keys what goes in and
 * comes out of those; three of the gated MLP's. Attention is computed again.
 */
const keptNumbers = ({ width, mlpWidth, headNorms }: ModelSize): number => (headNorms ? 9 : 5) * width + 3 * mlpWidth

/** Of a position, on the way back through a layer: the MLP's or attention's, with what is computed again, whichever are more. */
const gradientNumbers = ({ width, mlpWidth, heads }: ModelSize, positions: number): number =>
  5 * width + Math.max(3 * mlpWidth, 4 * heads * positions)

/** Bytes of a layer's numbers in this kind. */
export function bytesIn(kind: WeightKind, numbers: number): number {
  if (kind === 'f32') return 4 * numbers
  return kind === 'f16' ? 2 * numbers : quantisedBytes(numbers, kind)
}

/** How answering holds the head: the CPU scans it in 8 bits where the layers are quantised (`operators/scanned.ts`). */
export const headKind = (kind: WeightKind, device: Device): WeightKind =>
  device === 'cpu' && (kind === 'int8' || kind === 'int4') ? 'int8' : 'f32'

/** Of the largest of the layers' weights that is written out for one product. */
function writtenOutBytes({ largestProduct }: ModelSize, kind: WeightKind, device: Device): number {
  if (kind === 'f32') return 0
  if (kind === 'f16') return device === 'cpu' ? 4 * largestProduct : 0
  return 8 * largestProduct
}

/** Of the head that is widened for one product. */
const widenedBytes = ({ head }: ModelSize, kind: WeightKind, device: Device): number =>
  device === 'cpu' && kind !== 'f32' ? 4 * Math.min(head, mostWidened) : 0
