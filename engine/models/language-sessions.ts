/**
 * The sessions of a language model: for reading, and for learning while a lesson runs. Of the weights each device holds one copy
 * that is its own.
 *
 * On the CPU two sessions: reading packs the weights for its products, learning reads them where they lie in their file, whose
 * pages the system shares and takes back when it needs memory. On a GPU each session would upload weights of its own, so there is
 * one whose graph has two branches.
 */
import { branchesToOnnx, resultName } from '../graph/onnx.ts'
import {
  createSession,
  type Device,
  type Session,
  type SessionOptions,
  type Tensor,
  zeros,
} from '../runtime/session.ts'
import { type LanguageModel, learningGraph, readingGraph } from './language-graphs.ts'

/** Where sessions have weights of their own in the device's memory. DirectML and Core ML take no branches. */
const branching: readonly (Device | undefined)[] = ['cuda', 'webgpu']

export const branchesFor = (device: Device | undefined) => branching.includes(device)

/** How a lesson's steps are computed: the results are the same, to rounding. */
export interface LearningForm {
  /** Learn with less memory in more time (`DecoderInputs`). */
  readonly recomputes?: boolean
  /** Examples of a step that are learned from in one run; all when left out. */
  readonly together?: number
}

export interface LanguageSessionOptions extends SessionOptions {
  /** One session with two branches; default: as is best for the device. */
  readonly branches?: boolean
  readonly learning?: LearningForm
}

/** What runs: feeds in, the graph's outputs out. */
type Runs = Pick<Session, 'run'>

export class LanguageSessions {
  readonly #model: LanguageModel
  readonly #options: SessionOptions
  readonly #branches: boolean
  readonly #recomputes: boolean
  #both: { session: Promise<Session>; reading: Runs; learning: Runs } | undefined
  #reading: Promise<Session> | undefined
  #learning: { headRows: boolean; session: Promise<Session> } | undefined

  constructor(model: LanguageModel, { branches, learning, ...options }: LanguageSessionOptions) {
    this.#model = model
    this.#options = options
    this.#branches = branches ?? branchesFor(options.device)
    this.#recomputes = learning?.recomputes ?? false
  }

  async reading(): Promise<Runs> {
    if (this.#branches) return (await this.#branched()).reading
    this.#reading ??= createSession(readingGraph(this.#model), this.#options)
    return this.#reading
  }

  /** @param headRows whether there are any */
  async learning(headRows: boolean): Promise<Runs> {
    if (this.#branches && headRows) return (await this.#branched()).learning
    if (this.#learning?.headRows !== headRows) {
      await this.endLesson()
      const graph = learningGraph(this.#model, { headRows, recomputes: this.#recomputes })
      // The pool is given back with the session, and its blocks lie closer than the system's (`runtime/memory.ts`).
      const session = createSession(graph, { ...this.#options, mapWeights: true, releaseMemory: false })
      this.#learning = { headRows, session }
    }
    return (this.#learning as { session: Promise<Session> }).session
  }

  /** Gives back what learning alone needs. */
  async endLesson(): Promise<void> {
    const session = this.#learning?.session
    this.#learning = undefined
    await (await session)?.close()
  }

  async close(): Promise<void> {
    await this.endLesson()
    const open = [this.#reading, this.#both?.session]
    this.#reading = undefined
    this.#both = undefined
    for (const session of open) await (await session)?.close()
  }

  async #branched() {
    this.#both ??= this.#openBranches()
    await this.#both.session
    return this.#both
  }

  #openBranches() {
    const reading = readingGraph(this.#model)
    const learning = learningGraph(this.#model, { headRows: true, recomputes: this.#recomputes })
    const bytes = branchesToOnnx({ condition: 'learns', whenTrue: learning, whenFalse: reading })
    const session = createSession(bytes, this.#options)
    const inputs = new Map([...reading.inputs, ...learning.inputs])
    const branch = (learns: boolean): Runs => {
      const names = [...(learns ? learning : reading).outputs.keys()]
      return {
        run: async feeds => {
          const { inputs: used, run } = await session
          const all: Record<string, Tensor> = {
            learns: { dtype: 'bool', shape: [], data: Uint8Array.of(Number(learns)) },
          }
          for (const name of used) {
            const input = inputs.get(name)
            if (input)
              all[name] =
                feeds[name] ??
                zeros(
                  input.dtype,
                  input.shape.map(length => (typeof length === 'number' ? length : 1)),
                )
          }
          const results = await run(
            all,
            names.map((_, i) => resultName(i)),
          )
          return Object.fromEntries(names.map((name, i) => [name, results[resultName(i)] as Tensor]))
        },
      }
    }
    return { session, reading: branch(false), learning: branch(true) }
  }
}
