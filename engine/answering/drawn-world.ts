/**
 * Telling photos from drawings, for a model that has seen drawings only: its picture tokeniser gives drawings back nearly
 * as they were, and anything else badly. Which model is such a one, and from which error on a picture is none of its
 * world, stands in its folder's `storybook.json`.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { FamiliarError } from '../errors.ts'
import type { PictureBatch, Pictures } from '../models/pictures.ts'

export interface DrawnWorld {
  readonly drawnWorldOnly: true
  /** Reconstruction error above which a picture is not of the drawn world. */
  readonly reconstructionLimit: number
}

export const drawnWorldFile = 'storybook.json'

const schema = z.object({ drawnWorldOnly: z.boolean(), reconstructionLimit: z.number().positive() })

/** @throws FamiliarError `BAD_CONFIG` when the file is there and wrong */
export async function readDrawnWorld(folder: string): Promise<DrawnWorld | undefined> {
  const path = join(folder, drawnWorldFile)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch {
    return undefined
  }
  try {
    const { drawnWorldOnly, reconstructionLimit } = schema.parse(JSON.parse(text))
    return drawnWorldOnly ? { drawnWorldOnly, reconstructionLimit } : undefined
  } catch (cause) {
    const expected = `{"drawnWorldOnly": boolean, "reconstructionLimit": number} in ${path}`
    throw new FamiliarError('BAD_CONFIG', `Expected ${expected} but received ${text.slice(0, 80)}`, { cause })
  }
}

/** A picture's words, and how badly they stand for it. */
export interface Seen {
  readonly codes: number[]
  /**
   * Mean absolute error of the reconstruction, as a share of that of the plainest one: every code's patch in its mean
   * colour. A tokeniser gives back most of the detail that it was made for, and hardly any of other pictures', however
   * much or little contrast they have; the bare error tells busy drawings from dull photos badly.
   */
  readonly error: number
  /** Mean absolute error of the reconstruction, in units of −1…1. */
  readonly absolute: number
}

export async function reconstruct(pictures: Pictures, batch: PictureBatch): Promise<Seen[]> {
  const all = await pictures.encode(batch)
  const { pixels } = await pictures.decode(all)
  const [, channels, height, width] = batch.shape
  const each = channels * height * width
  const patch = width / Math.sqrt(pictures.codesPerPicture)
  return all.map((codes, i) => {
    const picture = batch.pixels.subarray(i * each, (i + 1) * each)
    const reconstruction = pixels.subarray(i * each, (i + 1) * each)
    const plainest = meanAbsolute(picture, inMeanColours(picture, channels, height, width, patch))
    const absolute = meanAbsolute(picture, reconstruction)
    return { codes, error: absolute / (plainest + noDetail), absolute }
  })
}

/** Below this there is no detail to speak of, in units of −1…1. */
const noDetail = 0.01

function meanAbsolute(picture: Float32Array, other: Float32Array): number {
  let sum = 0
  for (const [i, value] of picture.entries()) sum += Math.abs(value - Math.min(1, Math.max(-1, other[i] as number)))
  return sum / picture.length
}

/** The picture [C, H, W] with every `patch × patch` pixels in their mean colour. */
function inMeanColours(picture: Float32Array, channels: number, height: number, width: number, patch: number) {
  const across = Math.ceil(width / patch)
  const down = Math.ceil(height / patch)
  const sums = new Float32Array(channels * down * across)
  const counts = new Float32Array(sums.length)
  const patchOf = (i: number) => {
    const [channel, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width]
    return (channel * down + Math.floor(y / patch)) * across + Math.floor(x / patch)
  }
  for (const [i, value] of picture.entries()) {
    sums[patchOf(i)]! += value
    counts[patchOf(i)]!++
  }
  return picture.map((_, i) => (sums[patchOf(i)] as number) / (counts[patchOf(i)] as number))
}

/** For people: what to do about a picture that this model cannot see. */
export const notADrawing =
  'This picture is not of the drawn world, the only one that the built-in model knows. To show it photos, run the bot with MODEL=janus-pro-1b.'
