/** A folder like the built-in model's (its words, its file names) with a small random model in it: quick, and of no use. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TensorToWrite, writeSafetensors } from '../../engine/checkpoints/safetensors.ts'
import { Graph } from '../../engine/graph/graph.ts'
import { parseChameleonConfig } from '../../engine/models/chameleon/config.ts'
import { readingGraph } from '../../engine/models/language-graphs.ts'
import { decodePicture, encodePicture, lookUpCodes, nearestCodes } from '../../engine/models/vq.ts'
import { under, type Weights } from '../../engine/models/weights.ts'
import { createRandom } from '../../engine/random.ts'
import { buildTokenizerJson } from '../../engine/storybook/language/vocabulary.ts'

const codes = 32

export async function writeRandomStorybook(folder: string, seed = 1): Promise<void> {
  const tokenizer = buildTokenizerJson(codes) as { model: { vocab: Record<string, number> } }
  const words = tokenizer.model.vocab
  const json = {
    model_type: 'chameleon',
    vocab_size: Object.keys(words).length,
    hidden_size: 32,
    intermediate_size: 48,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    max_position_embeddings: 512,
    vocabulary_map: words,
    vq_config: {
      embed_dim: 8,
      num_embeddings: codes,
      latent_channels: 8,
      resolution: 32,
      base_channels: 8,
      channel_multiplier: [1, 1, 1],
      num_res_blocks: 1,
      norm_num_groups: 4,
    },
  }
  const config = parseChameleonConfig(json)
  const random = createRandom(seed)
  const tensors: Record<string, TensorToWrite> = {}
  // What the graphs ask for is what a checkpoint has to hold.
  const recorder = (graph: Graph): Weights => {
    return (key, shape) => {
      if (!tensors[key]) {
        const size = shape.reduce((product, length) => product * length, 1)
        const one = shape.length === 1 && key.endsWith('weight')
        const scale = key.includes('embed') ? 1 : 0.7 / Math.sqrt(size / (shape[0] as number))
        const data = Float32Array.from({ length: size }, () => (one ? 1 : scale * random.normal()))
        tensors[key] = { dtype: 'F32', shape, data }
      }
      return graph.input(`${key} ${graph.inputs.size}`, 'float32', shape)
    }
  }
  readingGraph({
    decoder: config.decoder,
    vocabularySize: config.vocabularySize,
    weights: graph => {
      const weights = recorder(graph)
      const table = [config.vocabularySize, config.decoder.width]
      const embeddings = weights('model.embed_tokens.weight', table)
      return { layers: under('model.', weights), embeddings, head: weights('lm_head.weight', table) }
    },
  })
  const graph = new Graph()
  const weights = under('model.vqmodel.', recorder(graph))
  const side = config.vq.resolution
  const picture = graph.input('pictures', 'float32', ['B', 3, side, side])
  const encoded = nearestCodes(config.vq, weights, encodePicture(config.vq, weights, picture))
  decodePicture(config.vq, weights, lookUpCodes(config.vq, weights, encoded))

  await writeFile(join(folder, 'config.json'), JSON.stringify(json))
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer))
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ clean_up_tokenization_spaces: true }))
  await writeSafetensors(join(folder, 'model.safetensors'), tensors, { format: 'pt' })
}
