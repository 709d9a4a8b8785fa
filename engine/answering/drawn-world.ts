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

/** A picture's words, and how far off the picture is that they stand for. */
export interface Seen {
  readonly codes: number[]
  /** Mean absolute difference of the picture and its reconstruction, in units of the picture's −1…1. */
  readonly error: number
}

export async function reconstruct(pictures: Pictures, batch: PictureBatch): Promise<Seen[]> {
  const all = await pictures.encode(batch)
  const { pixels } = await pictures.decode(all)
  const each = batch.pixels.length / all.length
  return all.map((codes, i) => {
    let sum = 0
    for (let at = i * each; at < (i + 1) * each; at++)
      sum += Math.abs((batch.pixels[at] as number) - Math.min(1, Math.max(-1, pixels[at] as number)))
    return { codes, error: sum / each }
  })
}

/** For people: what to do about a photo that this model cannot see. */
export const notADrawing =
  'This looks like a photo, and the built-in model only knows its own drawn world. To show it photos, run the bot with MODEL=janus-pro-1b.'
