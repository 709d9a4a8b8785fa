/** Dialogues to learn from, without end: scenes are drawn, encoded once and kept in a stock that later questions are asked about. */

import { Graph, type Value } from '../../graph/graph.ts'
import { encodePicture, nearestCodes, type VqConfig } from '../../models/vq.ts'
import type { Weights } from '../../models/weights.ts'
import type { Random } from '../../random.ts'
import { createSession, float32 } from '../../runtime/session.ts'
import { drawingDialogue, LOOKS, MIXED, seeingDialogue, textDialogue } from '../language/dialogue.ts'
import type { Dialogue } from '../language/pieces.ts'
import { renderScene } from '../renderer.ts'
import { type Scene, sampleIndividual, sampleScene } from '../scene.ts'
import type { Parameters } from './parameters.ts'
import { cutOut } from './picture-stock.ts'

/** Share of pictures with two characters. */
const PAIRS = 0.35
/** Words that a picture takes: its codes and the two around it. */
const pictureWords = (config: VqConfig) => (config.resolution / 2 ** (config.channelMultiplier.length - 1)) ** 2 + 2

/** Scenes → codes through a tokeniser whose weights are `parameters`. */
export async function createEncoder(config: VqConfig, parameters: Parameters) {
  const graph = new Graph()
  const known = new Map<string, Value>()
  const weights: Weights = (key, shape) => {
    const value = known.get(key) ?? graph.constant(parameters.values.get(key) as Float32Array, shape)
    known.set(key, value)
    return value
  }
  const side = config.resolution
  const pictures = graph.input('pictures', 'float32', ['B', 3, side, side])
  graph.output('codes', nearestCodes(config, weights, encodePicture(config, weights, pictures)))
  const session = await createSession(graph)
  const codes = new WeakMap<Scene, Uint16Array>()
  const encode = async (scenes: readonly Scene[]): Promise<void> => {
    const missing = scenes.filter(scene => !codes.has(scene))
    if (missing.length === 0) return
    const images = await Promise.all(missing.map(scene => renderScene(scene, side)))
    const planes = new Float32Array(missing.length * 3 * side * side)
    for (const [i, image] of images.entries()) cutOut(image, 0, 0, side, planes.subarray(i * 3 * side * side))
    const results = await session.run({ pictures: float32(planes, [missing.length, 3, side, side]) })
    const all = results.codes?.data as BigInt64Array
    const each = all.length / missing.length
    for (const [i, scene] of missing.entries())
      codes.set(scene, Uint16Array.from(all.subarray(i * each, (i + 1) * each), Number))
  }
  const codesOf = async (scene: Scene): Promise<Uint16Array> => {
    await encode([scene])
    return codes.get(scene) as Uint16Array
  }
  return { encode, codesOf, close: () => session.close() }
}
export type SceneEncoder = Awaited<ReturnType<typeof createEncoder>>

export interface Corpus {
  /** Dialogues with a picture: `share` of them begin with one, the others end in one. `looks`: share of the first that ask for looks most. */
  pictured(count: number, share: number, looks?: number): Promise<Dialogue[]>
  /** Dialogues in words only. */
  worded(count: number, time: number): Dialogue[]
}

export function createCorpus(
  random: Random,
  config: VqConfig,
  encoder: SceneEncoder,
  time: number,
  stock = 40_000,
): Corpus {
  const scenes: Scene[] = []
  const kept = new Set<Scene>()
  const room = time - pictureWords(config) - 2
  const keep = (scene: Scene) => {
    if (kept.has(scene)) return
    kept.add(scene)
    if (scenes.length < stock) {
      scenes.push(scene)
      return
    }
    const out = random.integer(stock)
    kept.delete(scenes[out] as Scene)
    scenes[out] = scene
  }
  const newScene = () =>
    sampleScene(
      random,
      random.uniform() < PAIRS ? [sampleIndividual(random), sampleIndividual(random)] : [sampleIndividual(random)],
    )
  return {
    async pictured(count, share, looks = 0) {
      const dialogues = Array.from({ length: count }, (): Dialogue => {
        if (random.uniform() >= share) return drawingDialogue(random, room)
        const scene = scenes.length < 200 || random.uniform() < 0.25 ? newScene() : random.pick(scenes)
        return seeingDialogue(random, scene, room, random.uniform() < looks ? LOOKS : MIXED)
      })
      const shown = dialogues.flatMap(dialogue =>
        dialogue.flatMap(piece => (piece.type === 'image' ? [piece.scene] : [])),
      )
      await encoder.encode(shown)
      for (const scene of shown) keep(scene)
      return dialogues
    },
    worded: (count, length) => Array.from({ length: count }, () => textDialogue(random, length - 2)),
  }
}
