/** Drawing: the words of pictures, one after another, guided and by chance, then their pixels. */
import type { RgbImage } from '../image.ts'
import { growth, KvCache } from '../models/kv-cache.ts'
import type { SoftPrompt, Word } from '../models/language.ts'
import { createRandom } from '../random.ts'
import type { ModelContext } from './context.ts'
import { toImages } from './pixels.ts'
import { guide, sample } from './sampling.ts'
import { nextStep, type Stepping } from './steps.ts'

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

/** Pictures drawn side by side: more would need more memory than they save time. */
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
  const { language } = context.model
  const drawings: Drawing[] = []
  for (let from = 0; from < prompts.length; from += sideBySide) {
    const some = prompts.slice(from, from + sideBySide)
    const cache = language.cache(some.length, Math.max(...some.map(ids => ids.length)))
    await language.read(cache, some, softPrompt)
    drawings.push(...(await drawBehind(context, cache, seeds.slice(from, from + sideBySide), options)))
  }
  return drawings
}

/** Draws a picture behind each row of a cache, which is left as it was. */
export async function drawBehind(
  { model, template, generation }: ModelContext,
  cache: KvCache,
  seeds: readonly number[],
  options: DrawOptions = {},
): Promise<Drawing[]> {
  const { temperature = generation.temperature, topP = generation.topP, guidance = generation.guidance } = options
  const { language, pictures } = model
  const { words } = template
  const total = pictures.codesPerPicture
  const side = Math.sqrt(total)
  const randoms = seeds.map(seed => createRandom(seed).fork('drawing'))
  const rows = seeds.map((_, row) => ({ cache, row }))
  if (guidance !== 1) {
    // In place of each prompt, where only its length is left of it.
    const prompts = seeds.map((_, row) => template.unconditional(cache.lengths[row] as number))
    const [first = []] = prompts
    const alike = prompts.every(ids => ids.length === first.length)
    const unconditional = language.cache(alike ? 1 : prompts.length)
    await language.read(unconditional, alike ? [first] : prompts)
    rows.push(...seeds.map((_, row) => ({ cache: unconditional, row: alike ? 0 : row })))
  }
  // Room that is not filled yet is passed over at each word, so it grows with the picture.
  const drawn = KvCache.stack(rows, Math.max(...cache.lengths) + growth)
  const codes: number[][] = seeds.map(() => [])
  let next = rows.map(() => [words.beginPicture])
  for (let done = 0; done < total; done++) {
    await nextStep(options)
    if (done % side === 0) options.progress?.(done, total)
    const { logits, words: width, first } = await language.read(drawn, next, undefined, { head: 'pictures' })
    const among = words.pictureWords.map(word => word - first)
    const row = (index: number) => logits.subarray(index * width, (index + 1) * width)
    for (const [i, random] of randoms.entries()) {
      const unconditional = guidance === 1 ? row(i) : row(randoms.length + i)
      codes[i]?.push(sample(guide(row(i), unconditional, among, guidance), random, { temperature, topP }))
    }
    next = rows.map((_, i) => template.pictureWords([codes[i % seeds.length]?.[done] as number]))
  }
  options.progress?.(total, total)
  const images = toImages(await pictures.decode(codes))
  return codes.map((each, i) => ({ codes: each, image: images[i] as RgbImage }))
}
