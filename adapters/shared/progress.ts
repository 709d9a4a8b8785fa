/** Long work under way as lines of plain text, for platforms whose messages have no bars of their own. */
import type { Card } from '../../src/conversation/chat.ts'
import { duration, speaker } from '../../src/texts/texts.ts'

const cells = 12

/** A card as text: its title bold, a bar with percent and the time left where something is being done, its status. */
export function cardText({ title, status, share, secondsLeft, locale = 'en' }: Card): string {
  const lines = [`**${title}**`]
  if (share !== undefined) {
    const say = speaker(locale)
    const left = secondsLeft !== undefined && say('adapter.left', { time: duration(say, rounded(secondsLeft)) })
    lines.push([bar(share), left].filter(Boolean).join(' · '))
  }
  return [...lines, status].join('\n')
}

/** Rounded down: full only when all is done. */
function bar(share: number): string {
  const done = Math.min(1, Math.max(0, share))
  const full = Math.floor(done * cells)
  return `${'▰'.repeat(full)}${'▱'.repeat(cells - full)} ${Math.floor(100 * done + 1e-9)}%`
}

/** "About" 40 seconds, and not 37. */
const rounded = (seconds: number) => (seconds < 10 ? seconds : Math.ceil(seconds / 5) * 5)
