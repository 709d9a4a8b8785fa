/** What the commands have in common that run a model: which it is, and that it is there before it is opened. */
import type { Command } from 'commander'
import type { ConvertProgress } from '../../../engine/checkpoints/conversion/convert-checkpoint.ts'
import { memoryPlan } from '../../../engine/models/memory-plan.ts'
import { findModel, requireModel } from '../../../engine/models/obtain.ts'
import {
  type PreparedWeights,
  prepareWeights,
  readModelSize,
  storedKind,
} from '../../../engine/models/weight-choice.ts'
import { type Config, loadConfig } from '../../config.ts'
import { createProgressBar } from '../../demo/progress-bar.ts'
import { downloadFromTerminal } from './download.ts'

export interface ModelOptions {
  readonly model?: string
  readonly acceptLicense?: boolean
}

export function withModelOptions(command: Command): Command {
  return command
    .option('--model <model>', 'a registered name, a hub id (owner/name) or a folder, instead of MODEL')
    .option('--accept-license', 'accept the licence that is shown before a download (or ACCEPT_LICENSE=<model>,…)')
}

/** The settings, with the model that the command line names. @throws FamiliarError as `loadConfig` does */
export function loadConfigWith({ model }: ModelOptions): Config {
  return loadConfig(model === undefined ? {} : { MODEL: model })
}

/**
 * The model's folder. What is there whole is used as it is, without asking the hub; the rest is downloaded first.
 * @throws FamiliarError as `obtainModel` and `requireModel` do
 */
export async function obtainFolder(
  { model, hub }: Pick<Config, 'model' | 'hub'>,
  { acceptLicense: acceptLicence }: ModelOptions,
  signal: AbortSignal,
): Promise<string> {
  if (model.hub && !(await findModel(model, hub)))
    await downloadFromTerminal(model, { variables: process.env, acceptLicence, signal })
  return requireModel(model, hub)
}

/**
 * The folder with the weights that `WEIGHTS` asks for, for commands that open the model in this process: the engine's own does
 * this itself. @throws FamiliarError as `prepareWeights` and `chooseDevice` do
 */
export async function weightedModel(
  { weights, device }: Pick<Config, 'weights' | 'device'>,
  folder: string,
  signal: AbortSignal,
): Promise<Pick<PreparedWeights, 'folder' | 'kind'> & Partial<Pick<PreparedWeights, 'halves'>>> {
  const { kind: wish, cacheFolder } = weights
  if (wish === 'auto' && (await isSmall(folder))) return { folder, kind: (await storedKind(folder)) ?? 'f32' }
  const bar = createProgressBar()
  const progress = ({ tensors, totalTensors }: ConvertProgress) =>
    bar.update('writing weights in another form', tensors, totalTensors, 'tensors')
  try {
    const chosen =
      device === 'auto' ? await (await import('../../../engine/runtime/devices.ts')).chooseDevice() : { device }
    const prepared = await prepareWeights({ folder, cacheFolder, wish, device: chosen.device, progress, signal })
    bar.clear()
    process.stderr.write(`${prepared.kind} weights: ${prepared.reason}\n`)
    return prepared
  } finally {
    bar.clear()
  }
}

/** Of a model that fits anywhere nothing has to be asked: the runtime is not loaded for it. */
async function isSmall(folder: string): Promise<boolean> {
  return memoryPlan(await readModelSize(folder), 'f32', 'cpu').total < 2e9
}
