/**
 * What is measured of a model in a process that does nothing else, so that its memory tells. Parts are answering (words, and a
 * drawing with guidance) and learning; shapes are those of a lesson on Janus-Pro.
 */

import { openModel } from '../models/architectures.ts'
import type { Example, Word } from '../models/language.ts'
import type { WeightKind } from '../models/memory-plan.ts'
import type { MultimodalModel } from '../models/multimodal.ts'
import { guide, sample } from '../models/sampling.ts'
import { createRandom } from '../random.ts'
import { reusesMemory } from '../runtime/memory.ts'
import type { Device } from '../runtime/session.ts'
import {
  drawingExample,
  drawnHead,
  drawnWords,
  promptWords,
  questionExamples,
  randomPrompt,
  restatedTokens,
  textWord,
  textWords,
  words,
} from './examples.ts'
import { createProduct, productOperations, readingRate } from './machine.ts'
import { median, type Timed, timedSteps } from './timing.ts'
import { decodingBytes, learningOperations } from './work.ts'

/** Words that are read before a text goes on. */
const textPast = 200
const decodedSteps = 24
const learnedSteps = 3
const guidance = 5

export interface PartOptions {
  readonly folder: string
  readonly kind: WeightKind
  /** As in `ModelOptions`. */
  readonly halves: boolean
  readonly device: Device
  /** How many a word reads, so that caches help the machine's rate as much as they help the model. */
  readonly bytes: number
  /** Whether there is memory for reading pictures beside learning, as lessons do. */
  readonly asksQuestions: boolean
  /** Milliseconds since 1970 at which the process was asked for. */
  readonly askedAt: number
}

export interface MachineFigures {
  readonly operationsPerSecond: number
  readonly bytesPerSecond: number
}

export interface AnsweringFigures {
  /** From asking for the process until the first word is there. */
  readonly loadSeconds: number
  readonly text: Timed & { readonly bytes: number }
  /** One position of a picture, behind half of the others, with its unconditional twin. */
  readonly drawing: Timed & { readonly bytes: number }
  /** The request, with its unconditional twin. */
  readonly request: Timed
  /** A picture from its codes. */
  readonly pixels: Timed
  /** Request, steps and pixels. */
  readonly picture: Timed
  readonly peakBytes: number
}

export interface LearningFigures {
  /** A request and the picture that fulfils it. */
  readonly drawing: LearnedFigures
  /** Questions behind pictures that were read before. */
  readonly questions?: LearnedFigures
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
  const product = await createProduct(device)
  const operationsPerSecond = productOperations / median(await product.time(signal))
  await product.close()
  return { operationsPerSecond, bytesPerSecond: await readingRate(device, bytes, signal) }
}

export async function measureAnswering(options: PartOptions): Promise<AnsweringFigures> {
  const { folder, kind, halves, device, askedAt } = options
  const model = await openModel(folder, { device, halves, releaseMemory: reusesMemory() })
  const { language, pictures } = model
  const { decoder } = model.config
  const word = textWord(model)
  const first = language.cache(1, 1)
  await language.read(first, [[word()]])
  const loadSeconds = (Date.now() - askedAt) / 1000

  const cache = language.cache(1, textPast + decodedSteps + 1)
  await language.read(cache, [words(textPast, word)])
  const text = await timedSteps(decodedSteps, () => language.read(cache, [[word()]]))

  const { codes, word: codeWord } = await drawnWords(model)
  const total = pictures.codesPerPicture
  const drawn = language.cache(2, promptWords + total)
  const request = await timedSteps(1, () => language.read(drawn, [words(promptWords, word), words(promptWords, word)]))
  const random = createRandom('drawing')
  // The steps in the middle of a picture stand for all: what they read grows evenly.
  const before = words(Math.max(1, Math.floor((total - decodedSteps) / 2)), () => codeWord(random.integer(codes)))
  await language.read(drawn, [before, before])
  const steps = Math.min(decodedSteps, total - before.length)
  let next = codeWord(0)
  const drawing = await timedSteps(steps, async () => {
    const {
      logits,
      words: width,
      first,
    } = await language.read(drawn, [[next], [next]], undefined, { head: 'pictures' })
    const among = Array.from({ length: codes }, (_, code) => codeWord(code) - first)
    const guided = guide(logits.subarray(0, width), logits.subarray(width), among, guidance)
    next = codeWord(sample(guided, random))
  })
  const decode = () => pictures.decode([words(total, () => random.integer(codes))])
  // The first one makes the session.
  await decode()
  const pixels = await timedSteps(1, decode)
  const peakBytes = peakMemory()
  await model.close()
  const middle = promptWords + before.length + Math.floor(steps / 2)
  const textHead = decoder.width * textWords(model)
  return {
    loadSeconds,
    text: { ...text, bytes: decodingBytes(decoder, { past: textPast + decodedSteps / 2, head: textHead, kind }) },
    drawing: { ...drawing, bytes: decodingBytes(decoder, { batch: 2, past: middle, head: drawnHead(model), kind }) },
    request,
    pixels,
    picture: {
      seconds: request.seconds + total * drawing.seconds + pixels.seconds,
      cpuSeconds: request.cpuSeconds + total * drawing.cpuSeconds + pixels.cpuSeconds,
    },
    peakBytes,
  }
}

export async function measureLearning({
  folder,
  halves,
  device,
  asksQuestions,
}: PartOptions): Promise<LearningFigures> {
  const model = await openModel(folder, { device, halves, releaseMemory: reusesMemory() })
  const drawing = await learnDrawing(model)
  const asked = asksQuestions ? await learnQuestions(model) : undefined
  await model.close()
  return { drawing, ...(asked && { questions: asked }) }
}

async function learnDrawing(model: MultimodalModel): Promise<LearnedFigures> {
  const { decoder } = model.config
  const { codesPerPicture } = model.pictures
  const example = await drawingExample(model, codesPerPicture)
  const heads = { words: textWords(model), labels: restatedTokens }
  const shape = { examples: 1, positions: example.ids.length, past: 0, labels: heads.labels }
  const operations = learningOperations(decoder, heads.words, shape) + 2 * 2 * codesPerPicture * drawnHead(model)
  return learned(model, [example], operations)
}

async function learnQuestions(model: MultimodalModel): Promise<LearnedFigures> {
  const { decoder } = model.config
  const { asked, past, labelsEach } = await questionExamples(model)
  const examples = asked.length
  const shape = { examples, positions: asked[0]?.ids.length ?? 0, past, labels: examples * labelsEach }
  return learned(model, asked, learningOperations(decoder, textWords(model), shape))
}

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

/** Bytes; the system counts it for every process. */
export const peakMemory = () => process.resourceUsage().maxRSS * 1024
