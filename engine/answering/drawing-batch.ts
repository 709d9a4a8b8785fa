/**
 * The words of pictures that are drawn at the same time: every run of the model continues all of them. A drawing joins between two
 * steps, as soon as there is memory for it, and leaves when it is done or cancelled; each has its own chance, signal and
 * progress.
 *
 * Source: Yu et al. 2022, "Orca", iteration-level scheduling
 */
import { freemem } from 'node:os'
import type { Choice } from '../models/choosing.ts'
import { KvCache, type RowSource } from '../models/kv-cache.ts'
import { rowBytes } from '../models/kv-columns.ts'
import type { MultimodalModel } from '../models/multimodal.ts'
import { createRandom, type Random } from '../random.ts'
import type { GenerationSettings } from './generation.ts'
import type { PromptTemplate } from './prompt.ts'
import { rowsThatFit } from './rows-that-fit.ts'
import { cancellation, nextStep, type Stepping } from './steps.ts'

export interface DrawnWords extends Stepping, Pick<GenerationSettings, 'temperature' | 'topP' | 'guidance'> {
  /** Behind each of its rows a picture is drawn; it is left as it was. */
  readonly cache: KvCache
  /** One for each row. */
  readonly seeds: readonly number[]
  /** Codes done of all, for one picture, a row of the picture at a time. */
  readonly progress?: (done: number, total: number) => void
}

/** One call's pictures, from joining until they are done. */
interface Member {
  readonly asked: DrawnWords
  readonly randoms: readonly Random[]
  readonly codes: readonly number[][]
  /** Rows of the joint cache: its own, and behind them those without the request where there is guidance. */
  readonly rows: number
}

interface Waiting {
  readonly asked: DrawnWords
  readonly resolve: (codes: number[][]) => void
  readonly reject: (error: unknown) => void
}

/** Pictures that are drawn at the same time: with more, each takes longer than it saves. */
const mostPictures = 8

export class DrawingBatch {
  readonly #model: MultimodalModel
  readonly #template: PromptTemplate
  readonly #freeMemory: () => number
  #waiting: Waiting[] = []
  readonly #members = new Map<Member, Waiting>()
  /** The rows of all members, in their order. */
  #cache: KvCache | undefined
  #running = false

  /** @param freeMemory bytes; a test brings its own */
  constructor(
    { model, template }: { readonly model: MultimodalModel; readonly template: PromptTemplate },
    freeMemory: () => number = freemem,
  ) {
    this.#model = model
    this.#template = template
    this.#freeMemory = freeMemory
  }

  /** The codes of a picture behind each row. @throws FamiliarError `CANCELLED` */
  draw(asked: DrawnWords): Promise<number[][]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ asked, resolve, reject })
      if (!this.#running) void this.#run()
    })
  }

  async #run(): Promise<void> {
    this.#running = true
    try {
      while (this.#waiting.length > 0 || this.#members.size > 0) {
        await this.#betweenSteps()
        await this.#admit()
        if (this.#members.size > 0) await this.#step()
      }
    } catch (error) {
      // The model failed: no drawing can go on.
      const all = [...this.#members.values(), ...this.#waiting]
      this.#members.clear()
      this.#waiting = []
      this.#cache = undefined
      for (const { reject } of all) reject(error)
    } finally {
      this.#running = false
    }
  }

  /** Others get their turn; who was cancelled leaves. */
  async #betweenSteps(): Promise<void> {
    const giveWays = [...this.#members.values(), ...this.#waiting].flatMap(({ asked }) => asked.giveWay ?? [])
    await nextStep({ giveWay: async () => void (await Promise.all(giveWays.map(giveWay => giveWay()))) })
    for (const waiting of this.#waiting.filter(isCancelled)) rejectCancelled(waiting)
    this.#waiting = this.#waiting.filter(waiting => !isCancelled(waiting))
    const cancelled = [...this.#members].filter(([, waiting]) => isCancelled(waiting))
    if (cancelled.length > 0) await this.#leave(cancelled.map(([member]) => member))
    for (const [, waiting] of cancelled) rejectCancelled(waiting)
  }

  /** Takes in who waits, first come first served; one is always taken. */
  async #admit(): Promise<void> {
    for (let next = this.#waiting[0]; next && this.#hasRoomFor(next.asked); next = this.#waiting[0]) {
      this.#waiting.shift()
      try {
        const { member, sources, unconditional } = await this.#begin(next.asked)
        await this.#stack([...this.#rowsOf([...this.#members.keys()]), ...sources])
        unconditional?.dispose()
        this.#members.set(member, next)
      } catch (error) {
        next.reject(error)
      }
    }
  }

  #hasRoomFor(asked: DrawnWords): boolean {
    if (this.#members.size === 0) return true
    const members = [...this.#members.keys()]
    const pictures = members.reduce((sum, { codes }) => sum + codes.length, asked.seeds.length)
    if (pictures > mostPictures) return false
    const rows = members.reduce((sum, member) => sum + member.rows, rowsFor(asked))
    const room = Math.max(this.#roomFor(asked), this.#cache?.capacity ?? 0)
    return rows <= rowsThatFit(rowBytes(asked.cache.layout, room), this.#freeMemory())
  }

  /** Positions of a row: what was read, the word that begins a picture, and the picture. */
  #roomFor({ cache }: DrawnWords): number {
    return Math.max(...cache.lengths) + 1 + this.#model.pictures.codesPerPicture
  }

  /** Rows of their own for pictures that begin. */
  async #begin(asked: DrawnWords): Promise<{ member: Member; sources: RowSource[]; unconditional?: KvCache }> {
    const { cache, seeds, guidance } = asked
    const sources: RowSource[] = seeds.map((_, row) => ({ cache, row }))
    let unconditional: KvCache | undefined
    if (guidance !== 1) {
      const { language } = this.#model
      // In place of each prompt, where only its length is left of it.
      const prompts = seeds.map((_, row) => this.#template.unconditional(cache.lengths[row] as number))
      const [first = []] = prompts
      const alike = prompts.every(ids => ids.length === first.length)
      const made = language.cache(alike ? 1 : prompts.length)
      await language.read(made, alike ? [first] : prompts)
      sources.push(...seeds.map((_, row) => ({ cache: made, row: alike ? 0 : row })))
      unconditional = made
    }
    const randoms = seeds.map(seed => createRandom(seed).fork('drawing'))
    return { member: { asked, randoms, codes: seeds.map(() => []), rows: sources.length }, sources, unconditional }
  }

  /** One word more of every picture, or as many as a run makes. */
  async #step(): Promise<void> {
    const members = [...this.#members.keys()]
    const { words } = this.#template
    const total = this.#model.pictures.codesPerPicture
    const side = Math.sqrt(total)
    const tell = ({ asked, codes }: Member) => {
      const done = doneOf(codes)
      if (done % side === 0) asked.progress?.(done, total)
    }
    members.forEach(tell)
    const choices: Choice[] = []
    const next: number[] = []
    const reads: number[] = []
    for (const { asked, randoms, codes, rows } of members) {
      const { guidance, temperature, topP } = asked
      const from = next.length
      const first = choices.length
      for (let row = 0; row < rows; row++) {
        next.push(this.#reading((codes[row % codes.length] as number[]).at(-1)))
        reads.push(first + (row % codes.length))
      }
      for (const [i, random] of randoms.entries()) {
        const without = guidance === 1 ? from + i : from + randoms.length + i
        choices.push({ row: from + i, without, guidance, temperature, topP, random })
      }
    }
    const chosen = await this.#model.language.continue(
      this.#cache as KvCache,
      next,
      { among: words.pictureWords, choices, reads },
      { head: 'pictures', steps: total - Math.max(...members.map(({ codes }) => doneOf(codes))) },
    )
    for (const [at, step] of chosen.entries()) {
      if (at > 0) members.forEach(tell)
      let from = 0
      for (const { codes } of members) {
        for (const [i, each] of codes.entries()) each.push(step[from + i] as number)
        from += codes.length
      }
    }
    const done = members.filter(({ codes }) => doneOf(codes) === total)
    const ended = done.map(member => this.#members.get(member) as Waiting)
    if (done.length > 0) await this.#leave(done)
    for (const [i, { asked, resolve }] of ended.entries()) {
      asked.progress?.(total, total)
      resolve([...(done[i] as Member).codes])
    }
  }

  /** What is read before the next code: the last one, or the word that begins a picture. */
  #reading(code: number | undefined): number {
    return code === undefined ? this.#template.words.beginPicture : (this.#template.pictureWords([code])[0] as number)
  }

  async #leave(leaving: readonly Member[]): Promise<void> {
    const staying = [...this.#members.keys()].filter(member => !leaving.includes(member))
    const sources = this.#rowsOf(staying)
    for (const member of leaving) this.#members.delete(member)
    await this.#stack(sources)
  }

  /** Where members' rows lie in the joint cache. */
  #rowsOf(wanted: readonly Member[]): RowSource[] {
    const sources: RowSource[] = []
    let from = 0
    for (const member of this.#members.keys()) {
      if (wanted.includes(member))
        for (let row = from; row < from + member.rows; row++) sources.push({ cache: this.#cache as KvCache, row })
      from += member.rows
    }
    return sources
  }

  async #stack(sources: readonly RowSource[]): Promise<void> {
    const before = this.#cache
    // Room that is not filled yet is passed over at each word, so it grows with the pictures.
    this.#cache = sources.length > 0 ? await KvCache.stack(sources) : undefined
    before?.dispose()
  }
}

const doneOf = (codes: readonly (readonly number[])[]) => codes[0]?.length ?? 0

const rowsFor = ({ seeds, guidance }: DrawnWords) => (guidance === 1 ? 1 : 2) * seeds.length

const isCancelled = ({ asked }: Waiting) => asked.signal?.aborted === true

const rejectCancelled = ({ asked, reject }: Waiting) => reject(cancellation(asked.signal as AbortSignal))
