/** What a lesson minimises. */
import { known, type Value } from '../graph.ts'
import { cast, equal, mul, neg, sub } from './elementwise.ts'
import { logSoftmax, reduceSum } from './reduction.ts'
import { reshape } from './shape.ts'

/** −log softmax(logits)[label] for each row: logits [N, V], labels int64 [N] → [N]. */
export function crossEntropy(logits: Value, labels: Value): Value {
  const graph = logits.graph
  const [rows, words] = logits.shape
  return graph.together([logits, labels], () => {
    const range = graph.constant(
      BigInt64Array.from({ length: known(words) }, (_, i) => BigInt(i)),
      [1, known(words)],
    )
    const chosen = cast(equal(reshape(labels, [rows as number, 1]), range), logits.dtype)
    const logProbability = logSoftmax(logits)
    return {
      output: neg(reduceSum(mul(logProbability, chosen), [-1])),
      gradient: ([dy]) => {
        const p = graph.add('Exp', [logProbability], [logProbability])[0] as Value
        return [mul(sub(p, chosen), reshape(dy as Value, [rows as number, 1])), undefined]
      },
    }
  })
}
