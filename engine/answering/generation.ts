/** How answers are generated: what a model folder's `generation_config.json` says, or the figures of Chameleon. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { FamiliarError } from '../errors.ts'

export interface GenerationSettings {
  /** Of a drawing's words; words of a text are always the likeliest ones. */
  readonly temperature: number
  /** Share of the probability that a drawing's words are drawn from. */
  readonly topP: number
  /** w of unconditional + w·(conditional − unconditional); 1 is no guidance. */
  readonly guidance: number
  /** How often a drawing of somebody who was taught is drawn, to keep the one that is most alike. */
  readonly candidates: number
  /** Most words of an answer. */
  readonly maxNewTokens: number
  /** Positions that a sequence should not go beyond; earlier turns are left out first. */
  readonly maxLength: number
}

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
 * @throws FamiliarError `BAD_CONFIG`
 */
export async function readGenerationSettings(folder: string, maxPositions: number): Promise<GenerationSettings> {
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
    temperature: given.temperature ?? 0.7,
    topP: given.top_p ?? 0.9,
    guidance: given.guidance_scale ?? 3,
    candidates: given.drawing_candidates ?? 1,
    maxNewTokens: given.max_new_tokens ?? 64,
    maxLength: Math.min(given.max_length ?? maxPositions, maxPositions),
  }
}
