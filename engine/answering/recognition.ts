/** Who is in a picture: first the nearest concepts, cheaply, then the model's yes or no about each of them. */
import type { Concept, Recognition } from '../engine.ts'
import type { RgbImage } from '../image.ts'
import type { PictureView } from '../models/multimodal.ts'
import type { ModelContext } from './context.ts'
import { presenceLogOdds } from './presence.ts'
import { logit, sigmoid } from './sampling.ts'
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
  const order = among.length > most && context.nearest ? await context.nearest(picture, among) : [...among.keys()]
  const asked = context.nearest ? order.slice(0, most) : order
  const concepts = order.map(index => among[index] as Concept)
  const [logOdds = []] = await presenceLogOdds(context, [picture], concepts.slice(0, asked.length), stepping)
  const results = concepts.map(({ name, threshold }, i) => {
    const odds = logOdds[i]
    const confidence = odds === undefined ? 0 : sigmoid(odds - logit(threshold))
    return { concept: name, confidence, present: confidence >= 0.5 }
  })
  return results.sort((a, b) => b.confidence - a.confidence)
}
