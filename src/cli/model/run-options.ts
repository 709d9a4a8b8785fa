/** What the commands have in common that run a model: which it is, and that it is there before it is opened. */
import type { Command } from 'commander'
import { findModel, requireModel } from '../../../engine/models/obtain.ts'
import { type Config, loadConfig } from '../../config.ts'
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
