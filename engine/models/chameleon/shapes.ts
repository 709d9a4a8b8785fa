/** The weights of a Chameleon checkpoint with a picture decoder, as Anole's. */
import { Language } from '../language.ts'
import { Pictures } from '../pictures.ts'
import { WeightRecord, type WeightShapes } from '../weight-shapes.ts'
import { under } from '../weights.ts'
import { parseChameleonConfig } from './config.ts'

/** @param json what `config.json` holds @throws FamiliarError `BAD_CONFIG` */
export function chameleonShapes(json: unknown): WeightShapes {
  const { vocabularySize, decoder, tiedHead, vq } = parseChameleonConfig(json)
  const record = new WeightRecord()
  const table = [vocabularySize, decoder.width]
  const language = new Language(
    {
      decoder: { ...decoder, queryKeyNorm: 'weight and bias' },
      vocabularySize,
      weights: graph => {
        const weights = record.weights(graph)
        const embeddings = weights('model.embed_tokens.weight', table)
        const head = tiedHead ? embeddings : weights('lm_head.weight', table)
        return { layers: under('model.', weights), embeddings, head }
      },
    },
    {},
  )
  language.check()
  new Pictures(vq, graph => under('model.vqmodel.', record.weights(graph)), {}).check(true)
  return record.shapes
}
