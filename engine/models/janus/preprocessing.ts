/**
 * Pictures as Janus-Pro's tower sees them: the longer side scaled, the shorter one padded to a square, normalised. What
 * `preprocessor_config.json` says of it is followed; a folder without one is treated as published.
 *
 * Source: transformers, models/janus/image_processing_pil_janus.py
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { FamiliarError } from '../../errors.ts'
import type { RgbImage } from '../../image.ts'
import type { PictureBatch } from '../pictures.ts'
import { resample } from './resample.ts'

export interface Preprocessing {
  /** Side of the square, in pixels. */
  readonly side: number
  /** Neither side becomes shorter than this. */
  readonly smallest: number
  /** Of each channel, of values from 0 to 1. */
  readonly mean: readonly number[]
  readonly deviation: readonly number[]
  readonly rescale: number
  /** Fills up the square: 8-bit RGB. */
  readonly background: readonly number[]
}

const triple = z.array(z.number()).length(3)
const schema = z.object({
  size: z.object({ height: z.int().positive(), width: z.int().positive() }).optional(),
  min_size: z.int().positive().default(14),
  image_mean: triple.default([0.5, 0.5, 0.5]),
  image_std: z.array(z.number().positive()).length(3).default([0.5, 0.5, 0.5]),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  resample: z.literal(3).default(3),
  do_resize: z.literal(true).default(true),
  do_rescale: z.literal(true).default(true),
  do_normalize: z.literal(true).default(true),
  do_pad: z.literal(true).default(true),
})

/** Where transformers writes it: on its own, or since version 5 as a part of the processor's file. */
const files = [
  { name: 'preprocessor_config.json', part: (json: unknown) => json },
  { name: 'processor_config.json', part: (json: { image_processor?: unknown }) => json.image_processor },
]

/**
 * @param side of the pictures that the tower takes
 * @throws FamiliarError `BAD_CONFIG`
 */
export async function readPreprocessing(folder: string, side: number): Promise<Preprocessing> {
  for (const { name, part } of files) {
    const path = join(folder, name)
    const bad = (received: string, cause?: unknown) =>
      new FamiliarError('BAD_CONFIG', `Expected Janus-Pro's preprocessing in ${path} but received ${received}`, {
        cause,
      })
    let found: unknown
    try {
      found = part(JSON.parse(await readFile(path, 'utf8')))
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') continue
      throw bad((cause as Error).message, cause)
    }
    if (found === undefined) continue
    const result = schema.safeParse(found)
    if (!result.success) {
      const issue = result.error.issues[0] as z.core.$ZodIssue
      throw bad(`${issue.path.join('.') || 'the whole'}: ${issue.message}`)
    }
    const { size } = result.data
    if (size && (size.height !== side || size.width !== side))
      throw bad(`size ${size.height}×${size.width} for a tower that takes ${side}×${side}`)
    return preprocessing(result.data, side)
  }
  return preprocessing(schema.parse({}), side)
}

function preprocessing(config: z.infer<typeof schema>, side: number): Preprocessing {
  return {
    side,
    smallest: Math.min(config.min_size, side),
    mean: config.image_mean,
    deviation: config.image_std,
    rescale: config.rescale_factor,
    background: config.image_mean.map(value => Math.trunc(value * 255)),
  }
}

/** Pictures of any size → [B, 3, side, side]. */
export function preprocess(images: readonly RgbImage[], settings: Preprocessing): PictureBatch {
  const { side, mean, deviation, rescale } = settings
  const area = side * side
  const pixels = new Float32Array(images.length * 3 * area)
  for (const [i, image] of images.entries()) {
    const { data } = square(image, settings)
    for (let channel = 0; channel < 3; channel++) {
      const plane = (i * 3 + channel) * area
      const [average, spread] = [mean[channel] as number, deviation[channel] as number]
      for (let p = 0; p < area; p++) {
        const value = Math.fround((data[p * 3 + channel] as number) * rescale)
        pixels[plane + p] = Math.fround(value - average) / spread
      }
    }
  }
  return { pixels, shape: [images.length, 3, side, side] }
}

function square(image: RgbImage, { side, smallest, background }: Preprocessing): RgbImage {
  const scale = side / Math.max(image.width, image.height)
  const [width, height] = [image.width, image.height].map(length => Math.max(roundHalfEven(length * scale), smallest))
  const { data } = resample(image, width as number, height as number)
  if (width === side && height === side) return { width, height, data }
  const [left, top] = [Math.floor((side - (width as number)) / 2), Math.floor((side - (height as number)) / 2)]
  const padded = new Uint8Array(side * side * 3)
  for (let p = 0; p < padded.length; p++) padded[p] = background[p % 3] as number
  const row = (width as number) * 3
  for (let y = 0; y < (height as number); y++)
    padded.set(data.subarray(y * row, (y + 1) * row), ((top + y) * side + left) * 3)
  return { width: side, height: side, data: padded }
}

/** As Python rounds: 2.5 becomes 2. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  if (value - floor !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}
