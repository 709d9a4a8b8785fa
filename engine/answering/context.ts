/** What answering and teaching share: the opened model, the template, and what its folder says about it. */
import { openCheckpoint } from '../checkpoints/checkpoint.ts'
import { openModel } from '../models/architectures.ts'
import type { ModelOptions, MultimodalModel, PictureView } from '../models/multimodal.ts'
import { type DrawnWorld, readDrawnWorld } from './drawn-world.ts'
import { type GenerationSettings, readGenerationSettings } from './generation.ts'
import { PromptTemplate } from './prompt.ts'
import type { ConceptRows } from './soft-prompt.ts'

export interface ModelContext {
  readonly model: MultimodalModel
  readonly template: PromptTemplate
  readonly generation: GenerationSettings
  /** Of the weights: 16 hexadecimal digits. */
  readonly fingerprint: string
  /** Set for a model that knows the built-in drawn world only. */
  readonly drawnWorld: DrawnWorld | undefined
  /**
   * Orders concepts (places in the list) by their nearness to a picture, the nearest first, by a feature that costs
   * little; a model may have none.
   */
  readonly nearest?: (picture: PictureView, concepts: readonly ConceptRows[]) => Promise<number[]>
}

/** Opens a model folder. @throws FamiliarError when it holds no model that can be run */
export async function openContext(folder: string, options: ModelOptions = {}): Promise<ModelContext> {
  const model = await openModel(folder, options)
  const [template, generation, drawnWorld, checkpoint] = await Promise.all([
    PromptTemplate.of(model),
    readGenerationSettings(folder, model.config.maxPositions, model.generationDefaults),
    readDrawnWorld(folder),
    openCheckpoint(folder),
  ])
  return { model, template, generation, drawnWorld, fingerprint: await checkpoint.fingerprint() }
}
