/** The bot's messages as Slack's blocks. What a message is stands in the ids of its blocks, so that it can be told later. */
import { randomBytes } from 'node:crypto'
import type { types } from '@slack/bolt'
import type { Button, OutgoingMessage } from '../../../src/conversation/chat.ts'
import { cardText } from '../../shared/progress.ts'
import { splitText } from '../../shared/split-text.ts'
import type { SlackBlock } from '../reading/message.ts'
import { fallbackText, richText, shortened } from './rich-text.ts'

/** A turn of a conversation, or not: an answer to a command, or a card. */
export type Kind = 'turn' | 'aside'

/** A picture that Slack has. */
export interface UploadedPicture {
  readonly id: string
  readonly altText: string
}

/** One of Slack's messages. */
export interface Composed {
  readonly text: string
  readonly blocks: types.KnownBlock[]
  /** In the ids of its blocks and nowhere else. */
  readonly nonce: string
}

/** Characters in a block of text. */
const longestBlock = 3000
/** Blocks of text in a message that is edited; what is longer is cut. */
const mostTextBlocks = 4
const longestAltText = 2000
const longestLabel = 75
/** Ids of buttons begin so. */
export const buttonPrefix = 'press'

/** A message as those of Slack that it takes, in order. Pictures and buttons are in the last one. */
export function compose(message: OutgoingMessage, kind: Kind, pictures: readonly UploadedPicture[]): Composed[] {
  const texts = splitText(wholeText(message), longestBlock)
  if (texts.length === 0) texts.push('')
  return texts.map((text, i) => {
    const last = i === texts.length - 1
    return composed(text === '' ? [] : [text], message, kind, {
      mentions: i === 0 ? message.mentions : [],
      ...(last && { pictures, buttons: message.buttons }),
    })
  })
}

/** A message in no more than `count` of Slack's, for those that are there already. */
export function composeInto(
  count: number,
  message: OutgoingMessage,
  kind: Kind,
  pictures: readonly UploadedPicture[],
): Composed[] {
  const all = compose(message, kind, pictures)
  if (all.length <= count) return all.map(withText)
  const texts = splitText(wholeText(message), longestBlock)
  const first = texts.splice(0, texts.length - count + 1).slice(0, mostTextBlocks)
  return [first, ...texts.map(text => [text])].map((each, i) =>
    composed(each, message, kind, {
      mentions: i === 0 ? message.mentions : [],
      ...(i === count - 1 && { pictures, buttons: message.buttons }),
    }),
  )
}

/** A text cannot be edited away altogether: Slack keeps one where there was one. */
function withText(part: Composed): Composed {
  if (part.blocks.some(({ type }) => type === 'rich_text')) return part
  return { ...part, blocks: [{ ...richText(' '), block_id: `aside.${part.nonce}.text` }, ...part.blocks] }
}

/** Whether blocks are of a turn of the bot's. */
export const isTurn = (blocks: readonly SlackBlock[] = []): boolean => blocks[0]?.block_id?.startsWith('turn.') ?? false

const wholeText = ({ text, card }: OutgoingMessage) => [text, card && cardText(card)].filter(Boolean).join('\n')

interface Additions {
  readonly mentions?: readonly string[]
  readonly pictures?: readonly UploadedPicture[]
  readonly buttons?: readonly Button[]
}

function composed(texts: readonly string[], message: OutgoingMessage, kind: Kind, additions: Additions): Composed {
  const { mentions = [], pictures = [], buttons = [] } = additions
  const nonce = randomBytes(6).toString('hex')
  const blocks: types.KnownBlock[] = texts.map((text, i) => richText(text, i === 0 ? mentions : []))
  if (blocks.length === 0 && mentions.length > 0) blocks.push(richText('', mentions))
  for (const { id, altText } of pictures)
    blocks.push({ type: 'image', slack_file: { id }, alt_text: shortened(altText, longestAltText) || '–' })
  if (buttons.length > 0) blocks.push(actions(buttons))
  const words = texts.join('\n') || pictures.map(({ altText }) => altText).join(', ') || buttons[0]?.label || '–'
  const what = message.card ? 'aside' : kind
  return {
    text: fallbackText(words, mentions),
    blocks: blocks.map((block, i) => ({ ...block, block_id: `${what}.${nonce}.${i}` })),
    nonce,
  }
}

function actions(buttons: readonly Button[]): types.ActionsBlock {
  return {
    type: 'actions',
    elements: buttons.map(({ action, label, style }, i) => ({
      type: 'button',
      action_id: `${buttonPrefix}.${i}`,
      value: action,
      text: { type: 'plain_text', text: shortened(label, longestLabel), emoji: false },
      ...(style && style !== 'plain' && { style }),
    })),
  }
}
