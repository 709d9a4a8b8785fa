/** A Chameleon model folder (Chameleon, Anole, or one of our own in their form), opened: its parts share one checkpoint. */
import { type Checkpoint, openCheckpoint } from '../../checkpoints/checkpoint.ts'
import type { SessionOptions } from '../../runtime/session.ts'
import { Language } from '../language.ts'
import type { ModelOptions, MultimodalModel } from '../multimodal.ts'
import { Pictures } from '../pictures.ts'
import { openTokenizer, type TextTokenizer } from '../tokenizer.ts'
import { checkpointWeights, under } from '../weights.ts'
import { type ChameleonConfig, readChameleonConfig } from './config.ts'
import { type ChameleonWords, chameleonWords } from './words.ts'

const EMBEDDINGS = 'model.embed_tokens.weight'
const HEAD = 'lm_head.weight'

export class Chameleon implements MultimodalModel {
  readonly folder: string
  readonly config: ChameleonConfig
  readonly language: Language
  readonly pictures: Pictures
  /** Tells the weights apart from any others. */
  readonly fingerprint: string
  /** Whether it can draw: Chameleon was published without a picture decoder. */
  readonly draws: boolean
  /** Of a picture: as in the original code. */
  readonly generationDefaults = { temperature: 0.7, topP: 0.9, guidance: 3, maxNewTokens: 64 }
  readonly tables: MultimodalModel['tables']
  #words: ChameleonWords | undefined
  #tokenizer: Promise<TextTokenizer> | undefined

  /**
   * Opens a folder: reads the configuration and the files' headers. Sessions are made when they are first used.
   * @throws FamiliarError when the folder holds no such model, naming what is missing or of another shape
   */
  static async open(folder: string, options: ModelOptions = {}): Promise<Chameleon> {
    const config = await readChameleonConfig(folder)
    const checkpoint = await openCheckpoint(folder)
    const fingerprint = await checkpoint.fingerprint()
    const model = new Chameleon(folder, withNormsOf(checkpoint, config), checkpoint, fingerprint, options)
    model.language.check()
    model.pictures.check(model.draws)
    return model
  }

  private constructor(
    folder: string,
    config: ChameleonConfig,
    checkpoint: Checkpoint,
    fingerprint: string,
    options: ModelOptions,
  ) {
    const sessions: SessionOptions = { ...options, weightsFolder: checkpoint.root }
    const table = [config.vocabularySize, config.decoder.width]
    const { vocabularySize, decoder } = config
    this.folder = folder
    this.config = config
    this.fingerprint = fingerprint
    this.draws = checkpoint.has('model.vqmodel.decoder.conv_in.weight')
    this.tables = { embeddings: EMBEDDINGS, head: config.tiedHead ? EMBEDDINGS : HEAD }
    this.language = new Language(
      {
        decoder,
        vocabularySize,
        weights: graph => {
          const weights = checkpointWeights(graph, checkpoint, options.device, options.halves)
          const [embeddings, head] = [weights(this.tables.embeddings, table), weights(this.tables.head, table)]
          return { layers: under('model.', weights), embeddings, head }
        },
      },
      sessions,
    )
    this.pictures = new Pictures(
      config.vq,
      graph => under('model.vqmodel.', checkpointWeights(graph, checkpoint, options.device)),
      sessions,
    )
  }

  /** @throws FamiliarError `BAD_CONFIG` when the vocabulary lacks what pictures and turns need */
  get words(): ChameleonWords {
    this.#words ??= chameleonWords(this.config)
    return this.#words
  }

  tokenizer(): Promise<TextTokenizer> {
    this.#tokenizer ??= openTokenizer(this.folder)
    return this.#tokenizer
  }

  async close(): Promise<void> {
    await this.language.close()
    await this.pictures.close()
  }
}

/** Checkpoints differ in whether queries' and keys' norms have biases, and no configuration says so. */
function withNormsOf(checkpoint: Checkpoint, config: ChameleonConfig): ChameleonConfig {
  const hasBias = checkpoint.has('model.layers.0.self_attn.q_norm.bias')
  return { ...config, decoder: { ...config.decoder, queryKeyNorm: hasBias ? 'weight and bias' : 'weight' } }
}
