/** A model of real size with random weights, and the machine that it is measured on. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { FamiliarError } from '../errors.ts'
import { sizeOf } from '../graph/graph.ts'
import { shapesOf } from '../models/architectures.ts'
import { publishedJanus } from '../models/janus/shapes.ts'
import type { ModelSource } from '../models/resolve.ts'
import type { Device } from '../runtime/session.ts'
import { writeRandomCheckpoint } from './random-checkpoint.ts'

export interface RandomModelOptions {
  readonly source: ModelSource
  /** Where the checkpoint is written, and stays; a temporary folder when left out. */
  readonly keepIn?: string
  readonly signal: AbortSignal
  /** Told what is being done. */
  readonly note: (what: string) => void
}

export interface MachineFacts {
  readonly processor: string
  readonly cores: number
  readonly node: string
  readonly device: Device
}

export function machineOn(device: Device): MachineFacts {
  const processors = cpus()
  const processor = processors[0]?.model.trim() ?? 'unknown processor'
  return { processor, cores: processors.length, node: process.version, device }
}

/**
 * Writes the checkpoint, works with it, and removes it where it is not to stay.
 * @throws FamiliarError `NO_SHAPES` for a model of which only the name is known, or as `writeRandomCheckpoint`
 */
export async function withRandomModel<Result>(
  { source, keepIn, signal, note }: RandomModelOptions,
  work: (model: { folder: string; parameters: number }) => Promise<Result>,
): Promise<Result> {
  const config = await configOf(source)
  const shapes = await shapesOf(config, source.name)
  const parameters = [...shapes.values()].reduce((sum, shape) => sum + sizeOf(shape), 0)
  const folder = keepIn ?? (await mkdtemp(join(tmpdir(), 'familiar-random-')))
  try {
    note(`writing ${(parameters / 1e9).toPrecision(3)} billion random weights to ${folder}`)
    await writeRandomCheckpoint({ folder, config, shapes, signal })
    return await work({ folder, parameters })
  } finally {
    if (keepIn === undefined) await rm(folder, { recursive: true, force: true })
  }
}

async function configOf({ name, folder }: ModelSource): Promise<unknown> {
  if (folder !== undefined) {
    const path = join(folder, 'config.json')
    const text = await readFile(path, 'utf8').catch(cause => {
      throw new FamiliarError('MODEL_NOT_FOUND', `Expected a model's configuration at ${path} but there is none`, {
        cause,
      })
    })
    return JSON.parse(text)
  }
  const config = publishedJanus[name]
  if (config !== undefined) return config
  const known = Object.keys(publishedJanus).join(', ')
  const message = `Expected one of ${known} or a folder with a config.json for random weights but received "${name}"`
  throw new FamiliarError('NO_SHAPES', message)
}
