/**
 * A request that is drawn several times, side by side, to keep the drawing that agrees best with it in the model's own
 * eyes: it reads pictures better than it draws them.
 */
import type { KvCache } from '../models/kv-cache.ts'
import type { PictureView } from '../models/multimodal.ts'
import { logSumExp } from '../models/sampling.ts'
import { createRandom } from '../random.ts'
import type { ModelContext } from './context.ts'
import { type Drawing, type DrawOptions, drawBehind } from './drawing.ts'
import { requestedDrawing } from './drawing-request.ts'
import type { ConceptRows } from './soft-prompt.ts'
import { nextStep, type Stepping } from './steps.ts'

/** What is to be drawn: in words, and those of whom it speaks who were taught. */
export interface DrawingRequest {
  readonly text: string
  readonly concepts: readonly ConceptRows[]
}

const captionRequest = 'describe this picture.'

/** Times that candidates are drawn at most, where those who were taught are in none of them. */
const rounds = 3

/**
 * Draws as many candidates behind a cache's one row as the model's settings say, and keeps the one that agrees best: in
 * which those who were taught are most alike, and which the model would rather describe in the words of the request. Where
 * they are in none of them, it draws others. The first candidate is what the seed draws alone. What others wait for at the same
 * time is drawn with it.
 */
export async function drawBest(
  context: ModelContext,
  cache: KvCache,
  seed: number,
  request: DrawingRequest,
  options: DrawOptions = {},
): Promise<Drawing> {
  const count = context.generation.candidates
  if (count === 1) return (await drawBehind(context, cache, [seed], options, context.drawings))[0] as Drawing
  const random = createRandom(seed).fork('candidates')
  const rows = await cache.select(Array.from({ length: count }, () => 0))
  let best: Candidate | undefined
  for (let round = 0; round < rounds && !best?.shows; round++) {
    const seeds = Array.from({ length: count }, (_, i) => (round + i === 0 ? seed : random.integer(2 ** 31)))
    // Another round makes the work longer; what was done of it stays done.
    const progress = (done: number, total: number) => options.progress?.(round * total + done, (round + 1) * total)
    const drawings = await drawBehind(context, rows, seeds, { ...options, progress }, context.drawings)
    for (const one of await candidates(context, drawings, request, options))
      if (!best || isBetter(one, best)) best = one
  }
  rows.dispose()
  return (best as Candidate).drawing
}

interface Candidate {
  readonly drawing: Drawing
  /** In nats; the greater the better. */
  readonly agreement: number
  /** Whether those who were taught are rather in it than not, as far as can be told. */
  readonly shows: boolean
}

/** Words are told of an empty beach as well: whoever was to be drawn comes first. */
const isBetter = (one: Candidate, best: Candidate) =>
  one.shows === best.shows ? one.agreement > best.agreement : one.shows

async function candidates(
  { model, template, likeness }: ModelContext,
  drawings: readonly Drawing[],
  { text, concepts }: DrawingRequest,
  stepping: Stepping,
): Promise<Candidate[]> {
  const views = (await model.see?.(drawings.map(({ image }) => image))) ?? drawings.map(({ codes }) => codes)
  const description = requestedDrawing(text) ?? text
  const told = await descriptionLogLikelihood({ model, template }, views, description, stepping)
  const alike = concepts.length > 0 ? await likeness?.(views, concepts, { ...stepping, together: true }) : undefined
  return drawings.map((drawing, i) => {
    const nats = (alike?.[i] ?? []).reduce((sum, one) => sum + one, 0)
    return { drawing, agreement: (told[i] as number) + nats, shows: nats >= 0 }
  })
}

/** How likely the model is to describe each picture in these words, in nats. */
export async function descriptionLogLikelihood(
  { model, template }: Pick<ModelContext, 'model' | 'template'>,
  pictures: readonly PictureView[],
  description: string,
  stepping: Stepping = {},
): Promise<number[]> {
  await nextStep(stepping)
  const question = template.userTurn({ text: captionRequest, behindPictures: true })
  const openings = pictures.map(picture => template.conversation({ pictures: [picture], question }))
  const said = template.said(description)
  if (said.length === 0) return pictures.map(() => 0)
  const cache = model.language.cache(pictures.length, (openings[0]?.length ?? 0) + said.length)
  const first = await model.language.read(cache, openings)
  const sums = pictures.map((_, row) => logProbability(first.logits, row, first.words, said[0] as number))
  if (said.length < 2) {
    cache.dispose()
    return sums
  }
  const rest = await model.language.read(
    cache,
    pictures.map(() => said.slice(0, -1)),
    undefined,
    'all',
  )
  cache.dispose()
  const each = said.length - 1
  return sums.map((sum, row) =>
    said.slice(1).reduce((so, word, t) => so + logProbability(rest.logits, row * each + t, rest.words, word), sum),
  )
}

function logProbability(logits: Float32Array, position: number, words: number, word: number): number {
  const row = logits.subarray(position * words, (position + 1) * words)
  return (row[word] as number) - logSumExp(row)
}
