/**
 * Products of which the largest results matter: what a language model's head gives for each of 100,000 words, one of which is
 * chosen. All are scanned with the weights in 8 bits, a quarter of the bytes, and the largest computed again with the weights as
 * they are stored, of which only those rows are read.
 */
import { type Dim, known, type Value } from '../graph.ts'
import { matmul } from './product.ts'
import { type QuantisedWeight, quantisedProduct } from './quantised.ts'
import { gather, reshape } from './shape.ts'

/** A weight [out, width] of a linear layer, and the same in 8 bits. */
export interface ScannedWeight extends Value {
  readonly scan: QuantisedWeight
}

/** Results of each row that are computed with the weights as they are stored. */
export const exactResults = 64

export const isScanned = (weight: Value): weight is ScannedWeight => 'scan' in weight

export const scanned = (weight: Value, scan: QuantisedWeight): ScannedWeight => Object.assign(weight, { scan })

/** x [N, width] · weightᵀ → [N, out], for graphs from which nothing is learned. */
export function scannedProduct(x: Value, weight: ScannedWeight): Value {
  const { graph } = x
  const [rows, width] = x.shape as [Dim, Dim]
  const count = Math.min(exactResults, known(weight.shape[0]))
  const all = quantisedProduct(x, weight.scan)
  const which = largestOfRows(all, count)
  // [N, count, width] · [N, width, 1].
  const exact = matmul(gather(weight, which), reshape(x, [rows, width, 1]))
  return graph.add('ScatterElements', [all, which, reshape(exact, [rows, count])], [all], {
    attributes: { axis: 1 },
  })[0] as Value
}

/** Where in each row of x [N, out] the `count` largest are: int64 [N, count]. */
function largestOfRows(x: Value, count: number): Value {
  const { graph, dtype } = x
  const [rows, out] = x.shape as [Dim, Dim]
  // A picture's words ask for no row here, and with several threads the runtime's TopK divides by the number of rows.
  const more = `${rows} + 1`
  const padded = graph.add('Pad', [x, graph.integers([0, 0, 1, 0])], [{ dtype, shape: [more, out] }])[0] as Value
  const [, which] = graph.add(
    'TopK',
    [padded, graph.integers([count])],
    [
      { dtype, shape: [more, count] },
      { dtype: 'int64', shape: [more, count] },
    ],
    { attributes: { axis: 1, sorted: 0 } },
  )
  const ends = [0, -1, 0].map(value => graph.integers([value]))
  return graph.add('Slice', [which as Value, ...ends], [{ dtype: 'int64', shape: [rows, count] }])[0] as Value
}
