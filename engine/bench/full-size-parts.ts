/**
 * What is measured of a model in a process that does nothing else, so that its memory tells. Parts are answering (words, and a
 * drawing with guidance) and learning; shapes are those of a lesson on Janus-Pro.
 */

import { openModel } from '../models/architectures.ts'
import type { WeightKind } from '../models/memory-plan.ts'
import type { MultimodalModel } from '../models/multimodal.ts'
import { guide, sample } from '../models/sampling.ts'
import { createRandom } from '../random.ts'
import { reusesMemory } from '../runtime/memory.ts'
import type { Device } from '../runtime/session.ts'
import { createProduct, productOperations, readingRate } from './machine.ts'
import { median } from './timing.ts'
import { decodingBytes, learningOperations } from './work.ts'

/** Words of a request to draw, and of what is read before a text goes on. */
const promptWords = 64
const textPast = 200
const softTokens = 33
/** An answer restates a half of the soft prompt. */
const restatedTokens = 16
const questions = { examples: 8, positions: 72, labelsEach: 30 }
const decodedSteps = 24
const learnedSteps = 3
const guidance = 5

export interface PartOptions {
  readonly folder: string
  readonly kind: WeightKind
  readonly device: Device
  /** How many a word reads, so that caches help the machine's rate as much as they help the model. */
  readonly bytes: number
  /** Whether there is memory for reading pictures beside learning, as lessons do. */
  readonly asksQuestions: boolean
  /** Milliseconds since 1970 at which the process was asked for. */
  readonly askedAt: number
}

export interface Timed {
  /** The median. */
  readonly seconds: number
  /** The mean of the time that cores were at work for it: what can still be compared when others take them. */
  readonly cpuSeconds: number
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
  readonly promptSeconds: number
  readonly pixelsSeconds: number
  /** Prompt, steps and pixels. */
  readonly pictureSeconds: number
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
  const { folder, kind, device, askedAt } = options
  const model = await openModel(folder, { device, releaseMemory: reusesMemory() })
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
  const { seconds: promptSeconds } = await timedSteps(1, () =>
    language.read(drawn, [words(promptWords, word), words(promptWords, word)]),
  )
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
  const { seconds: pixelsSeconds } = await timedSteps(1, decode)
  const peakBytes = peakMemory()
  await model.close()
  const middle = promptWords + before.length + Math.floor(steps / 2)
  const textHead = decoder.width * textWords(model)
  return {
    loadSeconds,
    text: { ...text, bytes: decodingBytes(decoder, { past: textPast + decodedSteps / 2, head: textHead, kind }) },
    drawing: { ...drawing, bytes: decodingBytes(decoder, { batch: 2, past: middle, head: drawnHead(model), kind }) },
    promptSeconds,
    pixelsSeconds,
    pictureSeconds: promptSeconds + total * drawing.seconds + pixelsSeconds,
    peakBytes,
  }
}

export async function measureLearning({ folder, device, asksQuestions }: PartOptions): Promise<LearningFigures> {
  const model = await openModel(folder, { device, releaseMemory: reusesMemory() })
  const drawing = await learnDrawing(model)
  const asked = asksQuestions ? await learnQuestions(model) : undefined
  await model.close()
  return { drawing, ...(asked && { questions: asked }) }
}

async function learnDrawing(model: MultimodalModel): Promise<LearnedFigures> {
  const { decoder, vocabularySize } = model.config
  const { codes, word: codeWord } = await drawnWords(model)
  const random = createRandom('drawing')
  const prompt = words(promptWords, textWord(model))
  for (let row = 0; row < softTokens; row++) prompt[1 + row] = vocabularySize + row
  const picture = words(model.pictures.codesPerPicture, () => codeWord(random.integer(codes)))
  const restated = words(restatedTokens, t => vocabularySize + 1 + t)
  const ids = [...prompt, ...restated, ...picture]
  const labels = [...prompt.map(() => -100), ...restated, ...picture]
  const heads = { words: textWords(model), labels: restatedTokens }
  const shape = { examples: 1, positions: ids.length, past: 0, labels: heads.labels }
  const operations = learningOperations(decoder, heads.words, shape) + 2 * 2 * picture.length * drawnHead(model)
  return learned(model, [{ ids, labels }], operations)
}

async function learnQuestions(model: MultimodalModel): Promise<LearnedFigures> {
  const { language, pictures } = model
  const { decoder, vocabularySize } = model.config
  const word = textWord(model)
  const { examples, positions, labelsEach } = questions
  const past = pictures.codesPerPicture + 3
  const cache = language.cache(1, past)
  await language.read(cache, [words(past, word)])
  const asked = Array.from({ length: examples }, () => {
    const ids = words(positions, word)
    for (let row = 0; row < softTokens; row++) ids[1 + row] = vocabularySize + row
    const labels = ids.map((id, t) => (t >= positions - labelsEach ? id : -100))
    return { ids, labels, past: { cache, row: 0 } }
  })
  const shape = { examples, positions, past, labels: examples * labelsEach }
  return learned(model, asked, learningOperations(decoder, textWords(model), shape))
}

async function learned(
  model: MultimodalModel,
  examples: Parameters<MultimodalModel['language']['learn']>[0],
  operations: number,
): Promise<LearnedFigures> {
  const random = createRandom('soft prompt')
  const rows = () =>
    Float32Array.from({ length: softTokens * model.config.decoder.width }, () => 0.02 * random.normal())
  const prompt = { rows: rows(), headRows: rows() }
  const time = await timedSteps(learnedSteps, () => model.language.learn(examples, prompt))
  const positions = examples[0]?.ids.length ?? 0
  return { ...time, examples: examples.length, positions, operations, peakBytes: peakMemory() }
}

/** The median of several steps behind one that warms up. */
async function timedSteps(count: number, step: () => Promise<unknown>): Promise<Timed> {
  if (count > 1) await step()
  const seconds: number[] = []
  const used = process.cpuUsage()
  for (let i = 0; i < count; i++) {
    const start = performance.now()
    await step()
    seconds.push((performance.now() - start) / 1000)
  }
  const { user, system } = process.cpuUsage(used)
  return { seconds: median(seconds), cpuSeconds: (user + system) / 1e6 / count }
}

const words = (count: number, word: (at: number) => number) => Array.from({ length: count }, (_, at) => word(at))

/** Bytes; the system counts it for every process. */
const peakMemory = () => process.resourceUsage().maxRSS * 1024

const textWords = ({ language }: MultimodalModel) => language.model.vocabularySize - (language.model.codes ?? 0)

function textWord(model: MultimodalModel): () => number {
  const random = createRandom('words')
  return () => random.integer(textWords(model))
}

/** How many codes there are, and which word of the vocabulary each is. */
async function drawnWords(model: MultimodalModel) {
  const { vocabularySize, codes } = model.language.model
  // A model whose codes are behind its words needs no tokeniser to tell.
  if (codes) return { codes, word: (code: number) => vocabularySize - codes + code }
  const { pictureWords } = await model.words
  return { codes: pictureWords.length, word: (code: number) => pictureWords[code] as number }
}

/** Weights that a picture's word runs through beside the layers: those of its own head, or those of the text's. */
function drawnHead({ language, config }: MultimodalModel): number {
  const { width } = config.decoder
  const { codes } = language.model
  return codes ? width * (width + codes) : width * language.model.vocabularySize
}
