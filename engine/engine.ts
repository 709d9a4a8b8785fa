/**
 * The engine's face: what a bot asks of the model. It knows nothing of chats, platforms or storage. Implemented in this
 * process by `local.ts` and over a child process by `host/client.ts`.
 */
import type { RgbImage } from './image.ts'
import type { WeightKind } from './models/memory-plan.ts'
import type { Device } from './runtime/session.ts'

/** What an engine is opened with. */
export interface EngineOptions {
  /** Path of the model's folder. */
  readonly modelFolder: string
  /** How the model is called; default: as the folder is. */
  readonly modelName?: string
  /** `auto`: the first device that works. */
  readonly device: Device | 'auto'
  /** How the decoder's weights are held; `auto`: as the device's memory allows. Default: as they are stored. */
  readonly weights?: WeightWish
  readonly lessons?: LessonSources
  /** Devices that earlier engines of this process have lost in the middle of something, one entry for each loss. */
  readonly lostDevices?: readonly Device[]
}

/** What lessons take beside their photos. The built-in model needs none of it. */
export interface LessonSources {
  /** Where pictures that the model has drawn are kept for later lessons; without it, each lesson draws its own. */
  readonly galleryFolder?: string
  /** The operator's own pictures, from which galleries are ranked instead; what was seen of them is kept as well. */
  readonly pictureFolder?: string
  /** Who answers questions about the photos in place of the model itself. */
  readonly teacher?: TeacherSettings
}

/** A service that takes the chat completions call of OpenAI, with pictures. Lessons' photos are sent to it. */
export interface TeacherSettings {
  /** Such as `https://api.openai.com/v1`. */
  readonly url: string
  /** The service's name for one of its models. */
  readonly model: string
  readonly key?: string
}

export interface WeightWish {
  readonly kind: WeightKind | 'auto'
  /** Where weights of another kind than the stored are written, once. */
  readonly cacheFolder: string
}

export interface ModelInfo {
  /** Name for people, such as "storybook". */
  readonly name: string
  /** Fingerprint of the weights that a concept was learned on; a concept of another base model is refused. */
  readonly fingerprint: string
  readonly device: Device
  readonly deviceReason: string
  /** How the decoder's weights are held, and why. */
  readonly weights: { readonly kind: WeightKind; readonly reason: string }
  /** Whether the model sees and draws only the built-in drawn world. */
  readonly drawnWorldOnly: boolean
}

/** What kind of subject a concept is; people need consent, which is the bot's matter. */
export type SubjectKind = 'pet' | 'person' | 'thing' | 'place'

/**
 * A taught concept: Yo'Chameleon's soft prompt. Rows are [1 + 2k, D]: the identifier, k for drawing, k for
 * understanding; `embedding` at the input, `head` at the output.
 */
export interface Concept {
  /** Name as people write it, such as "Mắm". */
  readonly name: string
  readonly kind: SubjectKind
  readonly modelFingerprint: string
  /** k: soft tokens in each half. */
  readonly tokens: number
  /** h: D, the width of a row. */
  readonly width: number
  readonly embedding: Float32Array
  readonly head: Float32Array
  /** The model's own words for the photos, for people to read. */
  readonly description: string
  /** P(yes) at and above which a picture shows the subject, calibrated on the lesson's held-out pictures. */
  readonly threshold: number
  /** Held-out scores in 0…1 of the rows before the first step and of those that were kept. */
  readonly scores: { readonly start: LessonScores; readonly kept: LessonScores }
  /** How it was taught: steps, seed, rates, seconds. */
  readonly recipe: Readonly<Record<string, number>>
}

export interface LessonScores {
  /** Mean of the accuracies on held-out positives and negatives. */
  readonly recognition: number
  /** Mean loss on held-out items. */
  readonly loss: number
}

export interface Lesson {
  readonly name: string
  readonly kind: SubjectKind
  /** 3–5 pictures. */
  readonly photos: readonly RgbImage[]
  readonly seed?: number
  /** How much a lesson may cost; default `standard`. */
  readonly length?: LessonLength
  /** Stop learning after so many seconds and keep the best so far; default: as `length` says. */
  readonly seconds?: number
  /** Given again, a lesson that was broken off goes on where it was; without it, it begins again. */
  readonly checkpoint?: CheckpointPlace
}

/** Where it is kept how far a lesson has come. */
export interface CheckpointPlace {
  /** Of a file in a folder that is there. Whoever names it removes it, whatever became of the lesson. */
  readonly path: string
  /** At least so many between two writes; default 20. */
  readonly seconds?: number
}

/** `paper` is the published recipe, which takes hours. */
export type LessonLength = 'quick' | 'standard' | 'paper'

export interface TeachProgress {
  readonly phase: 'looking' | 'imagining' | 'learning' | 'checking'
  readonly step: number
  readonly steps: number
  readonly loss?: number
  readonly secondsLeft: number
  /** Of a lesson that was broken off and goes on: what it had taken by then. */
  readonly secondsBefore?: number
  /** A drawing by the rows as they are now; comes now and then. */
  readonly preview?: RgbImage
  /** Something went otherwise than it was set up; comes once. */
  readonly notice?: LessonNotice
}

/** The teacher did not answer, so that the model asked itself. `message` is for the operator. */
export interface LessonNotice {
  readonly type: 'teacher'
  readonly reason: 'unreachable' | 'refused' | 'busy' | 'wrong'
  readonly message: string
}

/** One earlier message of the thread. */
export interface Utterance {
  readonly from: 'user' | 'bot'
  readonly text: string
}

export interface Turn {
  readonly text: string
  /** 0–4 pictures. */
  readonly images?: readonly RgbImage[]
  /** The concepts that the text names, in order; the engine finds their names in the text. */
  readonly concepts?: readonly Concept[]
  /** Remembered sentences that go into the prompt, such as "Bo is Mắm's brother". */
  readonly facts?: readonly string[]
  readonly earlier?: readonly Utterance[]
  /** Whether a drawing is asked for, for a model that cannot tell that by itself. */
  readonly drawing?: boolean
  /** Another seed gives another drawing. */
  readonly seed?: number
}

export type ReplyProgress =
  | { readonly type: 'text'; readonly delta: string }
  | { readonly type: 'drawing'; readonly done: number; readonly total: number }

/** How an answer began: with which half of which concepts. `none`: no concept was used. */
export type SelfPrompt = 'drawing' | 'language' | 'none'

export interface Reply {
  readonly selfPrompt: SelfPrompt
  readonly text: string
  readonly image?: RgbImage
  /** A plain description of a drawing, for those who cannot see it. */
  readonly altText?: string
  readonly seed: number
}

export interface Recognition {
  readonly concept: string
  /** Calibrated: .5 is the threshold. */
  readonly confidence: number
  readonly present: boolean
}

export interface Job<Progress> {
  readonly progress?: (progress: Progress) => void
  readonly signal?: AbortSignal
}

export interface Engine {
  readonly model: ModelInfo
  /**
   * @throws FamiliarError BAD_LESSON (number of photos, name), NOT_A_DRAWING (a photo the model cannot see),
   *   CANCELLED when the signal fires, DEVICE_LOST when the device went in the middle of it; asked again, another engine
   *   process learns on what is left
   */
  teach(lesson: Lesson, job?: Job<TeachProgress>): Promise<Concept>
  /** @throws FamiliarError BAD_TURN, FOREIGN_CONCEPT (learned on another base model), CANCELLED */
  reply(turn: Turn, job?: Job<ReplyProgress>): Promise<Reply>
  /** Concepts by confidence, best first. */
  recognise(image: RgbImage, among: readonly Concept[]): Promise<Recognition[]>
  close(): Promise<void>
}
