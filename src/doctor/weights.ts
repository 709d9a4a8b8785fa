/** Which weights the engine picks for the model on a device, and why. */
import { openCheckpoint } from '../../engine/checkpoints/checkpoint.ts'
import { checkpointBytes } from '../../engine/checkpoints/conversion/encodings.ts'
import { readableBytes } from '../../engine/checkpoints/hub/bytes.ts'
import { FamiliarError } from '../../engine/errors.ts'
import { convertedOf, listConverted } from '../../engine/models/converted.ts'
import { findModel } from '../../engine/models/obtain.ts'
import { decideWeights, servesAs } from '../../engine/models/weight-choice.ts'
import type { Device } from '../../engine/runtime/session.ts'
import type { Config } from '../config.ts'

export interface Finding {
  readonly ok: boolean
  readonly sentence: string
}

/** Nothing for a model that is not there, or damaged, which is said elsewhere. */
export async function findWeights(
  { model, hub, weights }: Pick<Config, 'model' | 'hub' | 'weights'>,
  device: Device,
): Promise<Finding | undefined> {
  const folder = await findModel(model, hub)
  if (!folder) return undefined
  try {
    const { kind, reason } = await decideWeights(folder, weights.kind, device)
    const begin = `${kind}: ${reason}`
    if (await servesAs(kind, folder, device)) return { ok: true, sentence: begin }
    const all = await convertedOf(folder, await listConverted(weights.cacheFolder))
    const written = all.find(one => one.kind === kind && one.whole)
    const bytes = readableBytes(checkpointBytes(await openCheckpoint(folder), kind))
    const where = written ? `written to ${written.folder}` : `to be written once, ${bytes} in ${weights.cacheFolder}`
    return { ok: true, sentence: `${begin}; ${where}` }
  } catch (error) {
    if (!(error instanceof FamiliarError)) throw error
    return /^(NO_MEMORY|DEVICE_UNUSABLE)$/.test(error.code) ? { ok: false, sentence: error.message } : undefined
  }
}
