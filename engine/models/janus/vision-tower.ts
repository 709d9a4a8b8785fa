/** A vision tower at work: a session over its graph. */
import { FamiliarError } from '../../errors.ts'
import { Graph } from '../../graph/graph.ts'
import { createSession, float32, type Session, type SessionOptions } from '../../runtime/session.ts'
import type { PictureBatch } from '../pictures.ts'
import type { Weights } from '../weights.ts'
import type { VisionConfig } from './config.ts'
import { placesOf, seePicture } from './vision.ts'

export class VisionTower {
  readonly config: VisionConfig
  readonly #outWidth: number
  readonly #weights: (graph: Graph) => Weights
  readonly #options: SessionOptions
  #session: Promise<Session> | undefined

  /** @param outWidth D, of the language model */
  constructor(config: VisionConfig, outWidth: number, weights: (graph: Graph) => Weights, options: SessionOptions) {
    this.config = config
    this.#outWidth = outWidth
    this.#weights = weights
    this.#options = options
  }

  /** N: places of a picture. */
  get places(): number {
    return placesOf(this.config)
  }

  /** Preprocessed pictures → embeddings [B, N, D]. @throws FamiliarError `BAD_PICTURE` for another size */
  async see({ pixels, shape }: PictureBatch): Promise<Float32Array> {
    const { channels, resolution } = this.config
    const [batch, ...size] = shape
    if (size.join() !== [channels, resolution, resolution].join()) {
      const expected = `pictures [B, ${channels}, ${resolution}, ${resolution}]`
      throw new FamiliarError('BAD_PICTURE', `Expected ${expected} but received [${[batch, ...size]}]`)
    }
    this.#session ??= createSession(this.#graph(), this.#options)
    const { seen } = await (await this.#session).run({ pictures: float32(pixels, shape) })
    return seen?.data as Float32Array
  }

  /** Looks whether every weight is there, without loading any. @throws FamiliarError as `checkpointWeights` */
  check(): void {
    this.#graph()
  }

  async close(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    await (await session)?.close()
  }

  #graph(): Graph {
    const { channels, resolution } = this.config
    const graph = new Graph()
    const pictures = graph.input('pictures', 'float32', ['B', channels, resolution, resolution])
    graph.output('seen', seePicture(this.config, this.#weights(graph), pictures, this.#outWidth))
    return graph
  }
}
