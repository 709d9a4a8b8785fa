/** What the tokeniser sees: cuts of renderings around somebody, and how much each pixel of them counts. Knows nothing of models. */
import type { RgbImage } from '../../image.ts'
import type { Random } from '../../random.ts'
import { CENTRES, renderScene, WORLD } from '../renderer.ts'
import { type Scene, sampleIndividual, sampleScene } from '../scene.ts'
import { NOT_SEEN, type TopicLabels, topicLabels } from './probe.ts'

export interface TokenizerBatch {
  /** [B, 3, S, S] in −1…1. */
  readonly pictures: Float32Array
  /** [B, 1, S, S]: how much each pixel counts. */
  readonly importance: Float32Array
  /** Whom each cut is around: [topics, B], with 0 in `counts` where that cannot be told. */
  readonly labels: BigInt64Array
  readonly counts: Float32Array
}

/**
 * A stock of renderings that is renewed a little with every batch, cut into squares.
 *
 * @param size side of a picture in pixels
 * @param grid side of a picture word in pixels: cuts begin where words do
 */
export function createPictureStock(random: Random, size: number, grid: number, stock = 1500) {
  const pictures: { image: RgbImage; scene: Scene }[] = []
  const draw = async () => {
    const individuals =
      random.uniform() < 0.4
        ? ([sampleIndividual(random), sampleIndividual(random)] as const)
        : ([sampleIndividual(random)] as const)
    const scene = sampleScene(random, individuals)
    return { scene, image: await renderScene(scene, size) }
  }
  return {
    async batch(count: number, side: number, fresh: number): Promise<TokenizerBatch> {
      const wanted = Math.max(fresh, count - pictures.length)
      for (const picture of await Promise.all(Array.from({ length: wanted }, draw))) {
        if (pictures.length < stock) pictures.push(picture)
        else pictures[random.integer(stock)] = picture
      }
      const data = new Float32Array(count * 3 * side * side)
      const importance = new Float32Array(count * side * side)
      const told: TopicLabels[] = []
      for (let i = 0; i < count; i++) {
        const { image, scene } = random.pick(pictures)
        const character = random.pick(scene.characters)
        const steps = (size - side) / grid
        const middle = Math.round(((CENTRES[character.side] / WORLD) * size - side / 2) / grid)
        const left = grid * Math.min(steps, Math.max(0, middle))
        // Characters stand in the lower part.
        const top = grid * Math.ceil(steps * Math.sqrt(random.uniform()))
        const planes = data.subarray(i * 3 * side * side, (i + 1) * 3 * side * side)
        cutOut(image, left, top, side, planes)
        weigh(planes, side, importance.subarray(i * side * side, (i + 1) * side * side))
        // A whole picture of two has no middle.
        told.push(
          topicLabels(character).map(label => (side === size && scene.characters.length > 1 ? NOT_SEEN : label)),
        )
      }
      const topics = told[0]?.length ?? 0
      const labels = Array.from(
        { length: topics * count },
        (_, i) => told[i % count]?.[Math.floor(i / count)] as number,
      )
      return {
        pictures: data,
        importance,
        labels: BigInt64Array.from(labels, label => BigInt(Math.max(0, label))),
        counts: Float32Array.from(labels, label => (label === NOT_SEEN ? 0 : 1)),
      }
    },
  }
}

/** A square of a picture as planes in −1…1. */
export function cutOut(image: RgbImage, left: number, top: number, side: number, out: Float32Array): void {
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = ((top + y) * image.width + left + x) * 3
      for (let c = 0; c < 3; c++) out[(c * side + y) * side + x] = (image.data[from + c] as number) / 127.5 - 1
    }
  }
}

/** Pixels where much happens (outlines, eyes, patterns) count up to five times as much as flat ground. */
function weigh(planes: Float32Array, side: number, out: Float32Array): void {
  const change = new Float32Array(side * side)
  for (let c = 0; c < 3; c++) {
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const i = (c * side + y) * side + x
        const right = x + 1 < side ? Math.abs((planes[i + 1] as number) - (planes[i] as number)) : 0
        const below = y + 1 < side ? Math.abs((planes[i + side] as number) - (planes[i] as number)) : 0
        change[y * side + x] = (change[y * side + x] as number) + right + below
      }
    }
  }
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let sum = 0
      let count = 0
      for (let v = Math.max(0, y - 2); v <= Math.min(side - 1, y + 2); v++) {
        for (let u = Math.max(0, x - 2); u <= Math.min(side - 1, x + 2); u++) {
          sum += change[v * side + u] as number
          count++
        }
      }
      out[y * side + x] = 1 + 4 * Math.min(1, sum / count)
    }
  }
}
