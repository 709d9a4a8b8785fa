/**
 * Dialogues as the numbers a learning step is fed with. Definitions and restatements become points between words: a slot
 * word and its neighbour mixed by the individual's trait, plus noise, so that learned rows later find meaning there.
 */
import type { Random } from '../../random.ts'
import type { Dialogue } from '../language/pieces.ts'
import { profile, type SoftWord } from '../language/profile.ts'
import type { Individual, Scene } from '../scene.ts'
import type { Foresight } from './foresight.ts'
import { type Insight, insightOf } from './insight.ts'

/** What the assembler needs of the tokeniser. */
export interface Words {
  /** Ids of a text, without begin or end. */
  encode(text: string): number[]
  id(word: string): number
  /** Id of the image word for code 0; the others follow. */
  readonly firstImageWord: number
  readonly begin: number
  readonly pad: number
  readonly end: number
  readonly beginImage: number
  readonly endImage: number
  readonly draw: number
  readonly tell: number
  readonly yes: number
  readonly no: number
}

/** A batch of B sequences of T positions; N = B·T. */
export interface DecoderBatch {
  /** [B, T]: the word, or the nearer of two. */
  readonly ids: BigInt64Array
  /** [B, T]: the word mixed in. */
  readonly others: BigInt64Array
  /** [N, 1]: share of the first. */
  readonly mix: Float32Array
  /** [N, D]: added to the embeddings. */
  readonly noise: Float32Array
  /** [M]: positions 0…N−1 whose next word counts. */
  readonly positions: BigInt64Array
  /** [M]: that next word. */
  readonly labels: BigInt64Array
  /** [M]: how much it counts. */
  readonly weights: Float32Array
  /** What the words of drawn pictures are asked besides. */
  readonly ahead: Foresight
  /** What those of all pictures are. */
  readonly insight: Insight
}

export interface AssembleOptions {
  readonly time: number
  readonly width: number
  /** Deviation of an embedding row's elements: the unit of the noise. */
  readonly embeddingScale: number
  /** Share of a seen picture's words that are modelled as well. */
  readonly pictureShare: number
  /** What is known of a picture's words, drawn or only seen, beside which they are. */
  readonly picture?: (scene: Scene, drawn: boolean) => Promise<PictureWords>
}

/** One entry for each word of a picture. */
export interface PictureWords {
  /** What it counts in one that is drawn; all alike when left out. */
  readonly counts?: readonly number[]
  /** What it is asked in one that is drawn (`foresee`). */
  readonly ahead?: readonly (readonly number[])[]
  /** Labels of whom it shows (`insights`). */
  readonly shows?: readonly (readonly number[] | undefined)[]
}

/** What a picture that is only looked at counts, against a word of an answer. */
const PICTURE_WEIGHT = 0.5
/** What a slot word counts where it only repeats a definition: it is known once the definition was read. */
const COPIED_WEIGHT = 0.2
/** What `yes` and `no` count: one word carries what a whole definition was read for. */
const VERDICT_WEIGHT = 3

export async function assemble(
  dialogues: readonly Dialogue[],
  words: Words,
  codesOf: (scene: Scene) => Promise<ArrayLike<number>>,
  random: Random,
  options: AssembleOptions,
): Promise<DecoderBatch> {
  const { time, width } = options
  const size = dialogues.length * time
  const ids = new BigInt64Array(size).fill(BigInt(words.pad))
  const others = new BigInt64Array(size).fill(BigInt(words.pad))
  const mix = new Float32Array(size).fill(1)
  const noise = new Float32Array(size * width)
  const positions: number[] = []
  const labels: number[] = []
  const weights: number[] = []
  const ahead = { positions: [] as number[], labels: [] as number[] }
  const shown: { position: number; labels: readonly number[] }[] = []

  for (const [row, dialogue] of dialogues.entries()) {
    const start = row * time
    let at = start
    const put = (id: number, weight: number, other = id, share = 1) => {
      if (at >= start + time) return
      ids[at] = BigInt(id)
      others[at] = BigInt(other)
      mix[at] = share
      if (weight > 0 && at > start) {
        positions.push(at - 1)
        labels.push(id)
        weights.push(weight)
      }
      at++
    }
    const rows = softRows(words, random, width, options.embeddingScale)
    const putHalf = (half: 'draw' | 'tell', individual: Individual, weight: number) => {
      rows.of(individual, half).forEach(({ id, other, share, shift }, i) => {
        if (shift && at < start + time) noise.set(shift, at * width)
        // The marker is the choice between words and a picture: never a copy.
        put(id, i === 0 && weight > 0 ? 1 : weight, other, share)
      })
    }
    const seen = dialogue[0]?.type === 'image'
    const defined = new Set<Individual>()
    const weightOf = (id: number) => (id === words.yes || id === words.no ? VERDICT_WEIGHT : 1)
    put(words.begin, 0)
    for (const piece of dialogue) {
      if (piece.type === 'text') for (const id of words.encode(piece.text)) put(id, piece.loss ? weightOf(id) : 0)
      else if (piece.type === 'end') put(words.end, piece.loss ? 1 : 0)
      else if (piece.type === 'restate')
        putHalf(piece.half, piece.individual, defined.has(piece.individual) ? COPIED_WEIGHT : 1)
      else if (piece.type === 'definition') {
        defined.add(piece.individual)
        for (const id of words.encode(`${piece.name} is`)) put(id, 0)
        putHalf('draw', piece.individual, 0)
        putHalf('tell', piece.individual, 0)
        for (const id of words.encode('.')) put(id, 0)
      } else {
        const codes = await codesOf(piece.scene)
        const drawn = piece.loss && !(seen && piece === dialogue[0])
        const known = await options.picture?.(piece.scene, drawn)
        put(words.beginImage, drawn ? 1 : 0)
        for (let i = 0; i < codes.length; i++) {
          const looked = piece.loss && random.uniform() < options.pictureShare ? PICTURE_WEIGHT : 0
          const counts = drawn ? (known?.counts?.[i] ?? 1) : looked
          const [answers, labels] = [known?.ahead?.[i], known?.shows?.[i]]
          if (answers && at < start + time) {
            ahead.positions.push(at - 1)
            ahead.labels.push(...answers)
          }
          if (labels && at < start + time) shown.push({ position: at, labels })
          put(words.firstImageWord + (codes[i] as number), counts)
        }
        put(words.endImage, drawn ? 1 : 0)
      }
    }
  }
  return {
    ids,
    others,
    mix,
    noise,
    positions: BigInt64Array.from(positions, BigInt),
    labels: BigInt64Array.from(labels, BigInt),
    weights: Float32Array.from(weights),
    ahead: {
      positions: BigInt64Array.from(ahead.positions, BigInt),
      labels: BigInt64Array.from(ahead.labels, BigInt),
    },
    insight: insightOf(shown),
  }
}

interface SoftRow {
  readonly id: number
  readonly other: number
  readonly share: number
  readonly shift?: Float32Array
}

/** The two halves of everybody in one dialogue: the same points wherever they are repeated in it. */
function softRows(words: Words, random: Random, width: number, scale: number) {
  const known = new Map<Individual, Record<'draw' | 'tell', SoftRow[]>>()
  // Half of the dialogues have exact words; in the others the rows lie up to half a word's length away.
  const level = random.uniform() < 0.5 ? 0 : random.uniform() * 0.6 * scale
  const shift = () => (level > 0 ? Float32Array.from({ length: width }, () => level * random.normal()) : undefined)
  const half = (marker: number, soft: readonly SoftWord[]): SoftRow[] => [
    { id: marker, other: marker, share: 1, shift: shift() },
    ...soft.map(({ word, other, weight }) => ({
      id: words.id(word),
      other: words.id(other),
      share: weight,
      shift: shift(),
    })),
  ]
  return {
    of(individual: Individual, which: 'draw' | 'tell'): SoftRow[] {
      let halves = known.get(individual)
      if (!halves) {
        const soft = profile(individual)
        halves = { draw: half(words.draw, soft), tell: half(words.tell, soft) }
        known.set(individual, halves)
      }
      return halves[which]
    },
  }
}
