/** What examples cost as a soft prompt stands: the loss without its gradients, a third of the work of learning. */
import { KvCache, recallRows } from './kv-cache.ts'
import { type Example, ignoredLabel, type Language, type SoftPrompt, type Word } from './language.ts'
import { isCodeOf, totalWeight } from './language-feeds.ts'
import { logSumExp } from './sampling.ts'

/** Positions of one run: a long picture's logits at all of its positions would be hundreds of megabytes. */
const longestPiece = 256

/** Positions of a sequence that one run reads, and the head that is asked there; none where nothing is to be predicted. */
interface Piece {
  readonly from: number
  readonly to: number
  readonly head: 'words' | 'pictures' | undefined
}

/** The mean over the labels by their weights, as `Language.learn` has it. Nothing is padded: one example after another. */
export async function meanLoss(
  language: Language,
  examples: readonly Example<Word>[],
  prompt: SoftPrompt,
): Promise<number> {
  let [sum, total] = [0, 0]
  for (const example of examples) {
    sum += await weightedLoss(language, example, prompt)
    total += totalWeight(example)
  }
  return sum / total
}

async function weightedLoss(language: Language, example: Example<Word>, prompt: SoftPrompt): Promise<number> {
  const { ids, labels, weights, past } = example
  const cache = past ? await KvCache.stack(await recallRows([past])) : language.cache(1, ids.length)
  let sum = 0
  for (const { from, to, head } of piecesOf(language, example)) {
    const want = head ? 'all' : 'states'
    const { logits, words, first } = await language.read(cache, [ids.slice(from, to)], prompt, { want, head })
    if (!head) continue
    for (let t = from; t < to; t++) {
      const row = logits.subarray((t - from) * words, (t - from + 1) * words)
      const label = labels[t + 1] as number
      sum += (weights?.[t + 1] ?? 1) * (logSumExp(row) - (row[label - first] as number))
    }
  }
  cache.dispose()
  return sum
}

/** Each position says what is next, so that the last one is not read. */
function piecesOf({ model }: Language, { ids, labels }: Example<Word>): Piece[] {
  const headAt = (t: number): Piece['head'] => {
    const label = labels[t + 1] as number
    if (label === ignoredLabel) return undefined
    return isCodeOf(model, label) ? 'pictures' : 'words'
  }
  const pieces: Piece[] = []
  for (let t = 0; t + 1 < ids.length; t++) {
    const last = pieces.at(-1)
    const head = headAt(t)
    if (last && last.head === head && t - last.from < longestPiece) pieces[pieces.length - 1] = { ...last, to: t + 1 }
    else pieces.push({ from: t, to: t + 1, head })
  }
  return pieces
}
