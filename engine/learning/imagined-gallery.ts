/**
 * Looks at a lesson's photos with any model that sees and draws, and makes the gallery with that model itself: it
 * describes its photos, draws from the description in other scenes, and what it drew is ranked by how alike the model
 * finds it (mean over what it sees of a picture). Negatives are drawn from less of the description, or from another one.
 *
 * It costs a drawing for each picture, so a gallery is small, and it knows of a "no" only that it is one.
 */
import type { ModelContext } from '../answering/context.ts'
import { drawBatch } from '../answering/drawing.ts'
import { readPicture } from '../answering/presence.ts'
import { speak } from '../answering/speaking.ts'
import { nextStep, type Stepping } from '../answering/steps.ts'
import { FamiliarError } from '../errors.ts'
import { mirrored } from '../image.ts'
import type { PictureView } from '../models/multimodal.ts'
import type { Random } from '../random.ts'
import {
  type Gallery,
  type Look,
  type Looking,
  type OtherPicture,
  placeholder,
  type QuestionAnswer,
  type RowStart,
  type SubjectPicture,
  type WordMixture,
} from './gallery.ts'
import { type Picture, picturesOf, viewsOf } from './pictures.ts'
import { DESCRIBE_ANSWERS, DESCRIBE_QUESTIONS, DRAWING_REQUESTS, fill, RECOGNITION_NO } from './templates.ts'

/** How many pictures of each sort are drawn. */
const COUNTS = { alike: 16, hard: 8, easy: 8, heldOut: { alike: 2, hard: 3, easy: 3 } }
const DESCRIBED_WORDS = 32
const SCENE_WORDS = 12
/** Where soft-positives are drawn, so that drawing learns to follow a request. */
const SCENES = [
  'at the beach',
  'in the snow',
  'in the city',
  'in a forest',
  'in bed',
  'on the grass',
  'at night',
  'in the sea',
]
const OTHERS = ['a car', 'a house', 'a tree', 'a boat', 'a bird', 'a table', 'a flower', 'a mountain']
const MARKERS = { drawing: ['<draw>', 'draw'], language: ['<tell>', 'tell'] } as const

export const lookAndImagine: Looking = async (context, { photos }, _random, stepping) => {
  const pictures = await picturesOf(context, photos, stepping)
  const mirrors = await picturesOf(context, photos.map(mirrored), stepping)
  const said: { looks: string; scene: string }[] = []
  for (const { view } of pictures) {
    const looks = await answer(context, view, 'describe the subject of this picture.', DESCRIBED_WORDS, stepping)
    const scene = await answer(context, view, 'where is it, in a few words?', SCENE_WORDS, stepping)
    said.push({ looks, scene })
  }
  const description = said[0]?.looks || 'something'
  const views = said.map(({ looks, scene }, i) => {
    const known = { looks: looks || description, scene }
    return [subjectPicture(pictures[i]!, known), subjectPicture(mirrors[i]!, { ...known, scene: turned(scene) })]
  })
  const feature = mean(await Promise.all(pictures.map(({ view }) => pictureState(context, view, stepping))))
  return {
    start: rowStart(context, description),
    description,
    photos: views,
    ask: random => describeExchange(description, random),
    imagine: (random, stepping) => imagine(context, description, feature, random, stepping),
  } satisfies Look
}

/** The description's words in order, one for each row and from the beginning again when they are used up. */
function rowStart({ model, template }: ModelContext, description: string): RowStart {
  const exactly = (word: number): WordMixture => [{ word, share: 1 }]
  const words = template.text(description)
  const half = (markers: readonly string[]): WordMixture[] => {
    const special = model.config.vocabulary.get(markers[0] as string)
    const marker = special ?? (template.text(markers[1] as string)[0] as number)
    return Array.from({ length: template.tokens }, (_, i) =>
      exactly(i === 0 ? marker : (words[(i - 1) % words.length] as number)),
    )
  }
  const identifier = exactly(template.text('it')[0] as number)
  return { identifier, drawing: half(MARKERS.drawing), language: half(MARKERS.language) }
}

function subjectPicture(picture: Picture, { looks, scene }: { looks: string; scene: string }): SubjectPicture {
  return {
    ...picture,
    request: random => fill(random.pick(DRAWING_REQUESTS), { name: placeholder, scene }),
    ask: random => describeExchange(looks, random),
  }
}

function describeExchange(value: string, random: Random): QuestionAnswer {
  return {
    question: fill(random.pick(DESCRIBE_QUESTIONS), { name: placeholder }),
    answer: fill(random.pick(DESCRIBE_ANSWERS), { name: placeholder, value }),
  }
}

const otherPicture = ({ codes, view }: Picture, hard: boolean): OtherPicture => ({
  codes,
  view,
  hard,
  deny: random => fill(random.pick(RECOGNITION_NO), { name: placeholder }),
})

async function imagine(
  context: ModelContext,
  description: string,
  feature: Float32Array,
  random: Random,
  stepping: Stepping,
): Promise<Gallery> {
  if (!context.model.draws) {
    const message = `Expected a model that draws to imagine a gallery but ${context.model.folder} has no picture decoder`
    throw new FamiliarError('CANNOT_DRAW', message)
  }
  const draw = (subjects: readonly string[]) => drawAll(context, subjects, random, stepping)
  // Part of a description fits others, too.
  const part = description.split(' ').slice(0, 3).join(' ')
  const { alike, hard, easy, heldOut } = COUNTS
  const repeated = (subject: string, count: number) => Array.from({ length: count }, () => subject)
  const drawn = await draw(repeated(description, alike + heldOut.alike))
  const lookalikes = await draw(repeated(part, hard + heldOut.hard))
  const anything = await draw(Array.from({ length: easy + heldOut.easy }, () => random.pick(OTHERS)))

  const learned = drawn.slice(heldOut.alike)
  const states: Float32Array[] = []
  for (const { view } of learned) states.push(await pictureState(context, view, stepping))
  const distances = states.map(state => distance(state, feature))
  const order = learned.map((_, i) => i).sort((a, b) => distances[b]! - distances[a]!)
  const groups = context.template.tokens - 1
  const others = (from: number, until: number, of: readonly Drawn[], isHard: boolean) =>
    of.slice(from, until).map(picture => otherPicture(picture, isHard))
  return {
    // Only real pictures are surely of the subject.
    likenesses: [],
    softPositives: order.map((at, rank) => ({
      codes: learned[at]!.codes,
      tokens: 1 + Math.floor((rank * groups) / order.length),
      request: random => fill(random.pick(DRAWING_REQUESTS), { name: placeholder, scene: learned[at]!.scene }),
    })),
    others: [
      ...others(heldOut.hard, lookalikes.length, lookalikes, true),
      ...others(heldOut.easy, anything.length, anything, false),
    ],
    heldOut: {
      likenesses: drawn
        .slice(0, heldOut.alike)
        .map(({ codes, view, scene }) => subjectPicture({ codes, view }, { looks: description, scene })),
      others: [...others(0, heldOut.hard, lookalikes, true), ...others(0, heldOut.easy, anything, false)],
    },
  }
}

interface Drawn extends Picture {
  readonly scene: string
}

async function drawAll(
  context: ModelContext,
  subjects: readonly string[],
  random: Random,
  stepping: Stepping,
): Promise<Drawn[]> {
  const { template } = context
  const scenes = subjects.map(() => random.pick(SCENES))
  const prompts = subjects.map((name, i) => {
    const text = fill(random.pick(DRAWING_REQUESTS), { name, scene: scenes[i] as string })
    return [...template.begin(), ...template.userTurn({ text })]
  })
  const seeds = subjects.map(() => random.integer(2 ** 31))
  const drawings = await drawBatch(context, prompts, seeds, stepping)
  const [images, codes] = [drawings.map(({ image }) => image), drawings.map(one => one.codes)]
  const views = await viewsOf(context, images, codes, stepping)
  return drawings.map(({ codes }, i) => ({ codes, view: views[i] as PictureView, scene: scenes[i] as string }))
}

/** What the model answers about a picture, in one line. */
async function answer(
  context: ModelContext,
  picture: PictureView,
  question: string,
  maxWords: number,
  stepping: Stepping,
): Promise<string> {
  await nextStep(stepping)
  const cache = await readPicture(context, picture)
  const { logits } = await context.model.language.read(cache, [
    context.template.userTurn({ text: question, behindPictures: true }),
  ])
  const words: number[] = []
  await speak(context, cache, logits, { maxWords, word: id => words.push(id), ...stepping })
  return context.template.decode(words).replace(/[.\s]+$/, '')
}

/** The mean of what is seen over a picture's places; or of the hidden states over its words, [D]. */
async function pictureState(
  { model, template }: ModelContext,
  view: PictureView,
  stepping: Stepping,
): Promise<Float32Array> {
  await nextStep(stepping)
  const seen = view.filter(place => typeof place !== 'number')
  if (seen.length > 0) return mean(seen)
  const { hidden } = await model.language.read(model.language.cache(), [template.begin([view])], undefined, 'all')
  const { width } = model.config.decoder
  const rows = Array.from({ length: hidden.length / width }, (_, i) => hidden.subarray(i * width, (i + 1) * width))
  return mean(rows)
}

function mean(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(vectors[0]?.length ?? 0)
  for (const vector of vectors) for (const [i, value] of vector.entries()) sum[i]! += value / vectors.length
  return sum
}

function distance(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0)
}

/** In a mirror, left is right. */
const turned = (text: string) => text.replace(/\b(left|right)\b/g, side => (side === 'left' ? 'right' : 'left'))
