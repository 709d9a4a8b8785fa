/** Pictures of any size to what a model sees, and back. Knows nothing of words or chats. */
import sharp from 'sharp'
import type { RgbImage } from '../image.ts'
import type { PictureBatch } from '../models/pictures.ts'

/** Scaled until they cover `side × side` pixels, cut to the middle, then [B, 3, side, side] in −1…1. */
export async function toPictures(images: readonly RgbImage[], side: number): Promise<PictureBatch> {
  const area = side * side
  const pixels = new Float32Array(images.length * 3 * area)
  for (const [i, image] of images.entries()) {
    const data = await resized(image, side)
    for (let at = 0; at < area; at++) {
      for (let channel = 0; channel < 3; channel++)
        pixels[(i * 3 + channel) * area + at] = (data[at * 3 + channel] as number) / 127.5 - 1
    }
  }
  return { pixels, shape: [images.length, 3, side, side] }
}

async function resized({ width, height, data }: RgbImage, side: number): Promise<Uint8Array> {
  if (width === side && height === side) return data
  return sharp(data, { raw: { width, height, channels: 3 } })
    .resize({ width: side, height: side, fit: 'cover', position: 'centre', kernel: 'lanczos3' })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer()
}

/** [B, 3, H, W] in −1…1, clipped, to 8-bit pictures. */
export function toImages({ pixels, shape }: PictureBatch): RgbImage[] {
  const [batch, channels, height, width] = shape
  const area = height * width
  return Array.from({ length: batch }, (_, i) => {
    const data = new Uint8Array(area * 3)
    for (let at = 0; at < area; at++) {
      for (let channel = 0; channel < 3; channel++) {
        const value = pixels[(i * channels + channel) * area + at] as number
        data[at * 3 + channel] = Math.min(255, Math.max(0, Math.round((value + 1) * 127.5)))
      }
    }
    return { width, height, data }
  })
}
