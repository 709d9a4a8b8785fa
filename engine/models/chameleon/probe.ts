/**
 * Runs a model on given tensors, so that another implementation's can be compared: `familiar model probe`.
 *
 * Input: `ids` i64 [1, T]; optional `rows` f32 [n, D] with `row_positions` i64 [n] (these replace the embeddings there);
 * optional `labels` i64 [1, T] (−100 = ignored; position t's label is the word expected at t, predicted from t − 1); optional
 * `image` f32 [1, 3, H, W] in −1…1; optional `codes` i64 [1, N].
 *
 * Output: `logits` f32 [1, T, V] of all words, those of pictures too (transformers hides them); `loss` f32 [1] and `grad_rows`
 * f32 [n, D] with labels; `image_codes` i64 [1, N] with an image; `pixels` f32 [1, 3, H, W], not clipped, with codes.
 */
import type { SafetensorsFile } from '../../checkpoints/safetensors.ts'
import { ignoredLabel } from '../language.ts'
import {
  badInput,
  f32,
  integers,
  type ProbeOptions,
  type ProbeResults,
  probeDecoder,
  probedIds,
  probeEncoder,
  putRows,
  runProbe,
} from '../probe-file.ts'
import { Chameleon } from './chameleon.ts'

/** @throws FamiliarError when the model or an input tensor is not as expected; nothing is written then */
export const probe = (options: ProbeOptions): Promise<void> =>
  runProbe(options, Chameleon.open, compute, 'ids, image and codes')

async function compute(model: Chameleon, file: SafetensorsFile): Promise<ProbeResults> {
  const results: ProbeResults = {}
  if (file.tensors.has('ids')) Object.assign(results, await probeLanguage(model, file))
  if (file.tensors.has('image')) results.image_codes = await probeEncoder(model, file)
  if (file.tensors.has('codes')) results.pixels = await probeDecoder(model, file)
  return results
}

async function probeLanguage({ language, config }: Chameleon, file: SafetensorsFile): Promise<ProbeResults> {
  const { width } = config.decoder
  const words = config.vocabularySize
  const ids = await probedIds(file, words)
  const prompt = await putRows(file, ids, { words, width })
  const { logits } = await language.read(language.cache(1, ids.length), [ids], prompt, 'all')
  const results: ProbeResults = { logits: f32(logits, [1, ids.length, words]) }
  if (file.tensors.has('labels')) {
    const labels = await integers(file, 'labels', [1, ids.length])
    if (labels.slice(1).every(label => label === ignoredLabel))
      throw badInput(file, 'at least one label behind the first position', 'none')
    const learned = await language.learn(
      [{ ids, labels }],
      prompt ?? { rows: new Float32Array(), headRows: new Float32Array() },
    )
    results.loss = f32(Float32Array.of(learned.loss), [1])
    if (prompt) results.grad_rows = f32(learned.rowGradient, [prompt.rows.length / width, width])
  }
  return results
}
