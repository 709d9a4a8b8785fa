/**
 * Runs a model on given tensors, so that another implementation's can be compared: `familiar model probe`.
 *
 * Input: `ids` i64 [1, T]; optional `rows` f32 [n, D] with `row_positions` i64 [n] (these replace the embeddings there);
 * optional `labels` i64 [1, T] (−100 = ignored; position t's label is the word expected at t, predicted from t − 1); optional
 * `pixel_values` f32 [1, 3, H, W], a picture to be understood, as its preprocessing makes it; optional `image` f32 [1, 3, H, W]
 * in −1…1; optional `codes` i64 [1, N]. Metadata `mode` is `language` (default) or `drawing`, and chooses the head.
 *
 * In drawing mode the last N positions take their embeddings from `codes`, and the ids there are ignored; labels are codes.
 * In language mode, where as many ids are the placeholder of a picture (`image_token_id`) as `pixel_values` has places, what is
 * seen stands there, as in transformers.
 *
 * Output: `logits` f32 [1, T, words], in drawing mode [1, T, codes]; `loss` f32 [1] and `grad_rows` f32 [n, D] with labels;
 * `vision` f32 [1, N, D], behind the aligner, with pixel_values; `image_codes` i64 [1, N] with an image; in language mode
 * `pixels` f32 [1, 3, H, W], not clipped, with codes.
 */
import type { SafetensorsFile } from '../../checkpoints/safetensors.ts'
import { ignoredLabel, type Word } from '../language.ts'
import type { PictureBatch } from '../pictures.ts'
import {
  badInput,
  f32,
  floats,
  integers,
  type ProbeOptions,
  type ProbeResults,
  probeDecoder,
  probedIds,
  probeEncoder,
  putRows,
  runProbe,
} from '../probe-file.ts'
import { Janus } from './janus.ts'

type Mode = 'language' | 'drawing'

/** @throws FamiliarError when the model or an input tensor is not as expected; nothing is written then */
export const probe = (options: ProbeOptions): Promise<void> =>
  runProbe(options, Janus.open, compute, 'ids, pixel_values, image and codes')

async function compute(model: Janus, file: SafetensorsFile): Promise<ProbeResults> {
  const mode = modeOf(file)
  const { width } = model.config.decoder
  const results: ProbeResults = {}
  let seen: Float32Array | undefined
  if (file.tensors.has('pixel_values')) {
    const pixels = await floats(file, 'pixel_values', [1, model.config.vision.channels, 'H', 'W'])
    seen = await model.vision.see({ pixels, shape: file.tensors.get('pixel_values')?.shape as PictureBatch['shape'] })
    results.vision = f32(seen, [1, seen.length / width, width])
  }
  if (file.tensors.has('ids')) Object.assign(results, await probeLanguage(model, file, mode, seen))
  if (file.tensors.has('image')) results.image_codes = await probeEncoder(model, file)
  if (file.tensors.has('codes') && mode === 'language') results.pixels = await probeDecoder(model, file)
  return results
}

function modeOf(file: SafetensorsFile): Mode {
  const { mode = 'language' } = file.metadata
  if (mode === 'language' || mode === 'drawing') return mode
  throw badInput(file, 'language or drawing as mode in the metadata', JSON.stringify(mode))
}

async function probeLanguage(
  { language, config }: Janus,
  file: SafetensorsFile,
  mode: Mode,
  seen: Float32Array | undefined,
): Promise<ProbeResults> {
  const { vocabularySize: words, textWords, decoder, vq } = config
  const { width } = decoder
  const ids: Word[] = await probedIds(file, textWords)
  if (mode === 'drawing') await putCodes(file, ids, config)
  else if (seen) putSeen(ids, seen, config)
  const prompt = await putRows(file, ids, { words, width })
  const head = mode === 'drawing' ? 'pictures' : 'words'
  const { logits } = await language.read(language.cache(1, ids.length), [ids], prompt, { want: 'all', head })
  const predicted = mode === 'drawing' ? vq.codes : textWords
  const results: ProbeResults = { logits: f32(logits, [1, ids.length, predicted]) }
  if (file.tensors.has('labels')) {
    const learned = await language.learn(
      [{ ids, labels: await labelsOf(file, ids.length, mode === 'drawing' ? textWords : 0, predicted) }],
      prompt ?? { rows: new Float32Array(), headRows: new Float32Array() },
    )
    results.loss = f32(Float32Array.of(learned.loss), [1])
    if (prompt) results.grad_rows = f32(learned.rowGradient, [prompt.rows.length / width, width])
  }
  return results
}

/** @param first word of those that are predicted: labels count from there */
async function labelsOf(file: SafetensorsFile, length: number, first: number, predicted: number): Promise<number[]> {
  const labels = await integers(file, 'labels', [1, length])
  if (labels.slice(1).every(label => label === ignoredLabel))
    throw badInput(file, 'at least one label behind the first position', 'none')
  const outside = labels.find(label => label !== ignoredLabel && (label < 0 || label >= predicted))
  if (outside !== undefined) throw badInput(file, `labels from 0 to ${predicted - 1}`, String(outside))
  return labels.map(label => (label === ignoredLabel ? label : first + label))
}

async function putCodes(file: SafetensorsFile, ids: Word[], { textWords, vq }: Janus['config']): Promise<void> {
  if (!file.tensors.has('codes')) return
  const codes = await integers(file, 'codes', [1, 'N'])
  if (codes.length > ids.length)
    throw badInput(file, `at most ${ids.length} codes, one for an id`, String(codes.length))
  const outside = codes.find(code => code < 0 || code >= vq.codes)
  if (outside !== undefined) throw badInput(file, `codes from 0 to ${vq.codes - 1}`, String(outside))
  for (const [i, code] of codes.entries()) ids[ids.length - codes.length + i] = textWords + code
}

function putSeen(ids: Word[], seen: Float32Array, { decoder: { width }, words }: Janus['config']): void {
  const places = ids.flatMap((id, i) => (id === words.placeholder ? [i] : []))
  if (places.length !== seen.length / width) return
  for (const [i, place] of places.entries()) ids[place] = seen.subarray(i * width, (i + 1) * width)
}
