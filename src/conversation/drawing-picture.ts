/** A drawing of the engine as a picture of a message. */
import type { RgbImage } from '../../engine/image.ts'
import { folded } from '../concepts/names.ts'
import { toDrawingPng } from '../pictures.ts'
import type { OutgoingPicture } from './chat.ts'

/** Small drawings are enlarged to about this many pixels on a side. */
const comfortableSide = 512

/** @param names of whom it shows: they give its file a name */
export async function drawingPicture(
  image: RgbImage,
  names: readonly string[],
  altText: string,
): Promise<OutgoingPicture> {
  const scale = Math.max(1, Math.floor(comfortableSide / Math.max(image.width, image.height)))
  return { name: `${fileName(names)}.png`, bytes: await toDrawingPng(image, scale), altText }
}

/** `Mắm`, `Bo` → `mam-bo`: letters that every file system knows. */
export function fileName(names: readonly string[]): string {
  const name = folded(names.join('-'))
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
  return name || 'drawing'
}
