/**
 * Drawing: a picture's codes on their way into the language model and out of it. Neither table is the text's. Keys are the
 * published ones without `model.`.
 *
 * Source: transformers, models/janus/modeling_janus.py, JanusVQVAEAlignerMLP and JanusVQVAEHead
 */
import { gather, gelu } from '../../graph/operators/index.ts'
import type { PictureLayers } from '../language-graphs.ts'
import type { Weights } from '../weights.ts'
import type { JanusConfig } from './config.ts'
import { perceptron, project } from './layers.ts'

export function pictureLayers({ vq, decoder, generationDepth }: JanusConfig, weights: Weights): PictureLayers {
  const table = weights('generation_embeddings.weight', [vq.codes, vq.codeWidth])
  const { width } = decoder
  return {
    embed: codes => perceptron(weights, 'generation_aligner', gather(table, codes), width, generationDepth),
    logits: hidden => {
      const inner = gelu(project(weights, 'generation_head.proj_out', hidden, width))
      return project(weights, 'generation_head.vision_head', inner, vq.codes)
    },
  }
}
