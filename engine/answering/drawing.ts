/** Drawing: the words of pictures, one after another, guided and by chance, then their pixels. */
import type { RgbImage } from '../image.ts'
import type { KvCache } from '../models/kv-cache.ts'
import { rowBytes } from '../models/kv-columns.ts'
import type { SoftPrompt, Word } from '../models/language.ts'
import type { ModelContext } from './context.ts'
import { DrawingBatch } from './drawing-batch.ts'
import { toImages } from './pixels.ts'
import { rowsThatFit } from './rows-that-fit.ts'
import type { Stepping } from './steps.ts'

export interface Drawing {
  readonly codes: number[]
  readonly image: RgbImage
}

export interface DrawOptions extends Stepping {
  /** Codes done of all, for one picture, a row of the picture at a time. */
  readonly progress?: (done: number, total: number) => void
  readonly temperature?: number
  readonly topP?: number
  readonly guidance?: number
}

/** Pictures drawn side by side where memory allows: more would save no time. */
const sideBySide = 8

/**
 * Draws a picture behind each prompt (word ids, up to and with the restated halves).
 * @param seeds one for each prompt; the same seed gives the same drawing
 */
export async function drawBatch(
  context: ModelContext,
  prompts: readonly (readonly Word[])[],
  seeds: readonly number[],
  { softPrompt, ...options }: DrawOptions & { readonly softPrompt?: SoftPrompt } = {},
): Promise<Drawing[]> {
  if (seeds.length !== prompts.length)
    throw new RangeError(`Expected ${prompts.length} seeds for the prompts but received ${seeds.length}`)
  const { language, pictures } = context.model
  const drawings: Drawing[] = []
  const longest = Math.max(...prompts.map(ids => ids.length))
  // With guidance each has another row.
  const bytesEach = 2 * rowBytes(language.layout, longest + 1 + pictures.codesPerPicture)
  const together = Math.min(sideBySide, rowsThatFit(bytesEach))
  for (let from = 0; from < prompts.length; from += together) {
    const some = prompts.slice(from, from + together)
    const cache = language.cache(some.length, longest)
    await language.read(cache, some, softPrompt)
    drawings.push(...(await drawBehind(context, cache, seeds.slice(from, from + together), options)))
    cache.dispose()
  }
  return drawings
}

/**
 * Draws a picture behind each row of a cache, which is left as it was.
 * @param batch which other pictures it is drawn with; with none when left out
 */
export async function drawBehind(
  { model, template, generation }: ModelContext,
  cache: KvCache,
  seeds: readonly number[],
  options: DrawOptions = {},
  batch: DrawingBatch = new DrawingBatch({ model, template }),
): Promise<Drawing[]> {
  const { temperature = generation.temperature, topP = generation.topP, guidance = generation.guidance } = options
  const codes = await batch.draw({ ...options, temperature, topP, guidance, cache, seeds })
  const images = toImages(await model.pictures.decode(codes))
  return codes.map((each, i) => ({ codes: each, image: images[i] as RgbImage }))
}
