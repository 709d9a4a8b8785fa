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
  const { graph, dtype } = x
  const [rows, width] = x.shape as [Dim, Dim]
  const count = Math.min(exactResults, known(weight.shape[0]))
  const all = quantisedProduct(x, weight.scan)
  const [, which] = graph.add(
    'TopK',
    [all, graph.integers([count])],
    [
      { dtype, shape: [rows, count] },
      { dtype: 'int64', shape: [rows, count] },
    ],
    { attributes: { axis: 1, sorted: 0 } },
  ) as [Value, Value]
  // [N, count, width] · [N, width, 1].
  const exact = matmul(gather(weight, which), reshape(x, [rows, width, 1]))
  return graph.add('ScatterElements', [all, which, reshape(exact, [rows, count])], [all], {
    attributes: { axis: 1 },
  })[0] as Value
}
