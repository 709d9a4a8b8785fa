/**
 * Reads prompts whose beginnings repeat: the template, a picture that is asked about again, a concept's definition. What was read of a
 * beginning is kept, the latest used within a limit of bytes, and found by its words and by the rows that stand in it.
 *
 * A prompt is always read in the same parts, kept or not, so that a reply is the same, bit for bit. It knows nothing of what
 * the parts mean.
 */
import { createHash } from 'node:crypto'
import type { KvCache } from '../models/kv-cache.ts'
import type { Language, Reading, SoftPrompt, Word } from '../models/language.ts'

/** Positions that are kept: half a dozen definitions, or a picture of a model that needs few words for one. */
const defaultPositions = 256

export class PrefixCache {
  readonly #language: Language
  readonly #limit: number
  /** In the order of their last use. */
  readonly #kept = new Map<string, { cache: KvCache; bytes: number }>()
  #bytes = 0

  /** @param positions so many of which are kept: 100 MB for Janus-Pro-1B when left out */
  constructor(language: Language, positions = defaultPositions) {
    this.#language = language
    const { bytes, capacity } = language.cache()
    this.#limit = (positions * bytes) / capacity
  }

  /** What is kept, in bytes. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Reads a sequence into a cache of its own.
   * @param ends of the beginnings that may repeat: lengths, ascending, each less than the sequence's
   * @param room for so many positions in all
   */
  async read(
    ids: readonly Word[],
    ends: readonly number[],
    softPrompt: SoftPrompt | undefined,
    room: number,
  ): Promise<{ cache: KvCache; reading: Reading }> {
    const keys = this.#keys(ids, ends, softPrompt)
    let known = ends.length
    while (known > 0 && !this.#kept.has(keys[known - 1] as string)) known--
    let prefix = known > 0 ? this.#use(keys[known - 1] as string) : undefined
    let isKept = true
    for (let i = known; i < ends.length; i++) {
      const from = i > 0 ? (ends[i - 1] as number) : 0
      const end = ends[i] as number
      const longer = prefix ? await prefix.select([0], end) : this.#language.cache(1, end)
      await this.#language.read(longer, [ids.slice(from, end)], softPrompt)
      if (!isKept) prefix?.dispose()
      isKept = this.#keep(keys[i] as string, longer)
      prefix = longer
    }
    const cache = prefix ? await prefix.select([0], room) : this.#language.cache(1, room)
    if (!isKept) prefix?.dispose()
    const reading = await this.#language.read(cache, [ids.slice(ends.at(-1) ?? 0)], softPrompt)
    return { cache, reading }
  }

  /** One for each beginning: a digest of its words, of what was seen in it, and of the learned rows that stand in it. */
  #keys(ids: readonly Word[], ends: readonly number[], softPrompt: SoftPrompt | undefined): string[] {
    const { vocabularySize, decoder } = this.#language.model
    const digest = createHash('sha256')
    const keys: string[] = []
    let from = 0
    for (const end of ends) {
      for (const word of ids.slice(from, end)) {
        if (typeof word !== 'number') {
          digest.update('seen').update(bytesOf(word))
          continue
        }
        digest.update(`${word},`)
        const row = (word - vocabularySize) * decoder.width
        if (row >= 0 && softPrompt) digest.update(bytesOf(softPrompt.rows.subarray(row, row + decoder.width)))
      }
      from = end
      keys.push(digest.copy().digest('base64'))
    }
    return keys
  }

  #use(key: string): KvCache {
    const kept = this.#kept.get(key) as { cache: KvCache; bytes: number }
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    return kept.cache
  }

  /** Whether it is kept: what is too large is not, nor what another reply has read meanwhile. */
  #keep(key: string, cache: KvCache): boolean {
    const { bytes } = cache
    if (bytes > this.#limit || this.#kept.has(key)) return false
    this.#kept.set(key, { cache, bytes })
    this.#bytes += bytes
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#bytes <= this.#limit) break
      this.#kept.delete(oldest)
      this.#bytes -= bytes
    }
    return true
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) => new Uint8Array(buffer, byteOffset, byteLength)
