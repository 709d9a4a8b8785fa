/** The folders in which models lie in another form (`checkpoints/conversion/`): whose they are, and taking them away. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openCheckpoint } from '../checkpoints/checkpoint.ts'
import type { ConvertedKind } from '../checkpoints/conversion/encodings.ts'
import { ifMissing, sizeOf } from '../checkpoints/hub/files.ts'
import { withLock } from '../checkpoints/hub/lock.ts'
import { FamiliarError } from '../errors.ts'

export interface ConvertedWeights {
  readonly folder: string
  readonly kind: ConvertedKind
  /** Of the model that they were made from. */
  readonly fingerprint: string
  /** The folder that they were made from; not known before all of it is written. */
  readonly source?: string
  readonly bytes: number
  /** Otherwise writing them was broken off, and goes on when they are wanted. */
  readonly whole: boolean
}

/** As `convertCheckpoint` names them. */
const folderName = /^([0-9a-f]{16})-(f32|f16|int8|int4)-\d+-[0-9a-f]+(\.unfinished)?$/

export async function listConverted(cacheFolder: string): Promise<ConvertedWeights[]> {
  const names = (await readdir(cacheFolder).catch(ifMissing<string[]>([]))).sort()
  const found = names.map(async (name): Promise<ConvertedWeights | undefined> => {
    const [, fingerprint, kind] = folderName.exec(name) ?? []
    if (!fingerprint) return undefined
    const folder = join(cacheFolder, name)
    const files = await readdir(folder)
    const sizes = await Promise.all(files.map(file => sizeOf(join(folder, file))))
    const source = await sourceOf(folder)
    return {
      folder,
      kind: kind as ConvertedKind,
      fingerprint,
      ...(source !== undefined && { source }),
      bytes: sizes.reduce<number>((sum, size = 0) => sum + size, 0),
      whole: source !== undefined,
    }
  })
  return (await Promise.all(found)).filter(weights => weights !== undefined)
}

/** Those of a model folder: made from it, or from one with the same numbers. */
export async function convertedOf(folder: string, all: readonly ConvertedWeights[]): Promise<ConvertedWeights[]> {
  const fingerprint = await openCheckpoint(folder).then(
    checkpoint => checkpoint.fingerprint(),
    // Lost in part, or altogether.
    () => undefined,
  )
  return all.filter(weights => weights.source === folder || weights.fingerprint === fingerprint)
}

/** @throws FamiliarError `MODEL_IN_USE` when they are being written, or the system does not let go of them */
export async function removeConverted({ folder, kind }: ConvertedWeights): Promise<void> {
  const waiting = () => {
    throw new FamiliarError('MODEL_IN_USE', `Expected ${folder} to be left alone but ${kind} weights are being written`)
  }
  await withLock(
    `${folder.replace(/\.unfinished$/, '')}.lock`,
    () =>
      rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(cause => {
        throw new FamiliarError('MODEL_IN_USE', `Expected to remove ${folder} but received: ${cause.message}`, {
          cause,
        })
      }),
    { waiting },
  )
}

async function sourceOf(folder: string): Promise<string | undefined> {
  try {
    return (await openCheckpoint(folder)).metadata.source
  } catch (error) {
    if (error instanceof FamiliarError) return undefined
    throw error
  }
}
