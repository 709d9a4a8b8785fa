/**
 * How good rows are on pictures that are not learned from. While a lesson goes on it is asked often, so the pictures are
 * read once and only what stands behind them is computed anew. Also here: the threshold that tells yes from no.
 */
import type { ModelContext } from '../answering/context.ts'
import { addLikeness, presenceEvidence, presenceQuestions } from '../answering/presence.ts'
import { rowsThatFit } from '../answering/rows-that-fit.ts'
import { nextStep, type Stepping } from '../answering/steps.ts'
import type { LessonScores } from '../engine.ts'
import { meanLoss } from '../models/example-loss.ts'
import { KvCache, recallRows } from '../models/kv-cache.ts'
import { rowBytes } from '../models/kv-columns.ts'
import type { Example, SoftPrompt, Word } from '../models/language.ts'
import type { PictureView } from '../models/multimodal.ts'
import { logSumExp, sigmoid } from '../models/sampling.ts'
import { placeholder } from './gallery.ts'
import type { PictureMemory } from './picture-memory.ts'

/** A picture and whether it shows the subject. */
export interface Judged {
  readonly view: PictureView
  readonly shows: boolean
  /** How much it counts beside others of its side. */
  readonly weight: number
}

export interface HeldOutScore {
  /** Mean binary cross-entropy of presence, positives and negatives counting alike, at the best threshold. */
  readonly presence: number
  /** Mean of the accuracies on positives and negatives, at that threshold. */
  readonly recognition: number
  /** Mean loss on held-out examples. */
  readonly loss: number
  /** Log-odds at and above which a picture shows the subject. */
  readonly threshold: number
}

/** What a concept is kept with. */
export interface Checked {
  readonly scores: LessonScores
  /** Probability at and above which a picture shows the subject. */
  readonly threshold: number
}

/** Pictures asked about in one run where memory allows; of more the caches would take as much as a learning step. */
const mostTogether = 4

export class HeldOut {
  readonly #context: ModelContext
  readonly #judged: readonly Judged[]
  readonly #examples: readonly (readonly Example<Word>[])[]
  readonly #memory: PictureMemory

  /**
   * @param memory has read the pictures
   * @param examples batches, each of examples of about one length
   */
  constructor(
    context: ModelContext,
    memory: PictureMemory,
    judged: readonly Judged[],
    examples: readonly (readonly Example<Word>[])[],
  ) {
    this.#context = context
    this.#memory = memory
    this.#judged = judged
    this.#examples = examples
  }

  /** Scores by one wording, cheaply. */
  async score(prompt: SoftPrompt, stepping: Stepping): Promise<HeldOutScore> {
    const { model, template } = this.#context
    const question = presenceQuestions[0] as string
    const ids = [
      ...template.userTurn({ concepts: [placeholder], text: question, behindPictures: true }),
      ...template.answerStart('language', [0]),
    ]
    const [yes, no] = ['yes', 'no'].map(word => template.said(word)[0] as number) as [number, number]
    const odds: number[][] = []
    const together = Math.min(mostTogether, rowsThatFit(this.#rowBytes(ids.length)))
    for (let from = 0; from < this.#judged.length; from += together) {
      await nextStep(stepping)
      const some = this.#judged.slice(from, from + together)
      const cache = await KvCache.stack(await recallRows(some.map(({ view }) => this.#memory.of(view))))
      const { logits, words } = await model.language.read(
        cache,
        some.map(() => ids),
        prompt,
      )
      cache.dispose()
      for (const row of some.keys()) odds.push([logits[row * words + yes]! - logits[row * words + no]!])
    }
    const concept = { embedding: prompt.rows, head: prompt.headRows }
    const pictures = this.#judged.map(({ view }) => view)
    const evidence = await addLikeness(this.#context, odds, pictures, [concept], stepping)
    return { ...separate(evidence.flat(), this.#judged), loss: await this.#loss(prompt, stepping) }
  }

  /** Of the largest picture and so many words behind it. */
  #rowBytes(words: number): number {
    const { model, template } = this.#context
    const longest = Math.max(0, ...this.#judged.map(({ view }) => template.begin([view]).length))
    return rowBytes(model.language.layout, longest + words)
  }

  /**
   * Scores as recognition at work does it, with several wordings; of several soft prompts, each picture is read once.
   * @param known their losses, as `score` has them
   */
  async check(known: readonly { prompt: SoftPrompt; loss: number }[], stepping: Stepping): Promise<Checked[]> {
    const concepts = known.map(({ prompt }) => ({ embedding: prompt.rows, head: prompt.headRows }))
    const pictures = this.#judged.map(({ view }) => view)
    const odds = await presenceEvidence(this.#context, pictures, concepts, stepping)
    return known.map(({ loss }, i) => {
      const ofPrompt = odds.map(row => row[i] as number)
      const { recognition, threshold } = separate(ofPrompt, this.#judged)
      return { scores: { recognition, loss }, threshold: sigmoid(threshold) }
    })
  }

  /** The mean over the batches: what is drawn counts as much as what is said. */
  async #loss(prompt: SoftPrompt, stepping: Stepping): Promise<number> {
    let sum = 0
    for (const batch of this.#examples) {
      await nextStep(stepping)
      sum += (await meanLoss(this.#context.model.language, batch, prompt)) / this.#examples.length
    }
    return sum
  }
}

/** Log-odds are not trusted to be more certain than this: a picture far from the rest should not place the threshold. */
const furthest = 12

/**
 * The threshold that separates pictures of the subject from others: where the cross-entropy of (log-odds − threshold) is
 * least, positives and negatives counting alike. It is smooth where counting mistakes is not, so that a few pictures
 * place it steadily.
 */
export function separate(
  odds: readonly number[],
  judged: readonly Pick<Judged, 'shows' | 'weight'>[],
): Omit<HeldOutScore, 'loss'> {
  const total = (shows: boolean) =>
    judged.reduce((sum, one) => sum + (one.shows === shows ? one.weight : 0), 0) || Number.POSITIVE_INFINITY
  const totals = { yes: total(true), no: total(false) }
  const weights = judged.map(({ shows, weight }) => weight / (2 * (shows ? totals.yes : totals.no)))
  // The slope rises with the threshold, so its zero can be halved upon.
  const slope = (threshold: number) =>
    odds.reduce((sum, one, i) => sum + weights[i]! * ((judged[i]!.shows ? 1 : 0) - sigmoid(one - threshold)), 0)
  let [low, high] = [-furthest, furthest]
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2
    if (slope(middle) < 0) low = middle
    else high = middle
  }
  const threshold = (low + high) / 2
  let presence = 0
  let recognition = 0
  for (const [i, { shows }] of judged.entries()) {
    const margin = (shows ? 1 : -1) * (odds[i]! - threshold)
    presence += weights[i]! * logSumExp([0, -margin])
    if (shows ? margin >= 0 : margin > 0) recognition += weights[i]!
  }
  return { presence, recognition, threshold }
}
