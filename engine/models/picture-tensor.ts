/** 8-bit pictures to tensors and back, as Chameleon's processor does it. */
import sharp from 'sharp'
import type { RgbImage } from '../image.ts'
import type { PictureBatch } from './pictures.ts'

/** The middle square of a picture at this side: the shorter edge is scaled (Lanczos), what is over is cut off. */
export async function fitSquare(image: RgbImage, side: number): Promise<RgbImage> {
  if (image.width === side && image.height === side) return image
  const { width, height, data } = image
  const resized = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize({ width: side, height: side, fit: 'cover', position: 'centre', kernel: 'lanczos3' })
    .raw()
    .toBuffer()
  return { width: side, height: side, data: new Uint8Array(resized) }
}

/** Pictures of one size → [B, 3, H, W], x/127.5 − 1. */
export function toBatch(images: readonly RgbImage[]): PictureBatch {
  const { width, height } = images[0] ?? { width: 0, height: 0 }
  const area = width * height
  const pixels = new Float32Array(images.length * 3 * area)
  for (const [i, image] of images.entries()) {
    if (image.width !== width || image.height !== height)
      throw new RangeError(`Expected pictures of ${width}×${height} but received one of ${image.width}×${image.height}`)
    for (let channel = 0; channel < 3; channel++) {
      const plane = (i * 3 + channel) * area
      for (let p = 0; p < area; p++) pixels[plane + p] = (image.data[p * 3 + channel] as number) / 127.5 - 1
    }
  }
  return { pixels, shape: [images.length, 3, height, width] }
}

/** [B, 3, H, W] → pictures; values beyond −1…1 are clipped. */
export function fromBatch({ pixels, shape: [batch, , height, width] }: PictureBatch): RgbImage[] {
  const area = width * height
  return Array.from({ length: batch }, (_, i) => {
    const data = new Uint8Array(area * 3)
    for (let channel = 0; channel < 3; channel++) {
      const plane = (i * 3 + channel) * area
      for (let p = 0; p < area; p++) {
        const value = Math.round(((pixels[plane + p] as number) + 1) * 127.5)
        data[p * 3 + channel] = Math.max(0, Math.min(255, value))
      }
    }
    return { width, height, data }
  })
}
