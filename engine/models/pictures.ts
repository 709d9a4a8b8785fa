/** A picture tokeniser at work: sessions over the VQ graphs. It knows nothing of words. */
import { FamiliarError } from '../errors.ts'
import { Graph } from '../graph/graph.ts'
import { createSession, float32, int64, type Session, type SessionOptions } from '../runtime/session.ts'
import { codeSide, decodePicture, encodePicture, lookUpCodes, nearestCodes, type VqConfig } from './vq.ts'
import type { Weights } from './weights.ts'

/** Pictures [B, 3, H, W] in −1…1. */
export interface PictureBatch {
  readonly pixels: Float32Array
  readonly shape: readonly [number, number, number, number]
}

/** Pixels of one run, at least a picture's: several large ones side by side take gigabytes and save no time. */
const pixelsTogether = 2 ** 17

export class Pictures {
  readonly config: VqConfig
  readonly #weights: (graph: Graph) => Weights
  readonly #options: SessionOptions
  readonly #sessions = new Map<string, Promise<Session>>()

  constructor(config: VqConfig, weights: (graph: Graph) => Weights, options: SessionOptions) {
    this.config = config
    this.#weights = weights
    // Of a picture's blocks the system's allocator uses few again (`memory.ts`): 384 × 384 pixels took it 2 to 3.5 GB, the
    // runtime's pool 0.5 GB.
    this.#options = { ...options, releaseMemory: false }
  }

  /** Codes of a picture of the size that the model was made for: h·w. */
  get codesPerPicture(): number {
    return codeSide(this.config) ** 2
  }

  /** The codes of each picture, row by row from the top left. */
  async encode({ pixels, shape }: PictureBatch): Promise<number[][]> {
    const { inChannels, channelMultiplier } = this.config
    const [batch, channels, height, width] = shape
    const smallest = 2 ** (channelMultiplier.length - 1)
    if (channels !== inChannels || height % smallest !== 0 || width % smallest !== 0) {
      const expected = `pictures [B, ${inChannels}, H, W] with H and W divisible by ${smallest}`
      throw new FamiliarError('BAD_PICTURE', `Expected ${expected} but received [${shape}]`)
    }
    const session = await this.#session(`encode ${height}×${width}`, () => this.#encoder(height, width))
    const result: number[][] = []
    for (const { from, count } of runs(batch, height * width)) {
      const numbers = channels * height * width
      const some = pixels.subarray(from * numbers, (from + count) * numbers)
      const { codes } = await session.run({ pictures: float32(some, [count, channels, height, width]) })
      const all = Array.from(codes?.data as BigInt64Array, Number)
      const each = all.length / count
      for (let i = 0; i < count; i++) result.push(all.slice(i * each, (i + 1) * each))
    }
    return result
  }

  /** Pictures from their codes, not clipped to −1…1. */
  async decode(codes: readonly (readonly number[])[]): Promise<PictureBatch> {
    for (const picture of codes) this.#check(picture)
    const session = await this.#session('decode', () => this.#decoder())
    const { outChannels, resolution } = this.config
    const numbers = outChannels * resolution ** 2
    const all = new Float32Array(codes.length * numbers)
    for (const { from, count } of runs(codes.length, resolution ** 2)) {
      const some = codes.slice(from, from + count)
      const { pixels } = await session.run({ codes: int64(some.flat(), [count, this.codesPerPicture]) })
      all.set(pixels?.data as Float32Array, from * numbers)
    }
    return { pixels: all, shape: [codes.length, outChannels, resolution, resolution] }
  }

  /**
   * Looks whether every weight is there, without loading any.
   * @param decoder whether there is to be one
   * @throws FamiliarError as `checkpointWeights`
   */
  check(decoder: boolean): void {
    this.#encoder(this.config.resolution, this.config.resolution)
    if (decoder) this.#decoder()
  }

  async close(): Promise<void> {
    const sessions = [...this.#sessions.values()]
    this.#sessions.clear()
    for (const session of sessions) await (await session).close()
  }

  #check(codes: readonly number[]): void {
    if (codes.length !== this.codesPerPicture) {
      const message = `Expected ${this.codesPerPicture} codes for a picture but received ${codes.length}`
      throw new FamiliarError('BAD_PICTURE', message)
    }
    const wrong = codes.find(code => !Number.isInteger(code) || code < 0 || code >= this.config.codes)
    if (wrong === undefined) return
    throw new FamiliarError('BAD_PICTURE', `Expected codes from 0 to ${this.config.codes - 1} but received ${wrong}`)
  }

  #encoder(height: number, width: number): Graph {
    const graph = new Graph()
    const weights = this.#weights(graph)
    const picture = graph.input('pictures', 'float32', ['B', this.config.inChannels, height, width])
    graph.output('codes', nearestCodes(this.config, weights, encodePicture(this.config, weights, picture)))
    return graph
  }

  #decoder(): Graph {
    const graph = new Graph()
    const weights = this.#weights(graph)
    const codes = graph.input('codes', 'int64', ['B', this.codesPerPicture])
    graph.output('pixels', decodePicture(this.config, weights, lookUpCodes(this.config, weights, codes)))
    return graph
  }

  #session(key: string, build: () => Graph): Promise<Session> {
    const known = this.#sessions.get(key)
    if (known) return known
    const session = createSession(build(), this.#options)
    this.#sessions.set(key, session)
    return session
  }
}

/** Which of so many pictures go together. */
function runs(pictures: number, pixelsEach: number): { from: number; count: number }[] {
  const together = Math.max(1, Math.floor(pixelsTogether / pixelsEach))
  return Array.from({ length: Math.ceil(pictures / together) }, (_, i) => {
    const from = i * together
    return { from, count: Math.min(together, pictures - from) }
  })
}
