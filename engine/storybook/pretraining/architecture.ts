/** The built-in model's shape, and its config.json in Chameleon's form. */
import type { DecoderConfig } from '../../models/decoder.ts'
import type { VqConfig } from '../../models/vq.ts'
import { buildTokenizerJson } from '../language/vocabulary.ts'

export const VQ: VqConfig = {
  codes: 4096,
  codeWidth: 16,
  latentChannels: 64,
  resolution: 64,
  inChannels: 3,
  outChannels: 3,
  baseChannels: 16,
  channelMultiplier: [1, 2, 4],
  blocks: 1,
  // Attention among all picture words; 12 is their side in a cut, from which the tokeniser mostly learns.
  attentionResolutions: [12, 16],
  middleAttention: true,
  normGroups: 8,
}

export const DECODER: DecoderConfig = {
  width: 256,
  mlpWidth: 688,
  layers: 5,
  heads: 4,
  keyValueHeads: 4,
  headWidth: 64,
  normEpsilon: 1e-5,
  rotaryBase: 10_000,
  attentionBias: false,
  mlpBias: false,
  normsAfter: false,
  queryKeyNorm: 'weight and bias',
}

/** Positions of a sequence with a picture, and of one in words only. */
export const TIME = { pictured: 416, worded: 128 }

/** Word → id. */
export function vocabulary(): Record<string, number> {
  return (buildTokenizerJson(VQ.codes) as { model: { vocab: Record<string, number> } }).model.vocab
}

export function configJson(): object {
  const words = vocabulary()
  return {
    architectures: ['ChameleonForConditionalGeneration'],
    model_type: 'chameleon',
    vocab_size: Object.keys(words).length,
    hidden_size: DECODER.width,
    intermediate_size: DECODER.mlpWidth,
    num_hidden_layers: DECODER.layers,
    num_attention_heads: DECODER.heads,
    num_key_value_heads: DECODER.keyValueHeads,
    hidden_act: 'silu',
    max_position_embeddings: 1024,
    rms_norm_eps: DECODER.normEpsilon,
    rope_theta: DECODER.rotaryBase,
    attention_bias: false,
    mlp_bias: false,
    swin_norm: false,
    tie_word_embeddings: false,
    bos_token_id: words['<s>'],
    eos_token_id: words['</s>'],
    pad_token_id: words['<pad>'],
    torch_dtype: 'float16',
    vocabulary_map: words,
    vq_config: {
      embed_dim: VQ.codeWidth,
      num_embeddings: VQ.codes,
      double_latent: false,
      latent_channels: VQ.latentChannels,
      resolution: VQ.resolution,
      in_channels: VQ.inChannels,
      out_channels: VQ.outChannels,
      base_channels: VQ.baseChannels,
      channel_multiplier: VQ.channelMultiplier,
      num_res_blocks: VQ.blocks,
      attn_resolutions: VQ.attentionResolutions,
      attn_type: 'vanilla',
      norm_num_groups: VQ.normGroups,
    },
  }
}
