/**
 * `familiar bench`: learning, decoding and replies against what the machine can do and against the project's budgets.
 * Each figure is the median of several runs where it can be.
 */
import { writeFile } from 'node:fs/promises'
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
    if (json !== undefined) await write(json, report)
    return report
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}

async function write(path: string, report: BenchReport): Promise<void> {
  await writeFile(path, `${JSON.stringify(report, null, 2)}\n`).catch((cause: NodeJS.ErrnoException) => {
    throw new FamiliarError('CANNOT_WRITE', `Expected a file to write to but ${path} gave ${cause.code}`, { cause })
  })
}
