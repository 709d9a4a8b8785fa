import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseChameleonConfig, readChameleonConfig } from './config.ts'
import { chameleonWords } from './words.ts'

/** As the published Anole-7B has it, in the form of older transformers, the vocabulary left out. */
const anole = {
  model_type: 'chameleon',
  attention_bias: false,
  hidden_act: 'silu',
  hidden_size: 4096,
  intermediate_size: 11008,
  max_position_embeddings: 4096,
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 32,
  rms_norm_eps: 1e-5,
  rope_scaling: null,
  rope_theta: 10000.0,
  swin_norm: false,
  tie_word_embeddings: false,
  vocab_size: 65536,
  vq_config: { model_type: 'chameleon_vqgan', out_channels: 3 },
}

describe('parseChameleonConfig', () => {
  it('reads Anole-7B', () => {
    const config = parseChameleonConfig(anole)
    expect(config).toMatchObject({ vocabularySize: 65536, maxPositions: 4096, tiedHead: false })
    expect(config.decoder).toMatchObject({ width: 4096, layers: 32, heads: 32, headWidth: 128, rotaryBase: 10000 })
    expect(config.vq).toMatchObject({
      codes: 8192,
      codeWidth: 256,
      resolution: 512,
      channelMultiplier: [1, 1, 2, 2, 4],
      blocks: 2,
      attentionResolutions: [],
      middleAttention: true,
      normGroups: 32,
    })
  })

  it('takes the rotary base from either place, and our own key', () => {
    const newer = { ...anole, rope_theta: undefined, rope_parameters: { rope_theta: 500, rope_type: 'default' } }
    expect(parseChameleonConfig(newer).decoder.rotaryBase).toBe(500)
    const small = { base_channels: 8, norm_num_groups: 4, attn_type: null, attn_resolutions: [16] }
    const { vq } = parseChameleonConfig({ ...anole, vq_config: small })
    expect(vq).toMatchObject({ normGroups: 4, middleAttention: false, attentionResolutions: [] })
  })

  it.each([
    [{ model_type: 'llama' }, /model_type/],
    [{ hidden_size: '4096' }, /hidden_size: .*expected number, received string/],
    [{ num_hidden_layers: 0 }, /num_hidden_layers/],
    [{ num_attention_heads: 33 }, /Expected num_attention_heads in config.json to divide 4096 but received 33/],
    [{ num_key_value_heads: 5 }, /num_key_value_heads .* divide 32/],
    [{ hidden_act: 'gelu' }, /hidden_act/],
    [{ rope_scaling: { type: 'linear', factor: 2 } }, /rope_scaling/],
    [{ vq_config: { double_latent: true } }, /vq_config.double_latent/],
    [{ vq_config: { base_channels: 40 } }, /norm_num_groups .* divide 40 but received 32/],
    [{ vocabulary_map: { a: -1 } }, /vocabulary_map.a/],
  ])('refuses %j', (change, message) => {
    expect(() => parseChameleonConfig({ ...anole, ...change })).toThrow(message)
  })

  it('says what is wrong with the file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'config-'))
    await expect(readChameleonConfig(folder)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
    await writeFile(join(folder, 'config.json'), '{"model_type":')
    await expect(readChameleonConfig(folder)).rejects.toThrow(/Expected JSON in .*config.json/)
    await writeFile(join(folder, 'config.json'), 'null')
    await expect(readChameleonConfig(folder)).rejects.toMatchObject({ code: 'BAD_CONFIG' })
    await rm(folder, { recursive: true })
  })
})

describe('chameleonWords', () => {
  const vocabulary = {
    '<s>': 0,
    '<pad>': 1,
    '</s>': 2,
    IMGIMGBZ: 3,
    IMGIMGAZ: 4,
    '<eoss>': 5,
    '<racm3:break>': 6,
    '<reserved08706>': 7,
    IMGIMGBAZ: 8,
  }
  const words = (change: Record<string, number | undefined>, codes = 2) => {
    const map = Object.fromEntries(Object.entries({ ...vocabulary, ...change }).filter(([, id]) => id !== undefined))
    const json = { ...anole, vocab_size: 10, vq_config: { num_embeddings: codes }, vocabulary_map: map }
    return chameleonWords(parseChameleonConfig(json))
  }

  it('finds the words of pictures by their letters and the marks by their names', () => {
    const found = words({ IMGIMGBAZ: undefined })
    expect([...found.pictureWords]).toEqual([4, 3])
    expect([...found.pictureCodes]).toEqual([-1, -1, -1, 1, 0, -1, -1, -1, -1, -1])
    expect(found).toMatchObject({ begin: 0, pad: 1, end: 2, endPicture: 5, beginPicture: 6, endTurn: 7 })
  })

  it('says what the vocabulary lacks or has too much', () => {
    expect(() => words({})).toThrow('Expected picture words of 2 codes')
    expect(() => words({}, 11)).toThrow('none for code 2')
    expect(() => words({ IMGIMGBAZ: undefined, '<eoss>': undefined })).toThrow('Expected the word <eoss>')
    expect(() => words({ IMGIMGBAZ: undefined, far: 10 })).toThrow('ids below vocab_size 10')
  })
})
