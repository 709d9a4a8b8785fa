/**
 * A Janus-Pro model's `config.json`, as transformers writes it, checked and in our own names. Figures that a file leaves
 * out are those of transformers' `JanusConfig`. One key is our own: `vq_config.norm_num_groups` (32 where it is not given)
 * lets a small tokeniser have fewer channels.
 *
 * Source: transformers, models/janus/configuration_janus.py
 */
import { z } from 'zod'
import { FamiliarError } from '../../errors.ts'
import { parseConfig, readConfigFile, requireDivisor } from '../config-file.ts'
import type { DecoderConfig } from '../decoder.ts'
import type { VqConfig } from '../vq.ts'

export interface JanusConfig {
  /** V: the words of the text and, behind them, one for each code of a picture. */
  readonly vocabularySize: number
  /** Words of the text: those of the table and of the head. */
  readonly textWords: number
  /** Positions that the model was trained for. */
  readonly maxPositions: number
  readonly decoder: DecoderConfig
  readonly vision: VisionConfig
  readonly vq: VqConfig
  /** Whether the head is the table of embeddings, where the file says so or the contrary. */
  readonly tiedHead?: boolean
  /** Layers of the aligner of generated pictures. */
  readonly generationDepth: number
  readonly words: {
    readonly begin?: number
    readonly end?: number
    readonly pad?: number
    readonly placeholder: number
  }
}

/** The tower that sees: SigLIP (Zhai et al. 2023) without its pooling, and the aligner behind it. */
export interface VisionConfig {
  readonly width: number
  readonly mlpWidth: number
  readonly layers: number
  readonly heads: number
  readonly channels: number
  /** Side of its square pictures, in pixels. */
  readonly resolution: number
  /** Side of a patch, a divisor of the resolution. */
  readonly patch: number
  readonly normEpsilon: number
  readonly attentionBias: boolean
  /** Layers of the aligner. */
  readonly alignerDepth: number
}

const count = z.int().positive()
const side = z
  .union([count, z.tuple([count, count]).refine(([a, b]) => a === b, 'expected a square')])
  .transform(given => {
    return typeof given === 'number' ? given : given[0]
  })

const textSchema = z.object({
  model_type: z.literal('llama').default('llama'),
  vocab_size: count.default(32_000),
  hidden_size: count.default(4096),
  intermediate_size: count.default(11_008),
  num_hidden_layers: count.default(32),
  num_attention_heads: count.default(32),
  num_key_value_heads: count.nullish(),
  head_dim: count.multipleOf(2).nullish(),
  hidden_act: z.literal('silu').default('silu'),
  max_position_embeddings: count.default(2048),
  rms_norm_eps: z.number().positive().default(1e-6),
  rope_theta: z.number().positive().optional(),
  rope_scaling: z.null().optional(),
  rope_parameters: z
    .object({ rope_theta: z.number().positive().optional(), rope_type: z.literal('default').optional() })
    .nullish(),
  attention_bias: z.boolean().nullish(),
  mlp_bias: z.boolean().nullish(),
  bos_token_id: z.int().nonnegative().nullish(),
  eos_token_id: z.int().nonnegative().nullish(),
  pad_token_id: z.int().nonnegative().nullish(),
})

const visionSchema = z.object({
  hidden_size: count.default(1024),
  num_hidden_layers: count.default(24),
  num_attention_heads: count.default(16),
  num_channels: count.default(3),
  image_size: side.default(384),
  patch_size: side.default(16),
  hidden_act: z.literal('gelu').default('gelu'),
  layer_norm_eps: z.number().positive().default(1e-6),
  mlp_ratio: z.number().positive().default(4),
  attention_bias: z.boolean().default(true),
  projection_dim: count.default(2048),
  use_qk_norm: z.literal(false).default(false),
  depth: count.default(2),
})

const vqSchema = z.object({
  embed_dim: count.default(8),
  num_embeddings: count.default(16_384),
  double_latent: z.literal(false).default(false),
  latent_channels: count.default(256),
  in_channels: count.default(3),
  base_channels: count.default(128),
  channel_multiplier: z.array(count).min(1).default([1, 1, 2, 2, 4]),
  num_res_blocks: count.default(2),
  out_channels: count.default(3),
  projection_dim: count.default(2048),
  num_hidden_layers: count.default(2),
  hidden_act: z.literal('gelu').default('gelu'),
  image_token_embed_dim: count.default(2048),
  norm_num_groups: count.default(32),
})

const schema = z.object({
  model_type: z.literal('janus'),
  text_config: textSchema.nullish(),
  vision_config: visionSchema.nullish(),
  vq_config: vqSchema.nullish(),
  image_token_id: z.int().nonnegative().default(100_581),
  tie_word_embeddings: z.boolean().nullish(),
})

/**
 * Reads and checks `config.json` of a model folder.
 * @throws FamiliarError `MODEL_NOT_FOUND` when there is none, `BAD_CONFIG` naming the key that is not as expected
 */
export async function readJanusConfig(folder: string): Promise<JanusConfig> {
  const { json, path } = await readConfigFile(folder)
  return parseJanusConfig(json, path)
}

/** @param source where it was read, for messages */
export function parseJanusConfig(json: unknown, source = 'config.json'): JanusConfig {
  const config = parseConfig(schema, json, 'Janus-Pro', source)
  const text = config.text_config ?? textSchema.parse({})
  const seen = config.vision_config ?? visionSchema.parse({})
  const drawn = config.vq_config ?? vqSchema.parse({})
  const width = text.hidden_size
  const widths = {
    'vision_config.projection_dim': seen.projection_dim,
    'vq_config.projection_dim': drawn.projection_dim,
    'vq_config.image_token_embed_dim': drawn.image_token_embed_dim,
  }
  for (const [name, found] of Object.entries(widths)) {
    if (found === width) continue
    const message = `Expected ${name} in ${source} to be text_config.hidden_size, ${width}, but received ${found}`
    throw new FamiliarError('BAD_CONFIG', message)
  }
  const vq = vqConfig(drawn, Math.floor(seen.image_size / seen.patch_size))
  const divides = (name: string, divisor: number, number: number) => requireDivisor(name, divisor, number, source)
  divides('vision_config.patch_size', seen.patch_size, seen.image_size)
  divides('vision_config.num_attention_heads', seen.num_attention_heads, seen.hidden_size)
  for (const multiplier of vq.channelMultiplier)
    divides('vq_config.norm_num_groups', vq.normGroups, vq.baseChannels * multiplier)
  return {
    vocabularySize: text.vocab_size + vq.codes,
    textWords: text.vocab_size,
    maxPositions: text.max_position_embeddings,
    decoder: decoderConfig(text, divides),
    vision: {
      width: seen.hidden_size,
      mlpWidth: Math.floor(seen.hidden_size * seen.mlp_ratio),
      layers: seen.num_hidden_layers,
      heads: seen.num_attention_heads,
      channels: seen.num_channels,
      resolution: seen.image_size,
      patch: seen.patch_size,
      normEpsilon: seen.layer_norm_eps,
      attentionBias: seen.attention_bias,
      alignerDepth: seen.depth,
    },
    vq,
    tiedHead: config.tie_word_embeddings ?? undefined,
    generationDepth: drawn.num_hidden_layers,
    words: {
      begin: text.bos_token_id ?? undefined,
      end: text.eos_token_id ?? undefined,
      pad: text.pad_token_id ?? undefined,
      placeholder: config.image_token_id,
    },
  }
}

function decoderConfig(
  text: z.infer<typeof textSchema>,
  divides: (name: string, divisor: number, number: number) => void,
): DecoderConfig {
  const heads = text.num_attention_heads
  const keyValueHeads = text.num_key_value_heads ?? heads
  if (!text.head_dim) divides('text_config.num_attention_heads', heads, text.hidden_size)
  divides('text_config.num_key_value_heads', keyValueHeads, heads)
  return {
    width: text.hidden_size,
    mlpWidth: text.intermediate_size,
    layers: text.num_hidden_layers,
    heads,
    keyValueHeads,
    headWidth: text.head_dim ?? text.hidden_size / heads,
    normEpsilon: text.rms_norm_eps,
    rotaryBase: text.rope_parameters?.rope_theta ?? text.rope_theta ?? 10_000,
    attentionBias: text.attention_bias ?? false,
    mlpBias: text.mlp_bias ?? false,
    normsAfter: false,
    queryKeyNorm: 'none',
  }
}

/** @param side places in a row of codes: as many as the tower's patches */
function vqConfig(config: z.infer<typeof vqSchema>, side: number): VqConfig {
  return {
    codes: config.num_embeddings,
    codeWidth: config.embed_dim,
    latentChannels: config.latent_channels,
    resolution: side * 2 ** (config.channel_multiplier.length - 1),
    inChannels: config.in_channels,
    outChannels: config.out_channels,
    baseChannels: config.base_channels,
    channelMultiplier: config.channel_multiplier,
    blocks: config.num_res_blocks,
    attentionResolutions: [side],
    middleAttention: true,
    normGroups: config.norm_num_groups,
    unitCodes: true,
    firstUpLevel: 'lowest',
  }
}
