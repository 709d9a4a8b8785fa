/**
 * Which architecture runs a model folder: `model_type` of its `config.json` says. Each has a folder of its own beside this
 * file, and is loaded when a model of it is opened.
 */
import { readConfigFile } from './config-file.ts'
import type { ModelOptions, MultimodalModel } from './multimodal.ts'
import { requireArchitecture } from './obtain.ts'
import type { ProbeOptions } from './probe-file.ts'
import { architectureNames } from './registry.ts'
import type { WeightShapes } from './weight-shapes.ts'

export interface Architecture {
  /** @throws FamiliarError when the folder holds no such model */
  open(folder: string, options?: ModelOptions): Promise<MultimodalModel>
  /** Runs a model on given tensors. @throws FamiliarError when the model or an input tensor is not as expected */
  probe(options: ProbeOptions): Promise<void>
  /** What a checkpoint of this `config.json` holds. @throws FamiliarError `BAD_CONFIG` */
  shapes(config: unknown): Promise<WeightShapes>
}

/** By the names of `registry.ts`. */
const architectures: Readonly<Record<string, Architecture>> = {
  Chameleon: {
    open: async (...given) => (await import('./chameleon/chameleon.ts')).Chameleon.open(...given),
    probe: async options => (await import('./chameleon/probe.ts')).probe(options),
    shapes: async config => (await import('./chameleon/shapes.ts')).chameleonShapes(config),
  },
  'Janus-Pro': {
    open: async (...given) => (await import('./janus/janus.ts')).Janus.open(...given),
    probe: async options => (await import('./janus/probe.ts')).probe(options),
    shapes: async config => (await import('./janus/shapes.ts')).janusShapes(config),
  },
}

/** @throws FamiliarError `MODEL_NOT_FOUND`, `BAD_CONFIG` or `UNSUPPORTED_ARCHITECTURE` */
export async function architectureOf(folder: string): Promise<Architecture> {
  const { json } = await readConfigFile(folder)
  return architectureFor(json, folder)
}

function architectureFor(config: unknown, name: string): Architecture {
  requireArchitecture(config, name)
  const architecture = architectureNames.get((config as { model_type: string }).model_type) as string
  return architectures[architecture] as Architecture
}

/**
 * The weights of a model of this configuration, without any file of them.
 * @param config what `config.json` holds
 * @throws FamiliarError `BAD_CONFIG` or `UNSUPPORTED_ARCHITECTURE`
 */
export async function shapesOf(config: unknown, name: string): Promise<WeightShapes> {
  return architectureFor(config, name).shapes(config)
}

/** Opens a model folder. @throws FamiliarError when it holds no model that can be run */
export async function openModel(folder: string, options?: ModelOptions): Promise<MultimodalModel> {
  return (await architectureOf(folder)).open(folder, options)
}
