/** What the model makes of the machine: a learning step and decoding, in this process. */
import { openModel } from '../models/architectures.ts'
import { learningFor } from '../models/learning-choice.ts'
import { headKind, type WeightKind } from '../models/memory-plan.ts'
import type { MultimodalModel } from '../models/multimodal.ts'
import { createRandom } from '../random.ts'
import type { Device } from '../runtime/session.ts'
import { decodeText } from './decoding.ts'
import { createProduct, type Product, readingRate } from './machine.ts'
import { median, timed } from './timing.ts'
import { decodingBytes, learningOperations } from './work.ts'

/** A lesson's usual step: a definition and a question behind each of eight pictures, which were read before. */
const lesson = { examples: 8, positions: 72, labelsEach: 30 }
const softTokens = 33
const learningRepeats = 12
const learningRounds = 3
/** Words read before decoding is measured, about a picture with a question; words decoded. */
const past = 200
const decoded = 64

/** A model's folder, and how its weights are to be held. */
export interface MeasuredModel {
  readonly folder: string
  readonly kind: WeightKind
  /** As in `ModelOptions`. */
  readonly halves?: boolean
}

export interface ModelFigures {
  readonly weights: WeightKind

  readonly matrixProduct: { readonly gflops: number }
  readonly memory: { readonly gigabytesPerSecond: number; readonly megabytesRead: number }
  readonly learning: {
    readonly examples: number
    readonly positions: number
    readonly milliseconds: number
    readonly samplesPerSecond: number
    readonly gflops: number
    /** Of the matrix product's rate. */
    readonly share: number
  }
  readonly decoding: {
    readonly tokensPerSecond: number
    /** What reading the weights alone would allow. */
    readonly limit: number
    readonly share: number
  }
}

export async function measureModel(
  { folder, kind, halves }: MeasuredModel,
  device: Device,
  signal: AbortSignal,
): Promise<ModelFigures> {
  const model = await openModel(folder, { device, halves, learning: await learningFor(folder, kind, device) })
  try {
    const { decoder } = model.config
    const words = textWords(model)
    const bytes = decodingBytes(decoder, { past, head: decoder.width * words, kind, headKind: headKind(kind, device) })
    const reading = await readingRate(device, bytes, signal)
    const square = await createProduct(device)
    const { learning, product } = await measureLearning(model, square, signal)
    const rate = square.operations / product
    const operations = learningOperations(decoder, words, {
      ...lesson,
      past: pictureWords(model),
      labels: lesson.examples * lesson.labelsEach,
    })
    const tokensPerSecond = 1 / (await decodeText(model, { past, count: decoded, signal })).seconds
    const limit = reading / bytes
    return {
      weights: kind,
      matrixProduct: { gflops: rate / 1e9 },
      memory: { gigabytesPerSecond: reading / 1e9, megabytesRead: bytes / 1e6 },
      learning: {
        examples: lesson.examples,
        positions: lesson.positions,
        milliseconds: 1000 * learning,
        samplesPerSecond: lesson.examples / learning,
        gflops: operations / learning / 1e9,
        share: operations / learning / rate,
      },
      decoding: { tokensPerSecond, limit, share: tokensPerSecond / limit },
    }
  } finally {
    await model.close()
  }
}

/**
 * Seconds of a step with a soft prompt of 33 rows and their head rows, and of a matrix product. They are timed in turns,
 * so that a machine that is busy, or hot, at one time is so for both.
 */
async function measureLearning(model: MultimodalModel, product: Product, signal: AbortSignal) {
  const { config, language } = model
  const random = createRandom('bench')
  const { width } = config.decoder
  const rows = () => Float32Array.from({ length: softTokens * width }, () => 0.02 * random.normal())
  const prompt = { rows: rows(), headRows: rows() }
  const word = () => random.integer(textWords(model))
  const cache = language.cache(1, pictureWords(model))
  await language.read(cache, [Array.from({ length: pictureWords(model) }, word)])
  const examples = Array.from({ length: lesson.examples }, () => {
    const ids = Array.from({ length: lesson.positions }, word)
    // The learned rows stand in the definition, and the answers come last.
    for (let row = 0; row < softTokens; row++) ids[1 + row] = config.vocabularySize + row
    const labels = ids.map((id, t) => (t >= lesson.positions - lesson.labelsEach ? id : -100))
    return { ids, labels, past: { cache, row: 0 } }
  })
  await language.learn(examples, prompt)
  const steps: number[] = []
  const products: number[] = []
  for (let round = 0; round < learningRounds; round++) {
    products.push(...(await product.time(signal)))
    steps.push(...(await timed(learningRepeats, () => language.learn(examples, prompt), signal)))
  }
  await language.endLesson()
  await product.close()
  return { learning: median(steps), product: median(products) }
}

/** Words that the text's head predicts. */
const textWords = ({ language }: MultimodalModel) => language.model.vocabularySize - (language.model.codes ?? 0)

/** A picture with its begin and end, behind the sequence's own. */
const pictureWords = ({ pictures }: MultimodalModel) => pictures.codesPerPicture + 3
