/**
 * The graphs of a language model over one decoder definition: reading (prefill and decode step) and learning.
 *
 * Learned rows stand in for embeddings: input `row_mix` [B, T, R] says how much of which row each position is made of,
 * and `keep` [B, T, 1] how much of the embedding of its id (0 where rows replace it). Learned head rows are words behind the
 * vocabulary: their logits follow those of the V words. The frozen table is neither copied nor touched.
 *
 * A model whose picture words are in no table has layers for them (`PictureLayers`): a second way in (`codes`, `code_keep`)
 * and a second head, at positions of its own. Lengths of those inputs may be 0, so that a step pays for one head only.
 *
 * Names of axes: B batch, T positions of this run, N = B·T, C room in the cache, P positions whose logits are wanted, Q those
 * whose codes' logits are wanted, M those whose hidden states are, R rows, H learned head rows, K codes.
 */
import { gradients } from '../graph/gradients.ts'
import { type Dim, Graph, type Value } from '../graph/graph.ts'
import { add, concat, crossEntropy, gather, linear, matmul, mul, reduceSum, reshape } from '../graph/operators/index.ts'
import {
  type DecoderConfig,
  type DecoderInputs,
  type DecoderOutputs,
  type DecoderPast,
  decoderLayers,
} from './decoder.ts'
import type { Weights } from './weights.ts'

/** What these graphs need to know of a model, whichever family it is of. */
export interface LanguageModel {
  readonly decoder: DecoderConfig
  /** V: all words, those of pictures too. */
  readonly vocabularySize: number
  /** K: the last K of the V words are codes of pictures that are in no table; 0 when left out. */
  readonly codes?: number
  /** The weights for a graph, keyed as `decoderLayers` asks for them. The tables are of the V − K words. */
  weights(graph: Graph): { layers: Weights; embeddings: Value; head: Value; pictures?: PictureLayers }
}

/** Into the decoder and out of it for a picture's codes. */
export interface PictureLayers {
  /** Codes int64 [N] → [N, D]. */
  embed(codes: Value): Value
  /** Hidden states [Q, D] → logits [Q, K]. */
  logits(hidden: Value): Value
}

/**
 * Reads T more positions behind a cache. Outputs: `logits` [P, V − K], `row_logits` [P, H] (of the learned head rows),
 * `hidden` [M, D], with picture layers `code_logits` [Q, K], and the new `keys.N` [B, G, W, T] and `values.N` [B, G, T, W], or
 * with `whole` all of them behind the past's, [B, G, W, C + T] and [B, G, C + T, W].
 */
export function readingGraph(model: LanguageModel, { whole = false } = {}): Graph {
  const graph = new Graph()
  graph.roundsProducts = true
  const past = pastOf(graph, model.decoder)
  const { decoded, head, at, pictures } = decode(graph, model, { ...fedWords(graph, model), past: [past] })
  graph.output('logits', linear(at, head))
  graph.output('row_logits', linear(at, graph.input('head_rows', 'float32', ['H', model.decoder.width])))
  graph.output('hidden', gather(decoded.hidden, graph.input('hidden_at', 'int64', ['M'])))
  if (pictures) graph.output('code_logits', pictures.logits)
  decoded.keys.forEach((value, layer) => {
    graph.output(`keys.${layer}`, whole ? concat([past.keys[layer] as Value, value], 3) : value)
  })
  decoded.values.forEach((value, layer) => {
    graph.output(`values.${layer}`, whole ? concat([past.values[layer] as Value, value], 2) : value)
  })
  return graph
}

/** The reading graph's outputs that belong to the cache. */
export const cacheOutputs = ({ layers }: DecoderConfig): string[] =>
  ['keys', 'values'].flatMap(name => Array.from({ length: layers }, (_, layer) => `${name}.${layer}`))

/** What was read before, as it is fed. */
export function pastOf(graph: Graph, { layers, keyValueHeads, headWidth }: DecoderConfig): DecoderPast {
  const each = (name: string, shape: readonly Dim[]) =>
    Array.from({ length: layers }, (_, layer) => graph.input(`${name}.${layer}`, 'float32', shape))
  return {
    keys: each('past_keys', ['B', keyValueHeads, headWidth, 'C']),
    values: each('past_values', ['B', keyValueHeads, 'C', headWidth]),
    mask: graph.input('past_mask', 'float32', ['B', 1, 1, 'C']),
  }
}

interface LearningGraphOptions {
  /** Whether there are any. */
  readonly headRows: boolean
  /** As in `DecoderInputs`. */
  readonly recomputes?: boolean
}

/**
 * One step of a lesson, behind a cache. Outputs: `loss` [] = Σ weight·`losses` (+ Σ weight·`code_losses`), `losses` [P],
 * `code_losses` [Q], and the loss's gradients `grad_rows` [R, D] and, where there are head rows, `grad_head_rows` [H, D].
 * Labels may be head rows: row r is V − K + r.
 */
export function learningGraph(model: LanguageModel, { headRows, recomputes }: LearningGraphOptions): Graph {
  const graph = new Graph()
  graph.mapsWeights = true
  const past = [pastOf(graph, model.decoder)]
  const { at, head, rows: inputRows, pictures } = decode(graph, model, { ...fedWords(graph, model), past, recomputes })
  const logits = [linear(at, head)]
  const wanted = [inputRows]
  if (headRows) {
    const input = graph.input('head_rows', 'float32', ['H', model.decoder.width])
    logits.push(linear(at, input))
    wanted.push(input)
  }
  const labels = graph.input('labels', 'int64', ['P'])
  const losses = crossEntropy(logits.length === 1 ? (logits[0] as Value) : concat(logits, -1), labels)
  let loss = reduceSum(mul(losses, graph.input('label_weights', 'float32', ['P'])))
  if (pictures) {
    const codeLosses = crossEntropy(pictures.logits, graph.input('code_labels', 'int64', ['Q']))
    loss = add(loss, reduceSum(mul(codeLosses, graph.input('code_weights', 'float32', ['Q']))))
    graph.output('code_losses', codeLosses)
  }
  graph.output('loss', loss)
  graph.output('losses', losses)
  const [rowGradient, headGradient] = gradients(loss, wanted)
  graph.output('grad_rows', rowGradient as Value)
  if (headGradient) graph.output('grad_head_rows', headGradient)
  return graph
}

interface Decoded {
  readonly decoded: DecoderOutputs
  readonly head: Value
  /** Hidden states [P, D] at the positions whose logits are wanted. */
  readonly at: Value
  /** The rows [R, D]. */
  readonly rows: Value
  /** Logits [Q, K] of codes at the positions where those are wanted. */
  readonly pictures?: { readonly logits: Value }
}

/** What is read: words of the table, learned rows and codes. */
export interface WordInputs {
  /** int64 [B, T]. */
  readonly ids: Value
  /** [B, T, 1]. */
  readonly keep: Value
  /** [B, T, R]. */
  readonly rowMix: Value
  /** int64 [N], and [N, 1], where there are picture layers. */
  readonly codes?: Value
  readonly codeKeep?: Value
}

/** As `DecoderInputs`, with words for embeddings. */
interface DecodeInputs extends Omit<DecoderInputs, 'x' | 'like'> {
  readonly words: WordInputs
}

/** Words, their angles and what they see of one another, as they are fed. */
function fedWords(graph: Graph, { decoder, codes = 0 }: LanguageModel): Omit<DecodeInputs, 'past'> {
  const angles = (name: string) => graph.input(name, 'float32', ['N', decoder.headWidth / 2])
  return {
    words: {
      ids: graph.input('ids', 'int64', ['B', 'T']),
      keep: graph.input('keep', 'float32', ['B', 'T', 1]),
      rowMix: graph.input('row_mix', 'float32', ['B', 'T', 'R']),
      ...(codes > 0 && {
        codes: graph.input('codes', 'int64', ['N']),
        codeKeep: graph.input('code_keep', 'float32', ['N', 1]),
      }),
    },
    angles: { cos: angles('cos'), sin: angles('sin'), at: graph.input('angles_at', 'int64', ['B', 'T']) },
    mask: graph.input('mask', 'float32', [1, 1, 'T', 'T']),
  }
}

export function decode(graph: Graph, model: LanguageModel, { words, ...inputs }: DecodeInputs): Decoded {
  const { decoder } = model
  const { layers, embeddings, head, pictures } = model.weights(graph)
  const { ids, keep, rowMix, codes, codeKeep } = words
  const rows = graph.input('rows', 'float32', ['R', decoder.width])
  const embedded = reshape(add(mul(gather(embeddings, ids), keep), matmul(rowMix, rows)), ['N', decoder.width])
  const x = pictures && codes && codeKeep ? add(embedded, mul(pictures.embed(codes), codeKeep)) : embedded
  const decoded = decoderLayers(decoder, layers, { ...inputs, x, like: ids })
  const at = gather(decoded.hidden, graph.input('logits_at', 'int64', ['P']))
  if (!pictures) return { decoded, head, at, rows }
  const codesAt = gather(decoded.hidden, graph.input('codes_at', 'int64', ['Q']))
  return { decoded, head, at, rows, pictures: { logits: pictures.logits(codesAt) } }
}
