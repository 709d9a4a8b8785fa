/**
 * Normalisation layers. Forward they are the runtime's own operators, one pass each; each is one step of the tape with
 * the rule written out, because composed from single operators it would run over memory about three times as often.
 */
import { type Dim, known, type Value } from '../graph.ts'
import { add, div, mul, sqrt, sub, sumTo } from './elementwise.ts'
import { reduceMean, reduceSum } from './reduction.ts'
import { reshape } from './shape.ts'

/** x / √(mean(x²) + eps) · weight [D] over the last axis (RMSNorm, Zhang & Sennrich 2019). */
export function rmsNorm(x: Value, weight: Value, eps: number): Value {
  const graph = x.graph
  const attributes = { axis: -1, epsilon: { float: eps } }
  return graph.together([x, weight], () => ({
    output: graph.add('SimplifiedLayerNormalization', [x, weight], [x], { attributes })[0] as Value,
    gradient: ([dy], wanted) => {
      const d = dy as Value
      const g = mul(d, weight)
      const scale = inverseDeviation(x, eps)
      const normal = mul(x, scale)
      return [
        wanted[0] ? mul(scale, sub(g, mul(normal, reduceMean(mul(g, normal), [-1], true)))) : undefined,
        wanted[1] ? sumTo(mul(d, normal), weight.shape) : undefined,
      ]
    },
  }))
}

/**
 * (x − mean) / √(variance + eps) over the last axis, then · weight + bias, which broadcast to x (for Chameleon's query and
 * key norm they are [heads, 1, head width]).
 */
export function layerNorm(x: Value, weight: Value, bias: Value, eps: number): Value {
  const graph = x.graph
  const width = known(x.shape.at(-1))
  const attributes = { axis: -1, epsilon: { float: eps } }
  return graph.together([x, weight, bias], () => {
    const one = graph.constant(new Float32Array(width).fill(1), [width])
    const normal = graph.add('LayerNormalization', [x, one], [x], { attributes })[0] as Value
    return {
      output: add(mul(normal, weight), bias),
      gradient: ([dy], wanted) => {
        const d = dy as Value
        const input = () => {
          const g = mul(d, weight)
          const projected = mul(normal, reduceMean(mul(g, normal), [-1], true))
          const scale = inverseDeviation(sub(x, reduceMean(x, [-1], true)), eps)
          return mul(scale, sub(sub(g, reduceMean(g, [-1], true)), projected))
        }
        return [
          wanted[0] ? input() : undefined,
          wanted[1] ? sumTo(mul(d, normal), weight.shape) : undefined,
          wanted[2] ? sumTo(d, bias.shape) : undefined,
        ]
      },
    }
  })
}

/**
 * 1 / √(mean(x²) + eps) over the last axis, which stays with length 1. The runtime's norms could give it as a second
 * result, but WebGPU leaves that one empty.
 */
const inverseDeviation = (x: Value, eps: number): Value => div(1, sqrt(add(reduceMean(mul(x, x), [-1], true), eps)))

/** Vectors along the last axis at length 1; zeros stay zeros. */
export const l2Normalise = (x: Value): Value => div(x, sqrt(add(reduceSum(mul(x, x), [-1], true), 1e-24)))

/** Group norm (Wu & He 2018) of x [B, C, H, W]: each of `groups` groups of channels to mean 0 and variance 1, then · weight [C] + bias [C]. */
export function groupNorm(x: Value, weight: Value, bias: Value, groups: number, eps: number): Value {
  const channels = known(x.shape[1])
  if (x.shape.length !== 4 || channels % groups !== 0) {
    throw new Error(`Expected x [B, C, H, W] with C divisible by ${groups} groups but received [${x.shape}]`)
  }
  const graph = x.graph
  return graph.together([x, weight, bias], () => {
    const [batch, height, width] = [x.shape[0] as Dim, x.shape[2] as Dim, x.shape[3] as Dim]
    const size =
      typeof height === 'number' && typeof width === 'number' ? (channels / groups) * height * width : 'group'
    const grouped = reshape(x, [batch, groups, size])
    const one = graph.constant(new Float32Array(groups).fill(1), [groups])
    const zero = graph.constant(new Float32Array(groups), [groups])
    const attributes = { epsilon: { float: eps } }
    const normalGrouped = graph.add('InstanceNormalization', [grouped, one, zero], [grouped], {
      attributes,
    })[0] as Value
    const normal = backTo(normalGrouped)
    const perChannel = (value: Value) => reshape(value, [1, channels, 1, 1])
    return {
      output: add(mul(normal, perChannel(weight)), perChannel(bias)),
      gradient: ([dy], wanted) => {
        const d = dy as Value
        const input = () => {
          const g = reshape(mul(d, perChannel(weight)), [batch, groups, size])
          const mean = reduceMean(grouped, [-1], true)
          const scale = inverseDeviation(sub(grouped, mean), eps)
          const projected = mul(normalGrouped, reduceMean(mul(g, normalGrouped), [-1], true))
          return backTo(mul(scale, sub(sub(g, reduceMean(g, [-1], true)), projected)))
        }
        return [
          wanted[0] ? input() : undefined,
          wanted[1] ? reshape(sumTo(mul(d, normal), [1, channels, 1, 1]), weight.shape) : undefined,
          wanted[2] ? reshape(sumTo(d, [1, channels, 1, 1]), bias.shape) : undefined,
        ]
      },
    }

    function backTo(value: Value): Value {
      return reshape(value, x.shape)
    }
  })
}
