/** `rich_text` blocks as a client shows them. Their texts are literal: no mark-up, no emoji names. */
import type { Block, Json } from '../world/state.ts'
import type { Names, Piece } from './mrkdwn.ts'

export function richTextPieces(block: Block, names: Names): Piece[] {
  const parts = (block.elements as Json[]).map(element => partPieces(element, names))
  return parts.flatMap((pieces, i) => (i === 0 ? pieces : [{ text: '\n', bold: false }, ...pieces]))
}

function partPieces(part: Json, names: Names): Piece[] {
  const elements = part.elements as Json[]
  if (part.type !== 'rich_text_list') return elements.map(element => inlinePiece(element, names))
  return elements.flatMap((item, i) => [
    { text: `${i === 0 ? '' : '\n'}${part.style === 'ordered' ? `${i + 1}.` : '•'} `, bold: false },
    ...(item.elements as Json[]).map(element => inlinePiece(element, names)),
  ])
}

function inlinePiece(element: Json, names: Names): Piece {
  const bold = (element.style as Json | undefined)?.bold === true
  return { text: inlineText(element, names), bold }
}

function inlineText(element: Json, names: Names): string {
  switch (element.type) {
    case 'user':
      return `@${names.user(element.user_id as string) ?? 'unknown'}`
    case 'channel':
      return `#${names.channel(element.channel_id as string) ?? 'unknown'}`
    case 'broadcast':
      return `@${element.range}`
    case 'emoji':
      return `:${element.name}:`
    case 'link':
      return (element.text ?? element.url) as string
    case 'date':
      return (element.fallback ?? '') as string
    default:
      return element.text as string
  }
}
