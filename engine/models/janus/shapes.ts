/** The weights of a Janus-Pro checkpoint, and the configurations of the published ones, where no file is at hand. */
import { Language } from '../language.ts'
import { Pictures } from '../pictures.ts'
import { WeightRecord, type WeightShapes } from '../weight-shapes.ts'
import { under } from '../weights.ts'
import { parseJanusConfig } from './config.ts'
import { pictureLayers } from './generation.ts'
import { VisionTower } from './vision-tower.ts'

/** @param json what `config.json` holds @throws FamiliarError `BAD_CONFIG` */
export function janusShapes(json: unknown): WeightShapes {
  const config = parseJanusConfig(json)
  const { decoder, textWords, vocabularySize, vq, vision } = config
  const record = new WeightRecord()
  const table = [textWords, decoder.width]
  const language = new Language(
    {
      decoder,
      vocabularySize,
      codes: vq.codes,
      weights: graph => {
        const weights = record.weights(graph)
        const embeddings = weights('model.language_model.embed_tokens.weight', table)
        return {
          layers: under('model.language_model.', weights),
          embeddings,
          head: config.tiedHead ? embeddings : weights('lm_head.weight', table),
          pictures: pictureLayers(config, under('model.', weights)),
        }
      },
    },
    {},
  )
  language.check()
  new VisionTower(vision, decoder.width, graph => under('model.', record.weights(graph)), {}).check()
  new Pictures(vq, graph => under('model.vqmodel.', record.weights(graph)), {}).check(true)
  return record.shapes
}

const published = (width: number, mlpWidth: number, layers: number, heads: number) => ({
  architectures: ['JanusForConditionalGeneration'],
  model_type: 'janus',
  dtype: 'bfloat16',
  tie_word_embeddings: false,
  image_token_id: 100_581,
  text_config: {
    model_type: 'llama',
    vocab_size: 102_400,
    hidden_size: width,
    intermediate_size: mlpWidth,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: heads,
    max_position_embeddings: 16_384,
    rms_norm_eps: 1e-6,
    bos_token_id: 100_000,
    eos_token_id: 100_001,
    pad_token_id: 100_015,
  },
  vision_config: { model_type: 'janus_vision_model', image_size: 384, projection_dim: width },
  vq_config: { model_type: 'janus_vqgan', projection_dim: width, image_token_embed_dim: width },
})

/**
 * By the names of `registry.ts`, as far as a checkpoint's shapes follow from them; all else is as transformers' `JanusConfig` has
 * it. Source: facts of the published `config.json` files.
 */
export const publishedJanus: Readonly<Record<string, unknown>> = {
  'janus-pro-1b': published(2048, 5632, 24, 16),
  'janus-pro-7b': published(4096, 11_008, 30, 32),
}
