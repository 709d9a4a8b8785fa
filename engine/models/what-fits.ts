/** What somebody with too little memory or disk can have instead, in words that follow a sentence of what is missing. */
import { type Checkpoint, openCheckpoint } from '../checkpoints/checkpoint.ts'
import { checkpointBytes } from '../checkpoints/conversion/encodings.ts'
import { readableBytes } from '../checkpoints/hub/bytes.ts'
import { usableMemory, usableShare, type WeightKind } from './memory-plan.ts'
import { type RegisteredModel, registeredModels } from './registry.ts'

/** Left free on the disk. */
const spareBytes = 100e6

/** Registered models that run in so many bytes of memory, with what they need: `janus-pro-1b with WEIGHTS=int4 needs 7.6 GB`. */
export function whatFitsMemory(memory: number): string {
  const fitting = registeredModels.filter(({ needs }) => needs.memoryBytes <= usableMemory(memory))
  const needs = fitting.map(
    model => `${inFewBits(model)} needs ${readableBytes(model.needs.memoryBytes / usableShare)}`,
  )
  return needs.join(', ') || 'no model would fit'
}

/** Registered models that there is room for on the disk. */
export function whatFitsDisk(freeBytes: number): string {
  const fitting = registeredModels.filter(
    ({ downloadBytes }) => downloadBytes + spareBytes <= freeBytes || downloadBytes === 0,
  )
  const needs = fitting.map(({ name, downloadBytes }) =>
    downloadBytes > 0 ? `${name} needs ${readableBytes(downloadBytes + spareBytes)}` : `${name} is built in`,
  )
  return needs.join(', ')
}

/** Kinds of weights of a model folder that are smaller than one for which there is no room, or other models. */
export async function whatFitsBeside(folder: string, kind: WeightKind, freeBytes: number): Promise<string> {
  const checkpoint = await openCheckpoint(folder)
  const room = (other: 'int8' | 'int4') => checkpointBytes(checkpoint, other) + spareBytes
  const fitting = (['int8', 'int4'] as const).filter(
    other => room(other) < bytesOf(checkpoint, kind) && room(other) <= freeBytes,
  )
  if (fitting.length === 0) return whatFitsDisk(freeBytes)
  const needs = fitting.map(other => `WEIGHTS=${other} needs ${readableBytes(room(other))}`)
  return needs.join(', ')
}

const bytesOf = (checkpoint: Checkpoint, kind: WeightKind) => checkpointBytes(checkpoint, kind) + spareBytes

/** Those that are downloaded need so little with 4-bit weights only. */
const inFewBits = ({ name, hub }: RegisteredModel) => (hub ? `${name} with WEIGHTS=int4` : name)
