/** Runs graphs: the only place, with `devices.ts`, that knows ONNX Runtime. */
import * as ort from 'onnxruntime-node'
import { FamiliarError } from '../errors.ts'
import type { DType, Graph, TensorData } from '../graph/graph.ts'
import { toOnnx } from '../graph/onnx.ts'
import { DeviceMemory, DeviceTensor } from './device-tensor.ts'
import { garbage } from './garbage.ts'
import { saysLost } from './lost-device.ts'

// What goes wrong is thrown and told in a sentence; the runtime's own lines on stderr would come in between.
ort.env.logLevel = 'fatal'

/** A tensor with its elements in memory, row-major. */
export interface Tensor<Data extends TensorData = TensorData> {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: Data
}

/** Where a graph runs. */
export type Device = 'cpu' | 'cuda' | 'webgpu' | 'dml' | 'coreml'

export interface SessionOptions {
  readonly device?: Device
  /** The folder that weight files' locations are relative to. */
  readonly weightsFolder?: string
  /** Threads of one operator on the CPU; 0 = one a core. */
  readonly threads?: number
  /** Keep weights mapped from their file rather than packed a second time in memory. Slower products, less memory. */
  readonly mapWeights?: boolean
  /**
   * Free memory after every run instead of keeping the most that any run took. Slow where the process does not keep it
   * (`memory.ts`).
   */
  readonly releaseMemory?: boolean
  /** Names of outputs that stay on the device, which has to be WebGPU. Each run then computes all outputs. */
  readonly resident?: readonly string[]
}

/** Bytes between this process and a session's runs: on a GPU what crosses to the device and back. */
export interface Traffic {
  readonly fed: number
  readonly returned: number
}

/** What is fed: from this process' memory, or what a run left on the device. */
export type Fed = Tensor | DeviceTensor

export interface KeptResults {
  readonly results: Record<string, Tensor>
  /** Those that stay on the device, by name. */
  readonly kept: Record<string, DeviceTensor>
}

/** A graph that is ready to run. Runs are synchronous underneath: they block the thread that calls. */
export interface Session {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /**
   * Feeds are used without copying on the CPU. Inputs that the graph does not use are ignored.
   *
   * @param fetches names of the outputs to compute; all when left out
   * @throws FamiliarError DEVICE_LOST when the device is gone; this process cannot use it any more
   */
  run(feeds: Feeds, fetches?: readonly string[]): Promise<Record<string, Tensor>>
  /** The same, and what stays on the device. */
  runKeeping(feeds: Feeds, fetches?: readonly string[]): Promise<KeptResults>
  /** Of all runs so far. */
  readonly traffic: Traffic
  close(): Promise<void>
}

export type Feeds = Readonly<Record<string, Fed>>

/** @throws FamiliarError SESSION_FAILED, or DEVICE_LOST when the device is gone */
export async function createSession(graph: Graph | Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const model = graph instanceof Uint8Array ? graph : toOnnx(graph)
  const { device = 'cpu' } = options
  const session = await ort.InferenceSession.create(model, sessionOptions(options)).catch((cause: unknown) => {
    if (saysLost(cause)) throw lost(device, cause)
    const message = `Expected ${device} to load the model's graph but it said: ${failureReason(cause)}`
    throw new FamiliarError('SESSION_FAILED', message, { cause })
  })
  const used = new Set(session.inputNames)
  const traffic = { fed: 0, returned: 0 }
  const memory = new DeviceMemory()
  const runKeeping = async (feeds: Feeds, fetches?: readonly string[]): Promise<KeptResults> => {
    garbage.beforeRun()
    const tensors: Record<string, ort.Tensor> = {}
    for (const [name, tensor] of Object.entries(feeds)) {
      if (!used.has(name)) continue
      if (tensor instanceof DeviceTensor) {
        tensors[name] = tensor.buffer
        continue
      }
      tensors[name] = new ort.Tensor(tensor.dtype as ort.Tensor.Type, tensor.data as never, tensor.shape)
      traffic.fed += tensor.data.byteLength
    }
    // Where an output stays on the device the runtime takes no choice of them.
    const chosen = fetches && !options.resident?.length
    const ran = chosen ? session.run(tensors, [...fetches]) : session.run(tensors)
    const found = await ran.catch((cause: unknown) => {
      throw saysLost(cause) ? lost(device, cause) : cause
    })
    const results: Record<string, Tensor> = {}
    const kept: Record<string, DeviceTensor> = {}
    for (const [name, tensor] of Object.entries(found)) {
      if (tensor.location === 'gpu-buffer') {
        kept[name] = new DeviceTensor(tensor, memory)
        continue
      }
      const data = tensor.data as TensorData
      results[name] = { dtype: tensor.type as DType, shape: tensor.dims, data }
      traffic.returned += data.byteLength
      garbage.left(data.byteLength)
    }
    return { results, kept }
  }
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    run: async (feeds, fetches) => {
      const { results, kept } = await runKeeping(feeds, fetches)
      for (const tensor of Object.values(kept)) tensor.dispose()
      return results
    },
    runKeeping,
    traffic,
    close: () => {
      memory.freeAll()
      return session.release()
    },
  }
}

const lost = (device: Device, cause: unknown) =>
  new FamiliarError(
    'DEVICE_LOST',
    `Expected ${device} to go on computing but its device was lost, as when a driver is reset: ${failureReason(cause)}`,
    { cause },
  )

/** The part of a runtime's message that a person can use: without source files, signatures and status codes. */
export function failureReason(error: unknown): string {
  const message = error instanceof FamiliarError && error.cause !== undefined ? error.cause : error
  const text = (message instanceof Error ? message.message : String(message)).trim()
  if (/backend not found/.test(text)) return 'ONNX Runtime for this system does not have it'
  // A failed check reads "file:line signature condition was false. What it means"; the meaning is missing at times.
  const meaning = text.match(/ was false\. *(\S[\s\S]*)$/)?.[1] ?? text
  const line = (meaning.split('\n')[0] ?? '').replace(
    /^(OrtSessionOptions\w+|\[ONNXRuntimeError\] : \d+ : \w+) ?: */,
    '',
  )
  return line.slice(0, 200).replace(/[.\s]+$/, '') || 'it gave no reason'
}

function sessionOptions(options: SessionOptions): ort.InferenceSession.SessionOptions {
  const { resident = [] } = options
  const session: Record<string, string> = { 'intra_op.allow_spinning': '0' }
  if (options.weightsFolder) session.model_external_initializers_file_folder_path = options.weightsFolder
  if (options.mapWeights) session.disable_prepacking = '1'
  return {
    executionProviders: [options.device ?? 'cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: options.threads ?? 0,
    logSeverityLevel: 4,
    // A pattern plans one block for all of a run's tensors beside those that the first run left: the second learning step
    // then takes 40 % more memory and seconds for the block, and no later one is faster.
    enableMemPattern: false,
    enableCpuMemArena: !options.releaseMemory,
    ...(resident.length > 0 && {
      preferredOutputLocation: Object.fromEntries(resident.map(name => [name, 'gpu-buffer'] as const)),
    }),
    extra: { session },
  }
}

/** A float32 tensor. */
export function float32(data: Float32Array | readonly number[], shape: readonly number[]): Tensor<Float32Array> {
  return { dtype: 'float32', shape, data: data instanceof Float32Array ? data : Float32Array.from(data) }
}

/** A float64 tensor. */
export function float64(data: Float64Array | readonly number[], shape: readonly number[]): Tensor<Float64Array> {
  return { dtype: 'float64', shape, data: data instanceof Float64Array ? data : Float64Array.from(data) }
}

/** An int64 tensor. */
export function int64(data: BigInt64Array | readonly number[], shape: readonly number[]): Tensor<BigInt64Array> {
  return { dtype: 'int64', shape, data: data instanceof BigInt64Array ? data : BigInt64Array.from(data, BigInt) }
}

/** Zeros of a type. */
export function zeros(dtype: DType, shape: readonly number[]): Tensor {
  const size = shape.reduce((product, length) => product * length, 1)
  if (dtype === 'float32') return float32(new Float32Array(size), shape)
  if (dtype === 'float64') return float64(new Float64Array(size), shape)
  if (dtype === 'int64') return int64(new BigInt64Array(size), shape)
  throw new Error(`Expected float32, float64 or int64 for zeros but received ${dtype}`)
}
