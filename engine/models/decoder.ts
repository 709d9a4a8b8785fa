/**
 * A decoder-only transformer as in Llama and Chameleon: RMS norm, rotary positions, SwiGLU, and optionally a norm on
 * queries and keys. Written once over a `weights` function: prefill, decode step and learning graph are this definition.
 *
 * It knows nothing of words: hidden states go in and come out, flat: [N, D] with N = B·T. Shapes in comments use B batch,
 * T positions of this run, C positions of room in the cache, H heads, G key and value heads, W width of a head; mostly D = H·W.
 */
import { recomputed } from '../graph/gradients.ts'
import { type Dim, known, type Value } from '../graph/graph.ts'
import {
  type Angles,
  add,
  concat,
  layerNorm,
  linear,
  matmul,
  mul,
  reshape,
  rmsNorm,
  rotary,
  shapeOf,
  silu,
  slice,
  softmax,
  split,
  sumTo,
  swapLast,
  transpose,
} from '../graph/operators/index.ts'
import { late } from '../graph/operators/late.ts'
import type { Weights } from './weights.ts'

export interface DecoderConfig {
  /** D. */
  readonly width: number
  readonly mlpWidth: number
  readonly layers: number
  /** H. */
  readonly heads: number
  /** G, a divisor of H: each serves H/G queries. */
  readonly keyValueHeads: number
  /** W. */
  readonly headWidth: number
  readonly normEpsilon: number
  readonly rotaryBase: number
  readonly attentionBias: boolean
  readonly mlpBias: boolean
  /** Norms behind attention and MLP rather than before ("swin norm", Chameleon-34B). */
  readonly normsAfter: boolean
  /** LayerNorm over each head's queries and keys, and which of its parameters there are. */
  readonly queryKeyNorm: 'none' | 'weight' | 'weight and bias'
}

/** Chameleon's query and key norm has this epsilon whatever the configuration says. */
const queryKeyEpsilon = 1e-5

export interface DecoderInputs {
  /** [N, D]: the embeddings of B·T positions, row after row. */
  readonly x: Value
  /** Any value whose first two axes are [B, T]: T or both may be known only when the graph runs. */
  readonly like: Value
  readonly angles: Angles
  /** Added to the scores between positions of this run: 0 or very negative, broadcasts to [B, H, T, T]. */
  readonly mask: Value
  /** What was read before, in as many parts as there are: no gradients lead there. */
  readonly past?: readonly DecoderPast[]
  /** Keep for the way back only what goes into each layer: less memory, a third more time. Weights cannot be learned then. */
  readonly recomputes?: boolean
}

export interface DecoderPast {
  /** For each layer [B, G, W, C]. */
  readonly keys: readonly Value[]
  /** For each layer [B, G, C, W]. */
  readonly values: readonly Value[]
  /** Added to the scores against the past, [B, 1, 1, C]: very negative where there is nothing. */
  readonly mask: Value
}

export interface DecoderOutputs {
  /** [N, D], behind the last norm. */
  readonly hidden: Value
  /** This run's keys, for each layer [B, G, W, T]. */
  readonly keys: readonly Value[]
  /** This run's values, for each layer [B, G, T, W]. */
  readonly values: readonly Value[]
}

/** All layers and the last norm. Keys are the published ones without `model.`, such as `layers.0.mlp.up_proj.weight`. */
export function decoderLayers(config: DecoderConfig, weights: Weights, inputs: DecoderInputs): DecoderOutputs {
  const keys: Value[] = []
  const values: Value[] = []
  const norm = (name: string, value: Value) =>
    rmsNorm(value, weights(`${name}.weight`, [config.width]), config.normEpsilon)
  const queryAngles = scaledAngles(config, inputs.angles)
  let x = inputs.x
  for (let layer = 0; layer < config.layers; layer++) {
    const name = `layers.${layer}`
    const branch = (value: Value, normName: string, compute: (value: Value) => Value) => {
      const full = `${name}.${normName}`
      return add(value, config.normsAfter ? norm(full, compute(value)) : compute(norm(full, value)))
    }
    const whole = (value: Value) => {
      const attended = branch(value, 'input_layernorm', value => {
        const { output, ...cached } = attention(config, weights, `${name}.self_attn`, layer, value, {
          ...inputs,
          queryAngles,
        })
        keys[layer] ??= cached.keys
        values[layer] ??= cached.values
        return output
      })
      return branch(attended, 'post_attention_layernorm', value => mlp(config, weights, `${name}.mlp`, value))
    }
    x = inputs.recomputes ? recomputed([x], whole) : whole(x)
  }
  return { hidden: norm('norm', x), keys, values }
}

/**
 * Angles that turn queries and scale them by 1/√W. A scale by itself would be fused into the product with the keys, and the
 * runtime takes three times as long for a product of one row that has one.
 */
function scaledAngles({ headWidth }: DecoderConfig, { cos, sin, at }: Angles): Angles {
  const scale = headWidth ** -0.5
  return { cos: mul(cos, scale), sin: mul(sin, scale), at }
}

/** Where queries share heads (Q = H/G > 1) they have one axis more, [B, G, Q, T, W], and what is shared has 1 there. */
function attention(
  config: DecoderConfig,
  weights: Weights,
  name: string,
  layer: number,
  x: Value,
  { like, angles, queryAngles, mask, past = [], recomputes }: DecoderInputs & { queryAngles: Angles },
): { output: Value; keys: Value; values: Value } {
  const { width, heads, keyValueHeads, headWidth } = config
  const sharing = heads / keyValueHeads
  const shared = (value: Value) => (sharing === 1 ? value : unsqueeze(value, 2))
  /** [B, T, heads, W]. */
  const project = (part: string, heads: number) => {
    const flat = projection(weights, `${name}.${part}_proj`, x, heads * headWidth, config.attentionBias)
    return splitRows(flat, like, [heads, headWidth])
  }
  const turned = (part: string, heads: number, angles: Angles) =>
    rotary(timeBehindHeads(queryKeyNorm(config, weights, `${name}.${part}_norm`, project(part, heads))), angles)

  const apart = turned('q', heads, queryAngles)
  const queries = sharing === 1 ? apart : grouped(apart, keyValueHeads, sharing)
  const keys = transpose(turned('k', keyValueHeads, angles), [0, 1, 3, 2])
  const values = timeBehindHeads(project('v', keyValueHeads))

  const attend = (queries: Value, keys: Value, values: Value) => {
    const scores = add(matmul(queries, shared(keys)), shared(mask))
    if (past.length === 0) return matmul(softmax(scores), shared(values))
    const before = past.map(part => add(matmul(queries, shared(part.keys[layer] as Value)), shared(part.mask)))
    const pastValues = past.map(part => shared(part.values[layer] as Value))
    return mixture(before, scores, pastValues, shared(values))
  }
  const mixed = recomputes ? attend(queries, keys, values) : recomputed([queries, keys, values], attend)
  const flat = reshape(timeBeforeHeads(mixed), [x.shape[0] as Dim, heads * headWidth])
  return { output: projection(weights, `${name}.o_proj`, flat, width, config.attentionBias), keys, values }
}

/**
 * What attention takes of the parts that were read before and of this run, from their scores [B, …heads, T, C] and
 * [B, …heads, T, T]. The way back needs attention as a whole and its last part: the part is cut out again there, or a layer would
 * keep attention twice.
 */
function mixture(before: readonly Value[], scores: Value, pastValues: readonly Value[], values: Value): Value {
  const { graph } = values
  const [all, read] = [
    [...before, scores],
    [...pastValues, values],
  ]
  const attention = softmax(concat(all, -1))
  return graph.together([attention, values], () => {
    const shares = split(attention, all, -1)
    const parts = read.map((part, i) => matmul(shares[i] as Value, part))
    return {
      output: parts.reduce((sum, part) => add(sum, part)),
      gradient: ([dy], wanted) => {
        const d = dy as Value
        const gradient = () =>
          concat(
            read.map(part => matmul(d, swapLast(part))),
            -1,
          )
        const cutAgain = () => {
          const axis = attention.shape.length - 1
          const lengths = before.map(part => slice(shapeOf(part), 0, axis, axis + 1))
          // Not before d is there.
          const start = add(
            lengths.reduce((sum, length) => add(sum, length)),
            late(d, 0, 'int64'),
          )
          const ends = [start, graph.integers([2 ** 31]), graph.integers([axis])]
          return graph.add('Slice', [attention, ...ends], [scores])[0] as Value
        }
        return [
          wanted[0] ? gradient() : undefined,
          wanted[1] ? sumTo(matmul(swapLast(cutAgain()), d), values.shape) : undefined,
        ]
      },
    }
  })
}

/** LayerNorm over W of x [B, T, heads, W]; every head has its own weight and bias. */
function queryKeyNorm(config: DecoderConfig, weights: Weights, name: string, x: Value): Value {
  if (config.queryKeyNorm === 'none') return x
  const shape = x.shape.slice(2).map(known)
  const weight = weights(`${name}.weight`, shape)
  const bias =
    config.queryKeyNorm === 'weight and bias'
      ? weights(`${name}.bias`, shape)
      : x.graph.constant(new Float32Array(config.headWidth), [config.headWidth])
  return layerNorm(x, weight, bias, queryKeyEpsilon)
}

function mlp(config: DecoderConfig, weights: Weights, name: string, x: Value): Value {
  const project = (part: string, value: Value, out: number) =>
    projection(weights, `${name}.${part}_proj`, value, out, config.mlpBias)
  const gated = mul(silu(project('gate', x, config.mlpWidth)), project('up', x, config.mlpWidth))
  return project('down', gated, config.width)
}

function projection(weights: Weights, name: string, x: Value, out: number, hasBias: boolean): Value {
  const bias = hasBias ? weights(`${name}.bias`, [out]) : undefined
  return linear(x, weights(`${name}.weight`, [out, known(x.shape[1])]), bias)
}

/** [B, T, heads, W] → [B, heads, T, W]. */
const timeBehindHeads = (x: Value): Value => transpose(x, [0, 2, 1, 3])

/** [B, G·Q, T, W] → [B, G, Q, T, W]. */
function grouped(x: Value, groups: number, each: number): Value {
  const [batch, , time, width] = x.shape as [Dim, Dim, Dim, Dim]
  return reshape(x, [batch, groups, each, time, width])
}

/** [B, …heads, T, W] → [B, T, …heads, W]. */
function timeBeforeHeads(x: Value): Value {
  return transpose(x, x.shape.length === 4 ? [0, 2, 1, 3] : [0, 3, 1, 2, 4])
}

/** [N, …] → [B, T, …tail] with B and T those of `like`. */
function splitRows(x: Value, like: Value, tail: readonly number[]): Value {
  const [batch, time] = like.shape as [Dim, Dim]
  const shape = [batch, time, ...tail]
  if (typeof batch === 'number' || typeof time === 'number') return reshape(x, shape)
  // Both lengths are known only when the graph runs, and a reshape infers one: take them from `like`.
  const graph = x.graph
  const target = concat([slice(shapeOf(like), 0, 0, 2), graph.integers(tail)], 0)
  const gradient =
    () =>
    ([dy]: readonly (Value | undefined)[]) => [reshape(dy as Value, x.shape)]
  return graph.add('Reshape', [x, target], [{ dtype: x.dtype, shape }], { gradient })[0] as Value
}

/** An axis of length 1 more. */
function unsqueeze(x: Value, axis: number): Value {
  const { graph, dtype } = x
  const axes = graph.integers([axis])
  const shape = [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]
  const gradient =
    () =>
    ([dy]: readonly (Value | undefined)[]) =>
      graph.add('Squeeze', [dy, axes], [x])
  return graph.add('Unsqueeze', [x, axes], [{ dtype, shape }], { gradient })[0] as Value
}
