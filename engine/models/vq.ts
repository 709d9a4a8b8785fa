/**
 * The VQ tokeniser of pictures, as in Chameleon, Anole and Janus (Gafni et al. 2022; VQGAN, Esser et al. 2021): a
 * convolutional encoder, the nearest word of a codebook for every place, and a decoder back to pixels.
 *
 * Written once over a `weights` function, so that a checkpoint's and a tokeniser in training are the same definition.
 * Keys are the published ones without `model.vqmodel.`. Pictures are [B, 3, H, W] in −1…1.
 */
import { type Dim, known, type Value } from '../graph/graph.ts'
import {
  add,
  argMin,
  conv2d,
  gather,
  groupNorm,
  l2Normalise,
  matmul,
  mul,
  reduceSum,
  reshape,
  silu,
  softmax,
  sub,
  swapLast,
  transpose,
  upsampleNearest2,
} from '../graph/operators/index.ts'
import type { Weights } from './weights.ts'

export interface VqConfig {
  /** Words in the codebook: K. */
  readonly codes: number
  /** Width of a word: E. */
  readonly codeWidth: number
  readonly latentChannels: number
  /** Side of the square pictures it was made for, in pixels. */
  readonly resolution: number
  readonly inChannels: number
  readonly outChannels: number
  readonly baseChannels: number
  /** One per level, highest resolution first; each level but the last halves the resolution. */
  readonly channelMultiplier: readonly number[]
  /** ResNet blocks of a level; the decoder has one more. */
  readonly blocks: number
  /** Sides of the levels that have attention behind their blocks. */
  readonly attentionResolutions: readonly number[]
  readonly middleAttention: boolean
  readonly normGroups: number
  /** Latents and codebook are compared, and looked up, at length 1 (LlamaGen, Sun et al. 2024). */
  readonly unitCodes?: boolean
  /** Which of the decoder's levels has the key `decoder.up.0`; the highest where it is left out. */
  readonly firstUpLevel?: 'highest' | 'lowest'
}

const epsilon = 1e-6

/** Places in a row of codes: h = w = resolution / 2^(levels − 1). */
export const codeSide = (config: VqConfig): number => config.resolution / 2 ** (config.channelMultiplier.length - 1)

/** Pictures [B, 3, H, W] → what the codebook is searched for, [B, E, h, w]. */
export function encodePicture(config: VqConfig, weights: Weights, picture: Value): Value {
  const layers = layersOf(config, weights)
  const { baseChannels, channelMultiplier, latentChannels } = config
  let side = config.resolution
  let x = layers.convolution('encoder.conv_in', picture, baseChannels)
  channelMultiplier.forEach((multiplier, level) => {
    const name = `encoder.down.${level}`
    for (let i = 0; i < config.blocks; i++) {
      x = layers.block(`${name}.block.${i}`, x, baseChannels * multiplier)
      if (config.attentionResolutions.includes(side)) x = layers.attention(`${name}.attn.${i}`, x)
    }
    if (level < channelMultiplier.length - 1) {
      x = layers.halve(`${name}.downsample.conv`, x)
      side /= 2
    }
  })
  x = layers.middle('encoder.mid', x)
  x = layers.convolution('encoder.conv_out', silu(layers.norm('encoder.norm_out', x)), latentChannels)
  return layers.convolution('quant_conv', x, config.codeWidth, 1)
}

/** [B, E, h, w] → the nearest words by Euclidean distance, int64 [B, h·w], row by row from the top left. */
export function nearestCodes(config: VqConfig, weights: Weights, latent: Value): Value {
  const codebook = codebookOf(config, weights)
  const [batch, width, height, breadth] = latent.shape as [Dim, Dim, Dim, Dim]
  const places = known(height) * known(breadth)
  const found = transpose(reshape(latent, [batch, width, places]), [0, 2, 1])
  const vectors = config.unitCodes ? l2Normalise(found) : found
  // |z − e|² = |z|² − 2 z·e + |e|², and |z|² is the same for every word.
  const squares = reshape(reduceSum(mul(codebook, codebook), [1]), [1, 1, config.codes])
  return argMin(sub(squares, mul(matmul(vectors, swapLast(codebook)), 2)), -1)
}

/** Codes int64 [B, h·w] → their words, [B, E, h, w]. */
export function lookUpCodes(config: VqConfig, weights: Weights, codes: Value): Value {
  const side = codeSide(config)
  const words = transpose(gather(codebookOf(config, weights), codes), [0, 2, 1])
  return reshape(words, [codes.shape[0] as Dim, config.codeWidth, side, side])
}

/** Words [B, E, h, w] → pictures [B, 3, H, W], not clipped. */
export function decodePicture(config: VqConfig, weights: Weights, words: Value): Value {
  const layers = layersOf(config, weights)
  const { baseChannels, channelMultiplier } = config
  const lowest = channelMultiplier.length - 1
  let side = codeSide(config)
  let x = layers.convolution('post_quant_conv', words, config.latentChannels, 1)
  x = layers.convolution('decoder.conv_in', x, baseChannels * (channelMultiplier[lowest] as number))
  x = layers.middle('decoder.mid', x)
  for (let level = lowest; level >= 0; level--) {
    const name = `decoder.up.${config.firstUpLevel === 'lowest' ? lowest - level : level}`
    for (let i = 0; i <= config.blocks; i++) {
      x = layers.block(`${name}.block.${i}`, x, baseChannels * (channelMultiplier[level] as number))
      if (config.attentionResolutions.includes(side)) x = layers.attention(`${name}.attn.${i}`, x)
    }
    if (level > 0) {
      const wide = upsampleNearest2(x)
      x = layers.convolution(`${name}.upsample.conv`, wide, known(x.shape[1]))
      side *= 2
    }
  }
  return layers.convolution('decoder.conv_out', silu(layers.norm('decoder.norm_out', x)), config.outChannels)
}

function codebookOf(config: VqConfig, weights: Weights): Value {
  const codebook = weights('quantize.embedding.weight', [config.codes, config.codeWidth])
  return config.unitCodes ? l2Normalise(codebook) : codebook
}

/** The building blocks that the encoder and the decoder share. */
function layersOf(config: VqConfig, weights: Weights) {
  const norm = (name: string, x: Value) => {
    const channels = known(x.shape[1])
    const [weight, bias] = [weights(`${name}.weight`, [channels]), weights(`${name}.bias`, [channels])]
    return groupNorm(x, weight, bias, config.normGroups, epsilon)
  }

  /** Same resolution out: 3×3 with zeros around, or 1×1. */
  const convolution = (name: string, x: Value, out: number, size: 1 | 3 = 3) => {
    const weight = weights(`${name}.weight`, [out, known(x.shape[1]), size, size])
    return conv2d(x, weight, weights(`${name}.bias`, [out]), { pads: size === 3 ? [1, 1, 1, 1] : [0, 0, 0, 0] })
  }

  /** Half the resolution: stride 2, with zeros on the right and below only. */
  const halve = (name: string, x: Value) => {
    const channels = known(x.shape[1])
    const weight = weights(`${name}.weight`, [channels, channels, 3, 3])
    return conv2d(x, weight, weights(`${name}.bias`, [channels]), { stride: 2, pads: [0, 0, 1, 1] })
  }

  const block = (name: string, x: Value, out: number) => {
    const inner = convolution(`${name}.conv1`, silu(norm(`${name}.norm1`, x)), out)
    const y = convolution(`${name}.conv2`, silu(norm(`${name}.norm2`, inner)), out)
    return add(x.shape[1] === out ? x : convolution(`${name}.nin_shortcut`, x, out, 1), y)
  }

  /** Self-attention among all places with one head. */
  const attention = (name: string, x: Value) => {
    const [batch, , height, width] = x.shape as [Dim, Dim, Dim, Dim]
    const channels = known(x.shape[1])
    const flat = [batch, channels, known(height) * known(width)]
    const normal = norm(`${name}.norm`, x)
    const [q, k, v] = ['q', 'k', 'v'].map(part => reshape(convolution(`${name}.${part}`, normal, channels, 1), flat))
    const scores = mul(matmul(swapLast(q as Value), k as Value), channels ** -0.5)
    const attended = reshape(matmul(v as Value, swapLast(softmax(scores))), x.shape)
    return add(x, convolution(`${name}.proj_out`, attended, channels, 1))
  }

  const middle = (name: string, x: Value) => {
    const channels = known(x.shape[1])
    const first = block(`${name}.block_1`, x, channels)
    const attended = config.middleAttention ? attention(`${name}.attn_1`, first) : first
    return block(`${name}.block_2`, attended, channels)
  }

  return { norm, convolution, halve, block, attention, middle }
}
