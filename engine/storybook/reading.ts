/**
 * What the built-in model itself sees in pictures, as probabilities: how many characters, and of each the profile (a
 * distribution over the words of each of the 15 slots), what it is doing, where and on which side. Every question is
 * asked in a form of pretraining, with the answer's beginning given, so that the next words are the choice.
 *
 * Knows nothing of lessons: which character is meant, and what several photos say together, is learning's.
 */
import type { PromptTemplate } from '../answering/prompt.ts'
import { nextStep, type Stepping } from '../answering/steps.ts'
import { FamiliarError } from '../errors.ts'
import { KvCache } from '../models/kv-cache.ts'
import type { MultimodalModel, PictureView } from '../models/multimodal.ts'
import { PLACE_PHRASES, SIDE_PHRASES } from './language/captions.ts'
import { SLOT_WORDS } from './language/profile.ts'
import { TELL } from './language/vocabulary.ts'
import { ACTIONS, type Action, KINDS, type Kind, PLACES, type Place, SIDES, type Side } from './scene.ts'

/** What a character is, wherever it is. */
export interface ReadLooks {
  readonly kind: Kind
  /** 15 distributions over `SLOT_WORDS[slot]`; they sum to 1. */
  readonly slots: readonly Float32Array[]
}

/** One character as it was read, with what it does. */
export interface ReadCharacter extends ReadLooks {
  readonly side: Side
  readonly action: Action
}

export interface ReadPicture {
  readonly place: Place
  /** One, or two from left to right. */
  readonly characters: readonly ReadCharacter[]
}

/** Pictures read at once: of more the caches and activations take tens of megabytes each, and no product becomes faster. */
const BATCH = 4

/**
 * Reads the characters of pictures, and where and in what they are.
 *
 * @param pictures codes of each
 */
export function readProfiles(
  model: MultimodalModel,
  template: PromptTemplate,
  pictures: readonly PictureView[],
  stepping: Stepping = {},
): Promise<ReadPicture[]> {
  return inBatches(pictures, stepping, async batch => {
    const asker = await Asker.shown(batch, model, template, stepping)
    const read = await readCircumstances(asker, await readLooks(asker, batch.length), batch.length)
    asker.close()
    return read
  })
}

/** Reads the characters of pictures, from left to right: half of the work. @param pictures codes of each */
export function readCharacters(
  model: MultimodalModel,
  template: PromptTemplate,
  pictures: readonly PictureView[],
  stepping: Stepping = {},
): Promise<ReadLooks[][]> {
  return inBatches(pictures, stepping, async batch => {
    const asker = await Asker.shown(batch, model, template, stepping)
    const looks = await readLooks(asker, batch.length)
    asker.close()
    return batch.map((_, row) => looks.filter(one => one.row === row))
  })
}

async function inBatches<Read>(
  pictures: readonly PictureView[],
  stepping: Stepping,
  read: (batch: readonly PictureView[]) => Promise<Read[]>,
): Promise<Read[]> {
  const all: Read[] = []
  for (let from = 0; from < pictures.length; from += BATCH) {
    await nextStep(stepping)
    all.push(...(await read(pictures.slice(from, from + BATCH))))
  }
  return all
}

/** A character, the picture that it is in, and how it is spoken of. */
interface Spoken extends ReadLooks {
  readonly row: number
  /** Of two, the side. */
  readonly where: string
  readonly name: string
}

async function readLooks(asker: Asker, count: number): Promise<Spoken[]> {
  const all = Array.from({ length: count }, (_, row) => row)
  const counts = await asker.next(all, () => ['how many animals or people are here?', ''], ['one', 'two'])
  const pairs = counts.map(([one = 0, two = 0]) => two > one)

  // Whoever stands alone may be anywhere; of two, one is on the left and one on the right.
  const asked = all.flatMap(row =>
    pairs[row]
      ? [
          { row, where: 'left' },
          { row, where: 'right' },
        ]
      : [{ row, where: '' }],
  )
  const rows = asked.map(({ row }) => row)
  const kinds = await asker.next(
    rows,
    i => [asked[i]?.where ? `what is on the ${asked[i].where}?` : 'what animal is this?', 'it is a'],
    KINDS,
  )
  const spoken = asked.map(({ row, where }, i) => {
    const kind = KINDS[largest(kinds[i] as Float32Array)] as Kind
    return { row, where, kind, name: where ? `the ${where} ${kind}` : `the ${kind}` }
  })
  const slots = await asker.profiles(rows, i => spoken[i]?.name as string)
  // The profile's first word echoes the kind in its question: what was read of the kind counts.
  return spoken.map((one, i) => ({
    ...one,
    slots: [kinds[i] as Float32Array, ...(slots[i] as Float32Array[]).slice(1)],
  }))
}

async function readCircumstances(asker: Asker, looks: readonly Spoken[], count: number): Promise<ReadPicture[]> {
  const rows = looks.map(({ row }) => row)
  const nameOf = (i: number) => looks[i]?.name as string
  const sides = await asker.phrases(
    rows,
    i => [`which side is ${nameOf(i)} on?`, `${nameOf(i)} is`],
    firstOf(SIDES, SIDE_PHRASES),
  )
  const actions = await asker.next(rows, i => [`what is ${nameOf(i)} doing?`, `${nameOf(i)} is`], ACTIONS)
  const places = await asker.phrases(
    rows,
    i => [`where is ${nameOf(i)}?`, `${nameOf(i)} is`],
    firstOf(PLACES, PLACE_PHRASES),
  )

  return Array.from({ length: count }, (_, row) => {
    const here = looks.flatMap((one, i) => (one.row === row ? [{ ...one, i }] : []))
    const place = total(here.map(({ i }) => places[i] as Float32Array))
    return {
      place: PLACES[largest(place)] as Place,
      characters: here.map(({ kind, where, slots, i }) => ({
        kind,
        slots,
        side: where ? (where as Side) : (SIDES[largest(sides[i] as Float32Array)] as Side),
        action: ACTIONS[largest(actions[i] as Float32Array)] as Action,
      })),
    }
  })
}

/** A question, and how its answer begins. */
type Ask = (i: number) => readonly [question: string, beginning: string]

/** Asks about pictures that a cache holds; nothing of it is kept. */
class Asker {
  readonly #model: MultimodalModel
  readonly #template: PromptTemplate
  readonly #cache: KvCache
  readonly #stepping: Stepping

  /** Asks about pictures once they are read. */
  static async shown(
    pictures: readonly PictureView[],
    model: MultimodalModel,
    template: PromptTemplate,
    stepping: Stepping,
  ): Promise<Asker> {
    const cache = model.language.cache(pictures.length, 256)
    await model.language.read(
      cache,
      pictures.map(picture => template.begin([picture])),
    )
    return new Asker(model, template, cache, stepping)
  }

  private constructor(model: MultimodalModel, template: PromptTemplate, cache: KvCache, stepping: Stepping) {
    this.#model = model
    this.#template = template
    this.#cache = cache
    this.#stepping = stepping
  }

  /** Forgets the pictures. */
  close(): void {
    this.#cache.dispose()
  }

  /** Probabilities of single words as the next one, for each of `rows`. */
  async next(rows: readonly number[], ask: Ask, words: readonly string[]): Promise<Float32Array[]> {
    const cache = await this.#select(rows)
    const { logits, words: width } = await this.#model.language.read(cache, this.#sequences(rows, ask))
    cache.dispose()
    const ids = words.map(word => this.#id(word))
    return rows.map((_, i) => softmax(ids.map(id => logits[i * width + id] as number)))
  }

  /** Probabilities of whole phrases: the product over their words. */
  async phrases(rows: readonly number[], ask: Ask, phrases: readonly string[]): Promise<Float32Array[]> {
    const cache = await this.#select(rows)
    const first = await this.#model.language.read(cache, this.#sequences(rows, ask))
    const options = phrases.map(phrase => this.#template.text(phrase))
    const firstOf = (i: number) => logSoftmax(first.logits.subarray(i * first.words, (i + 1) * first.words))
    const scores: Float32Array[] = []
    for (const row of rows.keys()) {
      await nextStep(this.#stepping)
      const begun = firstOf(row)
      const each = await cache.select(options.map(() => row))
      const rest = await this.#model.language.read(
        each,
        options.map(ids => ids.slice(0, -1)),
        undefined,
        'all',
      )
      each.dispose()
      let at = 0
      const logs = options.map(ids => {
        let sum = begun[ids[0] as number] as number
        for (const id of ids.slice(1)) {
          sum += logSoftmax(rest.logits.subarray(at * rest.words, (at + 1) * rest.words))[id] as number
          at++
        }
        return sum
      })
      scores.push(softmax(logs))
    }
    cache.dispose()
    return scores
  }

  /** The 15 slots, each after the likeliest words of those before. */
  async profiles(rows: readonly number[], nameOf: (i: number) => string): Promise<Float32Array[][]> {
    const cache = await this.#select(rows)
    const tell = this.#id(TELL)
    let sequences = rows.map((_, i) => [...this.#template.userTurn({ text: `profile of ${nameOf(i)}.` }), tell])
    const slots: Float32Array[][] = rows.map(() => [])
    for (const words of SLOT_WORDS) {
      await nextStep(this.#stepping)
      const { logits, words: width } = await this.#model.language.read(cache, sequences)
      const ids = words.map(word => this.#id(word))
      sequences = rows.map((_, i) => {
        const distribution = softmax(ids.map(id => logits[i * width + id] as number))
        slots[i]?.push(distribution)
        return [ids[largest(distribution)] as number]
      })
    }
    cache.dispose()
    return slots
  }

  #select(rows: readonly number[]): Promise<KvCache> {
    return KvCache.stack(rows.map(row => ({ cache: this.#cache, row })))
  }

  #sequences(rows: readonly number[], ask: Ask): number[][] {
    return rows.map((_, i) => {
      const [text, beginning] = ask(i)
      return [...this.#template.userTurn({ text }), ...this.#template.text(beginning)]
    })
  }

  #id(word: string): number {
    const id = this.#model.config.vocabulary.get(word)
    if (id === undefined)
      throw new FamiliarError(
        'BAD_CONFIG',
        `Expected the drawn world's word "${word}" in the vocabulary but there is none`,
      )
    return id
  }
}

const firstOf = <T extends string>(values: readonly T[], phrases: Readonly<Record<T, readonly string[]>>) =>
  values.map(value => phrases[value][0] as string)

function largest(values: Float32Array): number {
  return values.reduce((best, value, i) => (value > (values[best] as number) ? i : best), 0)
}

function total(distributions: readonly Float32Array[]): Float32Array {
  return (distributions[0] as Float32Array).map((_, i) =>
    distributions.reduce((sum, one) => sum + (one[i] as number), 0),
  )
}

function logSoftmax(logits: Float32Array): Float32Array {
  const top = logits.reduce((best, value) => Math.max(best, value), Number.NEGATIVE_INFINITY)
  const log = Math.log(logits.reduce((sum, value) => sum + Math.exp(value - top), 0)) + top
  return logits.map(value => value - log)
}

const softmax = (logits: readonly number[]) => logSoftmax(Float32Array.from(logits)).map(Math.exp)
