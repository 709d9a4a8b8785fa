/** Every operator's gradient rule against finite differences, on random shapes. */
import { describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../../random.ts'
import { filledInput, type GradientCase, gradientError, integerInput, normalInput } from '../gradient-check.ts'
import type { Shape, Value } from '../graph.ts'
import * as operators from './index.ts'

const {
  add,
  concat,
  conv2d,
  crossEntropy,
  div,
  equal,
  gather,
  groupNorm,
  layerNorm,
  linear,
  logSoftmax,
  matmul,
  mul,
  pad,
  reduceMean,
  reduceSum,
  reshape,
  rmsNorm,
  rotary,
  slice,
  softmax,
  split,
  sub,
  sumTo,
  swapLast,
  transpose,
  upsampleNearest2,
  where,
} = operators

type Sample = (random: Random) => GradientCase

const length = (random: Random) => 1 + random.integer(4)
const shapeOf = (random: Random, rank = 1 + random.integer(3)): number[] =>
  Array.from({ length: rank }, () => length(random))

/** Two shapes that broadcast: axes of length 1 in either, and fewer axes in one. */
function broadcasting(random: Random): [number[], number[]] {
  const shape = shapeOf(random, 1 + random.integer(4))
  const thinned = () => shape.map(length => (random.uniform() < 0.3 ? 1 : length))
  const pair: [number[], number[]] = [thinned(), thinned().slice(random.integer(shape.length + 1))]
  return random.uniform() < 0.5 ? pair : [pair[1], pair[0]]
}

const unary =
  (operator: (x: Value) => Value, element: (random: Random) => number = random => random.normal()): Sample =>
  random => ({
    inputs: { x: filledInput(shapeOf(random), () => element(random)) },
    build: ({ x }) => operator(x!),
  })

const binary =
  (operator: (a: Value, b: Value) => Value, element: (random: Random) => number = random => random.normal()): Sample =>
  random => {
    const [a, b] = broadcasting(random)
    return {
      inputs: { a: normalInput(random, a), b: filledInput(b, () => element(random)) },
      build: inputs => operator(inputs.a!, inputs.b!),
    }
  }

/** Away from 0, where an operator is not smooth or not defined. */
const positive = (random: Random) => 0.5 + 2 * random.uniform()
const awayFromZero = (random: Random) => (random.uniform() < 0.5 ? -1 : 1) * positive(random)

/** One operator applied with x of `shape` where axis 0 may be known only when the graph runs. */
const withUnknownBatch =
  (rest: (random: Random) => number[], build: (x: Value, random: Random) => Value, deviation = 1): Sample =>
  random => {
    const tail = rest(random)
    const seed = random.integer(2 ** 31)
    const lengths = { B: 1 + random.integer(4) }
    const shape: Shape = [random.uniform() < 0.5 ? 'B' : lengths.B, ...tail]
    return {
      inputs: { x: normalInput(random, shape, { lengths, deviation }) },
      build: ({ x }) => build(x!, createRandom(seed)),
    }
  }

const convolution: Sample = random => {
  const kernel = random.pick([
    [1, 1],
    [3, 3],
    [2, 2],
    [3, 1],
  ] as const)
  const stride = random.pick([1, 1, 2])
  const pads = Array.from({ length: 4 }, (_, i) => random.integer(kernel[i % 2]!)) as [number, number, number, number]
  const [batch, channels, out] = [length(random), length(random), length(random)]
  const [height, width] = [kernel[0] + random.integer(4), kernel[1] + random.integer(4)]
  const bias = random.uniform() < 0.5
  return {
    inputs: {
      x: normalInput(random, [batch, channels, height, width]),
      weight: normalInput(random, [out, channels, ...kernel]),
      ...(bias && { bias: normalInput(random, [out]) }),
    },
    build: ({ x, weight, bias }) => conv2d(x!, weight!, bias, { stride, pads }),
  }
}

/** For each operator that has a rule: something to try it on. */
const cases: Record<string, Sample> = {
  add: binary(add),
  sub: binary(sub),
  mul: binary(mul),
  div: binary(div, awayFromZero),
  neg: unary(operators.neg),
  exp: unary(operators.exp),
  log: unary(operators.log, positive),
  sqrt: unary(operators.sqrt, positive),
  tanh: unary(operators.tanh),
  abs: unary(operators.abs, awayFromZero),
  erf: unary(operators.erf),
  sigmoid: unary(operators.sigmoid),
  silu: unary(operators.silu),
  gelu: unary(operators.gelu),
  where: random => {
    const [a, b] = broadcasting(random)
    const condition = shapeOf(random, 1).map(() => Math.max(a.at(-1) ?? 1, b.at(-1) ?? 1))
    const values = Array.from({ length: condition[0]! }, () => random.integer(2))
    // One element of each kind, so that both operands count.
    if (values.length > 1) [values[0], values[1]] = [0, 1]
    return {
      inputs: { a: normalInput(random, a), b: normalInput(random, b) },
      integers: { condition: integerInput(values) },
      build: ({ a, b, condition }) => {
        const yes = equal(condition!, condition!.graph.integers([1]))
        // A bare `where` may not depend on an operand at all.
        return add(where(yes, a!, b!), add(mul(a!, 0.3), add(where(yes, b!, 2), where(yes, 0, a!))))
      },
    }
  },
  sumTo: random => {
    const [a, b] = [shapeOf(random, 3), random.integer(4)]
    const target = a.slice(Math.min(b, 2)).map(length => (random.uniform() < 0.5 ? 1 : length))
    return { inputs: { a: normalInput(random, a) }, build: ({ a }) => sumTo(a!, target) }
  },
  onesLike: unary(x => mul(operators.onesLike(x), x)),
  conv2d: convolution,
  upsampleNearest2: unary(x => upsampleNearest2(reshape(x, [...Array(4 - x.shape.length).fill(1), ...x.shape]))),
  crossEntropy: random => {
    const [rows, words] = [length(random), 2 + random.integer(6)]
    const labels = Array.from({ length: rows }, () => random.integer(words))
    const unknown = random.uniform() < 0.5
    return {
      inputs: { logits: normalInput(random, [unknown ? 'N' : rows, words], { lengths: { N: rows } }) },
      integers: { labels: integerInput(labels, [unknown ? 'N' : rows]) },
      build: ({ logits, labels }) => crossEntropy(logits!, labels!),
    }
  },
  rmsNorm: random => {
    const [shape, lengths] = [['T', length(random), 2 + random.integer(5)], { T: length(random) }]
    return {
      inputs: { x: normalInput(random, shape, { lengths }), weight: normalInput(random, [shape[2]!], { mean: 1 }) },
      build: ({ x, weight }) => rmsNorm(x!, weight!, 1e-5),
    }
  },
  layerNorm: random => {
    const [heads, width] = [length(random), 3 + random.integer(4)]
    // Weights of one vector, or of one a head as in Chameleon.
    const own = random.uniform() < 0.5 ? [width] : [heads, 1, width]
    return {
      inputs: {
        x: normalInput(random, [length(random), heads, length(random), width]),
        weight: normalInput(random, own, { mean: 1 }),
        bias: normalInput(random, own),
      },
      // Over few elements variances near 0 make the function steep; a larger epsilon keeps the differences exact.
      build: ({ x, weight, bias }) => layerNorm(x!, weight!, bias!, 0.1),
    }
  },
  // Short vectors make the function steep.
  l2Normalise: random => {
    const shape = [...shapeOf(random), 3 + random.integer(4)]
    return { inputs: { x: normalInput(random, shape, { mean: 2 }) }, build: ({ x }) => operators.l2Normalise(x!) }
  },
  groupNorm: random => {
    const [groups, each] = [1 + random.integer(3), 1 + random.integer(2)]
    const channels = groups * each
    return {
      inputs: {
        x: normalInput(random, [length(random), channels, 2 + random.integer(3), 1 + random.integer(4)]),
        weight: normalInput(random, [channels], { mean: 1 }),
        bias: normalInput(random, [channels]),
      },
      build: ({ x, weight, bias }) => groupNorm(x!, weight!, bias!, groups, 0.1),
    }
  },
  matmul: random => {
    const [left, right] = random.uniform() < 0.5 ? [[], shapeOf(random, 1)] : broadcasting(random)
    const [m, k, n] = [length(random), length(random), length(random)]
    return {
      inputs: { a: normalInput(random, [...left, m, k]), b: normalInput(random, [...right, k, n]) },
      build: ({ a, b }) => matmul(a!, b!),
    }
  },
  swapLast: random => ({
    inputs: { x: normalInput(random, shapeOf(random, 2 + random.integer(2))) },
    build: ({ x }) => operators.exp(swapLast(x!)),
  }),
  linear: random => {
    const [width, out] = [length(random), length(random)]
    const lead: Shape = random.pick([[length(random)], ['T'], [length(random), 'T'], [length(random), length(random)]])
    const bias = random.uniform() < 0.5
    return {
      inputs: {
        x: normalInput(random, [...lead, width], { lengths: { T: length(random) } }),
        weight: normalInput(random, [out, width]),
        ...(bias && { bias: normalInput(random, [out]) }),
      },
      build: ({ x, weight, bias }) => linear(x!, weight!, bias),
    }
  },
  reduceSum: withUnknownBatch(
    random => shapeOf(random, 2),
    (x, random) => reduceSum(x, random.pick([[0], [1], [-1], [0, 2], [0, 1, 2]]), random.uniform() < 0.5),
  ),
  reduceMean: withUnknownBatch(
    random => shapeOf(random, 2),
    (x, random) => reduceMean(x, random.pick([[1], [-1], [1, 2]]), random.uniform() < 0.5),
  ),
  softmax: withUnknownBatch(random => [length(random), 2 + random.integer(4)], softmax),
  logSoftmax: withUnknownBatch(random => [length(random), 2 + random.integer(4)], logSoftmax),
  rotary: random => {
    const [batch, time, pairs] = [length(random), length(random), 4 * (1 + random.integer(2))]
    const angles = Array.from({ length: time * pairs }, (_, i) => 0.7 * Math.floor(i / pairs) * ((i % pairs) + 1))
    return {
      inputs: { x: normalInput(random, [batch, length(random), time, 2 * pairs]) },
      build: ({ x }) => {
        const { graph } = x!
        const table = (f: (angle: number) => number) => graph.constant(Float32Array.from(angles, f), [time, pairs])
        const at = Array.from({ length: batch * time }, (_, i) => i % time)
        return rotary(x!, {
          cos: table(Math.cos),
          sin: table(Math.sin),
          at: graph.integers(at, [batch, time]),
        })
      },
    }
  },
  reshape: withUnknownBatch(
    random => [length(random), length(random)],
    (x, random) => {
      const [batch, m, n] = x.shape as [number | string, number, number]
      return operators.exp(
        reshape(
          x,
          random.pick([
            [batch, m * n],
            [batch, n, 1, m],
            [1, typeof batch === 'string' ? 'rows' : batch * m, n],
          ]),
        ),
      )
    },
  ),
  transpose: withUnknownBatch(
    random => shapeOf(random, 2),
    (x, random) => operators.exp(transpose(x, random.shuffle([0, 1, 2]))),
  ),
  slice: withUnknownBatch(
    random => [2 + random.integer(4), 2 + random.integer(4)],
    (x, random) => {
      const axis = random.pick([1, -1])
      const end = 1 + random.integer(x.shape.at(axis) as number)
      return slice(x, axis, random.integer(end), end)
    },
  ),
  pad: withUnknownBatch(
    random => shapeOf(random, 2),
    (x, random) => operators.exp(pad(x, random.pick([1, 2]), random.integer(3), random.integer(3))),
  ),
  concat: random => {
    const shape = shapeOf(random, 3)
    const axis = random.integer(3)
    const part = () =>
      normalInput(
        random,
        shape.map((length, i) => (i === axis ? 1 + random.integer(3) : length)),
      )
    return {
      inputs: { a: part(), b: part(), c: part() },
      build: ({ a, b, c }) => concat([a!, b!, c!, a!], random.uniform() < 0.5 ? axis : axis - 3),
    }
  },
  // Lengths that only the run knows: joined and parted again.
  split: random => {
    const [rows, lengths] = [length(random), { A: 1 + random.integer(3), C: 1 + random.integer(3) }]
    return {
      inputs: {
        a: normalInput(random, [rows, 'A'], { lengths }),
        c: normalInput(random, [rows, 'C'], { lengths }),
      },
      build: ({ a, c }) => {
        const joined = operators.exp(concat([a!, c!], 1))
        const [first, second] = split(joined, [a!, c!], -1)
        return concat([operators.mul(second!, c!), first!], 1)
      },
    }
  },
  gather: random => {
    const table = [2 + random.integer(4), ...shapeOf(random, 1 + random.integer(2))]
    const ids = Array.from({ length: 6 }, () => random.integer(table[0]!))
    // Repeated on purpose: rows that are taken twice get both gradients.
    ids[1] = ids[0]!
    return {
      inputs: { table: normalInput(random, table) },
      integers: { ids: integerInput(ids, random.uniform() < 0.5 ? [6] : [2, 3]) },
      build: ({ table, ids }) => gather(table!, ids!),
    }
  },
}

/**
 * Exports without a rule: integers, helpers of rules, and what stops a gradient. Rounding to half precision drowns the
 * differences of `cast`. All are tried one by one in operators.test.ts.
 */
const withoutDifferences = [
  'sign',
  'equal',
  'stopGradient',
  'argMin',
  'shapeOf',
  'expand',
  'reverse',
  'broadcast',
  'cast',
  // Stored weights, which nothing trains: quantised.test.ts and number-formats.test.ts have their products' gradients.
  'halfProduct',
  'halfWeight',
  'isHalf',
  'widened',
  'isWidened',
  'isQuantised',
  'quantisedWeight',
  'quantisedProduct',
  // For graphs from which nothing is learned: scanned.test.ts.
  'isScanned',
  'scanned',
  'scannedProduct',
]

describe('gradient rules', () => {
  it('are all tried', () => {
    const exported = Object.entries(operators).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []))
    expect([...Object.keys(cases), ...withoutDifferences].sort()).toEqual(exported.sort())
  })

  it('that are listed as elementwise have a case', () => {
    const { binary, unary } = operators.differentiable
    const names = [...binary, ...unary].map(type => type.toLowerCase())
    expect(names.filter(name => !(name in cases))).toEqual([])
  })

  it.each(Object.entries(cases))('of %s agree with finite differences', async (name, sample) => {
    for (let round = 0; round < (name === 'conv2d' ? 30 : 8); round++) {
      const random = createRandom(`${name}/${round}`)
      expect(await gradientError(sample(random), random), `round ${round}`).toBeLessThan(2e-3)
    }
  })
})
