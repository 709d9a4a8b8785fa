/** `@name` in what people write: who is meant, and what is left when the bot's own name is taken out. */
import type { Member } from './people.ts'

export interface ReadText {
  /** With `@name` for people, as they write it, and without the bot's. */
  readonly text: string
  readonly mentionsBot: boolean
  readonly mentions: readonly Member[]
}

export function readMentions(written: string, members: readonly Member[], botName: string): ReadText {
  const text = written.normalize('NFC')
  const bot = mention(botName)
  // With the comma or colon behind it, and no more than one space where it stood.
  const withoutBot = text.replace(new RegExp(`(\\s*)${bot}[,:]?(\\s*)`, 'giu'), (_, before: string, after: string) =>
    before && after ? longer(before, after) : '',
  )
  return {
    text: withoutBot.trim(),
    mentionsBot: new RegExp(bot, 'iu').test(text),
    mentions: mentioned(withoutBot, members),
  }
}

/** The longest name first: `@Lan Anh` does not mean Lan. */
function mentioned(text: string, members: readonly Member[]): Member[] {
  let rest = text
  const found = new Set<Member>()
  for (const member of [...members].sort((a, b) => b.name.length - a.name.length)) {
    rest = rest.replace(new RegExp(mention(member.name), 'giu'), () => {
      found.add(member)
      return ' '
    })
  }
  return members.filter(member => found.has(member))
}

/** `\b` knows no letters beyond ASCII. */
function mention(name: string): string {
  const quoted = name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  return `(?<![\\p{L}\\p{M}\\p{N}@])@${quoted}(?![\\p{L}\\p{M}\\p{N}])`
}

function longer(a: string, b: string): string {
  return a.length > b.length ? a : b
}
