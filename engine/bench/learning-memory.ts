/**
 * `familiar bench --random-weights --only memory`: the memory of a learning step against its length, planned beside used, with and
 * without what layers keep for the way back. On the CPU, where the system tells what a process has taken.
 */
import { freemem } from 'node:os'
import { join } from 'node:path'
import { learningBytes, pagesOf, programBytes, type WeightKind } from '../models/memory-plan.ts'
import { prepareWeights, readModelSize } from '../models/weight-choice.ts'
import { restatedTokens } from './examples.ts'
import { inProcess } from './in-process.ts'
import { besideCodes, type StepFigures } from './learning-memory-part.ts'
import { type MachineFacts, machineOn, type RandomModelOptions, withRandomModel } from './random-model.ts'

/** The last is that of the published recipe, the one before it that of a drawing on Janus-Pro. */
const usualLengths = [128, 256, 656, 1500]

export interface LearningMemoryOptions extends RandomModelOptions {
  /** `auto`: what would be picked for this machine. */
  readonly weights: WeightKind | 'auto'
  /** Told all that was measured so far, whenever there is more. */
  readonly progress?: (report: LearningMemoryReport) => void
  /** Positions, each more than 80. */
  readonly lengths?: readonly number[]
  /** Bytes that are free; a test brings its own. */
  readonly freeMemory?: () => number
}

export interface LearningMemoryReport {
  readonly machine: MachineFacts
  readonly model: { readonly name: string; readonly parameters: number }
  readonly kind: WeightKind
  readonly steps: readonly LengthFigures[]
}

export interface LengthFigures {
  readonly positions: number
  /** Whether layers are computed again on the way back. */
  readonly recomputes: boolean
  readonly plannedBytes: number
  /** Nothing where as much as is planned is not free. */
  readonly used?: StepFigures
}

/** @throws FamiliarError as `withRandomModel` and `prepareWeights` */
export async function measureLearningMemory(options: LearningMemoryOptions): Promise<LearningMemoryReport> {
  const { source, weights: wish, signal, note, progress, lengths = usualLengths, freeMemory = freemem } = options
  const device = 'cpu'
  return withRandomModel(options, async ({ folder: written, parameters }) => {
    const cacheFolder = join(written, 'familiar')
    const { folder, kind, halves } = await prepareWeights({ folder: written, cacheFolder, wish, device, signal })
    const size = await readModelSize(folder)
    const steps: LengthFigures[] = []
    const report = { machine: machineOn(device), model: { name: source.name, parameters }, kind, steps }
    for (const positions of lengths) {
      for (const recomputes of [false, true]) {
        const codes = positions - besideCodes
        const run = { examples: 1, positions, past: 0, words: restatedTokens, codes, recomputes }
        const plannedBytes = programBytes + pagesOf(size, kind) + learningBytes(size, kind, device, run)
        note(`${positions} positions, ${formName(recomputes)}`)
        const fits = plannedBytes < freeMemory()
        const used = fits && (await inProcess('step', { folder, halves, device, positions, recomputes }, signal))
        steps.push({ positions, recomputes, plannedBytes, ...(used && { used }) })
        progress?.(report)
      }
    }
    return report
  })
}

export const formName = (recomputes: boolean) => (recomputes ? 'recomputed' : 'kept')
