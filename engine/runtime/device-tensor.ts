/** Tensors that stay in the device's memory from one run to the next. WebGPU alone has them in this runtime. */
import type * as ort from 'onnxruntime-node'
import type { DType } from '../graph/graph.ts'

/** The runtime does not free a buffer when nobody holds it any more. */
const forgotten = new FinalizationRegistry<ort.Tensor>(free)

let live = 0

/** Of the device's memory that such tensors hold. */
export const residentBytes = (): number => live

/** What a run left on the device. It is to be disposed of; one that is forgotten is when the garbage is collected. */
export class DeviceTensor {
  readonly dtype: DType
  readonly shape: readonly number[]
  /** The runtime's own. */
  readonly buffer: ort.Tensor

  constructor(buffer: ort.Tensor) {
    this.buffer = buffer
    this.dtype = buffer.type as DType
    this.shape = buffer.dims
    live += bytesOf(buffer)
    forgotten.register(this, buffer, this)
  }

  dispose(): void {
    if (forgotten.unregister(this)) free(this.buffer)
  }
}

function free(buffer: ort.Tensor): void {
  live -= bytesOf(buffer)
  buffer.dispose()
}

/** All of them are float32. */
const bytesOf = ({ size }: ort.Tensor) => Float32Array.BYTES_PER_ELEMENT * size
