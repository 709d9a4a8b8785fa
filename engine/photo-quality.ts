/**
 * Whether a photo shows enough to learn from, as far as its pixels tell: how large and how sharp it is once it is cut and
 * scaled as a model sees it. What is in it, and how much of it the subject fills, this file does not know.
 */
import sharp from 'sharp'
import type { RgbImage } from './image.ts'

export type PhotoFault = 'small' | 'blurred'

/** Pixels on the side of what the models for photos see. */
const side = 384
/** A photo with less on its shorter side would be enlarged to more than twice its size. */
const fewestPixels = side / 2
/** Tiles on a side. A sharp subject before a blurred background fills some of them. */
const tiles = 6
const sharpTiles = 4
/**
 * Variance of the Laplacian of brightness (0…255) that the sharpest tiles reach. Measured on 14 photos: the fourth sharpest
 * of 36 tiles has 117 and more in a sharp photo (a person, a cat, cups, streets, grass, the moon), 50 and more under a
 * Gaussian blur of 1 pixel but for the moon, 11 to 44 under one of 2, and 4 to 13 under one of 3.
 */
const leastVariance = 35

/** What is wrong with a photo; nothing with most. */
export async function photoFault(photo: RgbImage): Promise<PhotoFault | undefined> {
  if (Math.min(photo.width, photo.height) < fewestPixels) return 'small'
  const variances = await sharpness(photo)
  return (variances[sharpTiles - 1] as number) < leastVariance ? 'blurred' : undefined
}

/** Variances of the Laplacian in the tiles of the middle of a photo, the sharpest first. */
async function sharpness({ width, height, data }: RgbImage): Promise<number[]> {
  const { data: grey, info } = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize({ width: side, height: side, fit: 'cover', position: 'centre' })
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const at = (x: number, y: number) => grey[(y * side + x) * info.channels] as number
  const laplacian = (x: number, y: number) => 4 * at(x, y) - at(x - 1, y) - at(x + 1, y) - at(x, y - 1) - at(x, y + 1)
  const tile = side / tiles
  const variances: number[] = []
  for (let top = 0; top < side; top += tile)
    for (let left = 0; left < side; left += tile) {
      let [sum, squares, count] = [0, 0, 0]
      for (let y = Math.max(1, top); y < Math.min(side - 1, top + tile); y++)
        for (let x = Math.max(1, left); x < Math.min(side - 1, left + tile); x++) {
          const value = laplacian(x, y)
          sum += value
          squares += value * value
          count++
        }
      variances.push(squares / count - (sum / count) ** 2)
    }
  return variances.sort((a, b) => b - a)
}
