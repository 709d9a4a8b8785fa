/**
 * The sessions of a language model: for reading, for several words in one run where the cache lives in a loop, and for learning while
 * a lesson runs. Of the weights each device holds one copy that is its own.
 *
 * On the CPU two sessions: reading packs the weights for its products, learning reads them where they lie in their file, whose
 * pages the system shares and takes back when it needs memory. On a GPU each session would upload weights of its own, so there is
 * one whose graph has them for branches.
 */
import type { Graph } from '../graph/graph.ts'
import { branchesToOnnx, resultNames } from '../graph/onnx.ts'
import {
  createSession,
  type Device,
  type Feeds,
  type KeptResults,
  type Session,
  type SessionOptions,
  type Tensor,
  type Traffic,
  zeros,
} from '../runtime/session.ts'
import { type CachePlace, cachePlaceFor } from './cache-place.ts'
import { continuingGraph } from './continuing-graph.ts'
import { cacheOutputs, type LanguageModel, learningGraph, readingGraph } from './language-graphs.ts'

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
  /** One session with branches; default: as is best for the device. */
  readonly branches?: boolean
  /** Where keys and values lie; default: as is best for the device. */
  readonly cachePlace?: CachePlace
  readonly learning?: LearningForm
}

/** What runs: feeds in, the graph's outputs out, and what stays on the device by the graph's own names. */
interface Runs {
  run(feeds: Feeds): Promise<Record<string, Tensor>>
  runKeeping(feeds: Feeds): Promise<KeptResults>
}

export class LanguageSessions {
  readonly #model: LanguageModel
  readonly #options: SessionOptions
  readonly #branches: boolean
  /** The reading graph's outputs that stay on the device. */
  readonly #resident: readonly string[]
  readonly #recomputes: boolean
  readonly #continues: boolean
  #both: { session: Promise<Session>; reading: Runs; learning: Runs; continuing: Runs } | undefined
  #continuing: Promise<Session> | undefined
  #reading: Promise<Session> | undefined
  #learning: { headRows: boolean; session: Promise<Session> } | undefined

  constructor(model: LanguageModel, { branches, cachePlace, learning, ...options }: LanguageSessionOptions) {
    this.#model = model
    this.#options = options
    const place = cachePlace ?? cachePlaceFor(options.device)
    this.#resident = place === 'device' ? cacheOutputs(model.decoder) : []
    this.#continues = place === 'loop'
    this.#branches = branches ?? branchesFor(options.device)
    this.#recomputes = learning?.recomputes ?? false
  }

  async reading(): Promise<Runs> {
    if (this.#branches) return (await this.#branched()).reading
    this.#reading ??= createSession(this.#readingGraph(), { ...this.#options, resident: this.#resident })
    return this.#reading
  }

  /** For several words in one run. */
  async continuing(): Promise<Runs> {
    if (this.#branches) return (await this.#branched()).continuing
    this.#continuing ??= createSession(continuingGraph(this.#model), this.#options)
    return this.#continuing
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

  /** Of the sessions that are open, together. */
  async traffic(): Promise<Traffic> {
    const open = [this.#reading, this.#continuing, this.#both?.session, this.#learning?.session]
    let sum: Traffic = { fed: 0, returned: 0 }
    for (const session of open) {
      const { fed = 0, returned = 0 } = (await session)?.traffic ?? {}
      sum = { fed: sum.fed + fed, returned: sum.returned + returned }
    }
    return sum
  }

  /** Gives back what learning alone needs. */
  async endLesson(): Promise<void> {
    const session = this.#learning?.session
    this.#learning = undefined
    await (await session)?.close()
  }

  async close(): Promise<void> {
    await this.endLesson()
    const open = [this.#reading, this.#continuing, this.#both?.session]
    this.#reading = undefined
    this.#continuing = undefined
    this.#both = undefined
    for (const session of open) await (await session)?.close()
  }

  async #branched() {
    this.#both ??= this.#openBranches()
    await this.#both.session
    return this.#both
  }

  #readingGraph(): Graph {
    return readingGraph(this.#model, { whole: this.#resident.length > 0 })
  }

  #openBranches() {
    const learning = learningGraph(this.#model, { headRows: true, recomputes: this.#recomputes })
    const continuing = this.#continues ? continuingGraph(this.#model) : undefined
    const reading = this.#readingGraph()
    const graphs = [
      { condition: 'learns', graph: learning },
      ...(continuing ? [{ condition: 'continues', graph: continuing }] : []),
      { graph: reading },
    ]
    const apart = this.#resident
    const resident = [...resultNames(reading, apart)].flatMap(([name, result]) => (apart.includes(name) ? result : []))
    const session = createSession(branchesToOnnx(graphs, apart), { ...this.#options, resident })
    const inputs = new Map(graphs.flatMap(({ graph }) => [...graph.inputs]))
    const conditions = graphs.flatMap(({ condition = [] }) => condition)
    const branch = (graph: Graph, chosen?: string): Runs => {
      const names = [...resultNames(graph, apart)]
      const fetches = names.map(([, result]) => result)
      const named = <T>(results: Readonly<Record<string, T>>) =>
        Object.fromEntries(names.flatMap(([name, result]) => (result in results ? [[name, results[result] as T]] : [])))
      const feed = async (feeds: Feeds): Promise<{ session: Session; all: Feeds }> => {
        const opened = await session
        const all: Record<string, Feeds[string]> = {}
        for (const name of conditions)
          all[name] = { dtype: 'bool', shape: [], data: Uint8Array.of(Number(name === chosen)) }
        for (const name of opened.inputs) {
          const input = inputs.get(name)
          if (!input) continue
          const shape = input.shape.map(length => (typeof length === 'number' ? length : 1))
          all[name] = feeds[name] ?? zeros(input.dtype, shape)
        }
        return { session: opened, all }
      }
      return {
        run: async feeds => {
          const { session, all } = await feed(feeds)
          return named(await session.run(all, fetches))
        },
        runKeeping: async feeds => {
          const { session, all } = await feed(feeds)
          const { results, kept } = await session.runKeeping(all, fetches)
          return { results: named(results), kept: named(kept) }
        },
      }
    }
    return {
      session,
      reading: branch(reading),
      learning: branch(learning, 'learns'),
      continuing: branch(continuing ?? reading, 'continues'),
    }
  }
}
