/** Messages and views as one person sees them. */
import type { SeenButton, SeenImage, SeenMessage, SeenText } from '../types.ts'
import { messageJson } from '../world/json.ts'
import { type Block, type Json, type MessageState, repliesTo, type TeamState } from '../world/state.ts'
import type { World } from '../world/world.ts'
import { mrkdwnPieces, type Names, type Piece, unescaped, withEmoji } from './mrkdwn.ts'
import { richTextPieces } from './rich-text.ts'

export function namesOf(team: TeamState): Names {
  return { user: id => team.users.get(id)?.name, channel: id => team.channels.get(id)?.name }
}

export function seenMessage(world: World, team: TeamState, message: MessageState): SeenMessage {
  const names = namesOf(team)
  const blocks = message.blocks ?? []
  const pieces = message.mrkdwn ? mrkdwnPieces(message.text, names) : [{ text: unescaped(message.text), bold: false }]
  const channel = team.channels.get(message.channel)!
  return {
    channel: message.channel,
    ts: message.ts,
    ...(message.thread && { thread: message.thread }),
    from: message.user,
    ...(blocks.length > 0 ? seenBlocks(blocks, names) : seenPieces(pieces)),
    images: [
      ...message.files
        .filter(file => !file.deleted && file.mimetype.startsWith('image/'))
        .map(file => ({ altText: file.altText ?? '', title: file.title, bytes: file.bytes })),
      ...seenImages(team, blocks),
    ],
    buttons: seenButtons(blocks),
    ephemeral: message.ephemeralFor !== undefined,
    edited: message.edited !== undefined,
    replies: repliesTo(channel, message.ts).length,
    reactions: [...message.reactions.keys()],
    raw: messageJson(world, team, message),
  }
}

export function seenBlocks(blocks: readonly Block[], names: Names): SeenText {
  const parts = blocks.map(block => blockPieces(block, names)).filter(pieces => pieces.length > 0)
  return seenPieces(parts.flatMap((pieces, i) => (i === 0 ? pieces : [{ text: '\n', bold: false }, ...pieces])))
}

function blockPieces(block: Block, names: Names): Piece[] {
  switch (block.type) {
    case 'section': {
      const texts = [block.text, ...((block.fields ?? []) as Json[])].filter(text => text !== undefined)
      return joined(texts.map(text => textPieces(text as Json, names)))
    }
    case 'header':
      return textPieces(block.text as Json, names)
    case 'context':
      return joined(
        (block.elements as Json[]).filter(({ type }) => type !== 'image').map(text => textPieces(text, names)),
      )
    case 'rich_text':
      return richTextPieces(block, names)
    default:
      return []
  }
}

function joined(parts: readonly Piece[][]): Piece[] {
  return parts.flatMap((pieces, i) => (i === 0 ? pieces : [{ text: '\n', bold: false }, ...pieces]))
}

export function plainText(text: Json): string {
  const typed = unescaped(text.text as string)
  return text.emoji === false ? typed : withEmoji(typed)
}

function textPieces(text: Json, names: Names): Piece[] {
  return text.type === 'mrkdwn' ? mrkdwnPieces(text.text as string, names) : [{ text: plainText(text), bold: false }]
}

/** Neighbours that are alike become one. */
function seenPieces(pieces: readonly Piece[]): SeenText {
  const bold: string[] = []
  let wasBold = false
  for (const piece of pieces) {
    if (piece.bold && wasBold) bold[bold.length - 1] += piece.text
    else if (piece.bold) bold.push(piece.text)
    wasBold = piece.bold
  }
  return { text: pieces.map(({ text }) => text).join(''), bold }
}

/** Everything with this type among the blocks' elements, with the id of its block. */
function elements(blocks: readonly Block[], type: string): { element: Json; blockId: string }[] {
  return blocks.flatMap(block =>
    [block.accessory, ...((block.elements ?? []) as Json[])]
      .filter(element => (element as Json | undefined)?.type === type)
      .map(element => ({ element: element as Json, blockId: block.block_id! })),
  )
}

export function seenButtons(blocks: readonly Block[]): SeenButton[] {
  return elements(blocks, 'button').map(({ element, blockId }) => ({
    label: plainText(element.text as Json),
    style: (element.style ?? 'default') as SeenButton['style'],
    actionId: element.action_id as string,
    blockId,
    ...(element.value !== undefined && { value: element.value as string }),
  }))
}

export function seenImages(team: TeamState, blocks: readonly Block[]): SeenImage[] {
  return blocks
    .flatMap(block =>
      block.type === 'image' ? [block as Json] : elements([block], 'image').map(({ element }) => element),
    )
    .flatMap(image => {
      const file = team.files.get(((image.slack_file as Json).id as string) ?? '')
      const title = image.title === undefined ? undefined : plainText(image.title as Json)
      if (!file || file.deleted) return []
      return [{ altText: image.alt_text as string, ...(title && { title }), bytes: file.bytes }]
    })
}
