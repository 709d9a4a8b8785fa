/**
 * Keys and values of pictures that a lesson shows again and again. Pictures come first in a sequence, before any learned
 * row, so that what was read of one never changes while the rows do.
 */
import type { ModelContext } from '../answering/context.ts'
import { nextStep, type Stepping } from '../answering/steps.ts'
import type { KvCache } from '../models/kv-cache.ts'

export interface Remembered {
  readonly cache: KvCache
  readonly row: number
}

export class PictureMemory {
  readonly #context: ModelContext
  readonly #known = new Map<readonly number[], Remembered>()

  constructor(context: ModelContext) {
    this.#context = context
  }

  /** Reads those pictures (codes) that were not read yet. */
  async read(pictures: Iterable<readonly number[]>, stepping: Stepping): Promise<void> {
    const { model, template } = this.#context
    for (const codes of pictures) {
      if (this.#known.has(codes)) continue
      await nextStep(stepping)
      const ids = [...template.begin(), ...template.picture(codes)]
      const cache = model.language.cache(1, ids.length)
      await model.language.read(cache, [ids])
      this.#known.set(codes, { cache, row: 0 })
    }
  }

  /** What stands before a question about the picture. */
  of(codes: readonly number[]): Remembered {
    const remembered = this.#known.get(codes)
    if (!remembered) throw new Error('Expected a picture that was read but received another one')
    return remembered
  }
}
