/** What is learned from and asked while a model is measured: the shapes of a lesson on Janus-Pro, with words drawn by chance. */
import type { Example, SoftPrompt } from '../models/language.ts'
import type { MultimodalModel } from '../models/multimodal.ts'
import { createRandom } from '../random.ts'

/** Words of a request to draw. */
export const promptWords = 64
const softTokens = 33
/** An answer restates a half of the soft prompt. */
export const restatedTokens = 16
const questions = { examples: 8, positions: 72, labelsEach: 30 }

/** A request with the soft prompt, the half that is restated, and the picture's codes. */
export async function drawingExample(model: MultimodalModel, codes: number): Promise<Example> {
  const { vocabularySize } = model.config
  const { codes: all, word: codeWord } = await drawnWords(model)
  const random = createRandom('drawing')
  const prompt = words(promptWords, textWord(model))
  for (let row = 0; row < softTokens; row++) prompt[1 + row] = vocabularySize + row
  const picture = words(codes, () => codeWord(random.integer(all)))
  const restated = words(restatedTokens, t => vocabularySize + 1 + t)
  return {
    ids: [...prompt, ...restated, ...picture],
    labels: [...prompt.map(() => -100), ...restated, ...picture],
  }
}

/** Questions behind a picture that was read before, of `past` positions. */
export async function questionExamples(model: MultimodalModel) {
  const { language, pictures } = model
  const { vocabularySize } = model.config
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
  return { asked, past, labelsEach }
}

export function randomPrompt({ config }: MultimodalModel): SoftPrompt {
  const random = createRandom('soft prompt')
  const rows = () => Float32Array.from({ length: softTokens * config.decoder.width }, () => 0.02 * random.normal())
  return { rows: rows(), headRows: rows() }
}

export const words = (count: number, word: (at: number) => number) => Array.from({ length: count }, (_, at) => word(at))

export const textWords = ({ language }: MultimodalModel) => language.model.vocabularySize - (language.model.codes ?? 0)

export function textWord(model: MultimodalModel): () => number {
  const random = createRandom('words')
  return () => random.integer(textWords(model))
}

/** How many codes there are, and which word of the vocabulary each is. */
export async function drawnWords(model: MultimodalModel) {
  const { vocabularySize, codes } = model.language.model
  // A model whose codes are behind its words needs no tokeniser to tell.
  if (codes) return { codes, word: (code: number) => vocabularySize - codes + code }
  const { pictureWords } = await model.words
  return { codes: pictureWords.length, word: (code: number) => pictureWords[code] as number }
}

/** Weights that a picture's word runs through beside the layers: those of its own head, or those of the text's. */
export function drawnHeadWeights({ language, config }: MultimodalModel): number {
  const { width } = config.decoder
  const { codes } = language.model
  return codes ? width * (width + codes) : width * language.model.vocabularySize
}
