/**
 * How words follow one another: what is read next in each row of a cache is chosen from what the rows before it made likely. Here
 * in this process; `choosing-graph.ts` does the same within a graph, on numbers that are drawn here.
 */
import type { Random } from '../random.ts'
import { guide, sample } from './sampling.ts'

/** How one word is chosen at each step. */
export interface Choice {
  /** The row of the cache whose logits are asked, and the one without the request that guides it: the same where nothing does. */
  readonly row: number
  readonly without?: number
  readonly guidance?: number
  readonly temperature?: number
  readonly topP?: number
  /** One number of it is used for each word. Without, the likeliest is chosen. */
  readonly random?: Random
}

export interface Choosing {
  /** Ids of the words one of which is chosen, ascending where the likeliest is. */
  readonly among: ArrayLike<number>
  /** Words behind which nothing more is read. */
  readonly stops?: ReadonlySet<number>
  readonly choices: readonly Choice[]
  /** For each row of the cache which of the choices it reads. */
  readonly reads: readonly number[]
}

/** Logits of all rows, [B, words], of word `first` and those behind it. */
interface Logits {
  readonly logits: Float32Array
  readonly words: number
  readonly first: number
}

/** For each of the choices an index into `among`. */
export function choose({ among, choices }: Choosing, { logits, words, first }: Logits): number[] {
  const row = (index: number) => logits.subarray(index * words, (index + 1) * words)
  const columns = choices.some(({ random }) => random) ? columnsOf(among, first) : []
  return choices.map(({ row: asked, without = asked, guidance = 1, random, ...shape }) => {
    if (!random) return likeliestOf(row(asked), among, first)
    return sample(guide(row(asked), row(without), columns, guidance), random, shape)
  })
}

function columnsOf(among: ArrayLike<number>, first: number): Int32Array {
  const columns = new Int32Array(among.length)
  for (let i = 0; i < among.length; i++) columns[i] = (among[i] as number) - first
  return columns
}

function likeliestOf(logits: Float32Array, among: ArrayLike<number>, first: number): number {
  let best = 0
  const at = (index: number) => logits[(among[index] as number) - first] as number
  for (let index = 1; index < among.length; index++) if (at(index) > at(best)) best = index
  return best
}
