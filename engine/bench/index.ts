/**
 * `familiar bench`: learning, decoding and replies against what the machine can do and against the project's budgets.
 * Each figure is the median of several runs where it can be.
 */
import { appendFile, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { FamiliarError } from '../errors.ts'
import type { Device } from '../runtime/session.ts'
import type { ModelFigures } from './model.ts'
import { benchTable } from './table.ts'
import { type HostFigures, measureHost } from './through-host.ts'

export interface BenchOptions {
  /** Also write the measurements to this file. */
  readonly json?: string
  /** Path of the model's folder. */
  readonly model: string
  readonly device: Device | 'auto'
  readonly signal: AbortSignal
}

export interface BenchReport {
  readonly machine: {
    readonly processor: string
    readonly cores: number
    readonly node: string
    readonly device: Device
  }
  readonly model: ModelFigures
  readonly host: HostFigures
}

/** @throws FamiliarError when the model cannot be opened, or `CANNOT_WRITE` */
export async function runBench({ json, model: folder, device: wish, signal }: BenchOptions): Promise<BenchReport> {
  const note = (what: string) => process.stderr.write(`familiar bench: ${what}\n`)
  // Minutes of measuring should not end in a file that cannot be written.
  if (json !== undefined) await writable(json, () => appendFile(json, ''))
  try {
    note('starting the engine')
    // First, while this process is as small as a bot's: the runtime is loaded here only for what follows.
    const host = await measureHost({ modelFolder: folder, device: wish }, signal, note)
    const { chooseDevice } = await import('../runtime/devices.ts')
    const { measureModel } = await import('./model.ts')
    const { device } = await chooseDevice(wish)
    note('measuring the machine, a learning step and decoding')
    const model = await measureModel(folder, device, signal)
    const processors = cpus()
    const processor = processors[0]?.model.trim() ?? 'unknown processor'
    const machine = { processor, cores: processors.length, node: process.version, device }
    const report: BenchReport = { machine, model, host }
    console.log(benchTable(report))
    if (json !== undefined) await writable(json, () => writeFile(json, `${JSON.stringify(report, null, 2)}\n`))
    return report
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}

async function writable(path: string, write: () => Promise<void>): Promise<void> {
  await write().catch((cause: NodeJS.ErrnoException) => {
    throw new FamiliarError('CANNOT_WRITE', `Expected a file to write to but ${path} gave ${cause.code}`, { cause })
  })
}
