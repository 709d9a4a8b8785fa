import { expect, it } from 'vitest'
import { Graph, sizeOf, type Value } from '../../graph/graph.ts'
import { readingGraph } from '../language-graphs.ts'
import { decodePicture, encodePicture, lookUpCodes, nearestCodes } from '../vq.ts'
import { under, type Weights } from '../weights.ts'
import { parseJanusConfig } from './config.ts'
import { pictureLayers } from './generation.ts'
import { seePicture } from './vision.ts'

/** Parameters of every weight that a model of this configuration asks for. */
function parameters(json: unknown): number {
  const config = parseJanusConfig(json)
  const { decoder, textWords, vocabularySize, vq, vision } = config
  const asked = new Map<string, number>()
  const record = (graph: Graph): Weights => {
    const known = new Map<string, Value>()
    return (key, shape) => {
      asked.set(key, sizeOf(shape))
      const weight = known.get(key) ?? graph.input(key, 'float32', shape)
      known.set(key, weight)
      return weight
    }
  }
  const table = [textWords, decoder.width]
  readingGraph({
    decoder,
    vocabularySize,
    codes: vq.codes,
    weights: graph => {
      const weights = record(graph)
      return {
        layers: under('language_model.', weights),
        embeddings: weights('embeddings', table),
        head: weights('head', table),
        pictures: pictureLayers(config, weights),
      }
    },
  })
  const graph = new Graph()
  const weights = record(graph)
  const picture = graph.input('picture', 'float32', [1, 3, vision.resolution, vision.resolution])
  seePicture(vision, weights, picture, decoder.width)
  nearestCodes(vq, under('vq.', weights), encodePicture(vq, under('vq.', weights), picture))
  const codes = graph.input('codes', 'int64', [1, 576])
  decodePicture(vq, under('vq.', weights), lookUpCodes(vq, under('vq.', weights), codes))
  return [...asked.values()].reduce((sum, count) => sum + count, 0)
}

const published = (width: number, mlpWidth: number, layers: number, heads: number) => ({
  model_type: 'janus',
  text_config: {
    vocab_size: 102_400,
    hidden_size: width,
    intermediate_size: mlpWidth,
    num_hidden_layers: layers,
    num_attention_heads: heads,
  },
  vision_config: { projection_dim: width },
  vq_config: { projection_dim: width, image_token_embed_dim: width },
})

it.each([
  ['Janus-Pro-1B', 2_076_636_811, published(2048, 5632, 24, 16)],
  ['Janus-Pro-7B', 7_407_773_323, published(4096, 11_008, 30, 32)],
])('%s has its published number of parameters', (_, count, json) => {
  expect(parameters(json)).toBe(count)
})
