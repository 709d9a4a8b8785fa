/** How answers are generated: what a model folder's `generation_config.json` says, or its architecture's figures. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { FamiliarError } from '../errors.ts'
import type { GenerationDefaults } from '../models/multimodal.ts'

export interface GenerationSettings extends GenerationDefaults {
  /** How often a request is drawn, to keep the drawing that agrees best with it. */
  readonly candidates: number
  /** Positions that a sequence should not go beyond; earlier turns are left out first. */
  readonly maxLength: number
}

/** An answer takes at most one in so many positions where no file says how long it may be. */
const shareOfAnswer = 8

const section = z.object({
  temperature: z.number().positive().optional(),
  top_p: z.number().positive().max(1).optional(),
  guidance_scale: z.number().min(1).optional(),
  drawing_candidates: z.int().min(1).max(8).optional(),
  max_new_tokens: z.int().positive().optional(),
  max_length: z.int().positive().optional(),
})
const schema = z.looseObject({ ...section.shape, familiar: section.optional() })

/**
 * Reads `generation_config.json` (its `familiar` section first, then transformers' keys); a folder may have none.
 *
 * @param maxPositions of the model: nothing may be longer
 * @param defaults where the file says nothing
 * @throws FamiliarError `BAD_CONFIG`
 */
export async function readGenerationSettings(
  folder: string,
  maxPositions: number,
  defaults: GenerationDefaults,
): Promise<GenerationSettings> {
  const path = join(folder, 'generation_config.json')
  const bad = (received: string, cause?: unknown) =>
    new FamiliarError('BAD_CONFIG', `Expected generation settings in ${path} but received ${received}`, { cause })
  let json: unknown = {}
  try {
    json = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw bad((cause as Error).message, cause)
  }
  const result = schema.safeParse(json)
  if (!result.success) {
    const issue = result.error.issues[0] as z.core.$ZodIssue
    throw bad(`${issue.path.join('.') || 'the whole'}: ${issue.message}`)
  }
  const given = { ...result.data, ...result.data.familiar }
  return {
    temperature: given.temperature ?? defaults.temperature,
    topP: given.top_p ?? defaults.topP,
    guidance: given.guidance_scale ?? defaults.guidance,
    candidates: given.drawing_candidates ?? 1,
    maxNewTokens: given.max_new_tokens ?? Math.min(defaults.maxNewTokens, Math.floor(maxPositions / shareOfAnswer)),
    maxLength: Math.min(given.max_length ?? maxPositions, maxPositions),
  }
}
