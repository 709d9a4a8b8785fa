/**
 * `familiar bench --random-weights`: a model of real size in each kind of weights, each part in a process of its own, beside what
 * the machine's rates would allow.
 */
import { freemem } from 'node:os'
import { join } from 'node:path'
import { readableBytes } from '../checkpoints/hub/bytes.ts'
import { bytesIn, headKind, type ModelSize, memoryPlan, type WeightKind, weightKinds } from '../models/memory-plan.ts'
import { prepareWeights, readModelSize } from '../models/weight-choice.ts'
import { chooseDevice } from '../runtime/devices.ts'
import type { Device } from '../runtime/session.ts'
import type { AnsweringFigures, AskedFigures, LearnedFigures, MachineFigures, PartOptions } from './full-size-parts.ts'
import { inProcess } from './in-process.ts'
import { type MachineFacts, machineOn, type RandomModelOptions, withRandomModel } from './random-model.ts'

export interface FullSizeOptions extends RandomModelOptions {
  /** One kind, whether it fits or not; or all that fit into the memory that is free. */
  readonly weights: WeightKind | 'auto'
  readonly device: Device | 'auto'
  /** Told all that was measured so far, whenever there is more. */
  readonly progress?: (report: FullSizeReport) => void
  /** Bytes that are free; a test brings its own. */
  readonly freeMemory?: () => number
}

export interface FullSizeReport {
  readonly machine: MachineFacts
  readonly model: { readonly name: string; readonly parameters: number }
  readonly kinds: readonly KindFigures[]
}

export interface LearningFigures extends Partial<AskedFigures> {
  /** A request and the picture that fulfils it. */
  readonly drawing: LearnedFigures
}

export interface KindFigures {
  readonly kind: WeightKind
  /** Measured just before the model, in the same seconds. */
  readonly machine: MachineFigures
  readonly answering: AnsweringFigures
  /** Nothing where a lesson does not fit. */
  readonly learning?: LearningFigures
}

/** @throws FamiliarError `NO_SHAPES` for a model of which only the name is known, or as `writeRandomCheckpoint` */
export async function measureFullSize(options: FullSizeOptions): Promise<FullSizeReport> {
  const { source, weights, signal, note, progress, freeMemory = freemem } = options
  const { device } = await chooseDevice(options.device)
  return withRandomModel(options, async ({ folder, parameters }) => {
    const size = await readModelSize(folder)
    const report = { machine: machineOn(device), model: { name: source.name, parameters }, kinds: [] as KindFigures[] }
    for (const kind of weights === 'auto' ? weightKinds : [weights]) {
      const fits = whatFits(size, kind, device, freeMemory())
      if (weights === 'auto' && !fits.answering) {
        note(`${kind} is left out: it takes ${readableBytes(fits.answeringBytes)}`)
        continue
      }
      const cacheFolder = join(folder, 'familiar')
      const { folder: prepared, halves } = await prepareWeights({ folder, cacheFolder, wish: kind, device, signal })
      const given = { folder: prepared, kind, halves, device, bytes: sessionBytes(size, kind, device) }
      const told = (figures: KindFigures) => progress?.({ ...report, kinds: [...report.kinds, figures] })
      report.kinds.push(await measureKind(given, { fits, wished: weights !== 'auto', signal, note, told }))
    }
    return report
  })
}

interface Fit {
  readonly answering: boolean
  readonly answeringBytes: number
  readonly learning: boolean
  /** Reading and learning in one process. */
  readonly both: boolean
}

function whatFits(size: ModelSize, kind: WeightKind, device: Device, free: number): Fit {
  const plan = memoryPlan(size, kind, device)
  const answeringBytes = plan.weights + plan.cache
  return {
    answering: answeringBytes < free,
    answeringBytes,
    // The weights that answering packs are not in a process that only learns.
    learning: plan.total - (device === 'cpu' ? sessionBytes(size, kind, device) : 0) < free,
    both: plan.total < free,
  }
}

/** Bytes of the weights that a word runs through. */
const sessionBytes = ({ products, head }: ModelSize, kind: WeightKind, device: Device): number =>
  bytesIn(kind, products) + bytesIn(headKind(kind, device), head)

interface Measuring extends Pick<FullSizeOptions, 'signal' | 'note'> {
  readonly fits: Fit
  /** Whether this kind was asked for. */
  readonly wished: boolean
  readonly told: (figures: KindFigures) => void
}

async function measureKind(
  given: Omit<PartOptions, 'askedAt'>,
  { fits, wished, signal, note, told }: Measuring,
): Promise<KindFigures> {
  const { kind } = given
  note(`${kind}: the machine`)
  const machine = await inProcess('machine', started(given), signal)
  note(`${kind}: answering and drawing`)
  const answered = { kind, machine, answering: await inProcess('answering', started(given), signal) }
  told(answered)
  if (!fits.learning && !wished) {
    note(`${kind}: learning is left out, there is too little memory`)
    return answered
  }
  note(`${kind}: learning a drawing`)
  const drawing = await inProcess('drawingLesson', started(given), signal)
  const drawn = { ...answered, learning: { drawing } }
  told(drawn)
  if (!fits.both) return drawn
  note(`${kind}: learning from questions`)
  const figures = { ...answered, learning: { drawing, ...(await inProcess('questionLesson', started(given), signal)) } }
  told(figures)
  return figures
}

const started = (options: Omit<PartOptions, 'askedAt'>): PartOptions => ({ ...options, askedAt: Date.now() })
