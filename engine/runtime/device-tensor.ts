/** Tensors that stay in the device's memory from one run to the next. WebGPU alone has them in this runtime. */
import type * as ort from 'onnxruntime-node'
import type { DType } from '../graph/graph.ts'

/** What a session's runs have left on the device and nobody has given back. It has to be before the session is released. */
export class DeviceMemory {
  readonly #buffers = new Set<ort.Tensor>()

  add(buffer: ort.Tensor): void {
    this.#buffers.add(buffer)
    live += bytesOf(buffer)
  }

  /** Gives one back, unless that was done. */
  free(buffer: ort.Tensor): void {
    if (!this.#buffers.delete(buffer)) return
    live -= bytesOf(buffer)
    buffer.dispose()
  }

  freeAll(): void {
    for (const buffer of [...this.#buffers]) this.free(buffer)
  }
}

let live = 0

/** Of all devices' memory that such tensors hold. */
export const residentBytes = (): number => live

/** All of them are float32. */
const bytesOf = ({ size }: ort.Tensor) => Float32Array.BYTES_PER_ELEMENT * size

/** The runtime does not free a buffer when nobody holds it any more. */
const forgotten = new FinalizationRegistry<() => void>(free => free())

/** What a run left on the device. It is to be disposed of; one that is forgotten is when garbage is collected, or its session closed. */
export class DeviceTensor {
  readonly dtype: DType
  readonly shape: readonly number[]
  /** The runtime's own. */
  readonly buffer: ort.Tensor
  readonly #memory: DeviceMemory

  constructor(buffer: ort.Tensor, memory: DeviceMemory) {
    this.buffer = buffer
    this.dtype = buffer.type as DType
    this.shape = buffer.dims
    this.#memory = memory
    memory.add(buffer)
    forgotten.register(this, () => memory.free(buffer))
  }

  dispose(): void {
    this.#memory.free(this.buffer)
  }
}
