/** The pictures of a message on their way to the engine: fetched, read and checked one after another. */
import type { RgbImage } from '../../engine/image.ts'
import { type PhotoFault, photoFault } from '../../engine/photo-quality.ts'
import { checkPhotos, readPhoto } from '../../engine/photos.ts'
import type { IncomingPicture } from './chat.ts'

/** What the engine takes with a question. */
export const mostPicturesAsked = 4

/**
 * Reads pictures that something is asked about.
 * @throws FamiliarError `BAD_PHOTO` or `FETCH_FAILED`, naming the picture
 */
export async function readPictures(pictures: readonly IncomingPicture[]): Promise<RgbImage[]> {
  const images: RgbImage[] = []
  for (const [index, picture] of pictures.entries()) {
    const name = pictures.length === 1 ? picture.name : `photo ${index + 1} (${picture.name})`
    images.push(await readPhoto(await picture.bytes(), name))
  }
  return images
}

/**
 * Reads the pictures of a lesson.
 * @throws FamiliarError `BAD_PHOTO` or `FETCH_FAILED`, naming the photo; `BAD_LESSON` when they are too few, too many or
 *   copies of one another
 */
export async function readLessonPhotos(pictures: readonly IncomingPicture[]): Promise<RgbImage[]> {
  const photos = await readPictures(pictures)
  await checkPhotos(photos)
  return photos
}

/** A photo of a lesson from which little can be learned. */
export interface DoubtfulPhoto {
  /** Its place among the lesson's, from 0. */
  readonly index: number
  readonly image: RgbImage
  readonly fault: PhotoFault
}

/** The photos that are too small or too blurred to show much. */
export async function doubtfulPhotos(photos: readonly RgbImage[]): Promise<DoubtfulPhoto[]> {
  const doubtful: DoubtfulPhoto[] = []
  for (const [index, image] of photos.entries()) {
    const fault = await photoFault(image)
    if (fault) doubtful.push({ index, image, fault })
  }
  return doubtful
}
