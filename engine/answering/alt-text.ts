/** A drawing in words, for those who cannot see it. */
import { requestedDrawing } from './drawing-request.ts'
import { splitAtNames } from './names.ts'

/** `draw mắm at the beach please!` → `Drawing of Mắm at the beach, AI-generated`. */
export function altTextOf(request: string, names: readonly string[]): string {
  const text = splitAtNames(request.trim(), names)
    .map(span => ('concept' in span ? names[span.concept] : span.words))
    .join('')
  const subject = requestedDrawing(text)
  if (subject) return `Drawing of ${subject}, AI-generated`
  return text === '' ? 'Drawing, AI-generated' : `Drawing for “${text}”, AI-generated`
}
