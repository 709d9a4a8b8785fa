/**
 * A Chameleon model's `config.json`, as transformers writes it, checked and in our own names. Figures that a file
 * leaves out are those of Chameleon-7B, as in transformers' `ChameleonConfig`. One key is our own:
 * `vq_config.norm_num_groups` (32 where it is not given) lets a small tokeniser have fewer channels.
 */
import { z } from 'zod'
import { parseConfig, readConfigFile, requireDivisor } from '../config-file.ts'
import type { DecoderConfig } from '../decoder.ts'
import type { VqConfig } from '../vq.ts'

export interface ChameleonConfig {
  readonly vocabularySize: number
  /** Positions that the model was trained for. */
  readonly maxPositions: number
  /** The head is the embedding table. */
  readonly tiedHead: boolean
  readonly decoder: DecoderConfig
  readonly vq: VqConfig
  /** Word → id, the whole vocabulary. */
  readonly vocabulary: ReadonlyMap<string, number>
}

const count = z.int().positive()

const vqSchema = z.object({
  embed_dim: count.default(256),
  num_embeddings: count.default(8192),
  double_latent: z.literal(false).default(false),
  latent_channels: count.default(256),
  resolution: count.default(512),
  in_channels: count.default(3),
  out_channels: count.nullish(),
  base_channels: count.default(128),
  channel_multiplier: z.array(count).min(1).default([1, 1, 2, 2, 4]),
  num_res_blocks: count.default(2),
  attn_resolutions: z.array(count).nullish(),
  attn_type: z.string().nullish().default('vanilla'),
  norm_num_groups: count.default(32),
})

const schema = z.object({
  model_type: z.enum(['chameleon', 'anole']),
  vocab_size: count.default(65536),
  hidden_size: count.default(4096),
  intermediate_size: count.default(11008),
  num_hidden_layers: count.default(32),
  num_attention_heads: count.default(32),
  num_key_value_heads: count.nullish(),
  hidden_act: z.literal('silu').default('silu'),
  max_position_embeddings: count.default(4096),
  rms_norm_eps: z.number().positive().default(1e-5),
  rope_theta: z.number().positive().optional(),
  rope_scaling: z.null().optional(),
  rope_parameters: z
    .object({ rope_theta: z.number().positive().optional(), rope_type: z.literal('default').optional() })
    .nullish(),
  attention_bias: z.boolean().nullish(),
  mlp_bias: z.boolean().nullish(),
  swin_norm: z.boolean().nullish(),
  tie_word_embeddings: z.boolean().nullish(),
  vocabulary_map: z.record(z.string(), z.int().nonnegative()).nullish(),
  vq_config: vqSchema.nullish(),
})

/**
 * Reads and checks `config.json` of a model folder.
 * @throws FamiliarError `MODEL_NOT_FOUND` when there is none, `BAD_CONFIG` naming the key that is not as expected
 */
export async function readChameleonConfig(folder: string): Promise<ChameleonConfig> {
  const { json, path } = await readConfigFile(folder)
  return parseChameleonConfig(json, path)
}

/** @param source where it was read, for messages */
export function parseChameleonConfig(json: unknown, source = 'config.json'): ChameleonConfig {
  const config = parseConfig(schema, json, 'Chameleon', source)
  const heads = config.num_attention_heads
  const keyValueHeads = config.num_key_value_heads ?? heads
  const divides = (name: string, divisor: number, number: number) => requireDivisor(name, divisor, number, source)
  divides('num_attention_heads', heads, config.hidden_size)
  divides('num_key_value_heads', keyValueHeads, heads)
  const vq = vqConfig(config.vq_config ?? vqSchema.parse({}))
  for (const multiplier of vq.channelMultiplier) divides('norm_num_groups', vq.normGroups, vq.baseChannels * multiplier)
  divides('the vq levels', 2 ** (vq.channelMultiplier.length - 1), vq.resolution)
  return {
    vocabularySize: config.vocab_size,
    maxPositions: config.max_position_embeddings,
    tiedHead: config.tie_word_embeddings ?? false,
    decoder: {
      width: config.hidden_size,
      mlpWidth: config.intermediate_size,
      layers: config.num_hidden_layers,
      heads,
      keyValueHeads,
      headWidth: config.hidden_size / heads,
      normEpsilon: config.rms_norm_eps,
      rotaryBase: config.rope_parameters?.rope_theta ?? config.rope_theta ?? 10_000,
      attentionBias: config.attention_bias ?? false,
      mlpBias: config.mlp_bias ?? false,
      normsAfter: config.swin_norm ?? false,
      queryKeyNorm: 'weight and bias',
    },
    vq,
    vocabulary: new Map(Object.entries(config.vocabulary_map ?? {})),
  }
}

function vqConfig(config: z.infer<typeof vqSchema>): VqConfig {
  return {
    codes: config.num_embeddings,
    codeWidth: config.embed_dim,
    latentChannels: config.latent_channels,
    resolution: config.resolution,
    inChannels: config.in_channels,
    outChannels: config.out_channels ?? config.in_channels,
    baseChannels: config.base_channels,
    channelMultiplier: config.channel_multiplier,
    blocks: config.num_res_blocks,
    attentionResolutions: config.attn_type === 'vanilla' ? (config.attn_resolutions ?? []) : [],
    middleAttention: config.attn_type === 'vanilla',
    normGroups: config.norm_num_groups,
  }
}
