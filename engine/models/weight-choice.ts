/** Which weights a model is run with: as stored, or converted once to another type or to fewer bits. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openCheckpoint } from '../checkpoints/checkpoint.ts'
import { type ConvertOptions, convertCheckpoint } from '../checkpoints/conversion/convert-checkpoint.ts'
import { isDecoderProduct } from '../checkpoints/conversion/encodings.ts'
import { readableBytes } from '../checkpoints/hub/bytes.ts'
import { FamiliarError } from '../errors.ts'
import { deviceMemory } from '../runtime/device-memory.ts'
import { computesInHalves } from '../runtime/devices.ts'
import type { Device } from '../runtime/session.ts'
import {
  type ModelSize,
  memoryPlan,
  modelSize,
  usableMemory,
  usableShare,
  usualWork,
  type WeightKind,
  weightKinds,
} from './memory-plan.ts'
import { whatFitsBeside, whatFitsMemory } from './what-fits.ts'

export interface WeightChoice {
  readonly kind: WeightKind
  readonly reason: string
}

/** A lesson that takes more time where that is what it takes to fit; at the worst with one example at a time. */
const frugalWork = { ...usualWork, recomputes: true }
export const leastWork = { ...frugalWork, examples: 1, pictures: 0 }

/** Of a picture, where a configuration does not say: Chameleon's, the largest. Codes are of 16 × 16 pixels in all published models. */
const usualSide = 512
const usualHalvings = 4

/** The size of a model folder's decoder. @throws FamiliarError when the folder holds none */
export async function readModelSize(folder: string): Promise<ModelSize> {
  const checkpoint = await openCheckpoint(folder)
  const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))
  const side = config.vq_config?.resolution ?? config.vision_config?.image_size ?? usualSide
  const halvings = config.vq_config?.channel_multiplier ? config.vq_config.channel_multiplier.length - 1 : usualHalvings
  return modelSize(checkpoint, {
    heads: (config.text_config ?? config).num_attention_heads,
    side,
    codeSide: 2 ** halvings,
  })
}

/**
 * The first kind with which a lesson fits into so much memory; the last, with which lessons have to take smaller steps, where
 * answering fits at least. 16 bits are for devices that multiply in them: where each weight is written out as it is used, as on
 * the CPU, 8 bits are faster and smaller (docs/models.md).
 * @param memory bytes; nothing when the device does not say
 * @throws FamiliarError `NO_MEMORY`, saying how much is needed
 */
export function chooseWeights(
  size: ModelSize,
  device: Device,
  memory: number | undefined,
  halves = device !== 'cpu',
): WeightChoice {
  const usable = usableMemory(memory)
  const has =
    memory === undefined ? `${device} does not say how much memory it has` : `${device} has ${readableBytes(memory)}`
  const total = (kind: WeightKind) => memoryPlan(size, kind, device, frugalWork).total
  const kinds = weightKinds.filter(kind => kind !== 'f16' || halves)
  const kind = kinds.find(kind => total(kind) <= usable)
  if (kind) {
    const larger = kinds[kinds.indexOf(kind) - 1]
    const why = larger ? `; ${larger} would take ${readableBytes(total(larger))}` : ''
    return { kind, reason: `at least ${readableBytes(total(kind))} with a lesson, ${has}${why}` }
  }
  const { total: all, least } = memoryPlan(size, 'int4', device, leastWork)
  if (least > usable && memory !== undefined) {
    const message = `Expected ${readableBytes(least / usableShare)} of memory for this model with int4 weights but ${has}`
    const advice = `${whatFitsMemory(memory)}; WEIGHTS=int4 tries this one all the same`
    throw new FamiliarError('NO_MEMORY', `${message}: ${advice}`)
  }
  const reads = all > usable && memory !== undefined ? ' and reads weights from the disk at each' : ''
  return { kind: 'int4', reason: `${readableBytes(least)} at least, ${has}; a lesson has to take small steps${reads}` }
}

/**
 * What a wish comes to for a model folder on a device.
 * @throws FamiliarError as `chooseWeights` does, or `DEVICE_UNUSABLE` for 16 bits on a GPU that does not multiply in them
 */
export async function decideWeights(folder: string, wish: WeightKind | 'auto', device: Device): Promise<WeightChoice> {
  const stored = await storedKind(folder)
  if (stored) return { kind: stored, reason: 'the folder has no others' }
  // Trying costs seconds on some devices.
  const halves = wish === 'auto' || wish === 'f16' ? await computesInHalves(device) : false
  if (wish === 'auto') return chooseWeights(await readModelSize(folder), device, await deviceMemory(device), halves)
  if (wish === 'f16' && device !== 'cpu' && !halves) {
    const message = `Expected ${device} to multiply in 16 bits for WEIGHTS=f16 but it does not`
    throw new FamiliarError('DEVICE_UNUSABLE', `${message}: f32, int8 and int4 are for every device`)
  }
  const doubt = doubtAbout(await readModelSize(folder), wish, device, await deviceMemory(device))
  return { kind: wish, reason: [`WEIGHTS=${wish} asks for it`, doubt].filter(Boolean).join(', but ') }
}

/** Why weights that were asked for may not fit, and what would; they are tried all the same. */
export function doubtAbout(
  size: ModelSize,
  kind: WeightKind,
  device: Device,
  memory: number | undefined,
): string | undefined {
  if (memory === undefined) return undefined
  const needed = (kind: WeightKind) => memoryPlan(size, kind, device, leastWork).least / usableShare
  if (needed(kind) <= memory) return undefined
  const instead =
    needed('int4') <= memory ? `WEIGHTS=int4 needs ${readableBytes(needed('int4'))}` : whatFitsMemory(memory)
  return `it needs ${readableBytes(needed(kind))} and ${device} has ${readableBytes(memory)}: ${instead}`
}

export interface WeightOptions extends Omit<ConvertOptions, 'kind' | 'whatFits'> {
  readonly wish: WeightKind | 'auto'
  readonly device: Device
}

export interface PreparedWeights extends WeightChoice {
  /** The one that was given, or one that was made of it. */
  readonly folder: string
  /** For opening it (`ModelOptions`). */
  readonly halves: boolean
}

/**
 * The folder to open for a wish.
 * @throws FamiliarError as `decideWeights` and `convertCheckpoint` do
 */
export async function prepareWeights(options: WeightOptions): Promise<PreparedWeights> {
  const { wish, device, folder } = options
  const choice = await decideWeights(folder, wish, device)
  const { kind } = choice
  const whole = { ...choice, halves: kind === 'f16' }
  if (await servesAs(kind, folder, device)) return { ...whole, folder }
  const whatFits = (freeBytes: number) => whatFitsBeside(folder, kind, freeBytes)
  try {
    return { ...whole, folder: await convertCheckpoint({ ...options, kind, whatFits }) }
  } catch (error) {
    // Without f32 on the disk a start takes longer, and nothing else.
    if (!(kind === 'f32' && error instanceof FamiliarError && error.code === 'NO_SPACE')) throw error
    return {
      ...whole,
      folder,
      reason: `${choice.reason}; bf16 is widened at each start, for lack of disk: ${error.message}`,
    }
  }
}

/**
 * Whether a folder needs no conversion. bf16 is what CUDA multiplies in; no other device does, and the CPU would widen it anew at
 * each start, which takes twice as long as reading f32.
 */
export async function servesAs(kind: WeightKind, folder: string, device: Device): Promise<boolean> {
  if (await storedKind(folder)) return true
  if (kind === 'int8' || kind === 'int4') return false
  const checkpoint = await openCheckpoint(folder)
  const types = new Set([...checkpoint.keys()].filter(isDecoderProduct).map(key => checkpoint.tensor(key).dtype))
  if (kind === 'f32') return !types.has('BF16')
  return !types.has('F32') && (device === 'cuda' || !types.has('BF16'))
}

/** The kind of a folder that was converted itself; nothing of any other. */
export async function storedKind(folder: string): Promise<WeightKind | undefined> {
  const { metadata } = await openCheckpoint(folder)
  return weightKinds.find(kind => kind === metadata.weights)
}
