/**
 * Pretraining of the built-in model from nothing: the picture tokeniser, then the decoder. Both stop in order at their
 * budget or at a signal, write checkpoints that `resume` goes on from, and put the result into the model's folder.
 */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { FamiliarError } from '../../errors.ts'
import { createAdamWState } from '../../learning/adamw.ts'
import { averageTraining } from './average.ts'
import { trainDecoder } from './decoder-run.ts'
import { completeModelFolder, readModelFolder, roundToHalf, writeModelFolder } from './folder.ts'
import { createParameters, loadTraining, saveTraining, type TrainingState } from './parameters.ts'
import { WARM_UP_STEPS } from './tokenizer.ts'
import { trainTokenizer } from './tokenizer-run.ts'

export interface PretrainOptions {
  readonly part?: 'tokenizer' | 'decoder'
  readonly minutes?: number
  readonly resume?: boolean
  /** The decoder's checkpoints, of which its weights become the mean; nothing is trained then. */
  readonly average?: readonly string[]
  readonly seed: number
  /** The model's folder, written at every checkpoint of the decoder. */
  readonly model: string
  /** Where checkpoints and sample pictures go. */
  readonly workFolder?: string
  readonly signal: AbortSignal
}

const DEFAULT_MINUTES = { tokenizer: 45, decoder: 360 }

export async function pretrain(options: PretrainOptions): Promise<void> {
  const folder = options.workFolder ?? join('.cache', 'pretraining')
  await mkdir(folder, { recursive: true })
  if (options.average) return average(options.average, folder, options.model)
  for (const part of options.part ? [options.part] : (['tokenizer', 'decoder'] as const)) {
    if (options.signal.aborted) return
    const checkpoint = join(folder, `${part}.safetensors`)
    const state = await startingState(part, checkpoint, options)
    const minutes = options.minutes ?? DEFAULT_MINUTES[part]
    const run = { state, minutes, seed: options.seed, folder, model: options.model, checkpoint, signal: options.signal }
    if (part === 'tokenizer') await trainTokenizer(run)
    else await trainDecoder(run, await trainedTokenizer(join(folder, 'tokenizer.safetensors'), options.model))
  }
}

/** The mean is a checkpoint as well, from which training can go on. */
async function average(checkpoints: readonly string[], folder: string, model: string): Promise<void> {
  const state = await averageTraining(checkpoints)
  const tokenizer = await trainedTokenizer(join(folder, 'tokenizer.safetensors'), model)
  await saveTraining(join(folder, 'decoder.safetensors'), state)
  await writeModelFolder(model, roundToHalf(tokenizer), state.parameters)
  await completeModelFolder(model)
}

/** A checkpoint, else the shipped weights, else nothing yet. */
async function startingState(
  part: 'tokenizer' | 'decoder',
  checkpoint: string,
  options: PretrainOptions,
): Promise<TrainingState> {
  const fresh = { parameters: createParameters(), optimizer: createAdamWState(), progress: { step: 0 } }
  if (!options.resume) return fresh
  if (existsSync(checkpoint)) return loadTraining(checkpoint)
  if (!existsSync(join(options.model, 'model.safetensors'))) {
    throw new FamiliarError(
      'NO_CHECKPOINT',
      `Expected a checkpoint to resume from in ${checkpoint} or ${options.model} but found neither`,
    )
  }
  const shipped = await readModelFolder(options.model)
  // A codebook that is laid out must not be laid out again.
  const progress = { step: part === 'tokenizer' ? WARM_UP_STEPS + 1 : 0 }
  return { ...fresh, parameters: shipped[part], progress }
}

async function trainedTokenizer(checkpoint: string, model: string) {
  if (existsSync(checkpoint)) return (await loadTraining(checkpoint)).parameters
  if (existsSync(join(model, 'model.safetensors'))) return (await readModelFolder(model)).tokenizer
  throw new FamiliarError(
    'NO_TOKENIZER',
    `Expected a trained tokeniser in ${checkpoint} or ${model} but found neither: train it first`,
  )
}
