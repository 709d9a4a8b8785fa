/**
 * What the probes of all architectures share: a model is run on tensors of a safetensors file and writes another, so that
 * another implementation's can be compared (`familiar model probe`).
 */
import type { Dtype, SafetensorsFile, TensorToWrite } from '../checkpoints/safetensors.ts'
import { openSafetensors, writeSafetensors } from '../checkpoints/safetensors.ts'
import { FamiliarError } from '../errors.ts'
import { chooseDevice } from '../runtime/devices.ts'
import type { Device } from '../runtime/session.ts'
import type { SoftPrompt } from './language.ts'
import type { ModelOptions, MultimodalModel } from './multimodal.ts'
import type { PictureBatch } from './pictures.ts'

export interface ProbeOptions {
  /** The model's folder. */
  readonly folder: string
  /** Safetensors files. */
  readonly input: string
  readonly output: string
  readonly device?: Device | 'auto'
}

export type ProbeResults = Record<string, TensorToWrite>

/**
 * @param compute results by name
 * @param asked names of the tensors that ask for something, for the message when there is none
 * @throws FamiliarError when the model or an input tensor is not as expected; nothing is written then
 */
export async function runProbe<Model extends MultimodalModel>(
  { folder, input, output, device = 'auto' }: ProbeOptions,
  open: (folder: string, options: ModelOptions) => Promise<Model>,
  compute: (model: Model, file: SafetensorsFile) => Promise<ProbeResults>,
  asked: string,
): Promise<void> {
  const file = await openSafetensors(input)
  const model = await open(folder, { device: (await chooseDevice(device)).device })
  try {
    const results = await compute(model, file)
    if (Object.keys(results).length === 0) throw badInput(file, `at least one of ${asked}`, 'none of them')
    await writeSafetensors(output, results)
  } finally {
    await model.close()
  }
}

/** `ids` i64 [1, T]. @param words how many there are */
export async function probedIds(file: SafetensorsFile, words: number): Promise<number[]> {
  const ids = await integers(file, 'ids', [1, 'T'])
  const outside = ids.find(id => id < 0 || id >= words)
  if (ids.length === 0 || outside !== undefined)
    throw badInput(file, `ids from 0 to ${words - 1}`, ids.length === 0 ? 'none' : String(outside))
  return ids
}

/**
 * `rows` f32 [n, D] with `row_positions` i64 [n]: puts their words into the ids.
 * @param words V, behind which rows are words
 */
export async function putRows(
  file: SafetensorsFile,
  ids: unknown[],
  { words, width }: { readonly words: number; readonly width: number },
): Promise<SoftPrompt | undefined> {
  if (!file.tensors.has('rows')) return undefined
  const rows = await floats(file, 'rows', ['n', width])
  const positions = await integers(file, 'row_positions', [rows.length / width])
  for (const [row, position] of positions.entries()) {
    if (position < 0 || position >= ids.length)
      throw badInput(file, `row_positions from 0 to ${ids.length - 1}`, String(position))
    ids[position] = words + row
  }
  return { rows, headRows: new Float32Array() }
}

/** `image` f32 [1, 3, H, W] in −1…1 → `image_codes` i64 [1, N]. */
export async function probeEncoder({ pictures }: MultimodalModel, file: SafetensorsFile): Promise<TensorToWrite> {
  const pixels = await floats(file, 'image', [1, pictures.config.inChannels, 'H', 'W'])
  const shape = file.tensors.get('image')?.shape as PictureBatch['shape']
  const codes = (await pictures.encode({ pixels, shape })).flat()
  return { dtype: 'I64', shape: [1, codes.length], data: BigInt64Array.from(codes, BigInt) }
}

/** `codes` i64 [1, N] → `pixels` f32 [1, 3, H, W], not clipped. */
export async function probeDecoder(
  { pictures, draws, folder }: MultimodalModel,
  file: SafetensorsFile,
): Promise<TensorToWrite> {
  if (!draws) {
    const message = `Expected a picture decoder (model.vqmodel.decoder.*) in ${folder} to turn codes into pixels but there is none`
    throw new FamiliarError('MODEL_CANNOT_DRAW', message)
  }
  const { pixels, shape } = await pictures.decode([await integers(file, 'codes', [1, 'N'])])
  return f32(pixels, shape)
}

export const f32 = (data: Float32Array, shape: readonly number[]): TensorToWrite => ({ dtype: 'F32', shape, data })

/** A name in `shape` stands for any length. */
export async function integers(
  file: SafetensorsFile,
  name: string,
  shape: readonly (number | string)[],
): Promise<number[]> {
  check(file, name, 'I64', shape)
  return Array.from((await file.read(name)) as BigInt64Array, Number)
}

export async function floats(
  file: SafetensorsFile,
  name: string,
  shape: readonly (number | string)[],
): Promise<Float32Array> {
  check(file, name, 'F32', shape)
  return file.readFloat32(name)
}

function check(file: SafetensorsFile, name: string, dtype: Dtype, shape: readonly (number | string)[]): void {
  const tensor = file.tensors.get(name)
  const fits =
    tensor?.shape.length === shape.length &&
    shape.every((length, i) => typeof length === 'string' || length === tensor.shape[i])
  if (tensor?.dtype === dtype && fits) return
  const received = tensor ? `${tensor.dtype} [${tensor.shape}]` : 'no such tensor'
  throw badInput(file, `"${name}" as ${dtype} [${shape}]`, received)
}

export const badInput = (file: SafetensorsFile, expected: string, received: string): FamiliarError =>
  new FamiliarError('BAD_INPUT', `Expected ${expected} in ${file.path} but received ${received}`)
