/**
 * A model that reads, sees and draws, opened: what the engine asks of it, whichever architecture it is of. Each architecture
 * has a folder of its own beside this file; `architectures.ts` lists them.
 */
import type { RgbImage } from '../image.ts'
import type { DecoderConfig } from './decoder.ts'
import type { Dialogue } from './dialogue.ts'
import type { Language } from './language.ts'
import type { LanguageSessionOptions } from './language-sessions.ts'
import type { Pictures } from './pictures.ts'
import type { TextTokenizer } from './tokenizer.ts'
import type { VqConfig } from './vq.ts'

export interface ModelOptions extends Omit<LanguageSessionOptions, 'weightsFolder'> {
  /** Hold weights of the decoder's products that are stored in 16 bits as they are; default: if they were converted for it. */
  readonly halves?: boolean
}

/** What a picture is to a model that reads it: its codes, or what a vision tower saw at each place, [D]. */
export type PictureView = readonly (number | Float32Array)[]

export interface GenerationDefaults {
  /** Of a drawing's words; words of a text are always the likeliest ones. */
  readonly temperature: number
  /** Share of the probability that a drawing's words are drawn from. */
  readonly topP: number
  /** w of unconditional + w·(conditional − unconditional); 1 is no guidance. */
  readonly guidance: number
  /** Most words of an answer. */
  readonly maxNewTokens: number
}

export interface MultimodalModel {
  readonly folder: string
  readonly config: {
    readonly decoder: DecoderConfig
    /** V: all words that can be read, those of pictures too. */
    readonly vocabularySize: number
    /** Positions that the model was trained for. */
    readonly maxPositions: number
    /** Words of the vocabulary that have a meaning of their own, by how they are written; it may hold others. */
    readonly vocabulary: ReadonlyMap<string, number>
    readonly vq: VqConfig
  }
  readonly language: Language
  /** The tokeniser of pictures: codes are what is drawn. */
  readonly pictures: Pictures
  /** Tells the weights apart from any others. */
  readonly fingerprint: string
  /** Whether it can draw. */
  readonly draws: boolean
  /** How conversations are written; its marks may have to be read first. */
  readonly words: Dialogue | Promise<Dialogue>
  /** Keys of the tables [V, D] of the text's words, at the input and at the output. */
  readonly tables: { readonly embeddings: string; readonly head: string }
  /** How it answers where its `generation_config.json` does not say. */
  readonly generationDefaults: GenerationDefaults
  tokenizer(): Promise<TextTokenizer>
  /** What it sees in pictures of any size; a model without it reads the codes that it draws with. */
  see?(images: readonly RgbImage[]): Promise<PictureView[]>
  close(): Promise<void>
}
