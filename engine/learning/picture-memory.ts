/**
 * Keys and values of pictures that a lesson shows again and again. Pictures come first in a sequence, before any learned
 * row, so that what was read of one never changes while the rows do. They are kept in 8 bits, and no more of them than
 * memory allows (58 MB a picture for Janus-Pro-1B): those beyond are read again when they are asked for, with the same result.
 */
import type { ModelContext } from '../answering/context.ts'
import { nextStep, type Stepping } from '../answering/steps.ts'
import type { LateRow, RowSource } from '../models/kv-cache.ts'
import type { PictureView } from '../models/multimodal.ts'
import { type PackedRow, packedBytes } from '../models/packed-row.ts'
import { systemMemory } from '../runtime/device-memory.ts'

/** Of the memory of the machine, at most. */
const share = 0.25

export class PictureMemory {
  readonly #context: Pick<ModelContext, 'model' | 'template'>
  readonly #limit: number
  /** In the order of their last use; nothing for those that are to be read again. */
  readonly #known = new Map<PictureView, PackedRow | undefined>()
  #bytes = 0

  constructor(context: Pick<ModelContext, 'model' | 'template' | 'pictureBytes'>) {
    this.#context = context
    this.#limit = Math.min(context.pictureBytes ?? Number.POSITIVE_INFINITY, share * systemMemory())
  }

  /** What is kept, in bytes. */
  get bytes(): number {
    return this.#bytes
  }

  /** Reads those pictures that were not read yet, as many as may be kept. */
  async read(pictures: Iterable<PictureView>, stepping: Stepping): Promise<void> {
    for (const picture of pictures) {
      if (this.#known.has(picture)) continue
      await nextStep(stepping)
      if (this.#bytes >= this.#limit) this.#known.set(picture, undefined)
      else await this.#read(picture)
    }
  }

  /** What stands before a question about the picture. */
  of(picture: PictureView): RowSource | LateRow {
    if (!this.#known.has(picture)) throw new Error('Expected a picture that was read but received another one')
    return { recall: async () => ({ packed: this.#used(picture) ?? (await this.#read(picture)) }) }
  }

  /** The one that was used last is the last to be given up. */
  #used(picture: PictureView): PackedRow | undefined {
    const packed = this.#known.get(picture)
    this.#known.delete(picture)
    this.#known.set(picture, packed)
    return packed
  }

  async #read(picture: PictureView): Promise<PackedRow> {
    const { model, template } = this.#context
    const ids = template.begin([picture])
    const cache = model.language.cache(1, ids.length)
    await model.language.read(cache, [ids])
    const packed = await cache.pack(0)
    cache.dispose()
    this.#bytes += packedBytes(packed)
    this.#known.delete(picture)
    this.#known.set(picture, packed)
    for (const [other, kept] of this.#known) {
      if (this.#bytes <= this.#limit || other === picture) break
      if (!kept) continue
      this.#bytes -= packedBytes(kept)
      this.#known.set(other, undefined)
    }
    return packed
  }
}
