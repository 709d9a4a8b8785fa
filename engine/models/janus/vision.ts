/**
 * Seeing: a SigLIP tower (Zhai et al. 2023) over patches of a picture, all of its places attending to all, and the
 * aligner that takes what it saw to the language model. Keys are the published ones without `model.`.
 *
 * Source: transformers, models/janus/modeling_janus.py, JanusVisionModel and JanusVisionAlignerMLP
 */
import { type Dim, known, type Value } from '../../graph/graph.ts'
import {
  add,
  conv2d,
  gelu,
  layerNorm,
  linear,
  matmul,
  mul,
  reshape,
  softmax,
  swapLast,
  transpose,
} from '../../graph/operators/index.ts'
import type { Weights } from '../weights.ts'
import type { VisionConfig } from './config.ts'
import { perceptron, project } from './layers.ts'

/** Places that the tower sees: N. */
export const placesOf = ({ resolution, patch }: VisionConfig): number => (resolution / patch) ** 2

/** Pictures [B, 3, H, W], as its preprocessing makes them → embeddings for the language model [B, N, D]. */
export function seePicture(config: VisionConfig, weights: Weights, pictures: Value, outWidth: number): Value {
  const places = placesOf(config)
  const { width } = config
  const batch = pictures.shape[0] as Dim
  const norm = (name: string, x: Value) =>
    layerNorm(x, weights(`${name}.weight`, [width]), weights(`${name}.bias`, [width]), config.normEpsilon)
  let x = reshape(add(patches(config, weights, pictures), positions(config, weights)), ['M', width])
  for (let layer = 0; layer < config.layers; layer++) {
    const name = `vision_model.encoder.layers.${layer}`
    x = add(x, attention(config, weights, `${name}.self_attn`, norm(`${name}.layer_norm1`, x), batch))
    const inner = gelu(project(weights, `${name}.mlp.fc1`, norm(`${name}.layer_norm2`, x), config.mlpWidth))
    x = add(x, project(weights, `${name}.mlp.fc2`, inner, width))
  }
  const seen = norm('vision_model.post_layernorm', x)
  return reshape(perceptron(weights, 'aligner', seen, outWidth, config.alignerDepth), [batch, places, outWidth])
}

/** Each patch through one convolution: [B, 3, H, W] → [B, N, width]. */
function patches({ width, channels, patch, ...config }: VisionConfig, weights: Weights, pictures: Value): Value {
  const name = 'vision_model.embeddings.patch_embedding'
  const weight = weights(`${name}.weight`, [width, channels, patch, patch])
  const x = conv2d(pictures, weight, weights(`${name}.bias`, [width]), { stride: patch })
  const places = (config.resolution / patch) ** 2
  return transpose(reshape(x, [pictures.shape[0] as Dim, width, places]), [0, 2, 1])
}

/** [1, N, width]. */
function positions(config: VisionConfig, weights: Weights): Value {
  const shape = [placesOf(config), config.width]
  return reshape(weights('vision_model.embeddings.position_embedding.weight', shape), [1, ...shape])
}

/** x [M, width] with M = B·N. */
function attention(config: VisionConfig, weights: Weights, name: string, x: Value, batch: Dim): Value {
  const { width, heads, attentionBias } = config
  const headWidth = width / heads
  const [q, k, v] = ['q', 'k', 'v'].map(part => {
    const weight = weights(`${name}.${part}_proj.weight`, [width, width])
    const flat = linear(x, weight, attentionBias ? weights(`${name}.${part}_proj.bias`, [width]) : undefined)
    return transpose(reshape(flat, [batch, placesOf(config), heads, headWidth]), [0, 2, 1, 3])
  }) as [Value, Value, Value]
  const scores = matmul(mul(q, headWidth ** -0.5), swapLast(k))
  const mixed = reshape(transpose(matmul(softmax(scores), v), [0, 2, 1, 3]), [x.shape[0] as Dim, known(x.shape[1])])
  return project(weights, `${name}.projection_layer`, mixed, width)
}
