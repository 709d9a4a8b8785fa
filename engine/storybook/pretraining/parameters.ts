/** Weights in training: inputs of the learning graph instead of a file's tensors, first drawn from a seed, kept in checkpoints. */
import { openSafetensors, type TensorToWrite, writeSafetensors } from '../../checkpoints/safetensors.ts'
import { FamiliarError } from '../../errors.ts'
import type { Graph, Value } from '../../graph/graph.ts'
import { type AdamWState, createAdamWState } from '../../learning/adamw.ts'
import type { Weights } from '../../models/weights.ts'
import { createRandom } from '../../random.ts'
import { float32, type Tensor } from '../../runtime/session.ts'

/** First values of a parameter. */
export type Initial = (key: string, shape: readonly number[]) => Float32Array

export interface Parameters {
  readonly values: Map<string, Float32Array>
  readonly shapes: Map<string, readonly number[]>
}

export const createParameters = (): Parameters => ({ values: new Map(), shapes: new Map() })

/** The parameters as inputs of `graph`; those that a definition asks for and that are not there yet are made by `initial`. */
export function trainableWeights(
  graph: Graph,
  parameters: Parameters,
  initial: Initial,
): { weights: Weights; inputs: Map<string, Value> } {
  const inputs = new Map<string, Value>()
  const weights: Weights = (key, shape) => {
    const known = inputs.get(key)
    if (known) return known
    if (!parameters.values.has(key)) parameters.values.set(key, initial(key, shape))
    parameters.shapes.set(key, shape)
    const input = graph.input(key, 'float32', shape)
    inputs.set(key, input)
    return input
  }
  return { weights, inputs }
}

/** Feeds of the parameters; the arrays are used as they are. */
export function parameterFeeds({ values, shapes }: Parameters): Record<string, Tensor> {
  return Object.fromEntries(
    [...values].map(([key, data]) => [key, float32(data, shapes.get(key) as readonly number[])]),
  )
}

/** Norm weights one, biases zero, everything else normal with this deviation for the shape. */
export function initialFrom(seed: number, deviation: (key: string, shape: readonly number[]) => number): Initial {
  return (key, shape) => {
    const size = shape.reduce((product, length) => product * length, 1)
    if (key.endsWith('bias')) return new Float32Array(size)
    if (shape.length === 1 || key.includes('norm')) return new Float32Array(size).fill(1)
    const random = createRandom(`${seed}/${key}`)
    const scale = deviation(key, shape)
    return Float32Array.from({ length: size }, () => scale * random.normal())
  }
}

/** Everything that a run needs to go on where it stopped. */
export interface TrainingState {
  readonly parameters: Parameters
  readonly optimizer: AdamWState
  /** Counters and such of the run, as JSON. */
  readonly progress: Record<string, number>
}

export async function saveTraining(path: string, { parameters, optimizer, progress }: TrainingState): Promise<void> {
  const tensors: Record<string, TensorToWrite> = {}
  const put = (prefix: string, values: ReadonlyMap<string, Float32Array>) => {
    for (const [key, data] of values) {
      tensors[`${prefix}/${key}`] = { dtype: 'F32', shape: parameters.shapes.get(key) ?? [data.length], data }
    }
  }
  put('value', parameters.values)
  put('first', optimizer.first)
  put('second', optimizer.second)
  await writeSafetensors(path, tensors, { progress: JSON.stringify({ ...progress, optimizerStep: optimizer.step }) })
}

export async function loadTraining(path: string): Promise<TrainingState> {
  const file = await openSafetensors(path)
  const parameters = createParameters()
  const optimizer = createAdamWState()
  const progress = JSON.parse(file.metadata.progress ?? 'null') as Record<string, number> | null
  if (!progress)
    throw new FamiliarError('BAD_CHECKPOINT', `Expected a training checkpoint in ${path} but it holds no progress`)
  for (const [name, { shape }] of file.tensors) {
    const [prefix, key] = [name.slice(0, name.indexOf('/')), name.slice(name.indexOf('/') + 1)]
    const data = await file.readFloat32(name)
    if (prefix === 'value') {
      parameters.values.set(key, data)
      parameters.shapes.set(key, shape)
    } else if (prefix === 'first') optimizer.first.set(key, data)
    else optimizer.second.set(key, data)
  }
  optimizer.step = progress.optimizerStep ?? 0
  return { parameters, optimizer, progress }
}
