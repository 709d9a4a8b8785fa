/**
 * Keys and values of pictures that a lesson shows again and again. Pictures come first in a sequence, before any learned
 * row, so that what was read of one never changes while the rows do. They are kept in half precision: of all that a lesson
 * holds they are the most.
 */
import type { ModelContext } from '../answering/context.ts'
import { nextStep, type Stepping } from '../answering/steps.ts'
import type { PackedRow } from '../models/kv-cache.ts'
import type { PictureView } from '../models/multimodal.ts'

export interface Remembered {
  readonly packed: PackedRow
}

export class PictureMemory {
  readonly #context: ModelContext
  readonly #known = new Map<PictureView, Remembered>()

  constructor(context: ModelContext) {
    this.#context = context
  }

  /** Reads those pictures that were not read yet. */
  async read(pictures: Iterable<PictureView>, stepping: Stepping): Promise<void> {
    const { model, template } = this.#context
    for (const picture of pictures) {
      if (this.#known.has(picture)) continue
      await nextStep(stepping)
      const ids = template.begin([picture])
      const cache = model.language.cache(1, ids.length)
      await model.language.read(cache, [ids])
      this.#known.set(picture, { packed: cache.pack(0) })
    }
  }

  /** What stands before a question about the picture. */
  of(picture: PictureView): Remembered {
    const remembered = this.#known.get(picture)
    if (!remembered) throw new Error('Expected a picture that was read but received another one')
    return remembered
  }
}
