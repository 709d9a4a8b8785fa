/** A drawing in words, for those who cannot see it. */
import { DRAWING_REQUESTS } from '../learning/templates.ts'
import { splitAtNames } from './names.ts'

/** What is asked for, taken out of the usual ways to ask; the longest way first. */
const requests = [...DRAWING_REQUESTS]
  .sort((a, b) => b.length - a.length)
  .map(template => {
    const [before = '', after = ''] = template.split('{name} {scene}')
    return new RegExp(`^${quoted(before)}(.+?)${quoted(after.replace(/[.?]$/, ''))}[.?!\\s]*$`, 'isu')
  })

/** `draw mắm at the beach please!` → `Drawing of Mắm at the beach, AI-generated`. */
export function altTextOf(request: string, names: readonly string[]): string {
  const text = splitAtNames(request.trim(), names)
    .map(span => ('concept' in span ? names[span.concept] : span.words))
    .join('')
  for (const pattern of requests) {
    const subject = pattern.exec(text)?.[1]?.trim()
    if (subject) return `Drawing of ${subject}, AI-generated`
  }
  return text === '' ? 'Drawing, AI-generated' : `Drawing for “${text}”, AI-generated`
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
