/** `familiar bench`: what the engine does, and how soon Discord and Slack hear that something has arrived. */
import { appendFile, writeFile } from 'node:fs/promises'
import type { FullSizeOptions } from '../../engine/bench/full-size.ts'
import type { LearningMemoryOptions } from '../../engine/bench/learning-memory.ts'
import type { MeasuredModel } from '../../engine/bench/model.ts'
import { FamiliarError } from '../../engine/errors.ts'
import type { ModelSource } from '../../engine/models/resolve.ts'
import type { Device } from '../../engine/runtime/session.ts'
import type { Config } from '../config.ts'
import { createMemoryRecorder } from '../memory-use.ts'

/** What can be measured by itself; the last, of a model with random weights. */
export const parts = ['engine', 'platforms', 'memory'] as const

export interface BenchOptions {
  /** Also write the measurements to this file. */
  readonly json?: string
  readonly only?: Exclude<(typeof parts)[number], 'memory'>
  readonly model: MeasuredModel
  readonly modelName: string
  readonly weights: Config['weights']
  /** Where it is recorded what the engine's process has taken. */
  readonly dataDir: string
  readonly device: Device | 'auto'
  readonly signal: AbortSignal
}

/** @throws FamiliarError when the model cannot be opened, or `CANNOT_WRITE` */
export async function runBench({ json, only, dataDir, ...options }: BenchOptions): Promise<void> {
  // Minutes of measuring should not end in a file that cannot be written.
  if (json !== undefined) await writable(json, () => appendFile(json, ''))
  let report = {}
  if (only !== 'platforms') {
    const { runBench: measureEngine } = await import('../../engine/bench/index.ts')
    const { benchTable } = await import('../../engine/bench/table.ts')
    const memory = createMemoryRecorder(dataDir, error => note(`not recorded: ${(error as Error).message}`))
    const { used } = memory
    const measured = await measureEngine({ ...options, used, note }).finally(() => memory.written())
    console.log(benchTable(measured))
    report = measured
  }
  if (only !== 'engine') {
    const { measurePlatforms, platformTable } = await import('./platforms.ts')
    const platforms = await measurePlatforms({ ...options, model: options.model.folder, note })
    if (platforms) {
      console.log(platformTable(platforms))
      report = { ...report, platforms }
    }
  }
  if (json !== undefined) await writable(json, () => writeFile(json, `${JSON.stringify(report, null, 2)}\n`))
}

export interface FullSizeBenchOptions extends Pick<BenchOptions, 'json' | 'device' | 'signal'> {
  readonly model: ModelSource
  readonly weights: Config['weights']['kind']
  /** Where the checkpoint stays. */
  readonly keepIn?: string
  readonly only?: 'memory'
}

/** Measures a model of real size with random weights. @throws FamiliarError as `measureFullSize`, or `CANNOT_WRITE` */
export async function runFullSizeBench({ json, only, model, ...options }: FullSizeBenchOptions): Promise<void> {
  if (json !== undefined) await writable(json, () => appendFile(json, ''))
  const write = async (report: object) =>
    json !== undefined && writable(json, () => writeFile(json, `${JSON.stringify(report, null, 2)}\n`))
  // It takes long: what is measured when it is stopped should not be lost.
  const writing: Promise<unknown>[] = []
  const progress = (report: object) => void writing.push(write(report))
  const measure = only === 'memory' ? measureMemory : measureAll
  const { report, table } = await measure({ ...options, source: model, note, progress }).finally(() =>
    Promise.all(writing),
  )
  console.log(table)
  await write(report)
}

async function measureAll(options: FullSizeOptions) {
  const { measureFullSize } = await import('../../engine/bench/full-size.ts')
  const { fullSizeTable } = await import('../../engine/bench/full-size-table.ts')
  const report = await measureFullSize(options)
  return { report, table: fullSizeTable(report) }
}

async function measureMemory(options: LearningMemoryOptions) {
  const { measureLearningMemory } = await import('../../engine/bench/learning-memory.ts')
  const { learningMemoryTable } = await import('../../engine/bench/learning-memory-table.ts')
  const report = await measureLearningMemory(options)
  return { report, table: learningMemoryTable(report) }
}

const note = (what: string) => process.stderr.write(`familiar bench: ${what}\n`)

async function writable(path: string, write: () => Promise<void>): Promise<void> {
  await write().catch((cause: NodeJS.ErrnoException) => {
    throw new FamiliarError('CANNOT_WRITE', `Expected a file to write to but ${path} gave ${cause.code}`, { cause })
  })
}
