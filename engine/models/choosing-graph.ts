/**
 * Choosing words within a graph, as `choosing.ts` does it here: guidance, temperature, top-p and a number that was drawn here. In
 * float64, as there, so that the same words come out.
 *
 * Names of axes: S choices, A words one of which is chosen, N steps.
 */
import type { Graph, Shape, Value } from '../graph/graph.ts'
import { add, cast, div, exp, gather, mul, reduceSum, reshape, sub } from '../graph/operators/index.ts'
import { float64, int64, type Tensor } from '../runtime/session.ts'
import type { Choosing } from './choosing.ts'

/** Of the likeliest alone: so little is reached by the first. */
const likeliestOnly = 1e-9

/**
 * @param logits of the words one of which is chosen, for all rows [B, A]
 * @param step its number, int64 []
 * @returns indices into the words, int64 [S]
 */
export function chosen(graph: Graph, logits: Value, step: Value): Value {
  const each = (name: string) => graph.input(name, 'float64', ['S', 1])
  const rows = (name: string) => cast(gather(logits, graph.input(name, 'int64', ['S'])), 'float64')
  const without = rows('choice_without')
  const guidance = mul(each('choice_guidance'), sub(rows('choice_rows'), without))
  // Rounded as there.
  const guided = cast(cast(add(without, guidance), 'float32'), 'float64')
  // Of the words, as many as may be drawn.
  const wide = { dtype: 'float64', shape: ['S', 'drawn'] } as const
  const weights = exp(div(sub(guided, largest(guided)), each('choice_temperature')))
  // In the order of the words where all of them may be drawn, else the likeliest first; the first of equals comes first.
  const sorts = each('choice_sorts')
  const given = mul(graph.input('among_order', 'float64', [1, 'A']), sub(1, sorts))
  const keys = add(mul(guided, sorts), given)
  const places = graph.input('choice_places', 'int64', [1])
  const order = graph.add('TopK', [keys, places], [wide, { ...wide, dtype: 'int64' }])[1] as Value
  const ordered = pick(weights, order, wide.shape)
  // A second sum without the last would be exact; on CUDA each of its numbers is added up anew.
  const sums = graph.add('CumSum', [ordered, graph.integers([1], [])], [wide])[0] as Value
  const before = sub(sums, ordered)
  const included = compare('Less', before, mul(each('choice_top_p'), largest(sums)))
  const total = largest(mul(sums, included))
  const uniform = gather(graph.input('choice_uniform', 'float64', ['N', 'S', 1]), step)
  const passed = mul(compare('LessOrEqual', sums, mul(uniform, total)), included)
  const last = sub(reduceSum(included, [1], true), 1)
  const shape: Shape = ['S', 1]
  const place = graph.add('Min', [reduceSum(passed, [1], true), last], [{ dtype: 'float64', shape }])[0] as Value
  return reshape(pick(order, cast(place, 'int64'), shape), ['S'])
}

/** What `chosen` takes, for N steps. */
export function choosingFeeds({ among, choices }: Choosing, steps: number): Record<string, Tensor> {
  const count = choices.length
  const each = (of: (choice: Choosing['choices'][number]) => number) => float64(choices.map(of), [count, 1])
  const drawn = choices.map(({ random }) => Array.from({ length: steps }, () => random?.uniform() ?? 0))
  const uniform = Array.from({ length: steps }, (_, step) => drawn.map(numbers => numbers[step] as number))
  return {
    choice_rows: int64(
      choices.map(({ row }) => row),
      [count],
    ),
    choice_without: int64(
      choices.map(({ row, without = row }) => without),
      [count],
    ),
    choice_guidance: each(({ guidance = 1 }) => guidance),
    choice_temperature: each(({ temperature = 1 }) => temperature),
    choice_top_p: each(({ topP = 1, random }) => (random ? topP : likeliestOnly)),
    choice_sorts: each(({ topP = 1, random }) => (random && topP >= 1 ? 0 : 1)),
    choice_places: int64([choices.some(({ random }) => random) ? among.length : 1], [1]),
    choice_uniform: float64(uniform.flat(), [steps, count, 1]),
    among_order: float64(
      Float64Array.from(among, (_, i) => -i),
      [1, among.length],
    ),
  }
}

function largest(x: Value): Value {
  const result = { dtype: x.dtype, shape: ['S', 1] }
  return x.graph.add('ReduceMax', [x, x.graph.integers([1])], [result], { attributes: { keepdims: 1 } })[0] as Value
}

/** 1 or 0. */
function compare(type: 'Less' | 'LessOrEqual', a: Value, b: Value): Value {
  return cast(a.graph.add(type, [a, b], [{ dtype: 'bool', shape: a.shape }])[0] as Value, a.dtype)
}

function pick(x: Value, indices: Value, shape: Shape): Value {
  return x.graph.add('GatherElements', [x, indices], [{ dtype: x.dtype, shape }], {
    attributes: { axis: 1 },
  })[0] as Value
}
