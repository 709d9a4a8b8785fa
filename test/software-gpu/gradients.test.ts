/** The GPU path computes the gradients of the CPU, on small learning graphs that use every part of the model. */
import { beforeAll, describe, expect, it } from 'vitest'
import { gradients } from '../../engine/graph/gradients.ts'
import { Graph, type Shape, sizeOf, type Value } from '../../engine/graph/graph.ts'
import {
  conv2d,
  crossEntropy,
  gather,
  groupNorm,
  linear,
  mul,
  reduceMean,
  silu,
  sub,
  upsampleNearest2,
} from '../../engine/graph/operators/index.ts'
import { type DecoderConfig, decoderLayers } from '../../engine/models/decoder.ts'
import { createRandom } from '../../engine/random.ts'
import { probeDevice } from '../../engine/runtime/devices.ts'
import { createSession, type Device, float32, int64, type Tensor } from '../../engine/runtime/session.ts'
import { useSoftwareVulkan } from './vulkan.ts'

beforeAll(useSoftwareVulkan)

/** A loss, what it is differentiated by, and numbers to feed. */
class LearningGraph {
  readonly graph = new Graph()
  readonly feeds: Record<string, Tensor> = {}
  readonly parameters: Value[] = []
  readonly #random = createRandom(1)

  /** A graph input with random numbers around `mean`, whose gradient is asked for. */
  parameter(name: string, shape: readonly number[], mean = 0): Value {
    const value = this.constant(name, shape, mean)
    this.parameters.push(value)
    return value
  }

  constant(name: string, shape: readonly number[], mean = 0): Value {
    const data = Float32Array.from({ length: sizeOf(shape) }, () => mean + 0.3 * this.#random.normal())
    this.feeds[name] = float32(data, shape)
    return this.graph.input(name, 'float32', shape)
  }

  integers(name: string, values: readonly number[], shape: Shape = [values.length]): Value {
    this.feeds[name] = int64(values, shape as number[])
    return this.graph.input(name, 'int64', shape)
  }

  minimise(loss: Value): void {
    this.graph.output('loss', loss)
    gradients(loss, this.parameters).forEach((gradient, i) => {
      this.graph.output(`gradient of ${this.parameters[i]!.name}`, gradient)
    })
  }

  async run(device: Device): Promise<Record<string, Float32Array>> {
    const session = await createSession(this.graph, { device })
    const results = await session.run(this.feeds)
    await session.close()
    return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]))
  }
}

/** A decoder of two layers with a loss at three of its ten positions, as in a lesson. */
function decoderLesson(): LearningGraph {
  const config: DecoderConfig = {
    width: 32,
    mlpWidth: 48,
    layers: 2,
    heads: 4,
    keyValueHeads: 2,
    headWidth: 8,
    normEpsilon: 1e-5,
    rotaryBase: 10_000,
    attentionBias: false,
    mlpBias: false,
    normsAfter: false,
    queryKeyNorm: 'weight and bias',
  }
  const [batch, time, words] = [2, 5, 20]
  const lesson = new LearningGraph()
  const weights = (key: string, shape: readonly number[]) =>
    lesson.parameter(key, shape, /norm.*weight$/.test(key) ? 1 : 0)

  const table = weights('embed_tokens.weight', [words, config.width])
  const ids = lesson.integers('ids', [3, 1, 4, 1, 5, 9, 2, 6, 5, 3])
  const pairs = config.headWidth / 2
  const angles = Array.from(
    { length: time * pairs },
    (_, i) => Math.floor(i / pairs) * config.rotaryBase ** (-(i % pairs) / pairs),
  )
  const rotation = (f: (angle: number) => number) => lesson.graph.constant(Float32Array.from(angles, f), [time, pairs])
  const at = Array.from({ length: batch * time }, (_, i) => i % time)
  const causal = Float32Array.from({ length: time * time }, (_, i) => (i % time > Math.floor(i / time) ? -1e9 : 0))
  const { hidden } = decoderLayers(config, weights, {
    x: gather(table, ids),
    like: lesson.constant('like', [batch, time]),
    angles: { cos: rotation(Math.cos), sin: rotation(Math.sin), at: lesson.graph.integers(at, [batch, time]) },
    mask: lesson.graph.constant(causal, [1, 1, time, time]),
  })
  const labelled = gather(hidden, lesson.integers('positions', [2, 3, 8]))
  const logits = linear(labelled, weights('lm_head.weight', [words, config.width]))
  lesson.minimise(reduceMean(crossEntropy(logits, lesson.integers('labels', [5, 9, 11])), [0]))
  return lesson
}

/** What the picture tokeniser is made of: a stride, group norm, and upsampling behind it, with a squared error. */
function tokeniserLesson(): LearningGraph {
  const lesson = new LearningGraph()
  const picture = lesson.parameter('picture', [2, 3, 8, 8])
  const down = conv2d(picture, lesson.parameter('down.weight', [8, 3, 3, 3]), lesson.parameter('down.bias', [8]), {
    stride: 2,
    pads: [0, 0, 1, 1],
  })
  const norm = groupNorm(down, lesson.parameter('norm.weight', [8], 1), lesson.parameter('norm.bias', [8]), 4, 1e-6)
  const up = conv2d(upsampleNearest2(silu(norm)), lesson.parameter('up.weight', [3, 8, 3, 3]), undefined, {
    pads: [1, 1, 1, 1],
  })
  const error = sub(up, lesson.constant('target', [2, 3, 8, 8]))
  lesson.minimise(reduceMean(mul(error, error)))
  return lesson
}

/** The largest difference, as a share of the largest magnitude. */
function relativeDifference(actual: Float32Array, expected: Float32Array): number {
  const largest = expected.reduce((maximum, x) => Math.max(maximum, Math.abs(x)), 0)
  return actual.reduce((maximum, x, i) => Math.max(maximum, Math.abs(x - expected[i]!)), 0) / largest
}

describe('on WebGPU', { timeout: 120_000 }, () => {
  it('runs at all', async () => {
    expect(await probeDevice('webgpu')).toMatchObject({ usable: true })
  })

  it.each([
    ['a decoder', decoderLesson],
    ['a picture tokeniser', tokeniserLesson],
  ])('%s has the gradients of the CPU', async (_, lesson) => {
    const expected = await lesson().run('cpu')
    const actual = await lesson().run('webgpu')
    expect(Object.keys(actual)).toEqual(Object.keys(expected))
    for (const [name, values] of Object.entries(expected)) {
      expect(
        values.some(x => x !== 0),
        `${name} is not all zero`,
      ).toBe(true)
      expect(relativeDifference(actual[name]!, values), name).toBeLessThan(1e-4)
    }
  })
})
