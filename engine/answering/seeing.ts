/** Pictures to what a model reads of them and to the codes that it draws with; one that it cannot see is refused. */
import { FamiliarError } from '../errors.ts'
import type { RgbImage } from '../image.ts'
import type { PictureView } from '../models/multimodal.ts'
import type { ModelContext } from './context.ts'
import { notADrawing, reconstruct } from './drawn-world.ts'
import { toPictures } from './pixels.ts'

type Seeing = Pick<ModelContext, 'model' | 'drawnWorld'>

/**
 * What is seen of each picture, whatever its size: its codes where the model has no other way of seeing.
 * @throws FamiliarError `NOT_A_DRAWING` when the model knows drawings only and one is something else
 */
export async function seePictures(context: Seeing, images: readonly RgbImage[]): Promise<PictureView[]> {
  if (images.length === 0) return []
  return (await context.model.see?.(images)) ?? encodePictures(context, images)
}

/**
 * The codes of each picture, whatever its size.
 * @throws FamiliarError `NOT_A_DRAWING` as above
 */
export async function encodePictures({ model, drawnWorld }: Seeing, images: readonly RgbImage[]): Promise<number[][]> {
  if (images.length === 0) return []
  const batch = await toPictures(images, model.config.vq.resolution)
  if (!drawnWorld) return model.pictures.encode(batch)
  const seen = await reconstruct(model.pictures, batch)
  if (seen.some(({ error }) => error > drawnWorld.reconstructionLimit))
    throw new FamiliarError('NOT_A_DRAWING', notADrawing)
  return seen.map(({ codes }) => codes)
}
