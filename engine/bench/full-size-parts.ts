/**
 * What is measured of a model in a process that does nothing else, so that its memory tells. Parts are answering (words, and a
 * drawing with guidance) and learning; shapes are those of a lesson on Janus-Pro.
 */

import { openModel } from '../models/architectures.ts'
import type { CachePlace } from '../models/cache-place.ts'
import type { Example, Word } from '../models/language.ts'
import { headKind, type WeightKind } from '../models/memory-plan.ts'
import type { MultimodalModel } from '../models/multimodal.ts'
import { createRandom } from '../random.ts'
import { peakMemory, reusesMemory } from '../runtime/memory.ts'
import type { Device } from '../runtime/session.ts'
import { type Decoded, decodeDrawing, decodeText } from './decoding.ts'
import {
  drawingExample,
  drawnHeadWeights,
  drawnWords,
  promptWords,
  questionExamples,
  randomPrompt,
  restatedTokens,
  textWord,
  textWords,
  words,
} from './examples.ts'
import { createProduct, readingRate } from './machine.ts'
import { median, type Timed, timedSteps } from './timing.ts'
import { decodingBytes, learningOperations } from './work.ts'

/** Words that are read before a text goes on. */
const textPast = 200
const decodedSteps = 24
const learnedSteps = 3
/** Of the matrices whose product is measured: about as large as the model's. */
const productSide = 2048

export interface PartOptions {
  readonly folder: string
  readonly kind: WeightKind
  /** As in `ModelOptions`. */
  readonly halves: boolean
  readonly device: Device
  /** As in `ModelOptions`, for tests. */
  readonly cachePlace?: CachePlace
  /** How many a word reads, so that caches help the machine's rate as much as they help the model. */
  readonly bytes: number
  /** Milliseconds since 1970 at which the process was asked for. */
  readonly askedAt: number
}

export interface MachineFigures {
  readonly productSide: number
  readonly operationsPerSecond: number
  readonly bytesPerSecond: number
}

export interface AnsweringFigures {
  /** From asking for the process until the first word is there. */
  readonly loadSeconds: number
  readonly text: DecodedBytes
  /** One position of a picture, behind half of the others, with its unconditional twin. */
  readonly drawing: DecodedBytes
  /** The request, with its unconditional twin. */
  readonly request: Timed
  /** A picture from its codes. */
  readonly pixels: Timed
  /** Request, steps and pixels. */
  readonly picture: Timed
  readonly peakBytes: number
}

export interface DecodedBytes extends Decoded {
  /** That a word reads. */
  readonly bytes: number
}

/** Questions behind pictures that were read before. */
export interface AskedFigures {
  /** One alone. */
  readonly question: LearnedFigures
  /** As many as a lesson's step has. */
  readonly questions: LearnedFigures
}

export interface LearnedFigures extends Timed {
  readonly examples: number
  readonly positions: number
  readonly operations: number
  /** Of the process, so far. */
  readonly peakBytes: number
}

export async function measureMachine({ device, bytes }: PartOptions): Promise<MachineFigures> {
  const signal = new AbortController().signal
  const product = await createProduct(device, productSide)
  const operationsPerSecond = product.operations / median(await product.time(signal))
  await product.close()
  return { productSide, operationsPerSecond, bytesPerSecond: await readingRate(device, bytes, signal) }
}

export async function measureAnswering(options: PartOptions): Promise<AnsweringFigures> {
  const { folder, kind, halves, device, cachePlace, askedAt } = options
  const model = await openModel(folder, { device, halves, cachePlace, releaseMemory: reusesMemory() })
  const { language, pictures } = model
  const { decoder } = model.config
  const word = textWord(model)
  const first = language.cache(1, 1)
  await language.read(first, [[word()]])
  const loadSeconds = (Date.now() - askedAt) / 1000

  const text = await decodeText(model, { past: textPast, count: decodedSteps })

  const total = pictures.codesPerPicture
  const drawn = language.cache(2, promptWords + total)
  const request = await timedSteps(1, () => language.read(drawn, [words(promptWords, word), words(promptWords, word)]))
  const drawing = await decodeDrawing(model, drawn, { count: decodedSteps })
  const random = createRandom('pixels')
  const { codes } = await drawnWords(model)
  const decode = () => pictures.decode([words(total, () => random.integer(codes))])
  // The first one makes the session.
  await decode()
  const pixels = await timedSteps(1, decode)
  const peakBytes = peakMemory()
  await model.close()
  const textHead = { head: decoder.width * textWords(model), headKind: headKind(kind, device) }
  const drawnHead = language.model.codes ? { head: drawnHeadWeights(model) } : textHead
  return {
    loadSeconds,
    text: { ...text, bytes: decodingBytes(decoder, { past: text.past, ...textHead, kind }) },
    drawing: {
      ...drawing,
      bytes: decodingBytes(decoder, { batch: 2, past: drawing.past, ...drawnHead, kind }),
    },
    request,
    pixels,
    picture: {
      seconds: request.seconds + total * drawing.seconds + pixels.seconds,
      cpuSeconds: request.cpuSeconds + total * drawing.cpuSeconds + pixels.cpuSeconds,
    },
    peakBytes,
  }
}

/** A request and the picture that fulfils it. */
export async function measureDrawingLesson(options: PartOptions): Promise<LearnedFigures> {
  const model = await openLearning(options)
  const { decoder } = model.config
  const { codesPerPicture } = model.pictures
  const example = await drawingExample(model, codesPerPicture)
  const heads = { words: textWords(model), labels: restatedTokens }
  const shape = { examples: 1, positions: example.ids.length, past: 0, labels: heads.labels }
  const operations = learningOperations(decoder, heads.words, shape) + 2 * 2 * codesPerPicture * drawnHeadWeights(model)
  const figures = await learned(model, [example], operations)
  await model.close()
  return figures
}

export async function measureQuestionLesson(options: PartOptions): Promise<AskedFigures> {
  const model = await openLearning(options)
  const { decoder } = model.config
  const { asked, past, labelsEach } = await questionExamples(model)
  const learn = (examples: typeof asked) => {
    const shape = { examples: examples.length, positions: asked[0]?.ids.length ?? 0, past }
    const labels = examples.length * labelsEach
    return learned(model, examples, learningOperations(decoder, textWords(model), { ...shape, labels }))
  }
  // The smaller one first: its memory is the largest so far.
  const question = await learn(asked.slice(0, 1))
  const questions = await learn(asked)
  await model.close()
  return { question, questions }
}

const openLearning = ({ folder, halves, device }: PartOptions) =>
  openModel(folder, { device, halves, releaseMemory: reusesMemory() })

async function learned(
  model: MultimodalModel,
  examples: readonly Example<Word>[],
  operations: number,
): Promise<LearnedFigures> {
  const prompt = randomPrompt(model)
  const time = await timedSteps(learnedSteps, () => model.language.learn(examples, prompt))
  const positions = examples[0]?.ids.length ?? 0
  return { ...time, examples: examples.length, positions, operations, peakBytes: peakMemory() }
}
