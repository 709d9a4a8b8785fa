/** A Janus-Pro model folder, opened: its parts share one checkpoint. It sees with one tokeniser and draws with another. */
import { type Checkpoint, openCheckpoint } from '../../checkpoints/checkpoint.ts'
import type { RgbImage } from '../../image.ts'
import type { SessionOptions } from '../../runtime/session.ts'
import type { Dialogue } from '../dialogue.ts'
import { Language } from '../language.ts'
import type { ModelOptions, MultimodalModel, PictureView } from '../multimodal.ts'
import { Pictures } from '../pictures.ts'
import { openTokenizer, type TextTokenizer } from '../tokenizer.ts'
import { checkpointWeights, under } from '../weights.ts'
import { type JanusConfig, readJanusConfig } from './config.ts'
import { pictureLayers } from './generation.ts'
import { type Preprocessing, preprocess, readPreprocessing } from './preprocessing.ts'
import { VisionTower } from './vision-tower.ts'
import { janusWords } from './words.ts'

const EMBEDDINGS = 'model.language_model.embed_tokens.weight'
const HEAD = 'lm_head.weight'

/** Pictures that are seen at once. */
const together = 4

export class Janus implements MultimodalModel {
  readonly folder: string
  readonly config: JanusConfig & Pick<MultimodalModel['config'], 'vocabulary'>
  readonly language: Language
  readonly pictures: Pictures
  readonly vision: VisionTower
  readonly fingerprint: string
  readonly draws = true
  readonly tables: MultimodalModel['tables']
  /** DeepSeek's generation_inference.py: temperature 1, the whole distribution, cfg_weight 5. */
  readonly generationDefaults = { temperature: 1, topP: 1, guidance: 5, maxNewTokens: 256 }
  readonly #preprocessing: Preprocessing
  #words: Promise<Dialogue> | undefined
  #tokenizer: Promise<TextTokenizer> | undefined

  /**
   * Opens a folder: reads the configuration and the files' headers. Sessions are made when they are first used.
   * @throws FamiliarError when the folder holds no such model, naming what is missing or of another shape
   */
  static async open(folder: string, options: ModelOptions = {}): Promise<Janus> {
    const config = await readJanusConfig(folder)
    const [checkpoint, preprocessing] = await Promise.all([
      openCheckpoint(folder),
      readPreprocessing(folder, config.vision.resolution),
    ])
    const model = new Janus(folder, config, preprocessing, checkpoint, await checkpoint.fingerprint(), options)
    model.language.check()
    model.vision.check()
    model.pictures.check(true)
    return model
  }

  private constructor(
    folder: string,
    config: JanusConfig,
    preprocessing: Preprocessing,
    checkpoint: Checkpoint,
    fingerprint: string,
    options: ModelOptions,
  ) {
    const sessions: SessionOptions = { ...options, weightsFolder: checkpoint.root }
    const { decoder, vocabularySize, textWords, vq } = config
    const table = [textWords, decoder.width]
    this.folder = folder
    this.config = { ...config, vocabulary: new Map() }
    this.fingerprint = fingerprint
    this.#preprocessing = preprocessing
    // Configurations say that the head is tied where the file has one nevertheless.
    this.tables = {
      embeddings: EMBEDDINGS,
      head: checkpoint.has(HEAD) || config.tiedHead === false ? HEAD : EMBEDDINGS,
    }
    this.language = new Language(
      {
        decoder,
        vocabularySize,
        codes: vq.codes,
        weights: graph => {
          const weights = checkpointWeights(graph, checkpoint, options.device, options.halves)
          return {
            layers: under('model.language_model.', weights),
            embeddings: weights(this.tables.embeddings, table),
            head: weights(this.tables.head, table),
            pictures: pictureLayers(config, under('model.', weights)),
          }
        },
      },
      sessions,
    )
    this.pictures = new Pictures(
      vq,
      graph => under('model.vqmodel.', checkpointWeights(graph, checkpoint, options.device)),
      sessions,
    )
    this.vision = new VisionTower(
      config.vision,
      decoder.width,
      graph => under('model.', checkpointWeights(graph, checkpoint, options.device)),
      sessions,
    )
  }

  /** @throws FamiliarError `BAD_TOKENIZER` when it lacks what pictures and turns need */
  get words(): Promise<Dialogue> {
    this.#words ??= this.tokenizer().then(tokenizer => janusWords(this.config, tokenizer))
    return this.#words
  }

  tokenizer(): Promise<TextTokenizer> {
    this.#tokenizer ??= openTokenizer(this.folder)
    return this.#tokenizer
  }

  async see(images: readonly RgbImage[]): Promise<PictureView[]> {
    const { width } = this.config.decoder
    const views: PictureView[] = []
    for (let from = 0; from < images.length; from += together) {
      const seen = await this.vision.see(preprocess(images.slice(from, from + together), this.#preprocessing))
      const rows = Array.from({ length: seen.length / width }, (_, i) => seen.subarray(i * width, (i + 1) * width))
      const { places } = this.vision
      for (let at = 0; at < rows.length; at += places) views.push(rows.slice(at, at + places))
    }
    return views
  }

  async close(): Promise<void> {
    await this.language.close()
    await this.pictures.close()
    await this.vision.close()
  }
}
