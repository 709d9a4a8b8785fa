/**
 * A form as Slack's modal. All that is needed when it is handed in stands in the modal itself, so that one that was opened
 * before a restart is taken after it.
 */
import type { types } from '@slack/bolt'
import type { Choice, Field, Place } from '../../../src/conversation/chat.ts'
import { type Locale, speaker } from '../../../src/texts/texts.ts'
import { shortened } from '../writing/rich-text.ts'

type Plain<Type extends Field['type']> = Extract<Field, { readonly type: Type }>

/** A form's field, or one that only commands have: with a value that was typed, left open, or a text of which values are known. */
export type ModalField =
  | Plain<'text' | 'pictures'>
  | (Plain<'choice'> & { readonly optional?: boolean })
  | (Plain<'person'> & { readonly value?: string })
  | (Plain<'tick'> & { readonly value?: boolean })
  | {
      readonly type: 'completing'
      readonly name: string
      readonly label: string
      readonly value?: string
      readonly optional?: boolean
    }

export interface Modal {
  /** What becomes of it: it is handed to the bot as a form, or as a command's options. */
  readonly becomes: 'form' | 'command'
  /** The form's action, or the command's name. */
  readonly name: string
  readonly title: string
  readonly submit: string
  readonly fields: readonly ModalField[]
}

/** Where a modal was opened, and what it asks. */
export interface Opened {
  readonly becomes: Modal['becomes']
  readonly name: string
  readonly place: Omit<Place, 'tenant'>
  /** Where the bot can answer although it is not in the channel. */
  readonly responseUrl?: string
  readonly asks: readonly Asked[]
}

export interface Asked {
  readonly name: string
  readonly type: ModalField['type']
  readonly optional?: boolean
  readonly min?: number
  readonly max?: number
}

/** Id of every modal, and of what is typed or chosen in its fields; the id of a field's block is its name. */
export const modalId = 'familiar'
const valueId = 'value'
/** Of fields whose values are asked for while somebody types. */
export const completingId = 'completing'

const longestTitle = 24
const longestLabel = 2000
const longestOption = 75
const longestMetadata = 3000
const longestText = 3000
/** Texts that are longer have several lines. */
const oneLine = 100
const pictureTypes = ['jpg', 'jpeg', 'png', 'gif', 'webp', 'tiff', 'avif']

export function toView(modal: Modal, from: { place: Place; responseUrl?: string }, locale: Locale): types.ModalView {
  const { title, submit, fields } = modal
  const say = speaker(locale)
  const blocks: types.KnownBlock[] = fields.map(field => ({
    type: 'input',
    block_id: field.name,
    label: plain(field.label, longestLabel),
    element: elementOf(field, say('slack.yes')),
    optional: isOptional(field),
  }))
  if (title.length > longestTitle) blocks.unshift({ type: 'header', text: plain(title, 150) })
  return {
    type: 'modal',
    callback_id: modalId,
    private_metadata: metadata(modal, from),
    title: plain(title, longestTitle),
    submit: plain(submit, longestTitle),
    close: plain(say('slack.cancel'), longestTitle),
    blocks,
  }
}

export const openedOf = (metadata: string): Opened => JSON.parse(metadata)

function metadata(
  { becomes, name, fields }: Modal,
  { place: { tenant: _, ...place }, responseUrl }: { place: Place; responseUrl?: string },
): string {
  const opened: Opened = { becomes, name, place, asks: fields.map(askedBy) }
  const text = JSON.stringify({ ...opened, responseUrl })
  return text.length > longestMetadata ? JSON.stringify(opened) : text
}

function askedBy(field: ModalField): Asked {
  const { name, type } = field
  return {
    name,
    type,
    ...(isOptional(field) && { optional: true }),
    ...(field.type === 'pictures' && { min: field.min, max: field.max }),
  }
}

function isOptional(field: ModalField): boolean {
  if (field.type === 'tick') return true
  if (field.type === 'pictures') return field.min === 0
  return field.optional === true
}

function elementOf(field: ModalField, yes: string): types.InputBlock['element'] {
  switch (field.type) {
    case 'text':
      return {
        type: 'plain_text_input',
        action_id: valueId,
        max_length: Math.min(field.maxLength, longestText),
        multiline: field.maxLength > oneLine,
        ...(field.value && { initial_value: shortened(field.value, Math.min(field.maxLength, longestText)) }),
      }
    case 'pictures':
      return { type: 'file_input', action_id: valueId, filetypes: pictureTypes, max_files: field.max }
    case 'choice': {
      const options = field.choices.map(optionOf)
      const initial_option = options.find(({ value }) => value === field.value)
      return { type: 'static_select', action_id: valueId, options, ...(initial_option && { initial_option }) }
    }
    case 'person':
      return { type: 'users_select', action_id: valueId, ...(field.value && { initial_user: field.value }) }
    case 'tick': {
      const options = [optionOf({ value: 'yes', label: yes })]
      return { type: 'checkboxes', action_id: valueId, options, ...(field.value && { initial_options: options }) }
    }
    case 'completing': {
      const { value } = field
      return {
        type: 'external_select',
        action_id: completingId,
        min_query_length: 0,
        ...(value && { initial_option: optionOf({ value, label: value }) }),
      }
    }
  }
}

export const optionOf = ({ value, label }: Choice): types.PlainTextOption => ({
  text: plain(label, longestOption),
  value,
})

const plain = (text: string, longest: number): types.PlainTextElement => ({
  type: 'plain_text',
  text: shortened(text, longest),
  emoji: false,
})
