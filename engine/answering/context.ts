/** What answering and teaching share: the opened model, the template, and what its folder says about it. */
import { openCheckpoint } from '../checkpoints/checkpoint.ts'
import { Chameleon, type ChameleonOptions } from '../models/chameleon/chameleon.ts'
import { type DrawnWorld, readDrawnWorld } from './drawn-world.ts'
import { type GenerationSettings, readGenerationSettings } from './generation.ts'
import { PromptTemplate } from './prompt.ts'
import type { ConceptRows } from './soft-prompt.ts'

export interface ModelContext {
  readonly model: Chameleon
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
  readonly nearest?: (codes: readonly number[], concepts: readonly ConceptRows[]) => Promise<number[]>
}

/** Opens a model folder. @throws FamiliarError when it holds no model that can be run */
export async function openContext(folder: string, options: ChameleonOptions = {}): Promise<ModelContext> {
  const model = await Chameleon.open(folder, options)
  const [template, generation, drawnWorld, checkpoint] = await Promise.all([
    PromptTemplate.of(model),
    readGenerationSettings(folder, model.config.maxPositions),
    readDrawnWorld(folder),
    openCheckpoint(folder),
  ])
  return { model, template, generation, drawnWorld, fingerprint: await checkpoint.fingerprint() }
}
