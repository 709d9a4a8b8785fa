/** What answering and teaching share: the opened model, the template, and what its folder says about it. */
import { openCheckpoint } from '../checkpoints/checkpoint.ts'
import { openModel } from '../models/architectures.ts'
import type { ModelOptions, MultimodalModel, PictureView } from '../models/multimodal.ts'
import { profileLikeness, readsProfiles } from '../storybook/likeness.ts'
import { DrawingBatch } from './drawing-batch.ts'
import { type DrawnWorld, readDrawnWorld } from './drawn-world.ts'
import { type GenerationSettings, readGenerationSettings } from './generation.ts'
import { PrefixCache } from './prefix-cache.ts'
import { PromptTemplate } from './prompt.ts'
import type { ConceptRows } from './soft-prompt.ts'
import type { Stepping } from './steps.ts'

/**
 * How much more each concept agrees with what the model reads in each picture than anybody would:
 * [picture][concept], in nats. `together`: the concepts are in one picture, so that nobody in it is two of them. `closely`:
 * as surely as it can be told, which takes longer.
 */
export type Likeness = (
  pictures: readonly PictureView[],
  concepts: readonly ConceptRows[],
  options?: Stepping & { readonly together?: boolean; readonly closely?: boolean },
) => Promise<number[][]>

export interface ModelContext {
  readonly model: MultimodalModel
  readonly template: PromptTemplate
  readonly generation: GenerationSettings
  /** What prompts begin with again and again. */
  readonly prefixes: PrefixCache
  /** Of the weights: 16 hexadecimal digits. */
  readonly fingerprint: string
  /** Set for a model that knows the built-in drawn world only. */
  readonly drawnWorld: DrawnWorld | undefined
  /** A model that compares badly what it reads well has one; recognition then takes both steps. */
  readonly likeness: Likeness | undefined
  /** What is being drawn for people. */
  readonly drawings: DrawingBatch
  /** That a lesson may keep of what was read of its pictures; a share of the machine's memory when left out. */
  readonly pictureBytes?: number
}

/** Opens a model folder. @throws FamiliarError when it holds no model that can be run */
export async function openContext(
  folder: string,
  { pictureBytes, ...options }: ModelOptions & Pick<ModelContext, 'pictureBytes'> = {},
): Promise<ModelContext> {
  const model = await openModel(folder, options)
  const [template, generation, drawnWorld, checkpoint] = await Promise.all([
    PromptTemplate.of(model),
    readGenerationSettings(folder, model.config.maxPositions, model.generationDefaults),
    readDrawnWorld(folder),
    openCheckpoint(folder),
  ])
  const likeness = readsProfiles({ model }) ? profileLikeness({ model, template }) : undefined
  const prefixes = new PrefixCache(model.language)
  const drawings = new DrawingBatch({ model, template })
  const fingerprint = await checkpoint.fingerprint()
  return { model, template, generation, prefixes, drawings, drawnWorld, likeness, fingerprint, pictureBytes }
}
