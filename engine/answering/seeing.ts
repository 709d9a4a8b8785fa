/** Pictures to their codes; a picture that the model cannot see is refused. */
import { FamiliarError } from '../errors.ts'
import type { RgbImage } from '../image.ts'
import type { ModelContext } from './context.ts'
import { notADrawing, reconstruct } from './drawn-world.ts'
import { toPictures } from './pixels.ts'

/**
 * The codes of each picture, whatever its size.
 * @throws FamiliarError `NOT_A_DRAWING` when the model knows drawings only and one is something else
 */
export async function seePictures(
  { model, drawnWorld }: Pick<ModelContext, 'model' | 'drawnWorld'>,
  images: readonly RgbImage[],
): Promise<number[][]> {
  if (images.length === 0) return []
  const batch = await toPictures(images, model.config.vq.resolution)
  if (!drawnWorld) return model.pictures.encode(batch)
  const seen = await reconstruct(model.pictures, batch)
  if (seen.some(({ error }) => error > drawnWorld.reconstructionLimit))
    throw new FamiliarError('NOT_A_DRAWING', notADrawing)
  return seen.map(({ codes }) => codes)
}
