/** Which weights a model is run with: as stored, or in 8 or 4 bits, written once. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openCheckpoint } from '../checkpoints/checkpoint.ts'
import { type ConvertOptions, convertCheckpoint } from '../checkpoints/conversion/convert-checkpoint.ts'
import { readableBytes } from '../checkpoints/hub/bytes.ts'
import { FamiliarError } from '../errors.ts'
import { deviceMemory } from '../runtime/device-memory.ts'
import type { Device } from '../runtime/session.ts'
import { type ModelSize, memoryPlan, modelSize, usualWork, type WeightKind, weightKinds } from './memory-plan.ts'
import { registeredModels } from './registry.ts'

export interface WeightChoice {
  readonly kind: WeightKind
  readonly reason: string
}

/** Taken where a GPU does not say. */
const assumedMemory = 8e9
/** Others use the device too. */
const usableShare = 0.85

/** The size of a model folder's decoder. @throws FamiliarError when the folder holds none */
export async function readModelSize(folder: string): Promise<ModelSize> {
  const checkpoint = await openCheckpoint(folder)
  const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))
  return modelSize(checkpoint, (config.text_config ?? config).num_attention_heads)
}

/**
 * The first kind with which a lesson fits into so much memory; the last, with which lessons have to take smaller steps, where
 * answering fits at least.
 * @param memory bytes; nothing when the device does not say
 * @throws FamiliarError `NO_MEMORY`, saying how much is needed
 */
export function chooseWeights(size: ModelSize, device: Device, memory: number | undefined): WeightChoice {
  const usable = usableShare * (memory ?? assumedMemory)
  const has =
    memory === undefined ? `${device} does not say how much memory it has` : `${device} has ${readableBytes(memory)}`
  const total = (kind: WeightKind) => memoryPlan(size, kind, device).total
  const kind = weightKinds.find(kind => total(kind) <= usable)
  if (kind) {
    const larger = weightKinds[weightKinds.indexOf(kind) - 1]
    const why = larger ? `; ${larger} would take ${readableBytes(total(larger))}` : ''
    return { kind, reason: `${readableBytes(total(kind))} with a lesson, ${has}${why}` }
  }
  const least = memoryPlan(size, 'int4', device, { ...usualWork, examples: 1 }).total
  if (least > usable && memory !== undefined) {
    const message = `Expected ${readableBytes(least / usableShare)} of memory for this model with int4 weights but ${has}`
    const fitting = registeredModels.filter(({ needs }) => needs.memoryBytes <= usable).map(({ name }) => name)
    const advice = fitting.length > 0 ? `${fitting.join(', ')} would fit` : 'no model would fit'
    throw new FamiliarError('NO_MEMORY', `${message}: ${advice}, and WEIGHTS=int4 tries all the same`)
  }
  return { kind: 'int4', reason: `${readableBytes(least)} at least, ${has}; a lesson has to take small steps` }
}

export interface WeightOptions extends Pick<ConvertOptions, 'folder' | 'cacheFolder' | 'progress' | 'signal'> {
  readonly wish: WeightKind | 'auto'
  readonly device: Device
}

/**
 * The folder to open for a wish: the one that was given, or one that was made of it.
 * @throws FamiliarError as `chooseWeights` and `convertCheckpoint` do
 */
export async function prepareWeights(options: WeightOptions): Promise<WeightChoice & { readonly folder: string }> {
  const { wish, device, folder } = options
  const stored = await storedKind(folder)
  if (stored) return { kind: stored, reason: 'the folder has no others', folder }
  const choice: WeightChoice =
    wish === 'auto'
      ? chooseWeights(await readModelSize(folder), device, await deviceMemory(device))
      : { kind: wish, reason: `WEIGHTS=${wish} asks for it` }
  const { kind } = choice
  return { ...choice, folder: kind === 'f32' ? folder : await convertCheckpoint({ ...options, kind }) }
}

/** The kind of a folder that was converted itself. */
async function storedKind(folder: string): Promise<WeightKind | undefined> {
  const { metadata } = await openCheckpoint(folder)
  return weightKinds.find(kind => kind === metadata.weights)
}
