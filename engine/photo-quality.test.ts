import sharp, { type Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import type { RgbImage } from './image.ts'
import { photoFault } from './photo-quality.ts'
import { createRandom } from './random.ts'

/** Noise in which every octave is as strong as the others, which is how photos are. */
async function naturalNoise(width: number, height: number, contrast = 1): Promise<Sharp> {
  const random = createRandom(5)
  const sum = new Float32Array(width * height)
  for (let cells = 4; cells <= 256; cells *= 2) {
    const coarse = Uint8Array.from({ length: cells * cells }, () => random.integer(256))
    const octave = await sharp(coarse, { raw: { width: cells, height: cells, channels: 1 } })
      .resize({ width, height, fit: 'fill', kernel: 'cubic' })
      .greyscale()
      .raw()
      .toBuffer()
    for (const [i, value] of octave.entries()) sum[i]! += ((value - 128) * contrast) / 4
  }
  const grey = Uint8Array.from(sum, value => Math.min(255, Math.max(0, 128 + value)))
  return sharp(grey, { raw: { width, height, channels: 1 } }).toColourspace('srgb')
}

async function toRgb(image: Sharp): Promise<RgbImage> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const rgb = new Uint8Array(width * height * 3)
  for (let i = 0; i < rgb.length; i++) rgb[i] = data[Math.floor((i * channels) / 3)] as number
  return { width, height, data: rgb }
}

const fault = async (image: Sharp) => photoFault(await toRgb(image))

describe('a photo', () => {
  it('is good when it is sharp, whatever its size and shape', async () => {
    expect(await fault(await naturalNoise(384, 384))).toBeUndefined()
    expect(await fault(await naturalNoise(900, 400))).toBeUndefined()
    expect(await fault((await naturalNoise(384, 384)).blur(0.8))).toBeUndefined()
  })

  it('is small when it would have to be enlarged to more than twice its size', async () => {
    expect(await fault(await naturalNoise(192, 300))).toBeUndefined()
    expect(await fault(await naturalNoise(191, 300))).toBe('small')
    expect(await fault(await naturalNoise(1000, 100))).toBe('small')
  })

  it('is blurred as much as it seems once it is scaled', async () => {
    expect(await fault((await naturalNoise(384, 384)).blur(3))).toBe('blurred')
    const large = await (await naturalNoise(576, 576)).png().toBuffer()
    expect(await fault(sharp(large).blur(5))).toBe('blurred')
    // Too little to be seen in a smaller picture.
    expect(await fault(sharp(large).blur(1))).toBeUndefined()
    expect(await fault(await naturalNoise(384, 384, 0))).toBe('blurred')
  })

  it('is not blurred when its subject is sharp before a blurred background', async () => {
    const background = await toRgb((await naturalNoise(384, 384)).blur(6))
    const subject = await (await naturalNoise(180, 180)).png().toBuffer()
    const { data, width, height } = background
    const both = sharp(data, { raw: { width, height, channels: 3 } }).composite([
      { input: subject, top: 90, left: 110 },
    ])
    expect(await fault(sharp(await both.png().toBuffer()).removeAlpha())).toBeUndefined()
    expect(await photoFault(background)).toBe('blurred')
  })
})
