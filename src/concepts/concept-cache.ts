/** Concepts that were read lately, up to a number of bytes, those longest unused going first. */
import type { Concept } from '../../engine/engine.ts'

export class ConceptCache {
  readonly #concepts = new Map<string, Concept>()
  readonly #capacity: number
  #bytes = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(path: string): Concept | undefined {
    const concept = this.#concepts.get(path)
    if (!concept) return undefined
    // A map remembers the order in which keys were put there.
    this.#concepts.delete(path)
    this.#concepts.set(path, concept)
    return concept
  }

  set(path: string, concept: Concept): void {
    this.delete(path)
    this.#concepts.set(path, concept)
    this.#bytes += size(concept)
    for (const oldest of this.#concepts.keys()) {
      if (this.#bytes <= this.#capacity) return
      this.delete(oldest)
    }
  }

  delete(path: string): void {
    const concept = this.#concepts.get(path)
    if (concept && this.#concepts.delete(path)) this.#bytes -= size(concept)
  }
}

const size = ({ embedding, head }: Concept) => embedding.byteLength + head.byteLength
