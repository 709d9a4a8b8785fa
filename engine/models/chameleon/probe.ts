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
import type { Dtype, SafetensorsFile, TensorToWrite } from '../../checkpoints/safetensors.ts'
import { openSafetensors, writeSafetensors } from '../../checkpoints/safetensors.ts'
import { FamiliarError } from '../../errors.ts'
import { chooseDevice } from '../../runtime/devices.ts'
import type { Device } from '../../runtime/session.ts'
import { ignoredLabel, type SoftPrompt } from '../language.ts'
import type { PictureBatch } from '../pictures.ts'
import { Chameleon } from './chameleon.ts'

export interface ProbeOptions {
  /** The model's folder. */
  readonly folder: string
  /** Safetensors files. */
  readonly input: string
  readonly output: string
  readonly device?: Device | 'auto'
}

/** @throws FamiliarError when the model or an input tensor is not as expected; nothing is written then */
export async function probe({ folder, input, output, device = 'auto' }: ProbeOptions): Promise<void> {
  const file = await openSafetensors(input)
  const model = await Chameleon.open(folder, { device: (await chooseDevice(device)).device })
  try {
    const results: Record<string, TensorToWrite> = {}
    if (file.tensors.has('ids')) Object.assign(results, await probeLanguage(model, file))
    if (file.tensors.has('image')) results.image_codes = await probeEncoder(model, file)
    if (file.tensors.has('codes')) results.pixels = await probeDecoder(model, file)
    if (Object.keys(results).length === 0) throw bad(file, 'at least one of ids, image and codes', 'none of them')
    await writeSafetensors(output, results)
  } finally {
    await model.close()
  }
}

async function probeLanguage({ language, config }: Chameleon, file: SafetensorsFile) {
  const { width } = config.decoder
  const words = config.vocabularySize
  const ids = await integers(file, 'ids', [1, 'T'])
  const outside = ids.find(id => id < 0 || id >= words)
  if (ids.length === 0 || outside !== undefined)
    throw bad(file, `ids from 0 to ${words - 1}`, ids.length === 0 ? 'none' : String(outside))
  let prompt: SoftPrompt | undefined
  if (file.tensors.has('rows')) {
    const rows = await floats(file, 'rows', ['n', width])
    const positions = await integers(file, 'row_positions', [rows.length / width])
    for (const [row, position] of positions.entries()) {
      if (position < 0 || position >= ids.length)
        throw bad(file, `row_positions from 0 to ${ids.length - 1}`, String(position))
      ids[position] = words + row
    }
    prompt = { rows, headRows: new Float32Array() }
  }
  const { logits } = await language.read(language.cache(1, ids.length), [ids], prompt, 'all')
  const results: Record<string, TensorToWrite> = { logits: f32(logits, [1, ids.length, words]) }
  if (file.tensors.has('labels')) {
    const labels = await integers(file, 'labels', [1, ids.length])
    if (labels.slice(1).every(label => label === ignoredLabel))
      throw bad(file, 'at least one label behind the first position', 'none')
    const learned = await language.learn(
      [{ ids, labels }],
      prompt ?? { rows: new Float32Array(), headRows: new Float32Array() },
    )
    results.loss = f32(Float32Array.of(learned.loss), [1])
    if (prompt) results.grad_rows = f32(learned.rowGradient, [prompt.rows.length / width, width])
  }
  return results
}

async function probeEncoder({ pictures, config }: Chameleon, file: SafetensorsFile): Promise<TensorToWrite> {
  const pixels = await floats(file, 'image', [1, config.vq.inChannels, 'H', 'W'])
  const shape = file.tensors.get('image')?.shape as PictureBatch['shape']
  const codes = (await pictures.encode({ pixels, shape })).flat()
  return { dtype: 'I64', shape: [1, codes.length], data: BigInt64Array.from(codes, BigInt) }
}

async function probeDecoder({ pictures, draws, folder }: Chameleon, file: SafetensorsFile): Promise<TensorToWrite> {
  if (!draws) {
    const message = `Expected a picture decoder (model.vqmodel.decoder.*) in ${folder} to turn codes into pixels but there is none`
    throw new FamiliarError('MODEL_CANNOT_DRAW', message)
  }
  const { pixels, shape } = await pictures.decode([await integers(file, 'codes', [1, 'N'])])
  return f32(pixels, shape)
}

const f32 = (data: Float32Array, shape: readonly number[]): TensorToWrite => ({ dtype: 'F32', shape, data })

async function integers(file: SafetensorsFile, name: string, shape: readonly (number | string)[]): Promise<number[]> {
  check(file, name, 'I64', shape)
  return Array.from((await file.read(name)) as BigInt64Array, Number)
}

async function floats(file: SafetensorsFile, name: string, shape: readonly (number | string)[]): Promise<Float32Array> {
  check(file, name, 'F32', shape)
  return file.readFloat32(name)
}

/** A name in `shape` stands for any length. */
function check(file: SafetensorsFile, name: string, dtype: Dtype, shape: readonly (number | string)[]): void {
  const tensor = file.tensors.get(name)
  const fits =
    tensor?.shape.length === shape.length &&
    shape.every((length, i) => typeof length === 'string' || length === tensor.shape[i])
  if (tensor?.dtype === dtype && fits) return
  const received = tensor ? `${tensor.dtype} [${tensor.shape}]` : 'no such tensor'
  throw bad(file, `"${name}" as ${dtype} [${shape}]`, received)
}

const bad = (file: SafetensorsFile, expected: string, received: string) =>
  new FamiliarError('BAD_INPUT', `Expected ${expected} in ${file.path} but received ${received}`)
