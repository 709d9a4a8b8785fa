/** Who is in a picture: what the model reads in it, compared with every concept, and its yes or no about the nearest. */
import type { Concept, Recognition } from '../engine.ts'
import type { RgbImage } from '../image.ts'
import type { PictureView } from '../models/multimodal.ts'
import { logit, sigmoid } from '../models/sampling.ts'
import type { ModelContext } from './context.ts'
import { presenceEvidence } from './presence.ts'
import { seePictures } from './seeing.ts'
import { requireOwn } from './soft-prompt.ts'
import { nextStep, type Stepping } from './steps.ts'

/** Concepts that are asked about one by one; of more, the nearest are taken. */
const most = 8

/**
 * Concepts by confidence, best first. Those that are not among the nearest have none.
 * @throws FamiliarError FOREIGN_CONCEPT, NOT_A_DRAWING, CANCELLED
 */
export async function recognise(
  context: ModelContext,
  image: RgbImage,
  among: readonly Concept[],
  stepping: Stepping = {},
): Promise<Recognition[]> {
  requireOwn(among, context.fingerprint, context.template.tokens, context.model.config.decoder.width)
  if (among.length === 0) return []
  await nextStep(stepping)
  const [picture] = (await seePictures(context, [image])) as [PictureView]
  const [alike] = (await context.likeness?.([picture], among, stepping)) ?? []
  const order = [...among.keys()].sort((a, b) => (alike ? alike[b]! - alike[a]! : 0))
  const asked = alike ? order.slice(0, most) : order
  const concepts = asked.map(index => among[index]!)
  const [odds] = (await presenceEvidence(context, [picture], concepts, stepping)) as [number[]]
  const results = order.map((index, i) => {
    const { name, threshold } = among[index]!
    const confidence = i < asked.length ? sigmoid(odds[i]! - logit(threshold)) : 0
    return { concept: name, confidence, present: confidence >= 0.5 }
  })
  return results.sort((a, b) => b.confidence - a.confidence)
}
