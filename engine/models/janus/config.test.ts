import { describe, expect, it } from 'vitest'
import { parseJanusConfig } from './config.ts'

/** As the published files have it: what they leave out is in the defaults. */
const published = {
  model_type: 'janus',
  text_config: {
    model_type: 'llama',
    vocab_size: 102_400,
    hidden_size: 2048,
    intermediate_size: 5632,
    num_hidden_layers: 24,
    num_attention_heads: 16,
    max_position_embeddings: 16_384,
  },
  vision_config: { image_size: 384, projection_dim: 2048 },
  vq_config: { projection_dim: 2048, image_token_embed_dim: 2048 },
}

describe('parseJanusConfig', () => {
  it('reads the published shape of Janus-Pro-1B', () => {
    const config = parseJanusConfig(published)
    expect(config).toMatchObject({
      vocabularySize: 102_400 + 16_384,
      textWords: 102_400,
      maxPositions: 16_384,
      decoder: { width: 2048, layers: 24, heads: 16, keyValueHeads: 16, headWidth: 128, rotaryBase: 10_000 },
      vision: { width: 1024, layers: 24, heads: 16, mlpWidth: 4096, resolution: 384, patch: 16, alignerDepth: 2 },
      vq: { codes: 16_384, codeWidth: 8, resolution: 384, channelMultiplier: [1, 1, 2, 2, 4], unitCodes: true },
      words: { placeholder: 100_581 },
    })
  })

  it.each([
    [{ model_type: 'llama' }, /received model_type/],
    [{ text_config: { ...published.text_config, hidden_size: 0 } }, /received text_config\.hidden_size/],
    [{ text_config: { ...published.text_config, hidden_act: 'relu' } }, /received text_config\.hidden_act/],
    [
      { text_config: { ...published.text_config, rope_scaling: { type: 'linear' } } },
      /received text_config\.rope_scaling/,
    ],
    [{ text_config: { ...published.text_config, num_attention_heads: 7 } }, /num_attention_heads in .* to divide 2048/],
    [{ vision_config: { projection_dim: 1024 } }, /vision_config\.projection_dim in .* to be .*, 2048, .* 1024/],
    [{ vision_config: { projection_dim: 2048, patch_size: 13 } }, /patch_size in .* to divide 384/],
    [{ vision_config: { projection_dim: 2048, image_size: [384, 256] } }, /vision_config\.image_size/],
    [{ vision_config: { projection_dim: 2048, use_qk_norm: true } }, /received vision_config\.use_qk_norm/],
    [{ vq_config: { ...published.vq_config, base_channels: 48 } }, /norm_num_groups in .* to divide 48/],
    [{ vq_config: { ...published.vq_config, double_latent: true } }, /received vq_config\.double_latent/],
  ])('refuses %j', (change, message) => {
    expect(() => parseJanusConfig({ ...published, ...change }, 'model/config.json')).toThrow(message)
    expect(() => parseJanusConfig({ ...published, ...change }, 'model/config.json')).toThrow('model/config.json')
  })
})
