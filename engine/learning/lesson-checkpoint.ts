/**
 * What a lesson has come to, in a file, so that one that is broken off (its device is lost, its process or the bot ends) goes
 * on where it was, with the same rows in the end. Kept are the state of the steps (rows, moments, the best so far) and what
 * was prepared before them at length or cannot be had twice. All else follows from the photos and the seed and is made again.
 *
 * safetensors: each array of the state as f32 [N], and as metadata `format` "familiar-lesson", `version`, `lesson` (what it
 * belongs to, `lessonDigest`), `state` (JSON, arrays by their names) and `digest`, SHA-256 in hex over all of it. A file that
 * is damaged or of another lesson counts as none. Nothing of a chat is in it, and it goes with its folder, which is the caller's.
 */
import { createHash } from 'node:crypto'
import type { ModelContext } from '../answering/context.ts'
import { openSafetensors, type TensorToWrite, writeSafetensors } from '../checkpoints/safetensors.ts'
import type { CheckpointPlace, Lesson, LessonSources } from '../engine.ts'
import { FamiliarError } from '../errors.ts'
import { storedKind } from '../models/weight-choice.ts'
import type { ClockState } from './clock.ts'
import type { OptimiserState } from './optimise.ts'
import type { LessonBudget, Recipe } from './recipe.ts'

const format = 'familiar-lesson'
const version = '1'
const defaultSeconds = 20
/** Of a lesson's time, that writing may take. */
const largestShare = 0.01

/** How far the steps have come. */
export interface Reached {
  readonly steps: OptimiserState
  readonly clock: ClockState
}

interface LessonState {
  readonly prepared: Record<string, unknown>
  reached?: Reached
}

export class LessonCheckpoint {
  readonly #place: CheckpointPlace | undefined
  readonly #lesson: string
  readonly #state: LessonState
  #written = performance.now()
  #pause: number
  #failed = false

  private constructor(place: CheckpointPlace | undefined, lesson: string, state: LessonState) {
    this.#place = place
    this.#lesson = lesson
    this.#state = state
    this.#pause = this.#shortestPause
  }

  /**
   * @param place nothing is kept without it
   * @param lesson a checkpoint of another one is passed over, which is said on stderr
   */
  static async open(place: CheckpointPlace | undefined, lesson: string): Promise<LessonCheckpoint> {
    const state = place && (await readState(place.path, lesson))
    return new LessonCheckpoint(place, lesson, state ?? { prepared: {} })
  }

  /** How far the steps had come when the lesson was broken off. */
  get reached(): Reached | undefined {
    return this.#state.reached
  }

  /** What was prepared under this name before the lesson was broken off; or prepares it, and keeps it. */
  async prepared<T>(name: string, prepare: () => Promise<T>): Promise<T> {
    const known = this.#state.prepared[name]
    if (known !== undefined) return known as T
    const fresh = await prepare()
    this.#state.prepared[name] = fresh
    await this.#write()
    return fresh
  }

  /** Whether it is time to write again. */
  get due(): boolean {
    return this.#place !== undefined && performance.now() - this.#written >= this.#pause
  }

  /** What cannot be kept, as when the disk is full, is said on stderr, and the lesson goes on. */
  async write(reached: Reached): Promise<void> {
    this.#state.reached = reached
    await this.#write()
  }

  get #shortestPause(): number {
    return 1_000 * (this.#place?.seconds ?? defaultSeconds)
  }

  async #write(): Promise<void> {
    if (!this.#place) return
    const begun = performance.now()
    try {
      await writeState(this.#place.path, this.#lesson, this.#state)
    } catch (error) {
      this.#tell(error)
    }
    this.#written = performance.now()
    this.#pause = Math.max(this.#shortestPause, (this.#written - begun) / largestShare)
  }

  #tell(error: unknown): void {
    const { message, cause } = error as Error & { cause?: NodeJS.ErrnoException }
    // Its folder is gone with its job: it was cancelled.
    if (this.#failed || cause?.code === 'ENOENT') return
    this.#failed = true
    process.stderr.write(`familiar: how far a lesson has come cannot be kept: ${message}\n`)
  }
}

/** What a checkpoint belongs to: all that decides what is learned, but for the device and the time. */
export async function lessonDigest(
  { model, fingerprint }: ModelContext,
  { name, kind, photos, seed = 1 }: Lesson,
  recipe: Recipe,
  { questions, gallery }: LessonBudget,
  { pictureFolder, teacher }: LessonSources,
): Promise<string> {
  const weights = await storedKind(model.folder)
  const asked = teacher && [teacher.url, teacher.model]
  const settings = [name, kind, seed, recipe, questions, gallery, fingerprint, weights, pictureFolder, asked]
  const hash = createHash('sha256').update(JSON.stringify(settings))
  for (const { width, height, data } of photos) hash.update(`${width} × ${height}`).update(data)
  return hash.digest('hex')
}

async function writeState(path: string, lesson: string, state: LessonState): Promise<void> {
  const tensors = new Map<string, TensorToWrite>()
  const json = JSON.stringify(state, (_, value) => {
    if (!(value instanceof Float32Array)) return value
    const tensor = String(tensors.size)
    tensors.set(tensor, { dtype: 'F32', shape: [value.length], data: value })
    return { tensor }
  })
  const arrays = [...tensors.values()].map(({ data }) => data as Float32Array)
  const metadata = { format, version, lesson, state: json, digest: digest(lesson, json, arrays) }
  await writeSafetensors(path, tensors, metadata)
}

/** What was kept of this lesson; nothing where there is no file, or another one. */
async function readState(path: string, lesson: string): Promise<LessonState | undefined> {
  try {
    const file = await openSafetensors(path)
    const { metadata } = file
    if (metadata.format !== format || metadata.version !== version || metadata.state === undefined)
      throw wrong('of another form')
    if (metadata.lesson !== lesson)
      throw wrong('of other photos or settings, of another model, or of other weights of it')
    const arrays: Float32Array[] = []
    for (let i = 0; i < file.tensors.size; i++) arrays.push(await file.readFloat32(String(i)))
    if (metadata.digest !== digest(lesson, metadata.state, arrays)) throw wrong('that is damaged')
    return JSON.parse(metadata.state, (_, value) => (isTensor(value) ? arrays[Number(value.tensor)] : value))
  } catch (error) {
    if (!(error instanceof FamiliarError)) throw error
    if (error.code !== 'FILE_NOT_FOUND')
      process.stderr.write(`familiar: a lesson that was broken off begins again: ${error.message}\n`)
    return undefined
  }
}

const wrong = (received: string) =>
  new FamiliarError('BAD_CHECKPOINT', `Expected the lesson's checkpoint but received one ${received}`)

const isTensor = (value: unknown): value is { tensor: string } =>
  typeof value === 'object' && value !== null && typeof (value as { tensor?: unknown }).tensor === 'string'

function digest(lesson: string, state: string, arrays: readonly Float32Array[]): string {
  const hash = createHash('sha256').update(lesson).update(state)
  for (const { buffer, byteOffset, byteLength } of arrays) hash.update(new Uint8Array(buffer, byteOffset, byteLength))
  return hash.digest('hex')
}
