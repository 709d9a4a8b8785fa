/** What a drawing is asked for, taken out of the usual ways to ask. */
import { DRAWING_REQUESTS } from '../learning/templates.ts'

/** The longest way first. */
const requests = [...DRAWING_REQUESTS]
  .sort((a, b) => b.length - a.length)
  .map(template => {
    const [before = '', after = ''] = template.split('{name} {scene}')
    return new RegExp(`^${quoted(before)}(.+?)${quoted(after.replace(/[.?]$/, ''))}[.?!\\s]*$`, 'isu')
  })

/** `draw a cat at the beach please!` → `a cat at the beach`; nothing where it is asked in another way. */
export function requestedDrawing(text: string): string | undefined {
  for (const pattern of requests) {
    const subject = pattern.exec(text.trim())?.[1]?.trim()
    if (subject) return subject
  }
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
