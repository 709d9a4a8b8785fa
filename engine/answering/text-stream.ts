/** Words as they come to text as people read it: spaces, signs, names, capitals. Knows nothing of models. */
import type { PromptTemplate } from './prompt.ts'

export class TextStream {
  readonly #template: PromptTemplate
  readonly #concepts: readonly string[]
  readonly #emit: (delta: string) => void
  readonly #ids: number[] = []
  /** Whether the model writes lower case only, so that `i` has to be written `I`. */
  readonly #lowerCase: boolean
  #emitted = ''

  /** @param concepts names as people write them, by slot */
  constructor(template: PromptTemplate, concepts: readonly string[], emit: (delta: string) => void = () => {}) {
    this.#template = template
    this.#concepts = concepts
    this.#emit = emit
    this.#lowerCase = String(template.text('I')) === String(template.text('i'))
  }

  /** A new word. What can no longer change because of what follows is passed on. */
  push(id: number): void {
    this.#ids.push(id)
    const text = this.text
    // The last word may go on, and a sign may close up to it.
    this.#pass(text.slice(0, Math.max(0, text.search(/\s+\S*$/))))
  }

  /** Passes on the rest and returns the whole text. */
  end(): string {
    const text = this.text
    this.#pass(text)
    return text
  }

  /** All so far. */
  get text(): string {
    const text = this.#template.decode(this.#ids, this.#concepts).trim()
    const sentences = text.replace(/(^|[.?!]\s+)(\p{Ll})/gu, (_, before: string, letter: string) => {
      return before + letter.toUpperCase()
    })
    return this.#lowerCase ? sentences.replace(/(?<![\p{L}\p{N}])i(?![\p{L}\p{N}])/gu, 'I') : sentences
  }

  #pass(text: string): void {
    if (text.length <= this.#emitted.length || !text.startsWith(this.#emitted)) return
    this.#emit(text.slice(this.#emitted.length))
    this.#emitted = text
  }
}
