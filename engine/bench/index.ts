/**
 * The engine's part of `familiar bench`: learning, decoding and replies against what the machine can do and against the project's budgets.
 * Each figure is the median of several runs where it can be.
 */
import { cpus } from 'node:os'
import type { WeightWish } from '../engine.ts'
import type { HostSettings } from '../host/client.ts'
import type { Device } from '../runtime/session.ts'
import type { MeasuredModel, ModelFigures } from './model.ts'
import { type HostFigures, measureHost } from './through-host.ts'

export interface BenchOptions extends Pick<HostSettings, 'used'> {
  /** How the model is called, in what is recorded of it. */
  readonly modelName: string
  /** What `weights` comes to. */
  readonly model: MeasuredModel
  /** For the engine in its own process. */
  readonly weights: WeightWish
  readonly device: Device | 'auto'
  readonly signal: AbortSignal
  /** Told what is being done. */
  readonly note: (what: string) => void
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

/** @throws FamiliarError when the model cannot be opened */
export async function runBench({
  model: measured,
  modelName,
  used,
  weights,
  device: wish,
  signal,
  note,
}: BenchOptions): Promise<BenchReport> {
  try {
    note('starting the engine')
    // First, while this process is as small as a bot's: the runtime is loaded here only for what follows.
    const opened = { modelFolder: measured.folder, modelName, device: wish, weights }
    const host = await measureHost({ ...opened, used }, signal, note)
    const { chooseDevice } = await import('../runtime/devices.ts')
    const { measureModel } = await import('./model.ts')
    const { device } = await chooseDevice(wish)
    note('measuring the machine, a learning step and decoding')
    const model = await measureModel(measured, device, signal)
    const processors = cpus()
    const processor = processors[0]?.model.trim() ?? 'unknown processor'
    const machine = { processor, cores: processors.length, node: process.version, device }
    return { machine, model, host }
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}
