/**
 * What passes between the bot's process and the engine's, as structured clones: typed arrays stay typed arrays. The
 * parent sends `HostRequest`s, the child `HostResponse`s; `id` ties a call to its progress and its end.
 */
import type {
  Concept,
  EngineOptions,
  Lesson,
  ModelInfo,
  Recognition,
  Reply,
  ReplyProgress,
  TeachProgress,
  Turn,
} from '../engine.ts'
import { FamiliarError } from '../errors.ts'
import type { RgbImage } from '../image.ts'

/** The engine's methods as messages: what goes in, what comes meanwhile, what comes out. */
export interface Calls {
  teach: { input: Lesson; progress: TeachProgress; output: Concept }
  reply: { input: Turn; progress: ReplyProgress; output: Reply }
  recognise: {
    input: { readonly image: RgbImage; readonly among: readonly Concept[] }
    progress: never
    output: Recognition[]
  }
}

export type Method = keyof Calls

/** One call, of any method. */
export type Call = { [M in Method]: { readonly method: M; readonly input: Calls[M]['input'] } }[Method]

export type HostRequest =
  /** The first message. Answered by `opened`, or by `not-opened` and the child's end. */
  | { readonly type: 'open'; readonly options: EngineOptions }
  /** Answered by `begun`, any number of `progress` and one `done` or `failed`. Calls may overlap. */
  | ({ readonly type: 'call'; readonly id: number } & Call)
  /** Fires the call's signal; the call still ends with `done` or `failed`. */
  | { readonly type: 'cancel'; readonly id: number }
  /** Answered by the child's end. */
  | { readonly type: 'close' }

export type HostResponse =
  | { readonly type: 'opened'; readonly model: ModelInfo }
  | { readonly type: 'not-opened'; readonly failure: Failure }
  /** The call was received: from here on, a crash may be its doing. */
  | { readonly type: 'begun'; readonly id: number }
  | { readonly type: 'progress'; readonly id: number; readonly progress: Calls[Method]['progress'] }
  | {
      readonly type: 'done'
      readonly id: number
      readonly output: Calls[Method]['output']
      readonly memory?: MemoryUse
    }
  | { readonly type: 'failed'; readonly id: number; readonly failure: Failure }

/** What the engine's process has taken. */
export interface MemoryUse {
  /** `answering` while no lesson has begun in the process; `learning` when one has just ended. Answers behind it tell nothing. */
  readonly work: 'answering' | 'learning'
  /** The largest resident memory of the process so far. */
  readonly peakBytes: number
}

/** An error on its way between processes. */
export interface Failure {
  /** Of a FamiliarError; without a code it is a bug, and its stack comes along. */
  readonly code?: string
  readonly message: string
  readonly stack?: string
}

export function toFailure(error: unknown): Failure {
  if (error instanceof FamiliarError) return { code: error.code, message: error.message }
  if (error instanceof Error) return { message: error.message, stack: error.stack }
  return { message: String(error) }
}

export function fromFailure({ code, message, stack }: Failure): Error {
  if (code !== undefined) return new FamiliarError(code, message)
  const error = new Error(message)
  if (stack !== undefined) error.stack = stack
  return error
}
