/**
 * Several words in one run: a loop within the graph reads a word in each row, chooses the next ones and goes on with them, so that
 * what was read before crosses to the device once for all of them. It is the decoder of the reading graph; what the loop itself
 * has read is carried from step to step.
 *
 * Names of axes as in `language-graphs.ts` with T = 1, and: N steps at most, n that were made, L positions that the loop has read
 * (the first is none), S choices, A words one of which is chosen.
 */
import { Graph, type Value } from '../graph/graph.ts'
import { cast, concat, equal, gather, linear, mul, reduceSum, reshape, sub } from '../graph/operators/index.ts'
import { float32, int64, type Tensor } from '../runtime/session.ts'
import type { Choosing } from './choosing.ts'
import { choosingFeeds, chosen } from './choosing-graph.ts'
import type { KvLayout } from './kv-columns.ts'
import { decode, type LanguageModel, pastOf, type WordInputs } from './language-graphs.ts'
import { hidden, type RotaryTable } from './positions.ts'

/**
 * Outputs: `chosen` [n, S], indices into the words one of which is chosen, and of the words that were read `keys.N` [B, G, W, n]
 * and `values.N` [B, G, n, W].
 */
export function continuingGraph(model: LanguageModel): Graph {
  const { layers, keyValueHeads, headWidth } = model.decoder
  const graph = new Graph()
  const { body, carried } = stepBody(model)
  const none = {
    words: graph.input('words', 'int64', ['B']),
    keys: graph.input('no_keys', 'float32', ['B', keyValueHeads, headWidth, 1]),
    values: graph.input('no_values', 'float32', ['B', keyValueHeads, 1, headWidth]),
    mask: graph.input('no_mask', 'float32', [1, 1, 1, 1]),
  }
  const each = <T>(value: T) => Array.from({ length: layers }, () => value)
  const initial = [none.words, none.mask, ...each(none.keys), ...each(none.values)]
  const results = carried.map(name => body.inputs.get(name) as Value)
  const [, , ...read] = graph.loop({ graph: body, step: 'step', carried }, graph.input('steps', 'int64', []), initial, [
    ...results,
    { dtype: 'float32', shape: ['n', 'S'] },
  ])
  graph.output('chosen', read.at(-1) as Value)
  for (let layer = 0; layer < layers; layer++) {
    graph.output(`keys.${layer}`, behindFirst(read[layer] as Value, 3))
    graph.output(`values.${layer}`, behindFirst(read[layers + layer] as Value, 2))
  }
  return graph
}

function stepBody(model: LanguageModel): { body: Graph; carried: string[] } {
  const { decoder, codes = 0 } = model
  const { layers, keyValueHeads, headWidth } = decoder
  const graph = new Graph()
  graph.roundsProducts = true
  const step = graph.input('step', 'int64', [])
  const word = graph.input('word', 'int64', ['B'])
  const mask = graph.input('tail_mask', 'float32', [1, 1, 1, 'L'])
  const tail = (name: string, shape: (string | number)[]) =>
    Array.from({ length: layers }, (_, layer) => graph.input(`tail_${name}.${layer}`, 'float32', shape))
  const keys = tail('keys', ['B', keyValueHeads, headWidth, 'L'])
  const values = tail('values', ['B', keyValueHeads, 'L', headWidth])
  const angles = (name: string) => gather(graph.input(`step_${name}`, 'float32', ['N', 'B', headWidth / 2]), step)
  const { decoded, head, at, pictures } = decode(graph, model, {
    words: wordInputs(graph, model, word),
    angles: { cos: angles('cos'), sin: angles('sin'), at: graph.input('angles_at', 'int64', ['B', 1]) },
    mask: graph.constant(new Float32Array(1), [1, 1, 1, 1]),
    past: [pastOf(graph, decoder), { keys, values, mask }],
  })
  const ofRows = linear(at, graph.input('head_rows', 'float32', ['H', decoder.width]))
  let logits = columns(concat([linear(at, head), ofRows], 1), graph.input('among_columns', 'int64', ['A']))
  // One of them has no rows.
  if (codes > 0 && pictures)
    logits = concat([logits, columns(pictures.logits, graph.input('among_codes', 'int64', ['A']))], 0)
  const index = chosen(graph, logits, step)
  const next = gather(graph.input('among', 'int64', ['A']), index)
  const stopped = reduceSum(gather(graph.input('among_stops', 'float32', ['A']), index))
  const goesOn = graph.add('Less', [stopped, graph.constant(0.5)], [{ dtype: 'bool', shape: [] }])[0] as Value
  graph.output('goes on', goesOn)
  graph.output('next word', gather(next, graph.input('reads', 'int64', ['B'])))
  graph.output('next mask', concat([mask, graph.constant(new Float32Array(1), [1, 1, 1, 1])], 3))
  for (const [layer, tail] of keys.entries())
    graph.output(`next keys ${layer}`, concat([tail, decoded.keys[layer] as Value], 3))
  for (const [layer, tail] of values.entries())
    graph.output(`next values ${layer}`, concat([tail, decoded.values[layer] as Value], 2))
  graph.output('chosen', cast(index, 'float32'))
  return { body: graph, carried: [word, mask, ...keys, ...values].map(({ name }) => name) }
}

/** What `sequenceFeeds` makes of words here. */
function wordInputs(graph: Graph, { vocabularySize, codes = 0 }: LanguageModel, word: Value): WordInputs {
  const number = (value: number) => graph.constant(value, [], 'int64')
  const below = (limit: number) =>
    cast(graph.add('Less', [word, number(limit)], [{ dtype: 'bool', shape: word.shape }])[0] as Value, 'int64')
  const firstCode = vocabularySize - codes
  const inTable = below(firstCode)
  const isCode = sub(below(vocabularySize), inTable)
  return {
    ids: reshape(mul(word, inTable), ['B', 1]),
    keep: reshape(cast(inTable, 'float32'), ['B', 1, 1]),
    rowMix: cast(equal(reshape(word, ['B', 1, 1]), graph.input('row_ids', 'int64', ['R'])), 'float32'),
    codes: reshape(mul(sub(word, number(firstCode)), isCode), ['N']),
    codeKeep: reshape(cast(isCode, 'float32'), ['N', 1]),
  }
}

export interface Continuing {
  /** What each row reads first. */
  readonly words: readonly number[]
  readonly choosing: Choosing
  readonly steps: number
  /** Positions of the rows so far. */
  readonly lengths: ArrayLike<number>
  /** R: learned rows. */
  readonly rows: number
  /** Whether the picture words' own head is asked. */
  readonly fromPictures: boolean
}

/** What the graph takes but for the past and the learned rows. */
export function continuingFeeds(
  { vocabularySize, codes = 0 }: LanguageModel,
  { heads, headWidth }: KvLayout,
  rotary: RotaryTable,
  { words, choosing, steps, lengths, rows, fromPictures }: Continuing,
): Record<string, Tensor> {
  const batch = words.length
  const { among, stops, reads } = choosing
  const positions = Array.from(
    { length: steps * batch },
    (_, i) => (lengths[i % batch] as number) + Math.floor(i / batch),
  )
  const { cos, sin } = rotary.at(positions)
  const angles = [steps, batch, headWidth / 2]
  const firstCode = vocabularySize - codes
  const ids = Array.from(among)
  const each = (of: (id: number) => number) => int64(ids.map(of), [ids.length])
  const everyRow = int64(
    words.map((_, row) => row),
    [batch],
  )
  const noRow = int64([], [0])
  return {
    steps: int64([steps], []),
    words: int64(words, [batch]),
    no_keys: float32(new Float32Array(batch * heads * headWidth), [batch, heads, headWidth, 1]),
    no_values: float32(new Float32Array(batch * heads * headWidth), [batch, heads, 1, headWidth]),
    no_mask: float32([hidden], [1, 1, 1, 1]),
    step_cos: float32(cos, angles),
    step_sin: float32(sin, angles),
    angles_at: int64(Array.from(words.keys()), [batch, 1]),
    row_ids: int64(rows > 0 ? Array.from({ length: rows }, (_, row) => vocabularySize + row) : [-1], [
      Math.max(rows, 1),
    ]),
    logits_at: fromPictures ? noRow : everyRow,
    codes_at: fromPictures ? everyRow : noRow,
    among: each(id => id),
    among_columns: each(id => (fromPictures ? 0 : id < firstCode ? id : id - codes)),
    among_codes: each(id => (fromPictures ? id - firstCode : 0)),
    among_stops: float32(
      ids.map(id => Number(stops?.has(id) ?? false)),
      [ids.length],
    ),
    reads: int64(reads, [batch]),
    ...choosingFeeds(choosing, steps),
  }
}

/** Columns of [P, X] → [P, A]. */
function columns(x: Value, at: Value): Value {
  const shape = [x.shape[0] as string, 'A']
  return x.graph.add('Gather', [x, at], [{ dtype: x.dtype, shape }], { attributes: { axis: 1 } })[0] as Value
}

/** Along an axis all but the first. */
function behindFirst(x: Value, axis: number): Value {
  const { graph } = x
  const shape = x.shape.map((length, i) => (i === axis ? 'n' : length))
  const range = [1, 2 ** 31 - 1, axis].map(value => graph.integers([value]))
  return graph.add('Slice', [x, ...range], [{ dtype: x.dtype, shape }])[0] as Value
}
