/**
 * How alike a picture's characters and concepts are, by the profiles that the model itself reads in the picture: what a
 * model that reads well and compares badly needs to recognise anybody. Nothing of it is stored with a concept: its u rows
 * lie among the words of the slots, and say by where they lie what is believed of it.
 */
import type { Likeness, ModelContext } from '../answering/context.ts'
import type { PromptTemplate } from '../answering/prompt.ts'
import type { ConceptRows } from '../answering/soft-prompt.ts'
import { nextStep, type Stepping } from '../answering/steps.ts'
import { openCheckpoint } from '../checkpoints/checkpoint.ts'
import type { PictureView } from '../models/multimodal.ts'
import type { PictureBatch } from '../models/pictures.ts'
import { createRandom } from '../random.ts'
import { bothViews, isTrait, type Slots, testimonies } from './belief.ts'
import { CloserLook } from './closer-look.ts'
import { profile, SLOT_WORDS } from './language/profile.ts'
import { TELL } from './language/vocabulary.ts'
import { readCharacters } from './reading.ts'
import { sampleIndividual } from './scene.ts'

/** Whether a model speaks of profiles: it has the words for them. */
export function readsProfiles({ model }: Pick<ModelContext, 'model'>): boolean {
  const { vocabulary } = model.config
  return vocabulary.has(TELL) && SLOT_WORDS.every(words => words.every(word => vocabulary.has(word)))
}

/** Pictures turned in one run. */
const BATCH = 4
/** The likeness of a concept to nobody: less than to anybody. */
const NOBODY = -60
/** Whoever is less alike is somebody else without a closer look. */
const BEYOND_DOUBT = -12
/** No reading rules a word out altogether. */
const DOUBT = 0.005
/** Individuals from which it is known how usual a word is. */
const SAMPLE = 4_000
/** A trait is read less surely than a word for it looks. */
const TRAIT_WEIGHT = 0.25

/**
 * Reads each picture and its mirror image once (pictures are told apart by identity). A likeness is log p(reading | it is
 * the concept) − log p(reading | it is anybody), summed over the slots, of the character that is most alike; `closely`, with
 * what the model says of it as a drawing (`closer-look.ts`).
 */
export function profileLikeness(context: Pick<ModelContext, 'model' | 'template'>): Likeness {
  const readings = new WeakMap<PictureView, readonly Slots[]>()
  const closer = new CloserLook(context)
  let opened: Promise<readonly SlotWords[]> | undefined
  return async (pictures, concepts, { together = false, closely = false, ...stepping } = {}) => {
    opened ??= openSlots(context.model)
    const slots = await opened
    const unread = [...new Set(pictures)].filter(picture => !readings.has(picture))
    const read = await readBothWays(context, unread, stepping)
    for (const [i, picture] of unread.entries()) readings.set(picture, read[i] as readonly Slots[])
    const beliefs = concepts.map(concept => slots.map((slot, i) => believed(slot, rowOf(concept, i, context.template))))
    const choose = together ? assigned : most
    const chosen = pictures.map(picture => {
      const each = (readings.get(picture) as readonly Slots[]).map(reading =>
        beliefs.map(belief => evidence(reading, belief, slots)),
      )
      return choose(each, concepts.length)
    })
    const nats = chosen.map(row => row.map(({ likeness }) => likeness))
    if (!closely) return nats
    const doubtful = chosen.flatMap((row, p) =>
      row.flatMap(({ likeness, character }, c) =>
        character !== undefined && likeness > BEYOND_DOUBT ? [{ p, c, character }] : [],
      ),
    )
    const candidates = doubtful.map(({ p, c, character }) => ({
      picture: pictures[p]!,
      concept: concepts[c]!,
      character,
    }))
    const looked = new Map(candidates.map(({ picture }) => [picture, readings.get(picture)!]))
    const more = await closer.evidence(candidates, looked, stepping)
    for (const [i, { p, c }] of doubtful.entries()) nats[p]![c]! += more[i]!
    return nats
  }
}

/** Which character a concept is taken for, and how alike they are; nobody when all are others already. */
interface Match {
  readonly character: number | undefined
  readonly likeness: number
}

/** For each concept the character that is most alike. */
const most = (evidence: readonly (readonly number[])[], concepts: number): Match[] =>
  Array.from({ length: concepts }, (_, concept) => {
    const each = evidence.map(one => one[concept] as number)
    const likeness = Math.max(...each)
    return { character: each.indexOf(likeness), likeness }
  })

/** For each concept another character, so that they are most alike in all; whoever is left has none. */
function assigned(evidence: readonly (readonly number[])[], concepts: number): Match[] {
  let best: Match[] = []
  const total = (matches: readonly Match[]) => matches.reduce((sum, { likeness }) => sum + likeness, 0)
  const visit = (matches: readonly Match[]) => {
    const concept = matches.length
    if (concept === concepts) {
      if (best.length === 0 || total(matches) > total(best)) best = [...matches]
      return
    }
    for (const [character, each] of evidence.entries())
      if (!matches.some(match => match.character === character))
        visit([...matches, { character, likeness: each[concept] as number }])
    visit([...matches, { character: undefined, likeness: NOBODY }])
  }
  visit([])
  return best
}

/** Of each picture its characters: what is read of them in it and in its mirror image. */
async function readBothWays(
  { model, template }: Pick<ModelContext, 'model' | 'template'>,
  pictures: readonly PictureView[],
  stepping: Stepping,
): Promise<Slots[][]> {
  if (pictures.length === 0) return []
  const mirrors: number[][] = []
  for (let from = 0; from < pictures.length; from += BATCH) {
    await nextStep(stepping)
    const batch = await model.pictures.decode(pictures.slice(from, from + BATCH).map(codesOf))
    mirrors.push(...(await model.pictures.encode(mirrored(batch))))
  }
  const read = await readCharacters(model, template, [...pictures, ...mirrors], stepping)
  return pictures.map((_, i) => testimonies(read[i]!, read[pictures.length + i]!).map(bothViews))
}

/** A model of the drawn world has no vision tower: it reads the codes that it draws with. */
const codesOf = (picture: PictureView) => picture.map(Number)

/** Pictures turned about their upright axis. */
function mirrored({ pixels, shape }: PictureBatch): PictureBatch {
  const width = shape[3]
  const turned = pixels.map((_, i) => pixels[i - (i % width) + (width - 1 - (i % width))] as number)
  return { pixels: turned, shape }
}

/** What is known of a slot's words. */
interface SlotWords {
  /** Shares among individuals, summing to 1. */
  readonly usual: Float32Array
  readonly weight: number
  /** [W, D]: a row's place among the words, row by row, when multiplied with it. */
  readonly places: readonly Float32Array[]
}

async function openSlots(model: ModelContext['model']): Promise<SlotWords[]> {
  const { vocabulary, decoder } = model.config
  const { width } = decoder
  const table = await (await openCheckpoint(model.folder)).readFloat32('model.embed_tokens.weight')
  const usual = usualWords()
  return SLOT_WORDS.map((words, slot) => {
    const rows = words.map(word => {
      const at = (vocabulary.get(word) as number) * width
      return table.slice(at, at + width)
    })
    return { usual: usual[slot]!, weight: isTrait(slot) ? TRAIT_WEIGHT : 1, places: pseudoInverse(rows) }
  })
}

function usualWords(): Float32Array[] {
  const random = createRandom('usual words')
  const usual = SLOT_WORDS.map(words => new Float32Array(words.length))
  for (let i = 0; i < SAMPLE; i++)
    profile(sampleIndividual(random)).forEach(({ word, other, weight }, slot) => {
      const words = SLOT_WORDS[slot]!
      usual[slot]![words.indexOf(word)]! += weight / SAMPLE
      usual[slot]![words.indexOf(other)]! += (1 - weight) / SAMPLE
    })
  return usual
}

/** The u row of a slot; a shorter soft prompt has none for the last slots. */
function rowOf({ embedding }: ConceptRows, slot: number, { tokens }: PromptTemplate): Float32Array | undefined {
  // Row 0 names, k rows draw, and the first of those that tell marks them.
  const width = embedding.length / (1 + 2 * tokens)
  const at = 1 + tokens + 1 + slot
  return slot < tokens - 1 ? embedding.subarray(at * width, (at + 1) * width) : undefined
}

/** The mixture of a slot's words that lies nearest to a row: probabilities. */
function believed({ places }: SlotWords, row: Float32Array | undefined): Float32Array | undefined {
  if (!row) return undefined
  const shares = Float32Array.from(places, place => Math.max(0, dot(place, row)))
  const total = shares.reduce((sum, share) => sum + share, 0)
  // A row that lies among none of them says nothing.
  return total > 0 ? shares.map(share => share / total) : undefined
}

function evidence(reading: Slots, belief: readonly (Float32Array | undefined)[], slots: readonly SlotWords[]): number {
  let sum = 0
  for (const [slot, shares] of belief.entries()) {
    if (!shares) continue
    const { usual, weight } = slots[slot]!
    // Bayes: how much likelier a word became by the reading, over what the concept may be.
    const ratio = shares.reduce(
      (total, share, word) => total + (share * (reading[slot]![word]! + DOUBT)) / (usual[word]! + DOUBT),
      0,
    )
    sum += weight * Math.log(ratio)
  }
  return sum
}

/** (E Eᵀ)⁻¹ E of rows E [W, D]: the rows of the transposed pseudo-inverse. */
function pseudoInverse(rows: readonly Float32Array[]): Float32Array[] {
  const left = rows.map(a => Float64Array.from(rows, b => dot(a, b)))
  const right = rows.map(row => Float64Array.from(row))
  // Gauss–Jordan; a Gram matrix of different words is positive definite, so the diagonal is never nearly nothing.
  for (let pivot = 0; pivot < rows.length; pivot++) {
    const scale = left[pivot]![pivot]!
    for (const matrix of [left, right]) matrix[pivot] = matrix[pivot]!.map(value => value / scale)
    for (let row = 0; row < rows.length; row++) {
      const factor = left[row]![pivot]!
      if (row === pivot || factor === 0) continue
      for (const matrix of [left, right])
        matrix[row] = matrix[row]!.map((value, i) => value - factor * matrix[pivot]![i]!)
    }
  }
  return right.map(row => Float32Array.from(row))
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (const [i, value] of a.entries()) sum += value * b[i]!
  return sum
}
