import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { RgbImage } from '../engine/image.ts'
import { toDrawingPng, toPng } from './pictures.ts'

const image: RgbImage = { width: 2, height: 1, data: Uint8Array.of(255, 0, 0, 0, 0, 255) }

describe('pictures as PNG', () => {
  it('keep their pixels, and say nothing of a machine when none has made them', async () => {
    const png = await toPng(image)
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true })
    expect([info.format, info.width, info.height, info.channels]).toEqual(['raw', 2, 1, 3])
    expect([...data]).toEqual([...image.data])
    expect((await sharp(png).metadata()).exif).toBeUndefined()
  })

  it('that were drawn are enlarged and marked as AI-generated', async () => {
    const png = await toDrawingPng(image, 3)
    const { format, width, height, exif, xmp } = await sharp(png).metadata()
    expect([format, width, height]).toEqual(['png', 6, 3])
    expect(exif!.toString('latin1')).toContain('AI-generated')
    expect(xmp!.toString()).toContain('digitalsourcetype/trainedAlgorithmicMedia')
    const { data } = await sharp(png).raw().toBuffer({ resolveWithObject: true })
    expect(data[0]).toBeGreaterThan(200)
    expect(data.at(-1)).toBeGreaterThan(200)
  })
})
