/** A lesson's pictures, as a model draws them and as it sees them. */
import type { ModelContext } from '../answering/context.ts'
import { encodePictures, seePictures } from '../answering/seeing.ts'
import { nextStep, type Stepping } from '../answering/steps.ts'
import type { RgbImage } from '../image.ts'
import type { PictureView } from '../models/multimodal.ts'
import type { DrawnAndSeen } from './gallery.ts'

/** What draws a picture, and what is seen of it. */
export type Picture = Required<DrawnAndSeen>

/** @throws FamiliarError NOT_A_DRAWING, CANCELLED */
export async function picturesOf(
  context: ModelContext,
  images: readonly RgbImage[],
  stepping: Stepping,
): Promise<Picture[]> {
  await nextStep(stepping)
  const codes = await encodePictures(context, images)
  const views = await viewsOf(context, images, codes, stepping)
  return codes.map((each, i) => ({ codes: each, view: views[i] as PictureView }))
}

/** What is seen of pictures whose codes are known: one after another, because a tower takes long and others wait. */
export async function viewsOf(
  context: ModelContext,
  images: readonly RgbImage[],
  codes: readonly (readonly number[])[],
  stepping: Stepping,
): Promise<readonly PictureView[]> {
  if (!context.model.see) return codes
  const views: PictureView[] = []
  for (const image of images) {
    await nextStep(stepping)
    views.push(...(await seePictures(context, [image])))
  }
  return views
}
