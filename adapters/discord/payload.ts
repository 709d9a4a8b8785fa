/** What the bot says as the messages that Discord takes: texts of 2,000 characters, ten pictures, rows of five buttons. */
import {
  type APIActionRowComponent,
  type APIAllowedMentions,
  type APIButtonComponentWithCustomId,
  ButtonStyle,
  ComponentType,
  MessageFlags,
} from 'discord.js'
import type { Button, OutgoingMessage, OutgoingPicture } from '../../src/conversation/chat.ts'
import { cardText } from '../shared/progress.ts'
import { contentsOf } from './escaping.ts'
import type { Upload } from './uploads.ts'

const mostPictures = 10
const mostButtonsInRow = 5
const longestLabel = 80
const longestContent = 2000
/** Discord takes no message with nothing in it. */
const nothing = '\u200b'
const more = ' …'

/** One message as it goes out. */
export interface Draft {
  readonly content: string
  readonly pictures: readonly OutgoingPicture[]
  readonly buttons: readonly Button[]
  /** People who are notified. */
  readonly mentions: readonly string[]
  /** It notifies nobody, and is known again as a card. */
  readonly silent: boolean
}

export interface Body {
  readonly content: string
  readonly components: APIActionRowComponent<APIButtonComponentWithCustomId>[]
  readonly allowed_mentions: APIAllowedMentions
  readonly attachments: { readonly id: string; readonly filename?: string; readonly description?: string }[]
}

/**
 * The messages that say this, in order; buttons and pictures come last.
 * @param direct nobody else is there, so that nobody need be called
 */
export function draftsOf(message: OutgoingMessage, direct: boolean): Draft[] {
  const { pictures = [], buttons = [] } = message
  const { contents, ...rest } = wordsOf(message, direct, longestContent)
  const [withLast = [], ...further] = groupsOf(pictures, mostPictures)
  const parts = [
    ...contents.map((content, i) => ({ content, pictures: i === contents.length - 1 ? withLast : [] })),
    ...further.map(group => ({ content: '', pictures: group })),
  ]
  const drafts = parts.map(
    (part, i): Draft => ({
      ...rest,
      ...part,
      content: part.content || (part.pictures.length > 0 ? '' : nothing),
      buttons: i === parts.length - 1 ? buttons : [],
      mentions: i === 0 ? rest.mentions : [],
    }),
  )
  return drafts
}

/** The one message that says this, where there can be no second: its text is cut. */
export function draftOf(message: OutgoingMessage, direct: boolean): Draft {
  const { pictures = [], buttons = [] } = message
  const { contents, ...rest } = wordsOf(message, direct, longestContent - more.length)
  const content = contents.length > 1 ? contents[0] + more : contents[0]
  return {
    ...rest,
    content: content || (pictures.length > 0 ? '' : nothing),
    pictures: pictures.slice(0, mostPictures),
    buttons,
  }
}

function wordsOf({ text, card, mentions = [] }: OutgoingMessage, direct: boolean, room: number) {
  const called = direct ? [] : mentions
  const calls = called.map(id => `<@${id}>`).join(' ')
  const whole = [card && cardText(card), text].filter(Boolean).join('\n')
  const [first = '', ...further] = contentsOf(whole, room - calls.length - 1)
  return {
    contents: [[calls, first].filter(Boolean).join(' '), ...further] as [string, ...string[]],
    mentions: called,
    silent: card !== undefined && called.length === 0,
  }
}

/** @param kept ids of attachments that stay */
export function bodyOf(
  { content, buttons, mentions }: Draft,
  uploads: readonly Upload[],
  kept: readonly string[],
): Body {
  return {
    content,
    components: groupsOf(buttons, mostButtonsInRow).map(row => ({
      type: ComponentType.ActionRow,
      components: row.map(buttonOf),
    })),
    allowed_mentions: { parse: [], users: [...mentions], replied_user: false },
    attachments: [
      ...kept.map(id => ({ id })),
      ...uploads.map(({ file, description }, i) => ({ id: String(i), filename: file.name, description })),
    ],
  }
}

export const flagsOf = ({ silent }: Draft): MessageFlags | 0 => (silent ? MessageFlags.SuppressNotifications : 0)

const styles = { plain: ButtonStyle.Secondary, primary: ButtonStyle.Primary, danger: ButtonStyle.Danger } as const

function buttonOf({ action, label, style = 'plain' }: Button): APIButtonComponentWithCustomId {
  return { type: ComponentType.Button, custom_id: action, label: cut(label, longestLabel), style: styles[style] }
}

/** At most so many characters; what is cut is shown to be. */
export function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

function groupsOf<T>(all: readonly T[], size: number): T[][] {
  const groups: T[][] = []
  for (let i = 0; i < all.length; i += size) groups.push(all.slice(i, i + size))
  return groups
}
