/** What a lesson minimises. */
import type { Value } from '../graph.ts'
import { mul, neg } from './elementwise.ts'
import { logSoftmax } from './reduction.ts'
import { reshape } from './shape.ts'

/**
 * −log softmax(logits)[label] for each row: logits [N, V], labels int64 [N] → [N]. Labels are picked and put rather than
 * compared with every word: N·V elements are passed over in three operators fewer.
 */
export function crossEntropy(logits: Value, labels: Value): Value {
  const graph = logits.graph
  const rows = logits.shape[0] as number
  return graph.together([logits, labels], () => {
    const column = reshape(labels, [rows, 1])
    const logProbability = logSoftmax(logits)
    const attributes = { axis: 1 }
    const picked = graph.add('GatherElements', [logProbability, column], [{ dtype: logits.dtype, shape: [rows, 1] }], {
      attributes,
    })[0] as Value
    return {
      output: neg(reshape(picked, [rows])),
      // (softmax − 1 at the label) · dy
      gradient: ([dy]) => {
        const d = reshape(dy as Value, [rows, 1])
        const p = mul(graph.add('Exp', [logProbability], [logProbability])[0] as Value, d)
        const put = { attributes: { ...attributes, reduction: 'add' } }
        return [graph.add('ScatterElements', [p, column, neg(d)], [p], put)[0], undefined]
      },
    }
  })
}
